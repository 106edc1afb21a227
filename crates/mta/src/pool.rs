//! Connections kept open between deliveries, by (MX host, address, what TLS must achieve, way out).
//!
//! A TLS session and an EHLO cost more than the message; a burst to one host pays them once.
//! Invariants: a connection serves one delivery at a time, only deliveries of the floor it was
//! opened for, only until it was idle too long or carried its share; no lock is held while waiting.

mod connection;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::seams::Egress;
use model::{Domain, Floor, Timestamp, TlsGoal, Trust, limits};

use crate::policy::Memory;
pub(crate) use connection::{Bounds, Connection, Turn};

/// Who is at the other end, and how well it must be known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PoolKey {
    pub host: Domain,
    pub ip: IpAddr,
    pub floor: Floor,
    pub trust: Trust,
    /// A receiver judges what a connection carries by where the connection comes from.
    pub egress: Arc<Egress>,
}

impl PoolKey {
    pub(crate) fn goal(&self) -> TlsGoal {
        TlsGoal {
            host: self.host.clone(),
            floor: self.floor,
            trust: self.trust.clone(),
        }
    }
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
    /// An attempt up to its final dot. Its answer has its own wait after that, and even then the
    /// attempt ends before its lease does.
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
            attempt_max: limits::DELIVERY_LEASE
                .saturating_sub(limits::SMTP_FINAL_REPLY_WAIT + Duration::from_secs(60)),
        }
    }
}

/// The idle connections of one process.
pub struct Pool {
    settings: PoolSettings,
    /// The way out when none was chosen.
    egress: Arc<Egress>,
    idle: Mutex<BTreeMap<PoolKey, Vec<Idle>>>,
    memory: Memory,
}

struct Idle {
    connection: Connection,
    since: Timestamp,
}

impl Pool {
    pub fn new(settings: PoolSettings) -> Self {
        Self {
            egress: Arc::new(Egress::direct(settings.hostname.clone())),
            settings,
            idle: Mutex::new(BTreeMap::new()),
            memory: Memory::default(),
        }
    }

    pub fn settings(&self) -> &PoolSettings {
        &self.settings
    }

    /// What receiving domains were lately found to ask for.
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(crate) fn egress(&self) -> &Arc<Egress> {
        &self.egress
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
        if connection.carried() >= self.settings.messages_max || connection.is_full() {
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
