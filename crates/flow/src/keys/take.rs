//! Taking keys in: new ones are recorded, known ones brought up to date.
//!
//! Invariant: a key that its owner took back is never used again, however often it is brought.

use ctx::{Action, Ctx, Event};
use model::{Address, KeyFor, KeySource, KeyStanding, RecipientKeyId, Result, Timestamp, limits};
use seal::smime::{Capabilities, Certificate};
use store::Tx;
use store::tables::recipient_keys as table;

use super::kept::{Kept, Key};
use super::read::{Found, Line, judged, lines, narrowed};
use super::revocation::ask_now;
use crate::Flow;

/// What became of one key of a file, for one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// None where nothing is on record.
    pub id: Option<RecipientKeyId>,
    pub kind: KeyFor,
    pub fingerprint: String,
    pub address: Option<Address>,
    pub outcome: TakenAs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenAs {
    Added,
    /// It was on record; what is new about it is taken over, and it is active.
    Updated,
    Expired,
    /// Its owner took it back; where it was on record it is refused from now on.
    Revoked,
    NotYetValid,
    Weak,
    CannotEncrypt,
    /// It names no address, and none was given.
    Nameless,
    /// It is somebody else's than the one that was named.
    OtherAddress,
    /// The address has [`limits::KEYS_PER_ADDRESS_MAX`] already.
    TooMany,
}

impl TakenAs {
    pub const ALL: [Self; 10] = [
        Self::Added,
        Self::Updated,
        Self::Expired,
        Self::Revoked,
        Self::NotYetValid,
        Self::Weak,
        Self::CannotEncrypt,
        Self::Nameless,
        Self::OtherAddress,
        Self::TooMany,
    ];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::NotYetValid => "not_yet_valid",
            Self::Weak => "weak",
            Self::CannotEncrypt => "cannot_encrypt",
            Self::Nameless => "nameless",
            Self::OtherAddress => "other_address",
            Self::TooMany => "too_many",
        }
    }
    pub const fn is_on_record(self) -> bool {
        matches!(self, Self::Added | Self::Updated)
    }
}

/// In which way a key comes, and what is made of one that is new.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub source: KeySource,
    pub standing: KeyStanding,
    pub pinned: bool,
}

impl How {
    const BY_HAND: Self = Self {
        source: KeySource::Upload,
        standing: KeyStanding::Active,
        pinned: true,
    };
}

impl Flow {
    /// Takes the keys of a file: PEM, DER, PKCS#7, OpenPGP as text or binary. Who brings one vouches for it.
    /// `address`: whose they must be; else each is of all whom it names.
    ///
    /// # Errors
    /// `key_file_invalid` when nothing in it is a key, or it holds a secret one.
    pub fn add_keys(
        &self,
        ctx: &Ctx,
        file: &[u8],
        address: Option<&Address>,
    ) -> Result<Vec<Taken>> {
        ctx.allow(Action::EncryptionManage, &ctx.own("recipient_key"))?;
        crate::view::live_only(ctx)?;
        let ctx2 = ctx.clone();
        let lines = std::sync::Arc::new(lines(file, address, ctx.now())?);
        self.world().store.write(move |tx| {
            // Into memory first: a transaction cannot wait for another.
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            lines
                .iter()
                .map(|line| line_taken(&ctx2, tx, line))
                .collect()
        })
    }
}

fn line_taken(ctx: &Ctx, tx: &mut Tx<'_>, line: &Line) -> Result<Taken> {
    match line {
        Line::Found(found) => taken(ctx, tx, found, How::BY_HAND),
        Line::Refused { key, why } => {
            if *why == TakenAs::Revoked {
                take_back(ctx, tx, key, How::BY_HAND)?;
            }
            Ok(Taken {
                id: None,
                kind: key.kind(),
                fingerprint: key.fingerprint(),
                address: None,
                outcome: *why,
            })
        }
    }
}

pub(super) fn taken(ctx: &Ctx, tx: &mut Tx<'_>, found: &Found, how: How) -> Result<Taken> {
    let tokens = tokens(ctx, &found.address, &found.key)?;
    let (organisation, kind) = (ctx.organisation(), found.key.kind());
    let held = table::find(tx, organisation, &tokens.0, kind, &tokens.1)?;
    let (id, outcome) = match held {
        Some(held) => refreshed(ctx, tx, held, found, how)?,
        None => {
            let known = table::of_address(tx, organisation, &tokens.0)?.len();
            match known >= limits::KEYS_PER_ADDRESS_MAX {
                true => (None, TakenAs::TooMany),
                false => (Some(added(ctx, tx, tokens, found, how)?), TakenAs::Added),
            }
        }
    };
    Ok(Taken {
        id,
        kind,
        fingerprint: found.key.fingerprint(),
        address: Some(found.address.clone()),
        outcome,
    })
}

type Tokens = ([u8; 32], [u8; 32]);

pub(super) fn token_of(ctx: &Ctx, address: &Address) -> Result<[u8; 32]> {
    let keys = ctx.world().keys(ctx.organisation())?;
    Ok(keys.blind("address", &address.fold()))
}

fn tokens(ctx: &Ctx, address: &Address, key: &Key) -> Result<Tokens> {
    let keys = ctx.world().keys(ctx.organisation())?;
    Ok((
        token_of(ctx, address)?,
        keys.blind("key_fingerprint", &key.fingerprint()),
    ))
}

