//! DNS answers, sorted into what mail needs to know: there, not there, or could not be told.
//!
//! Invariant: only NXDOMAIN and an empty NOERROR count as absence. SERVFAIL, REFUSED, a bogus
//! signature or a time-out is `DnsFailed`, since treating it as absence would send mail to the
//! implicit MX or return it (RFC 5321 §5.1).

use std::net::{IpAddr, SocketAddr};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use model::seams::{MxHosts, NetFault};
use model::{Code, Domain, Error, Result};

pub struct Resolver(TokioResolver);

impl Resolver {
    /// With the given name servers, or the system's when there are none.
    pub fn new(servers: &[SocketAddr]) -> Result<Self> {
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
        Ok(Self(builder.build().map_err(invalid)?))
    }

    pub async fn mx(&self, domain: &Domain) -> Result<MxHosts, NetFault> {
        let answer = self
            .0
            .lookup(absolute(domain)?, RecordType::MX)
            .await
            .map_err(|e| fault(&e))?;
        let records = answer
            .answers()
            .iter()
            .filter_map(|record| match &record.data {
                RData::MX(mx) => Some((mx.preference, &mx.exchange)),
                _ => None,
            });
        usable(records.collect())
    }

    /// IPv4 first: most receivers know our reputation by it.
    pub async fn addresses(&self, host: &Domain) -> Result<Vec<IpAddr>, NetFault> {
        let (v4, v6) = tokio::join!(
            self.family(host, RecordType::A),
            self.family(host, RecordType::AAAA)
        );
        match (v4, v6) {
            (Ok(v4), Ok(v6)) => Ok([v4, v6].concat()),
            (Ok(found), Err(_)) | (Err(_), Ok(found)) => Ok(found),
            (Err(NetFault::NoRecord), Err(NetFault::NoRecord)) => Err(NetFault::NoRecord),
            _ => Err(NetFault::DnsFailed),
        }
    }

    async fn family(&self, host: &Domain, kind: RecordType) -> Result<Vec<IpAddr>, NetFault> {
        let answer = self
            .0
            .lookup(absolute(host)?, kind)
            .await
            .map_err(|e| fault(&e))?;
        let found: Vec<IpAddr> = answer
            .answers()
            .iter()
            .filter_map(|record| record.data.ip_addr())
            .collect();
        if found.is_empty() {
            Err(NetFault::NoRecord)
        } else {
            Ok(found)
        }
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
fn absolute(domain: &Domain) -> Result<Name, NetFault> {
    Name::from_ascii(format!("{}.", domain.as_str())).map_err(|_| NetFault::NoRecord)
}

fn name_server(at: &SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = at.port();
        connection
    });
    NameServerConfig::new(at.ip(), true, connections.into())
}

fn fault(error: &NetError) -> NetFault {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain | ResponseCode::NoError => NetFault::NoRecord,
            _ => NetFault::DnsFailed,
        },
        _ => NetFault::DnsFailed,
    }
}
