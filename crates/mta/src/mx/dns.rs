//! Asks DNS what an examination needs, within a bound of questions and time.

use std::net::IpAddr;
use std::sync::Arc;

use flow::inbound::{Ask, Examination, Found, Known, Results};
use model::seams::{Net, NetFault};
use model::{Code, Domain, Result, limits};
use tokio::time::timeout;

/// # Errors
/// `author_unchecked` when DNS takes too long or the message asks too much of it.
pub(super) async fn examine(
    net: &Arc<dyn Net>,
    mut examination: Examination,
) -> Result<(Results, Vec<u8>)> {
    let mut known = Known::default();
    let asking = async {
        for _ in 0..limits::MX_LOOKUPS_MAX {
            // Hashing and verifying is work for a thread that may take its time.
            let step = crate::blocking(move || {
                let result = examination.run(&known);
                Ok((examination, known, result))
            });
            let (later, learnt, result) = step.await?;
            (examination, known) = (later, learnt);
            match result {
                Ok(results) => return Ok((results, examination.into_content())),
                Err(ask) => learn(net.as_ref(), &mut known, &ask).await,
            }
        }
        Err(Code::AuthorUnchecked.into())
    };
    match timeout(limits::MX_LOOKUPS_WAIT, asking).await {
        Ok(done) => done,
        Err(_) => Err(Code::AuthorUnchecked.into()),
    }
}

async fn learn(net: &dyn Net, known: &mut Known, ask: &Ask) {
    match ask {
        Ask::Txt(name) => known.learn_txt(name, sorted(net.txt(name).await)),
        Ask::Addresses(name) => {
            let found = match Domain::parse(name) {
                Ok(host) => addresses(net, &host).await,
                Err(_) => Found::Nothing,
            };
            known.learn_addresses(name, found);
        }
        Ask::Mx(name) => {
            let found = match Domain::parse(name) {
                Ok(domain) => hosts(net, &domain).await,
                Err(_) => Found::Nothing,
            };
            known.learn_mx(name, found);
        }
        Ask::Names(ip) => {
            let found = net.names(*ip).await.map(|names| {
                let names = names.iter().map(|name| name.as_str().to_owned());
                names.collect()
            });
            known.learn_names(*ip, sorted(found));
        }
    }
}

async fn addresses(net: &dyn Net, host: &Domain) -> Found<IpAddr> {
    sorted(net.addresses(host).await.map(|answer| answer.value))
}

async fn hosts(net: &dyn Net, domain: &Domain) -> Found<String> {
    let found = net.mx(domain).await.map(|answer| {
        let mut hosts = answer.value;
        hosts.sort();
        let names = hosts.into_iter().map(|(_, host)| host.as_str().to_owned());
        names.collect()
    });
    sorted(found)
}

fn sorted<T>(answer: Result<Vec<T>, NetFault>) -> Found<T> {
    match answer {
        Ok(found) if found.is_empty() => Found::Nothing,
        Ok(found) => Found::Records(found),
        Err(NetFault::NoRecord) => Found::Nothing,
        Err(_) => Found::Failed,
    }
}
