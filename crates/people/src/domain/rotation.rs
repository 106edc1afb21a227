//! Rotation of DKIM keys: prepared, shown, seen in DNS, active, kept published, retired.
//!
//! Moves happen by themselves with what domain health sees; a person only starts them. Invariants:
//! signing moves to a key whose record DNS shows, or to one that somebody named dangerous moved by
//! hand; a former key's record is asked for until mail signed with it can no longer be on its way; a
//! retired key's private half is destroyed.

use std::collections::BTreeSet;
use std::time::Duration;

use ctx::{Action, Ctx, Event};
use model::{Code, Domain, DomainId, Error, Result, Timestamp};
use seal::dkim::Signer;
use store::Tx;
use store::tables::domains::{self, DkimRow, DomainRow};

use crate::People;

/// How long a former key's record stays: receivers check late, queues hold mail for days, and mail
/// that is forwarded is checked again.
const KEEP_PUBLISHED: Duration = Duration::from_secs(14 * 86_400);
/// A second rotation on one day takes another letter.
const SELECTORS_MAX: u8 = 20;

/// Where a key is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Made and shown, not signing: its record is waited for.
    Prepared,
    Active,
    /// Signs no more; its record must stay.
    Retiring,
    /// Its record may go; its private half is gone.
    Retired,
}

impl KeyState {
    pub const ALL: [Self; 4] = [Self::Prepared, Self::Active, Self::Retiring, Self::Retired];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
        }
    }
    pub(crate) fn of(row: &DkimRow) -> Result<Self> {
        let found = Self::ALL
            .into_iter()
            .find(|state| state.word() == row.state);
        found.ok_or_else(|| Error::new(Code::StoredDataInvalid))
    }
}

/// A key as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DkimView {
    pub selector: String,
    pub algorithm: String,
    pub state: KeyState,
    pub created_at: Timestamp,
    /// Until when a retiring key's record must stay.
    pub until: Option<Timestamp>,
    /// Where and what to publish.
    pub record: super::PublishedRecord,
}

impl DkimView {
    pub(crate) fn of(domain: &str, row: &DkimRow) -> Result<Self> {
        Ok(Self {
            selector: row.selector.clone(),
            algorithm: row.algorithm.clone(),
            state: KeyState::of(row)?,
            created_at: row.created_at,
            until: row.until_at,
            record: super::PublishedRecord {
                name: format!("{}._domainkey.{domain}", row.selector),
                kind: "TXT".to_owned(),
                value: row.record.clone(),
            },
        })
    }
}

impl People {
    /// Prepares the next pair of keys. Signing moves to them when DNS shows their records.
    ///
    /// # Errors
    /// `state_conflict` while a pair prepared earlier still waits; `not_found`.
    pub fn rotate_domain_keys(&self, ctx: &Ctx, name: &Domain) -> Result<Vec<DkimView>> {
        ctx.allow(Action::DomainManage, &ctx.own("domain"))?;
        let row = self.own_domain(ctx, name)?;
        let id = row.id;
        let known = self.world().store.read(move |tx| domains::keys(tx, id))?;
        if known.iter().any(|k| k.state == KeyState::Prepared.word()) {
            return Err(Code::StateConflict.into());
        }
        let stem = free_stem(ctx.now(), &known)?;
        let mut pair = Vec::new();
        for (algorithm, der) in [
            ("rsa", self.work.rsa_key()?),
            ("ed25519", Signer::generate_ed25519()?),
        ] {
            let selector = format!("{stem}{}", &algorithm[..1]);
            let made = self.dkim(ctx, &row, name, algorithm, selector, der)?;
            pair.push(DkimRow {
                active: false,
                state: KeyState::Prepared.word().to_owned(),
                ..made
            });
        }
        let views = pair
            .iter()
            .map(|k| DkimView::of(name.as_str(), k))
            .collect::<Result<Vec<_>>>()?;
        let (actor, pair) = (ctx.clone(), std::sync::Arc::new(pair));
        self.world().store.write(move |tx| {
            for key in pair.iter() {
                domains::insert_dkim(tx, key)?;
                note(&actor, tx, "domain.key_prepared", id, &key.selector)?;
            }
            Ok(())
        })?;
        Ok(views)
    }

