//! What binds an organisation at a moment, and what will when it has cooled off.
//!
//! Invariant: while the two differ, an item is kept by whichever keeps it longer, so that nothing shorter counts
//! early and nothing longer late.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;
use std::time::Duration;

use ctx::Ctx;
use model::{Code, Error, OrganisationId, Result, Timestamp, limits};
use retention::{
    Answer, Approval, Classification, Classifier, Profile, Rule, RuleRef, RuleState, Rules,
    Verdict, Zone, due, pack,
};
use store::Tx;
use store::tables::retention_items;
use store::tables::retention_proposals::{self, Proposal, RuleChange};
use store::tables::retention_settings::{self, SettingKind};

use super::facts::Facts;
use super::proposals::{Told, opened};
use super::{SettingView, view};
use crate::Records;

static SHIPPED: LazyLock<std::result::Result<Rules, pack::PackInvalid>> =
    LazyLock::new(pack::shipped);

/// One state of all that binds.
#[derive(Clone)]
pub(super) struct Bound {
    pub rules: Rules,
    pub profile: Profile,
    pub classifier: Classifier,
}

/// What binds now, and what is approved and on its way.
pub struct Book {
    now: Bound,
    pub(super) next: Bound,
    /// They are the same.
    is_settled: bool,
    /// Changes whenever an answer could.
    pub(super) made_of: String,
    asked_at: Timestamp,
}

pub(super) fn shipped() -> Result<&'static Rules> {
    SHIPPED.as_ref().map_err(|_| Error::new(Code::Internal))
}

/// What was set or approved before this counts.
pub(super) fn cooled(now: Timestamp) -> Timestamp {
    now.minus(cooling())
}

pub(super) fn cooling() -> Duration {
    Duration::from_secs(u64::from(limits::RETENTION_COOLING_DAYS) * 86_400)
}

