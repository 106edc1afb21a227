//! Connections kept open between deliveries, by (MX host, address, demand).
//!
//! A TLS session and an EHLO cost more than the message; a burst to one host pays them once.
//! Invariants: a connection serves one delivery at a time, only deliveries of the demand it was
//! opened for, only until it was idle too long or carried its share; no lock is held while waiting.

mod connection;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{Demand, Domain, Timestamp, limits};

pub(crate) use connection::{Bounds, Connection, Turn};

/// Who is at the other end, and how well it must be known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PoolKey {
    pub host: Domain,
    pub ip: IpAddr,
    pub demand: Demand,
}

/// How long and how much.
#[derive(Clone)]
pub struct PoolSettings {
    /// Our own name: said in EHLO, and the host that must not be delivered to.
    pub hostname: Domain,
    /// Receivers hang up after 5 minutes or much sooner: idle connections are left before that.
    pub idle_max: Duration,
    /// Messages carried before a connection is given back, so that load spreads over their hosts.
    pub messages_max: u32,
    pub idle_connections_max: usize,
    pub dial_wait: Duration,
    /// A cap on what RFC 5321 §4.5.3.2 lets us wait for one answer.
    pub reply_wait_max: Duration,
    /// A whole attempt ends before its lease does.
    pub attempt_max: Duration,
}

impl PoolSettings {
    pub fn new(hostname: Domain) -> Self {
        Self {
            hostname,
            idle_max: Duration::from_secs(15),
            messages_max: 100,
            idle_connections_max: 200,
            dial_wait: Duration::from_secs(30),
            reply_wait_max: limits::SMTP_FINAL_REPLY_WAIT,
            attempt_max: limits::DELIVERY_LEASE.saturating_sub(Duration::from_secs(60)),
        }
    }
}

/// The idle connections of one process.
pub struct Pool {
    settings: PoolSettings,
    idle: Mutex<BTreeMap<PoolKey, Vec<Idle>>>,
}

struct Idle {
    connection: Connection,
    since: Timestamp,
}

impl Pool {
    pub fn new(settings: PoolSettings) -> Self {
        Self {
            settings,
            idle: Mutex::new(BTreeMap::new()),
        }
    }

    pub fn settings(&self) -> &PoolSettings {
        &self.settings
    }

    /// How many connections are idle.
    pub fn idle_count(&self) -> usize {
        self.lock().values().map(Vec::len).sum()
    }

    /// The connection used last, since it is the least likely to be dead.
    pub(crate) fn take(&self, key: &PoolKey, now: Timestamp) -> Option<Connection> {
        let mut idle = self.lock();
        let waiting = idle.get_mut(key)?;
        let found = waiting.pop();
        if waiting.is_empty() {
            idle.remove(key);
        }
        drop(idle);
        found
            .filter(|idle| now.since(idle.since) < self.settings.idle_max)
            .map(|idle| idle.connection)
    }

    /// Keeps it, or gives it back to be left politely.
    pub(crate) fn put(&self, connection: Connection, now: Timestamp) -> Option<Connection> {
        if connection.carried() >= self.settings.messages_max {
            return Some(connection);
        }
        let mut idle = self.lock();
        if idle.values().map(Vec::len).sum::<usize>() >= self.settings.idle_connections_max {
            return Some(connection);
        }
        idle.entry(connection.key().clone())
            .or_default()
            .push(Idle {
                connection,
                since: now,
            });
        None
    }

    /// Says QUIT on every connection that was idle too long. Call it every few seconds.
    pub async fn close_idle(&self, now: Timestamp) {
        self.leave(|idle| now.since(idle.since) >= self.settings.idle_max)
            .await;
    }

    /// Says QUIT on every idle connection, for shutdown.
    pub async fn close_all(&self) {
        self.leave(|_| true).await;
    }

    async fn leave(&self, over: impl Fn(&Idle) -> bool) {
        let mut leaving = Vec::new();
        {
            let mut idle = self.lock();
            for waiting in idle.values_mut() {
                leaving.extend(waiting.extract_if(.., |idle| over(idle)));
            }
            idle.retain(|_, waiting| !waiting.is_empty());
        }
        for idle in leaving {
            idle.connection.quit().await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<PoolKey, Vec<Idle>>> {
        // The map is whole between any two statements: a panic elsewhere does not spoil it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
