//! Legal holds: what they cover, and which of them bind an item.
//!
//! A matter has many holds and an item may be under several; it is free when all are gone (records §3).
//! Invariant: what cannot be told counts as covered: a query that could not read the item, a custodian or
//! a class that nobody knows.

use std::collections::BTreeSet;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rule::Approval;
use crate::{Class, Day, Item, Zone};

/// One hold of a matter. What is left empty does not narrow it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    pub id: String,
    pub matter: String,
    #[serde(default)]
    pub custodians: BTreeSet<String>,
    /// The first day of the organisation's calendar that is covered.
    #[serde(default)]
    pub from: Option<Day>,
    /// The last one.
    #[serde(default)]
    pub to: Option<Day>,
    #[serde(default)]
    pub classes: BTreeSet<Class>,
    #[serde(default)]
    pub query: HoldQuery,
    #[serde(default)]
    pub state: HoldState,
    /// Counsel's recorded decision that it stands against a ceiling, as of 42 CFR 2.19.
    #[serde(default)]
    pub over_ceiling: Option<Approval>,
}

/// Whether words narrow a hold. The words themselves are not this crate's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldQuery {
    #[default]
    None,
    Words,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldState {
    #[default]
    Active,
    /// Approved by a second person; binds until the delay is over.
    Released { binds_until: Timestamp },
}

/// What a hold's query says of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryOutcome {
    Matches,
    DoesNot,
    /// Encrypted, broken, too large, or not indexed yet.
    CannotRead,
}

/// A hold that binds an item, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HeldBy {
    pub hold: String,
    pub matter: String,
    pub why: HeldWhy,
    pub is_released: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldWhy {
    /// It has no query and its scope covers the item.
    InScope,
    Matched,
    /// The query could not read the item, or was not asked.
    Unreadable,
    CustodianUnknown,
    Unclassified,
}

impl HeldWhy {
    pub fn word(self) -> &'static str {
        match self {
            Self::InScope => "in_scope",
            Self::Matched => "matched",
            Self::Unreadable => "unreadable",
            Self::CustodianUnknown => "custodian_unknown",
            Self::Unclassified => "unclassified",
        }
    }
}

/// The holds that bind `item` at `now`, by id. Ask again inside the transaction that destroys.
pub fn held_by(item: &Item, holds: &[Hold], zone: Zone, now: Timestamp) -> Vec<HeldBy> {
    let created = zone.day_of(item.created);
    let mut by: Vec<HeldBy> = holds
        .iter()
        .filter_map(|hold| {
            let why = covers(hold, item, created)?;
            let is_released = match hold.state {
                HoldState::Active => false,
                HoldState::Released { binds_until } if now <= binds_until => true,
                HoldState::Released { .. } => return None,
            };
            Some(HeldBy {
                hold: hold.id.clone(),
                matter: hold.matter.clone(),
                why,
                is_released,
            })
        })
        .collect();
    by.sort();
    by
}

fn covers(hold: &Hold, item: &Item, created: Day) -> Option<HeldWhy> {
    let in_range =
        hold.from.is_none_or(|from| from <= created) && hold.to.is_none_or(|to| created <= to);
    let custodian_unknown = !hold.custodians.is_empty() && item.custodians.is_empty();
    let is_theirs = hold.custodians.is_empty()
        || custodian_unknown
        || !hold.custodians.is_disjoint(&item.custodians);
    let class_unknown = !hold.classes.is_empty() && item.is_unclassified();
    let is_of_class =
        class_unknown || hold.classes.is_empty() || hold.classes.iter().any(|c| item.is_of(c));
    if !(in_range && is_theirs && is_of_class) {
        return None;
    }
    let by_query = match hold.query {
        HoldQuery::None => HeldWhy::InScope,
        HoldQuery::Words => match item.queries.get(&hold.id) {
            Some(QueryOutcome::Matches) => HeldWhy::Matched,
            Some(QueryOutcome::DoesNot) => return None,
            Some(QueryOutcome::CannotRead) | None => HeldWhy::Unreadable,
        },
    };
    Some(match (custodian_unknown, class_unknown) {
        (true, _) => HeldWhy::CustodianUnknown,
        (false, true) => HeldWhy::Unclassified,
        (false, false) => by_query,
    })
}
