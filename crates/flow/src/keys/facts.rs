//! What the stages ask of recipients' keys: whether there is one, and the key itself.
//!
//! Invariant: a key that is handed out may be encrypted to at this moment; what was on record a moment ago is asked
//! of the key itself again.

use ctx::Ctx;
use model::{Address, KeyFor, KeyStanding, Result, Timestamp};
use policy::KeyState;
use store::Tx;
use store::tables::recipient_keys::{self as table, RecipientKey};

use super::kept::{Kept, Key};
use super::read::judged;
use super::revocation::against;
use super::take::TakenAs;

pub(crate) use super::kept::Key as Usable;

/// Why there is no key to encrypt to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// None is on record, or none that is used.
    Missing,
    Expired,
    Revoked,
    /// The organisation uses only certificates that are known to hold, and this one is not.
    Unconfirmed,
    /// The organisation wants a copy to its own key, and there is none.
    Escrow,
    Other,
}

impl Unusable {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Unconfirmed => "unconfirmed",
            Self::Escrow => "escrow",
            Self::Other => "unusable",
        }
    }
}

/// What a decision looks at: of S/MIME and of OpenPGP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct States {
    pub smime: KeyState,
    pub pgp: KeyState,
}

impl States {
    pub(crate) const NONE: Self = Self {
        smime: KeyState::None,
        pgp: KeyState::None,
    };
}

/// One for each address, in their order.
pub(crate) fn states(ctx: &Ctx, addresses: &[&Address]) -> Result<Vec<States>> {
    let keys = ctx.world().keys(ctx.organisation())?;
    let blinder = keys.blinder("address");
    let tokens: Vec<[u8; 32]> = addresses.iter().map(|a| blinder.token(&a.fold())).collect();
    let ctx2 = ctx.clone();
    ctx.world().store.read(move |tx| {
        let found = tokens.iter().map(|token| states_of(tx, &ctx2, token));
        found.collect()
    })
}

/// Of the address with that token.
pub(crate) fn states_of(tx: &mut Tx<'_>, ctx: &Ctx, token: &[u8; 32]) -> Result<States> {
    let now = ctx.now();
    let found = table::of_address(tx, ctx.organisation(), token)?;
    let mut rows = Vec::with_capacity(found.len());
    for row in found {
        let against = against(tx, &row, now)?;
        rows.push((row, against));
    }
    Ok(States {
        smime: state(&rows, KeyFor::Smime, now),
        pgp: state(&rows, KeyFor::Pgp, now),
    })
}

type Row = (RecipientKey, Option<Unusable>);

fn state(rows: &[Row], kind: KeyFor, now: Timestamp) -> KeyState {
    let rows = || rows.iter().filter(|(row, _)| row.kind == kind);
    let active = || rows().filter(|(row, _)| row.standing == KeyStanding::Active);
    let current = |against: Option<Unusable>| {
        active().any(|(row, known)| *known == against && is_within(row, now))
    };
    let active = || active().map(|(row, _)| row);
    if current(None) {
        KeyState::Usable
    } else if current(Some(Unusable::Unconfirmed)) {
        KeyState::Unconfirmed
    } else if current(Some(Unusable::Revoked)) {
        KeyState::Revoked
    } else if active().any(|row| row.expires_at.is_some_and(|end| end <= now)) {
        KeyState::Expired
    } else if rows().any(|(row, _)| row.standing == KeyStanding::Refused) {
        KeyState::Revoked
    } else {
        KeyState::None
    }
}

fn is_within(row: &RecipientKey, now: Timestamp) -> bool {
    row.starts_at <= now && row.expires_at.is_none_or(|end| end > now)
}

/// For each address token and kind, in their order, the key that mail is encrypted to: the best of those that
/// may be used now.
pub(crate) fn usable(
    ctx: &Ctx,
    wanted: Vec<([u8; 32], KeyFor)>,
) -> Result<Vec<std::result::Result<Usable, Unusable>>> {
    // Into memory first: a transaction cannot wait for another.
    ctx.world().keys(ctx.organisation())?;
    let ctx2 = ctx.clone();
    ctx.world().store.read(move |tx| {
        let mut found = Vec::with_capacity(wanted.len());
        for (token, kind) in &wanted {
            let rows = table::of_address(tx, ctx2.organisation(), token)?;
            let mut best = Err(Unusable::Missing);
            for row in rows.iter().filter(|row| row.kind == *kind) {
                if row.standing != KeyStanding::Active {
                    continue;
                }
                if let Some(why) = against(tx, row, ctx2.now())? {
                    best = Err(why);
                    continue;
                }
                let key = Kept::open(ctx2.world(), tx, row)?.key(row.kind)?;
                best = now_usable(key, ctx2.now());
                if best.is_ok() {
                    break;
                }
            }
            found.push(best);
        }
        Ok(found)
    })
}

fn now_usable(key: Key, now: Timestamp) -> std::result::Result<Key, Unusable> {
    match judged(&key, now) {
        Ok((starts_at, _)) if starts_at > now => Err(Unusable::Other),
        Ok(_) => Ok(key),
        Err(TakenAs::Expired) => Err(Unusable::Expired),
        Err(TakenAs::Revoked) => Err(Unusable::Revoked),
        Err(_) => Err(Unusable::Other),
    }
}
