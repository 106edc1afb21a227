//! Keys of recipients: certificates and OpenPGP keys that mail is encrypted to, for people to keep up and for
//! the stages to ask.
//!
//! A key is judged when it is taken and again whenever it is used. Invariant: a key and its owner show only to who
//! manages encryption, every look is recorded, and nothing of either lies at rest in the clear.

mod asked;
mod authorities;
mod directories;
mod facts;
mod harvest;
mod kept;
mod lookup;
mod opened;
mod own;
mod read;
mod revocation;
mod searched;
mod secret;
mod take;

use ctx::{Action, Ctx, Event};
use model::{
    Address, Code, Error, KeyFor, KeySource, KeyStanding, RecipientKeyId, Result, Timestamp, limits,
};
use store::Tx;
use store::tables::recipient_keys as table;
use store::tables::{item_keys, recipient_keys};

use crate::Flow;
use crate::view::cursor;

pub use asked::{
    Answers, Asked, Directories, Fetch, Question, Reply, Search, Server, Tried, Values,
};
pub use authorities::AuthorityView;
pub use directories::{DirectorySpec, DirectoryView};
pub(crate) use facts::{States, Unusable, Usable, states, states_of, usable};
pub(crate) use harvest::{Harvest, harvest};
use kept::Kept;
pub(crate) use lookup::{Lookups, Wanted, look_up};
pub(crate) use opened::opened;
pub use own::OwnKeyView;
pub(crate) use own::{Escrow, Own, own};
pub use revocation::RevocationView;
pub(crate) use secret::OwnSecret;
pub use take::{Taken, TakenAs};

/// Which keys are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    pub kind: Option<KeyFor>,
    pub standing: Option<KeyStanding>,
    /// Only those that have ended or end within [`limits::KEY_WARNING`].
    pub ending: bool,
}

/// Whether mail can be encrypted to a key now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHealth {
    Usable,
    /// Usable, for [`limits::KEY_WARNING`] at most.
    EndsSoon,
    Ended,
    NotYet,
    /// The organisation does not use it, or not yet.
    Stopped,
    /// Its issuer revoked it.
    Revoked,
    /// The organisation uses only certificates that are known to hold, and this one is not.
    Unconfirmed,
}

impl KeyHealth {
    pub const ALL: [Self; 7] = [
        Self::Usable,
        Self::EndsSoon,
        Self::Ended,
        Self::NotYet,
        Self::Stopped,
        Self::Revoked,
        Self::Unconfirmed,
    ];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::EndsSoon => "ends_soon",
            Self::Ended => "ended",
            Self::NotYet => "not_yet",
            Self::Stopped => "stopped",
            Self::Revoked => "revoked",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// A key as people see it.
pub struct KeyView {
    pub id: RecipientKeyId,
    pub address: Address,
    pub kind: KeyFor,
    /// In lower-case hexadecimal: SHA-256 of a certificate, what OpenPGP calls so of a key.
    pub fingerprint: String,
    /// Whom a certificate is issued to, and by whom; empty for OpenPGP.
    pub subject: String,
    pub issuer: String,
    pub source: KeySource,
    pub standing: KeyStanding,
    pub pinned: bool,
    pub health: KeyHealth,
    /// Of a certificate.
    pub revocation: Option<RevocationView>,
    pub starts_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub changed_by: String,
}

pub struct KeyPage {
    pub rows: Vec<KeyView>,
    pub next: Option<String>,
}

impl Flow {
    /// Newest first. Looking is recorded, since addresses are shown.
    pub fn keys(
        &self,
        ctx: &Ctx,
        filter: KeyFilter,
        after: Option<&str>,
        rows: usize,
    ) -> Result<KeyPage> {
        may(ctx)?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, RecipientKeyId::from_bytes(id)));
        let filter = recipient_keys::Filter {
            kind: filter.kind,
            standing: filter.standing,
            ends_by: filter.ending.then(|| ctx.now().plus(limits::KEY_WARNING)),
        };
        let ctx2 = ctx.clone();
        let mut found = self.world().store.read(move |tx| {
            let found = table::list(tx, ctx2.organisation(), filter, before, rows + 1)?;
            views(&ctx2, tx, found)
        })?;
        let more = found.len() > rows;
        found.truncate(rows);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| cursor::encode(last.created_at, last.id.as_bytes()));
        looked(ctx, found.len())?;
        Ok(KeyPage { rows: found, next })
    }

    /// All keys of one address, the one that mail is encrypted to first.
    pub fn keys_of(&self, ctx: &Ctx, address: &Address) -> Result<Vec<KeyView>> {
        may(ctx)?;
        let token = token(ctx, address)?;
        let ctx2 = ctx.clone();
        let found = self.world().store.read(move |tx| {
            let found = table::of_address(tx, ctx2.organisation(), &token)?;
            views(&ctx2, tx, found)
        })?;
        looked(ctx, found.len())?;
        Ok(found)
    }

    /// # Errors
    /// `not_found`.
    pub fn key(&self, ctx: &Ctx, id: RecipientKeyId) -> Result<KeyView> {
        may(ctx)?;
        let ctx2 = ctx.clone();
        let found = self.world().store.read(move |tx| {
            let row = table::load(tx, id, ctx2.organisation())?;
            view(&ctx2, tx, row)
        })?;
        looked(ctx, 1)?;
        Ok(found)
    }

    /// Whether mail may be encrypted to a key from now on. Who makes one active vouches for it.
    ///
    /// # Errors
    /// `not_found`.
    pub fn set_key_standing(
        &self,
        ctx: &Ctx,
        id: RecipientKeyId,
        standing: KeyStanding,
    ) -> Result<()> {
        may(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let mut row = table::load(tx, id, ctx2.organisation())?;
            row.standing = standing;
            row.pinned |= standing == KeyStanding::Active;
            ctx2.actor().clone_into(&mut row.changed_by);
            table::update(tx, &row)?;
            if standing == KeyStanding::Active {
                revocation::ask_now(&ctx2, tx, row.kind, id)?;
            }
            let event = Event::new("recipient_key.set").about(id);
            let event = event.fact("kind", row.kind).fact("standing", standing);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// Destroys a key, with what it is sealed under.
    ///
    /// # Errors
    /// `not_found`.
    pub fn remove_key(&self, ctx: &Ctx, id: RecipientKeyId) -> Result<()> {
        may(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let organisation = ctx2.organisation();
            let row = table::load(tx, id, organisation)?;
            table::remove(tx, id, organisation)?;
            store::tables::revocations::remove(tx, organisation, id)?;
            item_keys::destroy(tx, id.as_bytes(), organisation)?;
            let event = Event::new("recipient_key.removed").about(id);
            ctx2.record(tx, event.fact("kind", row.kind)).map(drop)
        })
    }
}

