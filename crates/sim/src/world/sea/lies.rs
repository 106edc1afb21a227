//! What domains ask of senders, and what somebody between us and DNS makes of it.
//!
//! In a signed zone a lie is found out: a forged or stripped answer is `DnsFailed`. Elsewhere it is
//! believed: the list of hosts may lead to the liar's own server, whose certificate is good for its
//! own name, and an address may be told as this machine's own. What an MTA-STS domain announces is told truly here, since a first contact cannot be
//! protected (RFC 8461 §10.1).

use std::net::{IpAddr, Ipv4Addr};

use model::seams::{Answer, HttpAnswer, MxHosts, NetFault};
use model::{Domain, Tlsa};

use super::habits::{Guard, Habits};
use super::{Host, Inner, Zone, address, domain, key};

/// Whose mail server must never hear an envelope.
pub(crate) const LIAR: &str = "mx.liar.example";

impl Inner {
    /// The MX answer of a zone with records.
    pub(super) fn hosts_of(&self, zone: &Zone) -> Result<Answer<MxHosts>, NetFault> {
        let lie = self.lying && self.chance.happens(1, 6);
        match zone.guard {
            Guard::Dane if lie => return Err(NetFault::DnsFailed),
            Guard::Sts if lie => return Ok(Answer::insecure(vec![(1, domain(LIAR))])),
            Guard::Dane | Guard::Sts | Guard::None => {}
        }
        let named = zone.hosts.iter().enumerate();
        let value = named
            .map(|(i, at)| (10 * (i as u16 / 2), self.hosts[*at].name.clone()))
            .collect();
        Ok(Answer {
            value,
            secure: zone.guard == Guard::Dane,
        })
    }

    /// A host's address; where nothing proves it, a lie may name this machine.
    pub(super) fn addresses_of(&self, at: usize) -> Answer<Vec<IpAddr>> {
        let secure = self.hosts[at].guard == Guard::Dane;
        let lie = !secure && self.lying && self.chance.happens(1, 12);
        let ip = if lie {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            address(at)
        };
        Answer {
            value: vec![ip],
            secure,
        }
    }

    pub(super) fn keys_of(&self, host: &Domain) -> Result<Answer<Vec<Tlsa>>, NetFault> {
        let at = self.hosts.iter().position(|known| known.name == *host);
        let at = at.ok_or(NetFault::NoRecord)?;
        if self.hosts[at].guard != Guard::Dane {
            return Err(NetFault::NoRecord);
        }
        if self.lying && self.chance.happens(1, 6) {
            return Err(NetFault::DnsFailed);
        }
        let named = self.hosts[at].habits.named;
        let record = Tlsa {
            usage: 3,
            selector: 1,
            matching: 1,
            data: if named { key(at) } else { vec![0xEE; 32] },
        };
        Ok(Answer::secure(vec![record]))
    }

    pub(super) fn policy_record(&self, name: &str) -> Result<Vec<Vec<u8>>, NetFault> {
        let zone = name.strip_prefix("_mta-sts.").ok_or(NetFault::NoRecord)?;
        self.with_policy(zone).ok_or(NetFault::NoRecord)?;
        Ok(vec![b"v=STSv1; id=1;".to_vec()])
    }

    pub(super) fn policy_file(&self, url: &str) -> Result<HttpAnswer, NetFault> {
        let zone = url
            .strip_prefix("https://mta-sts.")
            .and_then(|rest| rest.strip_suffix("/.well-known/mta-sts.txt"));
        let zone = zone.and_then(|zone| self.with_policy(zone));
        let zone = zone.ok_or(NetFault::Refused)?;
        let mut text = "version: STSv1\r\nmode: enforce\r\nmax_age: 864000\r\n".to_owned();
        for at in &zone.hosts {
            text.push_str(&format!("mx: {}\r\n", self.hosts[*at].name.as_str()));
        }
        Ok(HttpAnswer {
            status: 200,
            headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
            body: text.into_bytes(),
            tls: None,
        })
    }

    fn with_policy(&self, name: &str) -> Option<&Zone> {
        let zone = self.zones.get(&Domain::parse(name).ok()?)?;
        (zone.guard == Guard::Sts).then_some(zone)
    }

    /// The liar's server: it takes everything.
    pub(super) fn liar() -> Host {
        Host {
            name: domain(LIAR),
            habits: Habits::friendly(),
            guard: Guard::None,
            greylist: std::collections::BTreeMap::new(),
        }
    }
}
