//! Route: what the scheduler asks of DNS, what the edge answers, what a reply says about a source.

use model::{BounceAction, Domain, Evidence, Outcome, RefusalScope};
use queue::{Advice, Destination, Input, Reply, RuleId, Said};

use super::{Dispatcher, Held, Job};

impl Dispatcher {
    /// Destinations whose MX hosts are wanted. Answer each by [`Self::found`]; what stays unanswered
    /// is asked again.
    pub fn lookups(&self, max: usize) -> Vec<Domain> {
        let mut held = self.lock();
        let mut wanted = Vec::new();
        while wanted.len() < max {
            let Some(destination) = held.lookups.pop_front() else {
                break;
            };
            match Domain::parse(destination.as_str()) {
                Ok(domain) => wanted.push(domain),
                // no name that DNS could know: it stands for itself
                Err(_) => self.tell(&mut held, destination, Vec::new()),
            }
        }
        wanted
    }

    /// The MX hosts of a destination: none when it has none or DNS could not tell.
    pub fn found(&self, domain: &Domain, hosts: Vec<String>) {
        let mut held = self.lock();
        self.tell(&mut held, Destination::from(domain), hosts);
        drop(held);
        self.bell.notify_one();
    }

    fn tell(&self, held: &mut Held, destination: Destination, hosts: Vec<String>) {
        self.step(held, Input::Resolved { destination, hosts });
    }

    /// What the reply to an attempt says beyond its outcome: about its source at its provider, and about
    /// when and how to come again.
    pub(super) fn said(
        &self,
        held: &Held,
        job: &Job,
        outcome: Outcome,
        evidence: &Evidence,
    ) -> Said {
        Said {
            rule: self.find_rule(held, job, outcome, evidence),
            advice: advice(outcome, evidence),
        }
    }

    fn find_rule(
        &self,
        held: &Held,
        job: &Job,
        outcome: Outcome,
        evidence: &Evidence,
    ) -> Option<RuleId> {
        let (_, provider) = held.queue.lane_of(job.delivery)?;
        let code = evidence
            .reply_code
            .filter(|_| outcome != Outcome::Accepted)?;
        // The program reads the peer's words to obey them; nobody is shown anything.
        let access = self.world.system(job.tracked.organisation).machine_access();
        let text = evidence.reply_text.as_ref().map(|text| text.open(access));
        let reply = Reply {
            code,
            enhanced: evidence.reply_enhanced.as_deref(),
            text: text.map_or("", String::as_str),
        };
        self.ways.routing().shaping.judge(provider, reply)
    }
}

/// What the verdict on a reply asks of the scheduler; see `docs/shaping.md`.
fn advice(outcome: Outcome, evidence: &Evidence) -> Option<Advice> {
    let (Outcome::Deferred(scope) | Outcome::Refused(scope)) = outcome else {
        return None;
    };
    match evidence.verdict {
        Some(verdict) if verdict.action == BounceAction::RetryElsewhere => Some(Advice::Elsewhere),
        Some(verdict) if verdict.action == BounceAction::QuotaWait => Some(Advice::QuotaWait),
        Some(verdict) if verdict.is_greylisting() => Some(Advice::Greylisted),
        Some(_) if scope == RefusalScope::Domain => Some(Advice::DomainOnly),
        // No server was asked: DNS knows nothing of this domain just now.
        None if scope == RefusalScope::Domain && evidence.mx_host.is_none() => {
            Some(Advice::DomainOnly)
        }
        _ => None,
    }
}
