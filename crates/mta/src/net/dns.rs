//! DNS answers, sorted into what mail needs to know: there, not there, or could not be told.
//!
//! Invariants: only NXDOMAIN and an empty NOERROR count as absence. SERVFAIL, REFUSED, a bogus
//! signature or a time-out is `DnsFailed`, since treating it as absence would send mail to the
//! implicit MX or return it (RFC 5321 §5.1), or without the TLS that DANE asks for. An answer is
//! `secure` only when DNSSEC proved every record of it, aliases included.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::{Proof, TrustAnchors};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use model::seams::{Answer, MxHosts, NetFault};
use model::{Code, Domain, Error, Result, Tlsa};

/// Whether answers are proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dnssec {
    /// From the root's keys, or those in this file (DNSKEY records in a zone file's form).
    Validated(Option<PathBuf>),
    /// Nothing is ever secure, so DANE is never used.
    Off,
}

pub struct Resolver(TokioResolver);

impl Resolver {
    /// With the given name servers, or the system's when there are none.
    pub fn new(servers: &[SocketAddr], dnssec: &Dnssec) -> Result<Self> {
        let invalid = |cause: NetError| {
            Error::new(Code::ConfigInvalid)
                .at("/net/name_servers")
                .because(cause)
        };
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio().map_err(invalid)?
        } else {
            let config =
                ResolverConfig::from_name_servers(servers.iter().map(name_server).collect());
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        // Mail is routed by DNS alone: a line in /etc/hosts must not redirect it.
        builder.options_mut().use_hosts_file = ResolveHosts::Never;
        // Aliases stay in the answer, so that their proofs count too.
        builder.options_mut().preserve_intermediates = true;
        builder.options_mut().validate = *dnssec != Dnssec::Off;
        if let Dnssec::Validated(Some(file)) = dnssec {
            let anchors = TrustAnchors::from_file(file).map_err(|e| {
                Error::new(Code::ConfigInvalid)
                    .at("/net/trust_anchor")
                    .because(e)
            })?;
            builder = builder.with_trust_anchor(Arc::new(anchors));
        }
        Ok(Self(builder.build().map_err(invalid)?))
    }

    pub async fn mx(&self, domain: &Domain) -> Result<Answer<MxHosts>, NetFault> {
        let answer = self.ask(absolute(domain.as_str())?, RecordType::MX).await?;
        let records = data(&answer).filter_map(|data| match data {
            RData::MX(mx) => Some((mx.preference, &mx.exchange)),
            _ => None,
        });
        let value = usable(records.collect())?;
        Ok(Answer {
            value,
            secure: is_secure(&answer),
        })
    }

    /// IPv4 first: most receivers know our reputation by it.
    pub async fn addresses(&self, host: &Domain) -> Result<Answer<Vec<IpAddr>>, NetFault> {
        let (v4, v6) = tokio::join!(
            self.family(host, RecordType::A),
            self.family(host, RecordType::AAAA)
        );
        match (v4, v6) {
            (Ok(v4), Ok(v6)) => Ok(Answer {
                secure: v4.secure && v6.secure,
                value: [v4.value, v6.value].concat(),
            }),
            (Ok(found), Err(_)) | (Err(_), Ok(found)) => Ok(found),
            (Err(NetFault::NoRecord), Err(NetFault::NoRecord)) => Err(NetFault::NoRecord),
            _ => Err(NetFault::DnsFailed),
        }
    }

    pub async fn txt(&self, name: &str) -> Result<Answer<Vec<Vec<u8>>>, NetFault> {
        let answer = self.ask(absolute(name)?, RecordType::TXT).await?;
        let texts = data(&answer).filter_map(|data| match data {
            RData::TXT(txt) => Some(txt.txt_data.concat()),
            _ => None,
        });
        Ok(Answer {
            value: some(texts.collect())?,
            secure: is_secure(&answer),
        })
    }

