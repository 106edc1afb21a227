//! One attempt to deliver one letter: find the hosts, try them in order, tell what happened.
//!
//! It decides nothing about later attempts (`queue` does). It runs on no particular runtime: all
//! waiting goes through `Net` and `Wire`, so the simulator runs it as it is. Invariants: nothing is
//! sent below the demand or what the receiving domain's policy asks for, on any host; nothing is sent twice once a final dot may have arrived; an
//! absence DNS is not sure of never bounces mail.

pub(crate) mod asked;
pub(crate) mod plan;
pub(crate) mod route;
mod sessions;
mod tally;
mod tries;

use std::sync::Arc;

use flow::{OutLetter, Way};
use mail::smtp::Transaction;
use model::seams::{Clock, Net, Rng};
use model::{Demand, Domain, Evidence, Outcome, RefusalScope, StsPolicy};

use crate::pool::{Bounds, Pool};
use crate::telemetry::Resolving;
use asked::Asked;
use plan::Planner;
use route::DeadEnd;
pub use route::mail_hosts;
use sessions::Sessions;
use tally::stating;
use tries::Attempt;

/// A message for one recipient, ready to go.
#[derive(Clone)]
pub struct Errand {
    pub transaction: Transaction,
    pub destination: Domain,
    pub demand: Demand,
    /// `TLS-Required: No` (RFC 8689 §5): the domain's own policies are set aside, never the demand.
    pub tls_optional: bool,
    /// The domain's MTA-STS policy as it was last learned.
    pub sts: Option<StsPolicy>,
    /// Of `head ++ body`, for the evidence.
    pub sent_sha256: [u8; 32],
    pub way: Way,
}

/// Delivers a letter of `flow`'s by the way that was chosen for it.
pub async fn attempt(
    pool: &Pool,
    net: &dyn Net,
    clock: &dyn Clock,
    rng: &dyn Rng,
    (letter, way): (&OutLetter, &Way),
) -> (Outcome, Evidence) {
    let errand = Errand {
        transaction: Transaction {
            from: letter.from.clone(),
            to: letter.to.clone(),
            head: Arc::clone(&letter.head),
            body: Arc::clone(&letter.body),
            utf8: letter.utf8,
            eight_bit: letter.eight_bit,
            dsn: letter.dsn.clone(),
            require_tls: letter.require_tls,
        },
        destination: letter.destination.clone(),
        demand: letter.demand,
        tls_optional: letter.tls_optional,
        sts: letter.sts.clone(),
        sent_sha256: letter.sent_sha256,
        way: way.clone(),
    };
    carry(pool, net, clock, rng, &errand).await
}

/// Carries it as far as it gets.
pub async fn carry(
    pool: &Pool,
    net: &dyn Net,
    clock: &dyn Clock,
    rng: &dyn Rng,
    errand: &Errand,
) -> (Outcome, Evidence) {
    let start = Evidence::starting(clock.now());
    let resolving = Resolving::begin();
    let asked = Asked::default();
    let (own, to) = (&pool.settings().hostname, &errand.destination);
    let found = route::find((net, clock, rng), own, to, &asked).await;
    let secure = found.as_ref().is_ok_and(|route| route.secure);
    resolving.end(!matches!(found, Err(DeadEnd::DnsFailed)), secure);
    let (outcome, mut evidence) = match found {
        Err(dead_end) => explain(dead_end, start),
        Ok(route) => {
            let until = start.started_at.plus(pool.settings().attempt_max);
            let bounds = Bounds {
                clock,
                until,
                reply_wait_max: pool.settings().reply_wait_max,
                kept_for_last: pool.settings().reply_wait_max,
            };
            let memory = pool.memory();
            let sts = memory
                .sts(net, clock, &errand.destination, errand.sts.as_ref())
                .await;
            sts.seen.iter().for_each(|seen| asked.note(seen.clone()));
            let learned = sts
                .policy
                .clone()
                .filter(|_| sts.policy != errand.sts)
                .map(|policy| (errand.destination.clone(), policy));
            let attempt = Attempt {
                pool,
                net,
                errand,
                planner: Planner {
                    net,
                    clock,
                    memory,
                    destination: &errand.destination,
                    demand: errand.demand,
                    require_tls: errand.transaction.require_tls,
                    tls_optional: errand.tls_optional,
                    sts,
                    hosts_secure: route.secure,
                    asked: &asked,
                },
                bounds,
                start,
                sessions: Sessions::default(),
            };
            let (outcome, mut evidence) = attempt.along(&route).await;
            evidence.learned = learned;
            evidence.sessions = attempt.sessions.into_all();
            (outcome, evidence)
        }
    };
    evidence.dns = asked.into_all();
    evidence.ended_at = clock.now();
    (outcome, evidence)
}

fn explain(dead_end: DeadEnd, start: Evidence) -> (Outcome, Evidence) {
    let domain = RefusalScope::Domain;
    match dead_end {
        DeadEnd::NullMx => (
            Outcome::Refused(domain),
            stating(
                start,
                "5.1.10",
                "the domain takes no mail: null MX (RFC 7505)",
            ),
        ),
        DeadEnd::Loop => (
            Outcome::Refused(domain),
            stating(
                start,
                "5.4.6",
                "the domain's mail leads back to this server",
            ),
        ),
        DeadEnd::DnsFailed => (
            Outcome::Deferred(domain),
            stating(
                start,
                "4.4.3",
                "DNS gave no answer about the domain's mail servers",
            ),
        ),
    }
}
