//! The tries of one attempt: each host, each of its addresses, a kept connection or a fresh one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use mail::smtp::{ClientDone, ClientSession};
use model::seams::{Answer, Egress, Net, NetFault};
use model::{Demand, Domain, Evidence, Floor, Outcome, Phi, RefusalScope, TlsPolicy, limits};

use super::Errand;
use super::plan::{Barred, HostPlan, Planner, Told};
use super::route::Route;
use super::sessions::{self, Sessions};
use super::tally::{Rank, Tally, stating};
use crate::pool::{Bounds, Connection, Pool, PoolKey, Turn};

/// One attempt under way.
pub(super) struct Attempt<'a> {
    pub pool: &'a Pool,
    pub net: &'a dyn Net,
    pub errand: &'a Errand,
    pub planner: Planner<'a>,
    pub bounds: Bounds<'a>,
    /// The evidence so far: when it began.
    pub start: Evidence,
    pub sessions: Sessions,
}

/// What one connection led to.
enum Said {
    /// This is the outcome, whatever other hosts would say.
    Final(Outcome, Evidence),
    /// Another host may do better.
    TryNext(Rank, Outcome, Evidence),
    /// A kept connection turned out to be dead; nothing of the message was taken.
    Stale,
    TlsFailed,
}

impl Attempt<'_> {
    /// Follows the route until a host decides.
    pub async fn along(&self, route: &Route) -> (Outcome, Evidence) {
        if let Some(fault) = self.planner.sts.fault {
            let told = Told {
                lines: Vec::new(),
                domain: self.errand.destination.clone(),
                mx: Vec::new(),
            };
            self.note(TlsPolicy::Sts, &told, (None, None), Some(fault));
        }
        let mut tally = Tally::new();
        let mut tried = 0;
        for host in &route.hosts {
            let addresses = self.addresses(host, route.implicit, &mut tally).await;
            if addresses.value.is_empty() {
                continue;
            }
            let plan = match self.planner.plan(host, addresses.secure).await {
                Ok(plan) => plan,
                Err(barred) => {
                    self.barred(host, barred, &mut tally);
                    continue;
                }
            };
            for ip in addresses.value {
                if tried == limits::MX_ADDRESSES_TRIED_MAX || self.bounds.left().is_zero() {
                    return self.close(tally);
                }
                tried += 1;
                match self.address(host, ip, &plan).await {
                    Said::Final(outcome, evidence) => return (outcome, evidence),
                    Said::TryNext(rank, outcome, evidence) => tally.add(rank, outcome, evidence),
                    Said::Stale | Said::TlsFailed => {}
                }
            }
        }
        self.close(tally)
    }

    /// What stays below the domain's own policy, where our decision demands nothing, is tried again
    /// later (RFC 8461 §5, RFC 7672 §2.1): it must neither be sent nor returned.
    fn close(&self, tally: Tally) -> (Outcome, Evidence) {
        let (outcome, evidence) = tally.close(self.start.clone());
        if outcome != Outcome::BelowDemand || self.errand.demand != Demand::Opportunistic {
            return (outcome, evidence);
        }
        let evidence = stating(
            evidence,
            "4.7.5",
            "the domain's own policy asks for TLS that its server does not offer",
        );
        (Outcome::Deferred(RefusalScope::Domain), evidence)
    }

    /// A host that is not dialled, and why.
    fn barred(&self, host: &Domain, barred: Barred, tally: &mut Tally) {
        let mut evidence = self.start.clone();
        evidence.mx_host = Some(host.clone());
        match barred {
            Barred::TlsaUnknown => tally.add(
                Rank::Unreachable,
                Outcome::Deferred(RefusalScope::Domain),
                stating(
                    evidence,
                    "4.7.5",
                    "DNS gave no proved answer about TLSA records",
                ),
            ),
            Barred::NotNamed(told, policy) => {
                self.note(
                    policy.kind,
                    &told,
                    (Some(host), None),
                    Some("validation-failure"),
                );
                evidence.policy = Some(policy);
                let text = "the domain's MTA-STS policy does not name this server";
                tally.add(
                    Rank::Below,
                    Outcome::BelowDemand,
                    stating(evidence, "4.7.5", text),
                );
            }
            Barred::NameUnproved => tally.add(
                Rank::Refused,
                Outcome::Refused(RefusalScope::Domain),
                stating(
                    evidence,
                    "5.7.30",
                    "neither DNSSEC nor MTA-STS vouches for the server's name (REQUIRETLS)",
                ),
            ),
        }
    }

    /// The addresses of a host that may be dialled; why there is none goes into the tally.
    async fn addresses(
        &self,
        host: &Domain,
        implicit: bool,
        tally: &mut Tally,
    ) -> Answer<Vec<IpAddr>> {
        let refused = Outcome::Refused(RefusalScope::Domain);
        let mut evidence = self.start.clone();
        evidence.mx_host = Some(host.clone());
        match self.net.addresses(host).await {
            Ok(mut found) => {
                found.value.retain(|ip| self.net.may_dial(*ip));
                if found.value.is_empty() {
                    let evidence = stating(
                        evidence,
                        "5.4.4",
                        "the domain's mail server has no public address",
                    );
                    tally.add(Rank::Forbidden, refused, evidence);
                    return found;
                }
                found.value.retain(|ip| self.egress().reaches(*ip));
                if found.value.is_empty() {
                    let evidence = stating(
                        evidence,
                        "4.4.1",
                        "the sending address has no way to the mail server's addresses",
                    );
                    let later = Outcome::Deferred(RefusalScope::Us);
                    tally.add(Rank::Unreachable, later, evidence);
                }
                found
            }
            Err(NetFault::NoRecord) if implicit => {
                tally.add(
                    Rank::Nowhere,
                    refused,
                    stating(
                        evidence,
                        "5.1.2",
                        "the domain does not exist or takes no mail",
                    ),
                );
                Answer::insecure(Vec::new())
            }
            Err(NetFault::NoRecord) => {
                tally.add(
                    Rank::Nowhere,
                    refused,
                    stating(evidence, "5.4.4", "the domain's mail server has no address"),
                );
                Answer::insecure(Vec::new())
            }
            Err(_) => {
                let evidence = stating(evidence, "4.4.3", "DNS gave no address of the mail server");
                tally.add(
                    Rank::Unreachable,
                    Outcome::Deferred(RefusalScope::Domain),
                    evidence,
                );
                Answer::insecure(Vec::new())
            }
        }
    }

    async fn address(&self, host: &Domain, ip: IpAddr, plan: &HostPlan) -> Said {
        let key = PoolKey {
            host: host.clone(),
            ip,
            floor: plan.floor,
            trust: plan.trust.clone(),
            egress: Arc::clone(self.egress()),
        };
        if let Some(kept) = self.pool.take(&key, self.bounds.clock.now()) {
            match self.converse(kept, Origin::Kept, plan).await {
                Said::Stale => {}
                said => {
                    metrics::counter!("connection_reuses_total").increment(1);
                    return said;
                }
            }
        }
        let ehlo = key.egress.ehlo.as_str().to_owned();
        match self
            .open(
                &key,
                ClientSession::new(ehlo.clone(), key.floor).towards(&key.host),
                plan,
            )
            .await
        {
            // A TLS failure must not stop mail that needs no TLS. Other floors never come here with
            // `TlsFailed`, and are asked again, since this is the one place that goes without TLS.
            Said::TlsFailed if key.floor == Floor::Opportunistic => {
                let plain = ClientSession::new_plain(ehlo).towards(&key.host);
                self.open(&key, plain, &plan.untold()).await
            }
            said => said,
        }
    }

    fn egress(&self) -> &Arc<Egress> {
        let chosen = self.errand.way.egress.as_ref();
        chosen.unwrap_or_else(|| self.pool.egress())
    }

    async fn open(&self, key: &PoolKey, session: ClientSession, plan: &HostPlan) -> Said {
        let to = SocketAddr::new(key.ip, self.net.smtp_port());
        let wait = self.pool.settings().dial_wait.min(self.bounds.left());
        match self.net.dial(to, &key.egress, wait).await {
            Ok(wire) => {
                let connection = Connection::new(key.clone(), session, wire);
                self.converse(connection, Origin::Fresh, plan).await
            }
            Err(_) => {
                let evidence = stating(
                    self.evidence(key, plan),
                    "4.4.1",
                    "the mail server cannot be reached",
                );
                Said::TryNext(
                    Rank::Unreachable,
                    Outcome::Deferred(RefusalScope::Domain),
                    evidence,
                )
            }
        }
    }

    async fn converse(&self, mut connection: Connection, origin: Origin, plan: &HostPlan) -> Said {
        let turn = connection.advance(&self.bounds).await;
        if origin == Origin::Fresh {
            self.note_session(&connection, &turn, plan);
        }
        match turn {
            Turn::Ready => {}
            _ if origin == Origin::Kept => return Said::Stale,
            Turn::TlsFailed => return Said::TlsFailed,
            Turn::Done(done) => {
                return before_mail(&done, self.evidence_of(&connection, &done, plan));
            }
            Turn::Over => return self.ended(&connection, plan),
        }
        // The session asserts this too; no message may hang on one assertion.
        if !connection.meets_floor() {
            let evidence = self.evidence(connection.key(), plan);
            return Said::TryNext(Rank::Below, Outcome::BelowDemand, evidence);
        }
        connection.send(self.errand.transaction.clone());
        match connection.advance(&self.bounds).await {
            Turn::Done(done) => self.finish(connection, origin, &done, plan).await,
            _ if origin == Origin::Kept => Said::Stale,
            _ => self.ended(&connection, plan),
        }
    }

    /// What the domain may want to hear of: how far TLS came, whoever broke off.
    fn note_session(&self, connection: &Connection, turn: &Turn, plan: &HostPlan) {
        let Some(told) = &plan.told else { return };
        let tls = connection.tls();
        let failure = match turn {
            Turn::Ready => sessions::failure(tls, false),
            Turn::TlsFailed => sessions::failure(tls, true),
            Turn::Done(done) if done.outcome == Outcome::BelowDemand => {
                sessions::failure(tls, connection.began_tls())
            }
            Turn::Done(_) | Turn::Over => return,
        };
        let key = connection.key();
        self.note(
            plan.policy.kind,
            told,
            (Some(&key.host), Some(key.ip)),
            failure,
        );
    }

    fn note(
        &self,
        policy: TlsPolicy,
        told: &Told,
        at: (Option<&Domain>, Option<IpAddr>),
        failure: Option<&'static str>,
    ) {
        let domain = &self.errand.destination;
        self.sessions.note((domain, policy), told, at, failure);
    }

    async fn finish(
        &self,
        connection: Connection,
        origin: Origin,
        done: &ClientDone,
        plan: &HostPlan,
    ) -> Said {
        let evidence = self.evidence_of(&connection, done, plan);
        let said = after_mail(done, origin, evidence);
        if let Said::Final(Outcome::Accepted, _) = said
            && !connection.meets_floor()
        {
            // Cannot happen; if it ever does, it must be seen (the alert is on this metric).
            metrics::counter!("plaintext_fallback_total").increment(1);
            tracing::error!("a message left below its demand");
        }
        if done.reusable
            && let Some(full) = self.keep(connection)
        {
            full.quit().await;
        }
        said
    }

    /// Puts it where the next delivery finds it; gives it back when it has carried its share.
    fn keep(&self, connection: Connection) -> Option<Connection> {
        let share = self.errand.way.messages_max;
        if share.is_some_and(|share| connection.carried() >= share) {
            return Some(connection);
        }
        self.pool.put(connection, self.bounds.clock.now())
    }

    fn ended(&self, connection: &Connection, plan: &HostPlan) -> Said {
        let mut evidence = stating(
            self.evidence(connection.key(), plan),
            "4.4.2",
            "the connection ended",
        );
        evidence.tls = connection.tls().cloned();
        Said::TryNext(
            Rank::Unreachable,
            Outcome::Deferred(RefusalScope::Domain),
            evidence,
        )
    }

    fn evidence(&self, key: &PoolKey, plan: &HostPlan) -> Evidence {
        let mut evidence = self.start.clone();
        evidence.mx_host = Some(key.host.clone());
        evidence.mx_ip = Some(key.ip);
        evidence.policy = Some(plan.policy.clone());
        evidence
    }

    fn evidence_of(&self, connection: &Connection, done: &ClientDone, plan: &HostPlan) -> Evidence {
        let mut evidence = self.evidence(connection.key(), plan);
        evidence.tls = connection.tls().cloned();
        evidence.reply_code = done.code;
        evidence.reply_enhanced.clone_from(&done.enhanced);
        evidence.reply_text = done.text.clone().map(Phi::new);
        evidence.verdict = done.verdict;
        let wanted = self.errand.transaction.dsn.notify.wants_success();
        evidence.success_untold =
            wanted && done.outcome == Outcome::Accepted && !connection.reports();
        if matches!(done.outcome, Outcome::Accepted | Outcome::Ambiguous) {
            evidence.sent_sha256 = Some(self.errand.sent_sha256);
        }
        match (done.outcome, done.code) {
            (Outcome::Deferred(_), None) => stating(
                evidence,
                "4.4.2",
                "the connection ended before the message was taken",
            ),
            (Outcome::Ambiguous, None) => stating(
                evidence,
                "4.4.2",
                "no answer to the final dot: it may have been accepted",
            ),
            _ => evidence,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Fresh,
    Kept,
}

/// The connection failed before a message could be sent: the next host is tried whatever was said
/// (a 5xx greeting speaks for one host, RFC 5321 §5.1).
fn before_mail(done: &ClientDone, evidence: Evidence) -> Said {
    let rank = match done.outcome {
        Outcome::BelowDemand => Rank::Below,
        _ => match done.code {
            Some(500..) => Rank::Refused,
            Some(_) => Rank::Later,
            None => Rank::Unreachable,
        },
    };
    Said::TryNext(rank, done.outcome, evidence)
}

fn after_mail(done: &ClientDone, origin: Origin, evidence: Evidence) -> Said {
    let unsaid = done.code.is_none();
    match done.outcome {
        Outcome::BelowDemand => Said::TryNext(Rank::Below, done.outcome, evidence),
        // The connection broke, or the host closes its service (421), before the message was taken.
        Outcome::Deferred(_) if unsaid || done.code == Some(421) => match origin {
            Origin::Kept => Said::Stale,
            Origin::Fresh if unsaid => Said::TryNext(Rank::Unreachable, done.outcome, evidence),
            Origin::Fresh => Said::TryNext(Rank::Later, done.outcome, evidence),
        },
        // The host lacks an extension that this message needs; another MX host may have it.
        Outcome::Refused(_) if unsaid => Said::TryNext(Rank::Refused, done.outcome, evidence),
        _ => Said::Final(done.outcome, evidence),
    }
}
