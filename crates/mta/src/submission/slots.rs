//! How many sessions there may be: in all, and from one address.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The sessions of one service. Invariant: a count falls when its [`Slot`] is dropped, so a session
/// that ends in any way gives its place back.
#[derive(Clone)]
pub(crate) struct Slots(Arc<Inner>);

struct Inner {
    service: &'static str,
    total_max: usize,
    per_ip_max: usize,
    taken: Mutex<BTreeMap<IpAddr, usize>>,
}

/// One session's place.
pub(crate) struct Slot {
    slots: Slots,
    ip: IpAddr,
}

impl Slots {
    /// `service` names it in metrics.
    pub fn new(service: &'static str, total_max: usize, per_ip_max: usize) -> Self {
        Self(Arc::new(Inner {
            service,
            total_max,
            per_ip_max,
            taken: Mutex::new(BTreeMap::new()),
        }))
    }

    /// A place, or `None` when all are taken or this address has its share.
    pub fn take(&self, ip: IpAddr) -> Option<Slot> {
        let ip = network(ip);
        let mut taken = self.lock();
        if taken.values().sum::<usize>() >= self.0.total_max {
            return None;
        }
        let count = taken.entry(ip).or_insert(0);
        if *count >= self.0.per_ip_max {
            return None;
        }
        *count += 1;
        drop(taken);
        metrics::gauge!("connection_count", "service" => self.0.service).increment(1);
        Some(Slot {
            slots: self.clone(),
            ip,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        // Counts are whole between any two statements: a panic elsewhere does not spoil them.
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        metrics::gauge!("connection_count", "service" => self.slots.0.service).decrement(1);
        let mut taken = self.slots.lock();
        if let Some(count) = taken.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.ip);
            }
        }
    }
}

/// One client may hold a whole IPv6 /64, and counts as one.
pub(crate) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests;