fn added(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    tokens: Tokens,
    found: &Found,
    how: How,
) -> Result<RecipientKeyId> {
    let (world, now) = (ctx.world(), ctx.now());
    let id = RecipientKeyId::mint(now, world.rng.as_ref());
    let key = world.new_item_key(ctx.organisation(), *id.as_bytes())?;
    let kept = Kept::of(&found.key, found.address.as_str());
    let row = table::RecipientKey {
        id,
        organisation: ctx.organisation(),
        address_token: tokens.0,
        kind: found.key.kind(),
        fingerprint_token: tokens.1,
        sealed_key: kept.sealed(id.as_bytes(), key.opened(), world.rng.as_ref())?,
        source: how.source,
        standing: how.standing,
        pinned: how.pinned,
        starts_at: found.starts_at,
        expires_at: found.expires_at,
        created_at: now,
        seen_at: now,
        changed_by: ctx.actor().to_owned(),
    };
    key.insert(tx)?;
    table::insert(tx, &row)?;
    ask_now(ctx, tx, row.kind, id)?;
    record(ctx, tx, "recipient_key.added", &row)?;
    Ok(id)
}

/// What is on record with what is new: a later end, a revocation, what software can do by now.
fn refreshed(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    mut row: table::RecipientKey,
    found: &Found,
    how: How,
) -> Result<(Option<RecipientKeyId>, TakenAs)> {
    let now = ctx.now();
    let before = Kept::open(ctx.world(), tx, &row)?;
    let whole = joined(before.key(row.kind)?, &found.key);
    // What an older copy of it said stays true: a revocation is not undone by leaving it out.
    let (span, outcome) = match judged(&whole, now) {
        Ok(span) => (span, TakenAs::Updated),
        Err(why) => ((row.starts_at, Some(now)), why),
    };
    let standing = match outcome {
        TakenAs::Revoked => KeyStanding::Refused,
        _ => standing(&row, how),
    };
    let kept = Kept::of(&whole, found.address.as_str());
    let is_news = standing != row.standing || kept != before || how.pinned;
    if !is_news && row.seen_at.plus(limits::KEY_SEEN_EVERY) > now {
        return Ok((Some(row.id), outcome));
    }
    let key = ctx
        .world()
        .item_key(tx, row.organisation, row.id.as_bytes())?;
    row.sealed_key = kept.sealed(row.id.as_bytes(), &key, ctx.world().rng.as_ref())?;
    (row.starts_at, row.expires_at) = span;
    (row.standing, row.seen_at) = (standing, now);
    if how.pinned {
        (row.source, row.pinned) = (how.source, true);
    }
    if is_news {
        ctx.actor().clone_into(&mut row.changed_by);
    }
    table::update(tx, &row)?;
    if standing == KeyStanding::Active && is_news {
        ask_now(ctx, tx, row.kind, row.id)?;
    }
    if is_news {
        record(ctx, tx, "recipient_key.updated", &row)?;
    }
    Ok((Some(row.id), outcome))
}

/// Who brings a key by hand uses it. What mail brings changes nothing, but for a key that waited and that an authority
/// vouches for since.
fn standing(row: &table::RecipientKey, how: How) -> KeyStanding {
    match (how.pinned, row.standing) {
        (true, _) => KeyStanding::Active,
        (false, KeyStanding::Waiting) => how.standing,
        (false, standing) => standing,
    }
}

fn joined(held: Key, new: &Key) -> Key {
    match (held, new) {
        (Key::Pgp(mut held), Key::Pgp(new)) => {
            held.merge(new);
            Key::Pgp(held)
        }
        (Key::Smime(held), Key::Smime(new)) => Key::Smime(with_both(&held, new)),
        _ => new.clone(),
    }
}

/// What its owner's software can do is learnt from signed mail and not forgotten because a file says nothing of it.
fn with_both(held: &Certificate, new: &Certificate) -> Certificate {
    let (a, b) = (held.capabilities(), new.capabilities());
    new.clone().with_capabilities(Capabilities {
        aes256_gcm: a.aes256_gcm || b.aes256_gcm,
        oaep: a.oaep || b.oaep,
    })
}

/// A key that its owner took back is refused for every address that it is on record for.
pub(super) fn take_back(ctx: &Ctx, tx: &mut Tx<'_>, key: &Key, how: How) -> Result<()> {
    let Key::Pgp(public) = key else {
        return Ok(());
    };
    for address in public.emails() {
        let Ok(address) = Address::parse(&address) else {
            continue;
        };
        let tokens = tokens(ctx, &address, key)?;
        let held = table::find(tx, ctx.organisation(), &tokens.0, KeyFor::Pgp, &tokens.1)?;
        if let Some(held) = held {
            let (starts_at, expires_at) = (held.starts_at, held.expires_at);
            let found = Found {
                key: narrowed(key, &address),
                address,
                starts_at,
                expires_at,
            };
            refreshed(ctx, tx, held, &found, how)?;
        }
    }
    Ok(())
}

fn record(ctx: &Ctx, tx: &mut Tx<'_>, kind: &'static str, row: &table::RecipientKey) -> Result<()> {
    let until = |at: Timestamp| at.to_string();
    let event = Event::new(kind)
        .about(row.id)
        .fact("kind", row.kind)
        .fact("source", row.source)
        .fact("standing", row.standing)
        .fact("until", row.expires_at.map_or("none".to_owned(), until));
    ctx.record(tx, event).map(drop)
}
