//! What DNS says of the keys that our letters are signed with, as evidence.
//!
//! A signature shows something later only to who knows which key stood in DNS when the letter left. It is asked beside an
//! attempt and never in its way: what DNS does not tell in time is written down as not told.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::seams::{Clock, Net, NetFault};
use model::{DnsSeen, DnsStanding, Timestamp, limits};
use tokio::time::timeout;

/// As long as the other answers of DNS that attempts share.
const REMEMBERED: Duration = Duration::from_secs(120);
/// A fault of DNS delays the end of one attempt in so long.
const FAULT_REMEMBERED: Duration = Duration::from_secs(30);
/// Beyond this all are forgotten and asked anew.
const REMEMBERED_MAX: usize = 10_000;

#[derive(Default)]
pub(crate) struct OwnKeys(Mutex<BTreeMap<String, DnsSeen>>);

impl OwnKeys {
    /// The records of the keys that a letter is signed with.
    pub async fn seen(&self, net: &dyn Net, clock: &dyn Clock, head: &[u8]) -> Vec<DnsSeen> {
        let mut all: Vec<DnsSeen> = Vec::new();
        for name in mail::dkim_key_names(head) {
            let found = match self.recent(&name, clock.now()) {
                Some(found) => found,
                // They stand in one zone: one silence is waited for, not one a key.
                None if is_silent(&all) => not_told(&name, clock.now()),
                None => ask(net, clock, &name).await,
            };
            self.remember(&found);
            all.push(found);
        }
        all
    }

    fn recent(&self, name: &str, now: Timestamp) -> Option<DnsSeen> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.get(name)?;
        let lasts = match found.standing {
            DnsStanding::Failed => FAULT_REMEMBERED,
            _ => REMEMBERED,
        };
        (now >= found.at && now.since(found.at) < lasts).then(|| found.clone())
    }

    fn remember(&self, found: &DnsSeen) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= REMEMBERED_MAX {
            held.clear();
        }
        held.insert(found.name.clone(), found.clone());
    }
}

fn is_silent(all: &[DnsSeen]) -> bool {
    all.iter().any(|seen| seen.standing == DnsStanding::Failed)
}

async fn ask(net: &dyn Net, clock: &dyn Clock, name: &str) -> DnsSeen {
    match timeout(limits::DKIM_RECORD_WAIT, net.proved_txt(name)).await {
        Ok(found) => DnsSeen::txt(name, clock.now(), &found),
        Err(_) => not_told(name, clock.now()),
    }
}

fn not_told(name: &str, at: Timestamp) -> DnsSeen {
    DnsSeen::txt(name, at, &Err(NetFault::TimedOut))
}
