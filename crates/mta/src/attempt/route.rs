//! Where a domain's mail goes: its MX hosts in the order they are tried (RFC 5321 §5.1).

use model::Domain;
use model::seams::{MxHosts, Net, NetFault, Rng};

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
}

/// Asks DNS. `own` is our own host name.
pub(crate) async fn find(
    net: &dyn Net,
    rng: &dyn Rng,
    own: &Domain,
    to: &Domain,
) -> Result<Route, DeadEnd> {
    let (records, implicit) = match net.mx(to).await {
        Ok(records) if records.is_empty() => return Err(DeadEnd::NullMx),
        Ok(records) => (records, false),
        // Only certain absence allows the implicit MX.
        Err(NetFault::NoRecord) => (vec![(0, to.clone())], true),
        Err(_) => return Err(DeadEnd::DnsFailed),
    };
    let hosts = order(records, rng, own);
    if hosts.is_empty() {
        Err(DeadEnd::Loop)
    } else {
        Ok(Route { hosts, implicit })
    }
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