    pub async fn names(&self, ip: IpAddr) -> Result<Vec<Domain>, NetFault> {
        let answer = self.ask(Name::from(ip), RecordType::PTR).await?;
        let names = data(&answer).filter_map(|data| match data {
            RData::PTR(name) => Domain::parse(&name.to_ascii()).ok(),
            _ => None,
        });
        some(names.collect())
    }

    pub async fn tlsa(&self, host: &Domain, port: u16) -> Result<Answer<Vec<Tlsa>>, NetFault> {
        let name = format!("_{port}._tcp.{}", host.as_str());
        let answer = self.ask(absolute(&name)?, RecordType::TLSA).await?;
        let records = data(&answer).filter_map(|data| match data {
            RData::TLSA(tlsa) => Some(Tlsa {
                usage: tlsa.cert_usage.into(),
                selector: tlsa.selector.into(),
                matching: tlsa.matching.into(),
                data: tlsa.cert_data.clone(),
            }),
            _ => None,
        });
        Ok(Answer {
            value: some(records.collect())?,
            secure: is_secure(&answer),
        })
    }

    async fn family(
        &self,
        host: &Domain,
        kind: RecordType,
    ) -> Result<Answer<Vec<IpAddr>>, NetFault> {
        let answer = self.ask(absolute(host.as_str())?, kind).await?;
        Ok(Answer {
            value: some(data(&answer).filter_map(RData::ip_addr).collect())?,
            secure: is_secure(&answer),
        })
    }

    async fn ask(&self, name: Name, kind: RecordType) -> Result<Lookup, NetFault> {
        self.0.lookup(name, kind).await.map_err(|e| fault(&e))
    }
}

fn data(answer: &Lookup) -> impl Iterator<Item = &RData> {
    answer.answers().iter().map(|record| &record.data)
}

/// Signatures are not proved themselves; they are what proves the rest.
fn is_secure(answer: &Lookup) -> bool {
    let mut proved = answer
        .answers()
        .iter()
        .filter(|record| record.record_type() != RecordType::RRSIG)
        .peekable();
    proved.peek().is_some() && proved.all(|record| record.proof == Proof::Secure)
}

fn some<T>(found: Vec<T>) -> Result<Vec<T>, NetFault> {
    if found.is_empty() {
        Err(NetFault::NoRecord)
    } else {
        Ok(found)
    }
}

/// The hosts that can be named; a lone root is the null MX and gives an empty list (RFC 7505 §3).
fn usable(records: Vec<(u16, &Name)>) -> Result<MxHosts, NetFault> {
    if records.is_empty() {
        return Err(NetFault::NoRecord);
    }
    if records.iter().all(|(_, host)| host.is_root()) {
        return Ok(Vec::new());
    }
    let hosts: MxHosts = records
        .into_iter()
        .filter_map(|(preference, host)| Some((preference, Domain::parse(&host.to_ascii()).ok()?)))
        .collect();
    // Records exist but none is a host name: a fault of theirs that may be repaired, not absence.
    if hosts.is_empty() {
        Err(NetFault::DnsFailed)
    } else {
        Ok(hosts)
    }
}

/// With the final dot, so that no search list is tried.
fn absolute(name: &str) -> Result<Name, NetFault> {
    Name::from_ascii(format!("{}.", name.trim_end_matches('.'))).map_err(|_| NetFault::NoRecord)
}

fn name_server(at: &SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = at.port();
        connection
    });
    NameServerConfig::new(at.ip(), true, connections.into())
}

fn fault(error: &NetError) -> NetFault {
    let code = match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => none.response_code,
        // Absence that is known to be unsigned; a denial that should be signed and is not is bogus.
        NetError::Dns(DnsError::Nsec {
            response,
            proof: Proof::Insecure,
            ..
        }) => response.response_code,
        _ => return NetFault::DnsFailed,
    };
    match code {
        ResponseCode::NXDomain | ResponseCode::NoError => NetFault::NoRecord,
        _ => NetFault::DnsFailed,
    }
}
