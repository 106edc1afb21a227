//! The tries of one attempt: each host, each of its addresses, a kept connection or a fresh one.

use std::net::{IpAddr, SocketAddr};

use mail::smtp::{ClientDone, ClientSession};
use model::seams::{Net, NetFault};
use model::{Demand, Domain, Evidence, Outcome, Phi, RefusalScope, limits};

use super::Errand;
use super::route::Route;
use super::tally::{Rank, Tally, stating};
use crate::pool::{Bounds, Connection, Pool, PoolKey, Turn};

/// One attempt under way.
pub(super) struct Attempt<'a> {
    pub pool: &'a Pool,
    pub net: &'a dyn Net,
    pub errand: &'a Errand,
    pub bounds: Bounds<'a>,
    /// The evidence so far: when it began.
    pub start: Evidence,
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
        let mut tally = Tally::new();
        let mut tried = 0;
        for host in &route.hosts {
            let addresses = self.addresses(host, route.implicit, &mut tally).await;
            for ip in addresses {
                if tried == limits::MX_ADDRESSES_TRIED_MAX || self.bounds.left().is_zero() {
                    return tally.close(self.start.clone());
                }
                tried += 1;
                match self.address(host, ip).await {
                    Said::Final(outcome, evidence) => return (outcome, evidence),
                    Said::TryNext(rank, outcome, evidence) => tally.add(rank, outcome, evidence),
                    Said::Stale | Said::TlsFailed => {}
                }
            }
        }
        tally.close(self.start.clone())
    }

    /// The addresses of a host that may be dialled; why there is none goes into the tally.
    async fn addresses(&self, host: &Domain, implicit: bool, tally: &mut Tally) -> Vec<IpAddr> {
        let refused = Outcome::Refused(RefusalScope::Domain);
        let mut evidence = self.start.clone();
        evidence.mx_host = Some(host.clone());
        match self.net.addresses(host).await {
            Ok(mut found) => {
                found.retain(|ip| self.net.may_dial(*ip));
                if found.is_empty() {
                    let evidence = stating(
                        evidence,
                        "5.4.4",
                        "the domain's mail server has no public address",
                    );
                    tally.add(Rank::Forbidden, refused, evidence);
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
                Vec::new()
            }
            Err(NetFault::NoRecord) => {
                tally.add(
                    Rank::Nowhere,
                    refused,
                    stating(evidence, "5.4.4", "the domain's mail server has no address"),
                );
                Vec::new()
            }
            Err(_) => {
                let evidence = stating(evidence, "4.4.3", "DNS gave no address of the mail server");
                tally.add(
                    Rank::Unreachable,
                    Outcome::Deferred(RefusalScope::Domain),
                    evidence,
                );
                Vec::new()
            }
        }
    }

    async fn address(&self, host: &Domain, ip: IpAddr) -> Said {
        let key = PoolKey {
            host: host.clone(),
            ip,
            demand: self.errand.demand,
        };
        if let Some(kept) = self.pool.take(&key, self.bounds.clock.now()) {
            match self.converse(kept, Origin::Kept).await {
                Said::Stale => {}
                said => {
                    metrics::counter!("connection_reuses_total").increment(1);
                    return said;
                }
            }
        }
        let ehlo = self.pool.settings().hostname.as_str().to_owned();
        match self
            .open(&key, ClientSession::new(ehlo.clone(), key.demand))
            .await
        {
            // A TLS failure must not stop mail that needs no TLS. Other demands never come here with
            // `TlsFailed`, and are asked again, since this is the one place that goes without TLS.
            Said::TlsFailed if key.demand == Demand::Opportunistic => {
                self.open(&key, ClientSession::new_plain(ehlo)).await
            }
            said => said,
        }
    }

    async fn open(&self, key: &PoolKey, session: ClientSession) -> Said {
        let to = SocketAddr::new(key.ip, self.net.smtp_port());
        let wait = self.pool.settings().dial_wait.min(self.bounds.left());
        match self.net.dial(to, wait).await {
            Ok(wire) => {
                metrics::counter!("connections_opened_total").increment(1);
                self.converse(Connection::new(key.clone(), session, wire), Origin::Fresh)
                    .await
            }
            Err(_) => {
                let evidence = stating(
                    self.evidence(key),
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

    async fn converse(&self, mut connection: Connection, origin: Origin) -> Said {
        match connection.advance(&self.bounds).await {
            Turn::Ready => {}
            _ if origin == Origin::Kept => return Said::Stale,
            Turn::TlsFailed => return Said::TlsFailed,
            Turn::Done(done) => return before_mail(&done, self.evidence_of(&connection, &done)),
            Turn::Over => return self.ended(&connection),
        }
        // The session asserts this too; no message may hang on one assertion.
        if !connection.meets_demand() {
            let evidence = self.evidence(connection.key());
            return Said::TryNext(Rank::Below, Outcome::BelowDemand, evidence);
        }
        connection.send(self.errand.transaction.clone());
        match connection.advance(&self.bounds).await {
            Turn::Done(done) => self.finish(connection, origin, &done).await,
            _ if origin == Origin::Kept => Said::Stale,
            _ => self.ended(&connection),
        }
    }

    async fn finish(&self, connection: Connection, origin: Origin, done: &ClientDone) -> Said {
        let evidence = self.evidence_of(&connection, done);
        let said = after_mail(done, origin, evidence);
        if let Said::Final(Outcome::Accepted, _) = said
            && !connection.meets_demand()
        {
            // Cannot happen; if it ever does, it must be seen (the alert is on this metric).
            metrics::counter!("plaintext_fallback_total").increment(1);
            tracing::error!("a message left below its demand");
        }
        if done.reusable
            && let Some(full) = self.pool.put(connection, self.bounds.clock.now())
        {
            full.quit().await;
        }
        said
    }

    fn ended(&self, connection: &Connection) -> Said {
        let mut evidence = stating(
            self.evidence(connection.key()),
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

    fn evidence(&self, key: &PoolKey) -> Evidence {
        let mut evidence = self.start.clone();
        evidence.mx_host = Some(key.host.clone());
        evidence.mx_ip = Some(key.ip);
        evidence
    }

    fn evidence_of(&self, connection: &Connection, done: &ClientDone) -> Evidence {
        let mut evidence = self.evidence(connection.key());
        evidence.tls = connection.tls().cloned();
        evidence.reply_code = done.code;
        evidence.reply_enhanced.clone_from(&done.enhanced);
        evidence.reply_text = done.text.clone().map(Phi::new);
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
