//! The overview: few figures, each with a definition, and the conservation check.

use std::collections::BTreeMap;

use ctx::{Action, Ctx};
use model::{Method, RecipientState, Result};
use store::tables::{deliveries, recipients};

use crate::Flow;

pub struct Overview {
    /// Recipients ever accepted.
    pub accepted: u64,
    pub states: BTreeMap<RecipientState, u64>,
    pub methods: BTreeMap<Method, u64>,
    /// `accepted` less the sum of all states. Anything but 0 is a fault of ours.
    pub off_by: i64,
    /// Live letters taken without the verified TLS that was demanded. Anything but 0 is a fault of ours.
    pub below_demand: u64,
    /// Deliveries not finished, all organisations of the installation.
    pub waiting: u64,
    pub ledger_size: u64,
    pub ledger_pending: u64,
}

impl Flow {
    pub fn overview(&self, ctx: &Ctx) -> Result<Overview> {
        ctx.allow(Action::MessageList, &ctx.own("message"))?;
        let organisation = ctx.organisation();
        let (accepted, totals, below_demand, waiting) = self.world().store.read(move |tx| {
            Ok((
                recipients::count(tx, organisation)?,
                recipients::totals(tx, organisation)?,
                deliveries::below_demand_count(tx, organisation)?,
                deliveries::open_count(tx)?,
            ))
        })?;
        let (mut states, mut methods) = (BTreeMap::new(), BTreeMap::new());
        for (state, method, count) in totals {
            *states.entry(state).or_insert(0) += count;
            *methods.entry(method).or_insert(0) += count;
        }
        let sum: u64 = states.values().sum();
        let head = ctx.ledger_state()?;
        Ok(Overview {
            accepted,
            states,
            methods,
            off_by: i64::try_from(accepted).unwrap_or(i64::MAX)
                - i64::try_from(sum).unwrap_or(i64::MAX),
            below_demand,
            waiting,
            ledger_size: head.size,
            ledger_pending: head.pending,
        })
    }
}
