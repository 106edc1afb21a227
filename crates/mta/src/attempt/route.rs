//! Where a domain's mail goes: its MX hosts in the order they are tried (RFC 5321 §5.1).

use model::seams::{Clock, MxHosts, Net, NetFault, Rng};
use model::{DnsSeen, Domain};

use super::asked::Asked;

/// Why there is no host to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeadEnd {
    /// The domain says that it takes no mail (RFC 7505).
    NullMx,
    /// We are its best MX host ourselves.
    Loop,
    /// DNS could not tell.
    DnsFailed,
}

/// The hosts, best first.
#[derive(Debug)]
pub(crate) struct Route {
    pub hosts: Vec<Domain>,
    /// There is no MX record: the domain itself is the host.
    pub implicit: bool,
    /// DNSSEC proved the list. Where there is no list nothing can lead elsewhere, and the addresses'
    /// own proof decides.
    pub secure: bool,
}

/// Asks DNS. `own` is our own host name.
pub(crate) async fn find(
    (net, clock, rng): (&dyn Net, &dyn Clock, &dyn Rng),
    own: &Domain,
    to: &Domain,
    asked: &Asked,
) -> Result<Route, DeadEnd> {
    let found = net.mx(to).await;
    asked.note(DnsSeen::mx(to, clock.now(), &found));
    let (records, implicit, secure) = match found {
        Ok(records) if records.value.is_empty() => return Err(DeadEnd::NullMx),
        Ok(records) => (records.value, false, records.secure),
        // Only certain absence allows the implicit MX.
        Err(NetFault::NoRecord) => (vec![(0, to.clone())], true, true),
        Err(_) => return Err(DeadEnd::DnsFailed),
    };
    let hosts = order(records, rng, own);
    if hosts.is_empty() {
        Err(DeadEnd::Loop)
    } else {
        Ok(Route {
            hosts,
            implicit,
            secure,
        })
    }
}

/// The names of a domain's mail servers, for telling which domains share them; none when there are
/// none or DNS cannot tell. What that means for mail is for [`find`] to say.
pub async fn mail_hosts(net: &dyn Net, domain: &Domain) -> Vec<String> {
    let records = match net.mx(domain).await {
        Ok(records) => records.value,
        Err(_) => return Vec::new(),
    };
    let names = records.iter().map(|(_, host)| host.as_str().to_owned());
    names.collect()
}

/// Sorts by preference with chance inside equals, and drops what is not closer to the mailbox than
/// we are, ourselves included (RFC 5321 §5.1, "locally-known").
fn order(mut records: MxHosts, rng: &dyn Rng, own: &Domain) -> Vec<Domain> {
    if let Some(ours) = records
        .iter()
        .filter(|(_, host)| host == own)
        .map(|(preference, _)| *preference)
        .min()
    {
        records.retain(|(preference, _)| *preference < ours);
    }
    let mut drawn: Vec<(u16, [u8; 8], Domain)> = records
        .into_iter()
        .map(|(preference, host)| {
            let mut lot = [0; 8];
            rng.fill(&mut lot);
            (preference, lot, host)
        })
        .collect();
    drawn.sort();
    let mut hosts: Vec<Domain> = Vec::with_capacity(drawn.len());
    for (_, _, host) in drawn {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}