    /// Signs with the prepared pair although DNS does not show its records: receivers who look find
    /// nothing, so mail may fail DMARC until they are published.
    ///
    /// # Errors
    /// `state_conflict` when nothing is prepared.
    pub fn danger_activate_unpublished(&self, ctx: &Ctx, name: &Domain) -> Result<()> {
        ctx.allow(Action::DomainManage, &ctx.own("domain"))?;
        let (id, actor) = (self.own_domain(ctx, name)?.id, ctx.clone());
        let moved = self.world().store.write(move |tx| {
            let keys = domains::keys(tx, id)?;
            let all: BTreeSet<String> = keys.iter().map(|k| k.selector.clone()).collect();
            activate(&actor, tx, id, &keys, &all, "unpublished")
        })?;
        if moved {
            Ok(())
        } else {
            Err(Code::StateConflict.into())
        }
    }

    pub(crate) fn own_domain(&self, ctx: &Ctx, name: &Domain) -> Result<DomainRow> {
        let (organisation, name) = (ctx.organisation(), name.clone());
        let found = self
            .world()
            .store
            .read(move |tx| domains::find(tx, organisation, &name))?;
        found.ok_or_else(|| Error::new(Code::NotFound))
    }
}

/// What follows from the selectors that DNS shows: a prepared pair that is all visible signs from now
/// on, and what is past its date is destroyed.
pub(crate) fn advance(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    domain: DomainId,
    visible: &BTreeSet<String>,
) -> Result<()> {
    let keys = domains::keys(tx, domain)?;
    activate(ctx, tx, domain, &keys, visible, "published")?;
    let over = |k: &&DkimRow| {
        k.state == KeyState::Retiring.word() && k.until_at.is_some_and(|at| at <= ctx.now())
    };
    for key in keys.iter().filter(over) {
        let states = (KeyState::Retiring.word(), KeyState::Retired.word());
        if domains::move_key(tx, domain, &key.selector, states, key.until_at)? {
            domains::destroy_key(tx, domain, &key.selector)?;
            note(ctx, tx, "domain.key_retired", domain, &key.selector)?;
        }
    }
    Ok(())
}

/// All prepared keys or none: a receiver that knows one algorithm must find it.
fn activate(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    domain: DomainId,
    keys: &[DkimRow],
    visible: &BTreeSet<String>,
    because: &'static str,
) -> Result<bool> {
    let in_state = |state: KeyState| keys.iter().filter(move |k| k.state == state.word());
    let mut prepared = in_state(KeyState::Prepared).peekable();
    if prepared.peek().is_none() || !prepared.all(|k| visible.contains(&k.selector)) {
        return Ok(false);
    }
    let until = ctx.now().plus(KEEP_PUBLISHED);
    for key in in_state(KeyState::Active) {
        let states = (KeyState::Active.word(), KeyState::Retiring.word());
        if domains::move_key(tx, domain, &key.selector, states, Some(until))? {
            note(ctx, tx, "domain.key_retiring", domain, &key.selector)?;
        }
    }
    for key in in_state(KeyState::Prepared) {
        let states = (KeyState::Prepared.word(), KeyState::Active.word());
        if domains::move_key(tx, domain, &key.selector, states, None)? {
            let event = Event::new("domain.key_activated").about(domain);
            ctx.record(
                tx,
                event
                    .fact("selector", &key.selector)
                    .fact("because", because),
            )?;
        }
    }
    Ok(true)
}

fn note(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    kind: &'static str,
    domain: DomainId,
    selector: &str,
) -> Result<()> {
    ctx.record(
        tx,
        Event::new(kind).about(domain).fact("selector", selector),
    )
    .map(drop)
}

/// `cad` and the day, with a letter where the day has keys already.
fn free_stem(now: Timestamp, known: &[DkimRow]) -> Result<String> {
    let day = format!("cad{}", now.secs() / 86_400);
    let letters = (0..SELECTORS_MAX).map(|n| char::from(b'a' + n).to_string());
    std::iter::once(String::new())
        .chain(letters)
        .map(|letter| format!("{day}{letter}"))
        .find(|stem| {
            !known
                .iter()
                .any(|k| k.selector == format!("{stem}r") || k.selector == format!("{stem}e"))
        })
        .ok_or_else(|| Error::new(Code::StateConflict))
}
