//! The checks of incoming mail before thousands of mutated messages and records: none panics, none
//! asks without end. Seeded; `CADUCEUS_MUTATIONS` sets how many are tried (a soak tries more).

use std::net::{IpAddr, Ipv4Addr};

use model::Timestamp;
use seal::dmarc::{self, Proved};
use seal::dns::{Ask, Found, Known};
use seal::spf::{self, Spf, SpfClient};
use seal::{arc, dkim, results};

const MESSAGE: &str = "ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d=x.example; s=k; b=AAAA\r\n\
    ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=x.example; s=k; h=from:to; bh=AAAA; b=AAAA\r\n\
    ARC-Authentication-Results: i=1; x.example; spf=pass\r\n\
    DKIM-Signature: v=1; a=ed25519-sha256; c=simple/relaxed; d=x.example; s=k; h=from; l=3; i=@x.example; bh=AAAA; b=AAAA\r\n\
    Authentication-Results: (a) mx.example (b); spf=pass\r\nFrom: a@x.example\r\n\r\nbody\r\n";

const RECORDS: [&str; 6] = [
    "v=spf1 a mx:%{d} ptr include:%{i}._s.x.example exists:%{ir}.%{l1r-}.x.example ip4:192.0.2.0/24 ip6:2001:db8::/32 redirect=%{p}",
    "v=spf1 include:x.example ~all",
    "v=DKIM1; k=ed25519; p=AAAA",
    "v=DMARC1; p=reject; sp=none; np=quarantine; adkim=s; t=y; psd=n",
    "v=DMARC1; p=none; psd=y",
    "",
];

struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n.max(1)
    }
    fn mutate(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..self.below(5) {
            let at = self.below(bytes.len().max(1));
            match self.below(3) {
                0 if at < bytes.len() => bytes[at] = u8::try_from(self.below(256)).unwrap_or(0),
                1 => drop(bytes.drain(at.min(bytes.len())..(at + self.below(9)).min(bytes.len()))),
                _ => {
                    let piece =
                        bytes[at.min(bytes.len())..(at + self.below(30)).min(bytes.len())].to_vec();
                    bytes.splice(at.min(bytes.len())..at.min(bytes.len()), piece);
                }
            }
        }
        bytes
    }
    fn record(&mut self) -> Vec<u8> {
        let record = RECORDS[self.below(RECORDS.len())];
        self.mutate(record)
    }
    fn answer(&mut self, ask: &Ask, known: &mut Known) {
        let ip = IpAddr::from(Ipv4Addr::new(
            192,
            0,
            2,
            u8::try_from(self.below(9)).unwrap_or(0),
        ));
        let (empty, failed) = (self.below(5) == 0, self.below(9) == 0);
        let count = self.below(13);
        match ask {
            Ask::Txt(name) if failed => known.learn_txt(name, Found::Failed),
            Ask::Txt(name) if empty => known.learn_txt(name, Found::Nothing),
            Ask::Txt(name) => {
                let record = self.record();
                known.learn_txt(name, Found::Records(vec![record]));
            }
            Ask::Addresses(name) => known.learn_addresses(name, Found::Records(vec![ip; count])),
            Ask::Mx(name) => {
                known.learn_mx(name, Found::Records(vec!["m.x.example".into(); count]))
            }
            Ask::Names(of) => {
                known.learn_names(*of, Found::Records(vec!["n.x.example".into(); count]))
            }
        }
    }
    /// Runs a check until it ends.
    fn run<T>(&mut self, check: impl Fn(&Known) -> Result<T, Ask>) -> T {
        let mut known = Known::default();
        for _ in 0..200 {
            match check(&known) {
                Ok(done) => return done,
                Err(ask) => self.answer(&ask, &mut known),
            }
        }
        panic!("a check asks without end");
    }
}

#[test]
fn no_check_panics_or_asks_without_end() {
    let tries = std::env::var("CADUCEUS_MUTATIONS")
        .ok()
        .and_then(|n| n.parse().ok());
    let mut chance = Chance(22_112_026);
    for _ in 0..tries.unwrap_or(3_000_u64) {
        let message = chance.mutate(MESSAGE);
        let now = Timestamp::from_millis(0);
        let dkim = chance.run(|known| dkim::check(&message, known, now));
        chance.run(|known| arc::check(&message, known));
        let name =
            String::from_utf8_lossy(&chance.mutate("a.b.c.d.e.f.g.h.i.j.x.example")).into_owned();
        let client = SpfClient {
            ip: IpAddr::from(Ipv4Addr::new(192, 0, 2, 1)),
            helo: &name,
            local: "a-b",
            domain: &name,
        };
        chance.run(|known| spf::check(known, &client));
        let authors = [name.clone()];
        let proved = Proved {
            authors: &authors,
            spf: Spf::Pass,
            spf_domain: "x.example",
            dkim: &dkim,
        };
        chance.run(|known| dmarc::check(known, &proved));
        results::without_claims(&message, "mx.example");
    }
}
