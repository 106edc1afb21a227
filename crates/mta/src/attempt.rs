//! One attempt to deliver one letter: find the hosts, try them in order, tell what happened.
//!
//! It decides nothing about later attempts (`queue` does). It runs on no particular runtime: all
//! waiting goes through `Net` and `Wire`, so the simulator runs it as it is. Invariants: nothing is
//! sent below the demand, on any host; nothing is sent twice once a final dot may have arrived; an
//! absence DNS is not sure of never bounces mail.

mod route;
mod tally;
mod tries;

use std::sync::Arc;

use flow::OutLetter;
use mail::smtp::Transaction;
use model::seams::{Clock, Net, Rng};
use model::{Demand, Domain, Evidence, Outcome, RefusalScope};

use crate::pool::{Bounds, Pool};
use route::DeadEnd;
use tally::stating;
use tries::Attempt;

/// A message for one recipient, ready to go.
#[derive(Clone)]
pub struct Errand {
    pub transaction: Transaction,
    pub destination: Domain,
    pub demand: Demand,
    /// Of `head ++ body`, for the evidence.
    pub sent_sha256: [u8; 32],
}

/// Delivers a letter of `flow`'s.
pub async fn attempt(
    pool: &Pool,
    net: &dyn Net,
    clock: &dyn Clock,
    rng: &dyn Rng,
    letter: &OutLetter,
) -> (Outcome, Evidence) {
    let errand = Errand {
        transaction: Transaction {
            from: letter.from.clone(),
            to: letter.to.clone(),
            head: Arc::clone(&letter.head),
            body: Arc::clone(&letter.body),
            utf8: letter.utf8,
            eight_bit: letter.eight_bit,
            // Their failure notices come back to us and are told in our words, without PHI.
            notify_never: false,
        },
        destination: letter.destination.clone(),
        demand: letter.demand,
        sent_sha256: letter.sent_sha256,
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
    let found = route::find(net, rng, &pool.settings().hostname, &errand.destination).await;
    let (outcome, mut evidence) = match found {
        Err(dead_end) => explain(dead_end, start),
        Ok(route) => {
            let until = start.started_at.plus(pool.settings().attempt_max);
            let bounds = Bounds {
                clock,
                until,
                reply_wait_max: pool.settings().reply_wait_max,
            };
            Attempt {
                pool,
                net,
                errand,
                bounds,
                start,
            }
            .along(&route)
            .await
        }
    };
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
