//! Networks and programs that a sender was met with before.
//!
//! Invariant: keyed tokens alone, as many as a limit says; the first of a kind is no surprise, since nothing
//! is known of a sender until then.

use std::collections::BTreeMap;

use model::limits;
use serde::{Deserialize, Serialize};

/// How many messages came from each, by token; beyond a limit the others are not told apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Met {
    pub networks: BTreeMap<u64, u32>,
    pub agents: BTreeMap<u64, u32>,
}

/// By token, with the day when it was last met.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Familiar {
    networks: BTreeMap<u64, i64>,
    agents: BTreeMap<u64, i64>,
}

impl Met {
    pub fn add(&mut self, network: Option<u64>, agent: Option<u64>) {
        let pairs = [(&mut self.networks, network), (&mut self.agents, agent)];
        for (known, token) in pairs {
            let room = known.len() < limits::RISK_NETWORKS_MAX;
            if let Some(token) = token.filter(|token| room || known.contains_key(token)) {
                let count = known.entry(token).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    pub fn merge(&mut self, other: &Self) {
        let pairs = [
            (&mut self.networks, &other.networks),
            (&mut self.agents, &other.agents),
        ];
        for (own, more) in pairs {
            for (token, times) in more {
                if own.len() < limits::RISK_NETWORKS_MAX || own.contains_key(token) {
                    let count = own.entry(*token).or_default();
                    *count = count.saturating_add(*times);
                }
            }
        }
    }
}

impl Familiar {
    /// Messages from networks, and by programs, never met before.
    pub fn meet(&mut self, met: &Met, day: i64) -> (u32, u32) {
        (
            meet(
                &mut self.networks,
                &met.networks,
                day,
                limits::RISK_NETWORKS_MAX,
            ),
            meet(&mut self.agents, &met.agents, day, limits::RISK_AGENTS_MAX),
        )
    }
}

fn meet(known: &mut BTreeMap<u64, i64>, met: &BTreeMap<u64, u32>, day: i64, most: usize) -> u32 {
    let first = known.is_empty();
    let mut new = 0u32;
    for (token, times) in met {
        if known.insert(*token, day).is_none() && !first {
            new = new.saturating_add(*times);
        }
    }
    while known.len() > most {
        let oldest = known.iter().min_by_key(|(_, day)| **day);
        let Some(oldest) = oldest.map(|(token, _)| *token) else {
            break;
        };
        known.remove(&oldest);
    }
    new
}

#[cfg(test)]
mod tests;