impl Records {
    /// Read it in the transaction in which it is used.
    ///
    /// # Errors
    /// The database's; `stored_data_invalid`.
    pub fn book(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Book> {
        Book::read(ctx, tx)
    }
}

impl Book {
    /// # Errors
    /// The database's; `stored_data_invalid`.
    pub fn read(ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Self> {
        let now = ctx.now();
        let approved = approved(ctx, tx)?;
        let counts = |row: &Proposal| row.counts_from.is_some_and(|from| from <= now);
        let profiles = settings::<Profile>(ctx, tx, SettingKind::Profile, true)?;
        let classes = settings::<Classifier>(ctx, tx, SettingKind::Classes, false)?;
        let mut made_of = format!("{} {}", profiles.versions, classes.versions);
        for (state, age) in shipped()?.majorities() {
            _ = write!(made_of, " {state}={age}");
        }
        for (row, _) in &approved {
            let sign = if counts(row) { '+' } else { '-' };
            _ = write!(made_of, " {sign}{}", row.number);
        }
        let is_settled = profiles.is_settled
            && classes.is_settled
            && approved.iter().all(|(row, _)| counts(row));
        let next = Bound {
            rules: adopted(approved.iter())?,
            profile: profiles.next.unwrap_or_else(nothing),
            classifier: classes.next.unwrap_or_default(),
        };
        let bound = Bound {
            rules: adopted(approved.iter().filter(|(row, _)| counts(row)))?,
            profile: profiles.now.unwrap_or_else(nothing),
            classifier: classes.now.unwrap_or_default(),
        };
        let today = next.profile.zone.day_of(now);
        let begins = |rule: &&Rule| rule.effective_from.is_some_and(|from| today < from);
        _ = write!(made_of, " {}", next.rules.all().filter(begins).count());
        Ok(Self {
            now: bound,
            next,
            is_settled,
            made_of: digest(&made_of),
            asked_at: now,
        })
    }

    pub(super) fn zone(&self) -> Zone {
        self.next.profile.zone
    }

    /// Whether no record stands as older rules, profile or classes have it.
    pub(crate) fn is_reckoned(&self, tx: &mut Tx<'_>, of: OrganisationId) -> Result<bool> {
        match retention_items::work(tx, of)? {
            Some((generation, made_of)) if made_of == self.made_of => {
                Ok(!retention_items::any_older(tx, of, generation)?)
            }
            _ => Ok(false),
        }
    }

    /// By the facts alone: who holds what is asked elsewhere.
    pub(super) fn answer(&self, facts: &Facts) -> (Classification, Answer) {
        let next = self.next.answer(facts, self.asked_at);
        if self.is_settled {
            return next;
        }
        let now = self.now.answer(facts, self.asked_at);
        match keeps_longer(&now.1.verdict, &next.1.verdict) {
            // What it is, is told by the newest word; how long, by the longer one.
            true => (next.0, now.1),
            false => next,
        }
    }

    /// The same rules with one proposal more.
    pub(super) fn with(&self, row: &Proposal, told: &Told, by: &str) -> Result<Bound> {
        let mut all: BTreeMap<RuleRef, Rule> = by_reference(&self.next.rules);
        change(&mut all, row, told, by, self.zone().day_of(self.asked_at));
        Ok(Bound {
            rules: checked(all)?,
            ..self.next.clone()
        })
    }
}

impl Bound {
    fn answer(&self, facts: &Facts, now: Timestamp) -> (Classification, Answer) {
        let (classification, item) = facts.item(self);
        let answer = due(&item, &self.rules, &[], &self.profile, now);
        (classification, answer)
    }
}

/// Whether the first keeps at least as long as the second, and longer or less surely due.
fn keeps_longer(first: &Verdict, second: &Verdict) -> bool {
    match (day(first), day(second)) {
        // Of one day, in two zones: due when it is over in both.
        (Some(one), Some(other)) if one == other => {
            !matches!(first, Verdict::Due { .. }) && matches!(second, Verdict::Due { .. })
        }
        (Some(first), Some(second)) => first > second,
        (first, second) => first.is_none() && second.is_some(),
    }
}

pub(super) fn day(verdict: &Verdict) -> Option<retention::Day> {
    match verdict {
        Verdict::NotDue { kept_through } | Verdict::Due { kept_through, .. } => Some(*kept_through),
        _ => None,
    }
}

/// An organisation that said nothing of itself.
fn nothing() -> Profile {
    Profile {
        states: Default::default(),
        provider_types: Default::default(),
        programmes: Default::default(),
        zone: Zone::UTC,
    }
}

struct Settings<T> {
    now: Option<T>,
    next: Option<T>,
    is_settled: bool,
    versions: String,
}

fn settings<T: serde::de::DeserializeOwned + Clone>(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    kind: SettingKind,
    first_at_once: bool,
) -> Result<Settings<T>> {
    let of = ctx.organisation();
    let newest = retention_settings::newest(tx, of, kind)?;
    let mut counts = retention_settings::newest_by(tx, of, kind, cooled(ctx.now()))?;
    if counts.is_none() && first_at_once {
        counts = retention_settings::list(tx, of, kind, 2, 1)?.pop();
    }
    let number = |row: &Option<retention_settings::Setting>| row.as_ref().map(|row| row.version);
    let (now, next) = (number(&counts), number(&newest));
    let mut open = |row: Option<retention_settings::Setting>| -> Result<Option<T>> {
        let view: Option<SettingView<T>> = row.map(|row| view(ctx, tx, kind, row)).transpose()?;
        Ok(view.map(|view| view.setting))
    };
    let newest = open(newest)?;
    Ok(Settings {
        now: match now == next {
            true => newest.clone(),
            false => open(counts)?,
        },
        next: newest,
        is_settled: now == next,
        versions: format!("{now:?}/{next:?}"),
    })
}

fn approved(ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Vec<(Proposal, Told)>> {
    let rows = retention_proposals::approved(tx, ctx.organisation())?;
    let rows = rows.into_iter().map(|row| {
        let told = opened(ctx, tx, &row)?;
        Ok((row, told))
    });
    rows.collect()
}

fn adopted<'a>(approved: impl Iterator<Item = &'a (Proposal, Told)>) -> Result<Rules> {
    let mut all = by_reference(shipped()?);
    for (row, told) in approved {
        if let Some((by, at)) = &row.closed {
            change(&mut all, row, told, by, Zone::UTC.day_of(*at));
        }
    }
    checked(all)
}

fn by_reference(rules: &Rules) -> BTreeMap<RuleRef, Rule> {
    let all = rules.all().map(|rule| (rule.reference(), rule.clone()));
    all.collect()
}

fn change(
    all: &mut BTreeMap<RuleRef, Rule>,
    row: &Proposal,
    told: &Told,
    by: &str,
    on: retention::Day,
) {
    let reference = RuleRef {
        id: row.rule.clone(),
        version: row.version,
    };
    let held = told.rule.clone().or_else(|| all.get(&reference).cloned());
    let Some(mut rule) = held else {
        return;
    };
    rule.state = match row.change {
        RuleChange::Enable => RuleState::Enabled(Approval {
            by: by.to_owned(),
            on,
        }),
        RuleChange::Disable => RuleState::Disabled,
    };
    all.insert(reference, rule);
}

fn checked(all: BTreeMap<RuleRef, Rule>) -> Result<Rules> {
    let majorities = shipped()?.majorities().clone();
    Rules::new(all.into_values(), majorities).map_err(|_| Error::new(Code::StoredDataInvalid))
}

fn digest(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    hex::encode(digest)
}
