//! What a receiving domain asks of those who send to it: its MTA-STS policy, its hosts' TLSA records.
//!
//! Not here: what a connection must achieve (`attempt::plan`), keeping a policy over a restart
//! (`flow`). Invariants: a policy that was fetched is honoured to its end, whatever fails later
//! (RFC 8461 §5.1); what was learned of one domain is never asked of another.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mail::sts;
use model::seams::{Answer, Clock, HttpMethod, HttpRequest, HttpTo, Net, NetFault};
use model::{DnsSeen, Domain, StsPolicy, Timestamp, Tlsa, limits};

/// How long an answer is taken as still true. DNS has no shorter memory in practice, and a burst to
/// one domain asks once.
const REMEMBERED: Duration = Duration::from_secs(120);
/// Beyond this all are forgotten and asked anew.
const REMEMBERED_MAX: usize = 10_000;
/// A policy that was not confirmed for so long is fetched again although its id is the same, so that
/// it is renewed long before it ends.
const REFRESH_AFTER: Duration = Duration::from_secs(86_400);

/// What is known of a domain's MTA-STS now.
#[derive(Clone)]
pub(crate) struct Sts {
    pub policy: Option<StsPolicy>,
    /// Why a policy that is announced could not be had: a result type of RFC 8460 §4.3.
    pub fault: Option<&'static str>,
    /// The record that announces one, as DNS told it.
    pub seen: Option<DnsSeen>,
}

/// An answer, and as of when.
type TlsaAnswer = (Timestamp, Result<Answer<Vec<Tlsa>>, NetFault>);

/// Recent answers, shared by all attempts of a process.
#[derive(Default)]
pub(crate) struct Memory {
    sts: Mutex<BTreeMap<Domain, (Timestamp, Sts)>>,
    tlsa: Mutex<BTreeMap<Domain, (Timestamp, TlsaAnswer)>>,
}

impl Memory {
    /// The domain's policy: remembered, else announced and fetched, else `known` while it lasts.
    pub async fn sts(
        &self,
        net: &dyn Net,
        clock: &dyn Clock,
        domain: &Domain,
        known: Option<&StsPolicy>,
    ) -> Sts {
        let now = clock.now();
        let known = known.filter(|policy| policy.ends_at > now);
        if let Some(found) = recent(&self.sts, domain, now) {
            let lost = found.policy.is_none() && known.is_some();
            if !lost {
                return found;
            }
        }
        let found = look(net, clock, domain, known).await;
        remember(&self.sts, domain, now, found.clone());
        found
    }

    /// The TLSA records of a host's mail port, and as of when.
    pub async fn tlsa(&self, net: &dyn Net, clock: &dyn Clock, host: &Domain) -> TlsaAnswer {
        let now = clock.now();
        if let Some(found) = recent(&self.tlsa, host, now) {
            return found;
        }
        let found = (now, net.tlsa(host, net.smtp_port()).await);
        if matches!(found.1, Ok(_) | Err(NetFault::NoRecord)) {
            remember(&self.tlsa, host, now, found.clone());
        }
        found
    }
}

async fn look(net: &dyn Net, clock: &dyn Clock, domain: &Domain, known: Option<&StsPolicy>) -> Sts {
    let name = format!("_mta-sts.{}", domain.as_str());
    let found = net.proved_txt(&name).await;
    let now = clock.now();
    let seen = Some(DnsSeen::txt(&name, now, &found));
    let kept = |fault| Sts {
        policy: known.cloned(),
        fault,
        seen: seen.clone(),
    };
    let Some(id) = found.ok().and_then(|found| sts::find_id(&found.value)) else {
        return kept(None);
    };
    if known.is_some_and(|k| k.id == id && now.since(k.fetched_at) < REFRESH_AFTER) {
        return kept(None);
    }
    match fetch(net, domain, &id, now).await {
        Ok(policy) => Sts {
            policy: Some(policy),
            fault: None,
            seen,
        },
        Err(fault) => kept(Some(fault)),
    }
}

/// RFC 8461 §3.3: by verified HTTPS, following no redirect.
async fn fetch(
    net: &dyn Net,
    domain: &Domain,
    id: &str,
    now: Timestamp,
) -> Result<StsPolicy, &'static str> {
    let request = HttpRequest {
        method: HttpMethod::Get,
        url: format!(
            "https://mta-sts.{}/.well-known/mta-sts.txt",
            domain.as_str()
        ),
        headers: Vec::new(),
        body: Vec::new(),
        follow_redirects: false,
        answer_octets_max: limits::STS_POLICY_OCTETS_MAX,
        to: HttpTo::Public,
    };
    let answer = net
        .http(request, limits::STS_FETCH_WAIT)
        .await
        .map_err(|fault| match fault {
            NetFault::TlsFailed => "sts-webpki-invalid",
            _ => "sts-policy-fetch-error",
        })?;
    if answer.status != 200 {
        return Err("sts-policy-fetch-error");
    }
    let kind = answer.find_header("content-type").unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    if !kind.eq_ignore_ascii_case("text/plain") {
        return Err("sts-policy-invalid");
    }
    sts::parse(&answer.body, id, now).ok_or("sts-policy-invalid")
}

fn recent<T: Clone>(
    among: &Mutex<BTreeMap<Domain, (Timestamp, T)>>,
    name: &Domain,
    now: Timestamp,
) -> Option<T> {
    let held = lock(among);
    let (at, found) = held.get(name)?;
    (now.since(*at) < REMEMBERED && now >= *at).then(|| found.clone())
}

fn remember<T>(
    among: &Mutex<BTreeMap<Domain, (Timestamp, T)>>,
    name: &Domain,
    now: Timestamp,
    found: T,
) {
    let mut held = lock(among);
    if held.len() >= REMEMBERED_MAX {
        held.clear();
    }
    held.insert(name.clone(), (now, found));
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    // A map is whole between any two statements: a panic elsewhere does not spoil it.
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