fn may(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::EncryptionManage, &ctx.own("recipient_key"))?;
    crate::view::live_only(ctx)
}

fn token(ctx: &Ctx, address: &Address) -> Result<[u8; 32]> {
    let keys = ctx.world().keys(ctx.organisation())?;
    Ok(keys.blind("address", &address.fold()))
}

fn views(ctx: &Ctx, tx: &mut Tx<'_>, rows: Vec<table::RecipientKey>) -> Result<Vec<KeyView>> {
    rows.into_iter().map(|row| view(ctx, tx, row)).collect()
}

fn view(ctx: &Ctx, tx: &mut Tx<'_>, row: table::RecipientKey) -> Result<KeyView> {
    let kept = Kept::open(ctx.world(), tx, &row)?;
    let wrong = |_| Error::new(Code::StoredDataInvalid);
    let against = revocation::against(tx, &row, ctx.now())?;
    Ok(KeyView {
        revocation: revocation::view(tx, row.organisation, row.id)?,
        id: row.id,
        address: Address::parse(&kept.address).map_err(wrong)?,
        kind: row.kind,
        fingerprint: kept.fingerprint,
        subject: kept.subject,
        issuer: kept.issuer,
        source: row.source,
        standing: row.standing,
        pinned: row.pinned,
        health: health(&row, against, ctx.now()),
        starts_at: row.starts_at,
        expires_at: row.expires_at,
        created_at: row.created_at,
        seen_at: row.seen_at,
        changed_by: row.changed_by,
    })
}

fn health(row: &table::RecipientKey, against: Option<Unusable>, now: Timestamp) -> KeyHealth {
    let ends_by = |at: Timestamp| row.expires_at.is_some_and(|end| end <= at);
    if row.standing != KeyStanding::Active {
        KeyHealth::Stopped
    } else if ends_by(now) {
        KeyHealth::Ended
    } else if row.starts_at > now {
        KeyHealth::NotYet
    } else if against == Some(Unusable::Revoked) {
        KeyHealth::Revoked
    } else if against.is_some() {
        KeyHealth::Unconfirmed
    } else if ends_by(now.plus(limits::KEY_WARNING)) {
        KeyHealth::EndsSoon
    } else {
        KeyHealth::Usable
    }
}

/// Addresses are shown to someone: recorded before they are.
fn looked(ctx: &Ctx, rows: usize) -> Result<()> {
    let ctx2 = ctx.clone();
    ctx.world().store.write(move |tx| {
        let event = Event::new("recipient_key.listed").fact("rows", rows);
        ctx2.record(tx, event).map(drop)
    })
}
