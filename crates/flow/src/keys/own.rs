//! Keys of the organisation's own: of an address, to sign what it sends and open what comes to it; and of the
//! organisation itself, to which encrypted mail is encrypted too where it said so.
//!
//! Escrow is a choice and said to be one: in the settings, in the console, with each letter's events. Invariants:
//! where it was chosen, no letter is encrypted without it; a secret half leaves for no caller, only the public one.

use ctx::{Action, Ctx, Event};
use model::{
    Address, Code, Error, KeyFor, KeyStanding, OwnKeyId, Result, Secret, Timestamp, limits,
};
use seal::pgp::{SecretKey, Version};
use seal::smime::{Capabilities, Identity};
use store::Tx;
use store::tables::{domains, item_keys, organisations, own_keys as table};

use super::kept::Key;
use super::secret::{KeptSecret, OwnSecret};
use crate::Flow;

/// One of them as people see it.
pub struct OwnKeyView {
    pub id: OwnKeyId,
    /// `None`: the organisation's own.
    pub address: Option<Address>,
    pub kind: KeyFor,
    pub fingerprint: String,
    pub standing: KeyStanding,
    pub starts_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub changed_by: String,
}

/// What a letter that is encrypted to keys of one kind needs of our own.
pub(crate) struct Own {
    /// The author's, where there is one to sign by.
    pub signer: Option<OwnSecret>,
    pub escrow: Escrow,
}

/// Whether the organisation can open what it sends.
pub(crate) enum Escrow {
    Off,
    To(Box<Key>),
    /// It is asked for, and there is no key for it now.
    Missing,
}

impl Flow {
    /// Makes an OpenPGP key, for an address of the organisation or for itself.
    ///
    /// # Errors
    /// `sender_forbidden` for an address that is not the organisation's.
    pub fn generate_own_key(&self, ctx: &Ctx, owner: Option<&Address>) -> Result<OwnKeyId> {
        allow(ctx)?;
        let organisation = ctx.organisation();
        let row = self
            .world()
            .store
            .read(move |tx| organisations::find(tx, organisation))?;
        let name = row.map(|row| row.name).unwrap_or_default();
        let user = match owner {
            Some(address) => format!("{} <{}>", name.replace(['<', '>'], " "), address.as_str()),
            None => name,
        };
        let (now, rng) = (ctx.now(), ctx.world().rng.as_ref());
        let lifetime = Some(limits::OWN_KEY_LIFETIME);
        let made = SecretKey::generate(&user, lifetime, now, rng, Version::V4);
        let made = made.map_err(|e| Error::new(Code::Internal).because(e))?;
        add(ctx, OwnSecret::Pgp(Box::new(made)), owner, "made")
    }

    /// Takes a key that was made elsewhere: PKCS#12, PEM with key and certificate, or an OpenPGP secret key.
    ///
    /// # Errors
    /// `key_file_invalid` when it holds no key or one that is over, `field_invalid` at `/password` when that does not open
    /// it, `sender_forbidden` for an address that is not the organisation's or that the key does not name.
    pub fn import_own_key(
        &self,
        ctx: &Ctx,
        file: &[u8],
        password: &Secret<String>,
        owner: Option<&Address>,
    ) -> Result<OwnKeyId> {
        allow(ctx)?;
        let read = OwnSecret::read(file, password)?;
        if read.span(ctx.now()).is_none() {
            return Err(Error::new(Code::KeyFileInvalid).at("/file"));
        }
        if owner.is_some_and(|address| !read.may_be_of(address)) {
            return Err(Error::new(Code::SenderForbidden).at("/address"));
        }
        add(ctx, read, owner, "brought")
    }

    /// Newest first.
    pub fn own_keys(&self, ctx: &Ctx) -> Result<Vec<OwnKeyView>> {
        allow(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.read(move |tx| {
            let rows = table::list(tx, ctx2.organisation())?;
            rows.into_iter().map(|row| view(&ctx2, tx, row)).collect()
        })
    }

    /// The public half, as a file to give away.
    ///
    /// # Errors
    /// `not_found`.
    pub fn own_key_public(&self, ctx: &Ctx, id: OwnKeyId) -> Result<Vec<u8>> {
        allow(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.read(move |tx| {
            let row = table::load(tx, id, ctx2.organisation())?;
            let secret = KeptSecret::open(ctx2.world(), tx, &row)?.secret(row.kind)?;
            Ok(secret.public_file())
        })
    }

    /// Whether it is used from now on: `active` or `retired`. What was encrypted to a retired one still opens.
    ///
    /// # Errors
    /// `not_found`; `field_invalid` for other standings.
    pub fn set_own_key(&self, ctx: &Ctx, id: OwnKeyId, standing: KeyStanding) -> Result<()> {
        allow(ctx)?;
        if !matches!(standing, KeyStanding::Active | KeyStanding::Retired) {
            return Err(Error::new(Code::FieldInvalid).at("/standing"));
        }
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let row = table::load(tx, id, ctx2.organisation())?;
            table::set(tx, id, row.organisation, standing, ctx2.actor())?;
            let event = Event::new("own_key.set").about(id);
            let event = event.fact("kind", row.kind).fact("standing", standing);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// Destroys both halves: what is encrypted to it opens no more.
    ///
    /// # Errors
    /// `not_found`.
    pub fn remove_own_key(&self, ctx: &Ctx, id: OwnKeyId) -> Result<()> {
        allow(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let row = table::load(tx, id, ctx2.organisation())?;
            table::remove(tx, id, row.organisation)?;
            item_keys::destroy(tx, id.as_bytes(), row.organisation)?;
            let event = Event::new("own_key.removed").about(id);
            ctx2.record(tx, event.fact("kind", row.kind)).map(drop)
        })
    }

    /// Whether encrypted mail is encrypted to the organisation's own key too.
    pub fn escrow(&self, ctx: &Ctx) -> Result<bool> {
        allow(ctx)?;
        let organisation = ctx.organisation();
        self.world()
            .store
            .read(move |tx| table::escrow(tx, organisation))
    }

    /// From now on. While it is on and there is no key of the kind, encrypted mail waits in the portal instead.
    pub fn set_escrow(&self, ctx: &Ctx, on: bool) -> Result<()> {
        allow(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            table::set_escrow(tx, ctx2.organisation(), on)?;
            let event = Event::new("settings.escrow_set").fact("on", on);
            ctx2.record(tx, event).map(drop)
        })
    }
}

/// For a letter by this author to keys of this kind.
pub(crate) fn own(ctx: &Ctx, author: Option<&Address>, kind: KeyFor) -> Result<Own> {
    let token = author
        .map(|address| super::token(ctx, address))
        .transpose()?;
    // Into memory first: a transaction cannot wait for another.
    ctx.world().keys(ctx.organisation())?;
    let ctx2 = ctx.clone();
    ctx.world().store.read(move |tx| {
        let rows = table::list(tx, ctx2.organisation())?;
        let now = ctx2.now();
        let usable = |row: &&table::OwnKey| {
            let in_time = row.starts_at <= now && row.expires_at.is_none_or(|end| end > now);
            row.kind == kind && row.standing == KeyStanding::Active && in_time
        };
        let of = |owner: Option<[u8; 32]>| {
            let mut rows = rows.iter().filter(usable);
            rows.find(|row| row.address_token == owner)
        };
        let mut open = |row: &table::OwnKey| -> Result<OwnSecret> {
            KeptSecret::open(ctx2.world(), tx, row)?.secret(row.kind)
        };
        let signer = match token.and_then(|token| of(Some(token))) {
            Some(row) => Some(open(row)?).filter(|secret| secret.can_sign(now)),
            None => None,
        };
        let wanted = of(None).map(&mut open).transpose()?;
        let escrow = match (table::escrow(tx, ctx2.organisation())?, wanted) {
            (false, _) => Escrow::Off,
            (true, None) => Escrow::Missing,
            (true, Some(secret)) => Escrow::To(Box::new(secret.public())),
        };
        Ok(Own { signer, escrow })
    })
}

fn allow(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::EncryptionManage, &ctx.own("own_key"))?;
    crate::view::live_only(ctx)
}

fn add(
    ctx: &Ctx,
    secret: OwnSecret,
    owner: Option<&Address>,
    made: &'static str,
) -> Result<OwnKeyId> {
    let (world, now) = (ctx.world(), ctx.now());
    let id = OwnKeyId::mint(now, world.rng.as_ref());
    let keys = world.keys(ctx.organisation())?;
    let item = world.new_item_key(ctx.organisation(), *id.as_bytes())?;
    let kept = KeptSecret::of(&secret, owner)?;
    let (starts_at, expires_at) = secret.span(now).unwrap_or((now, None));
    let row = table::OwnKey {
        id,
        organisation: ctx.organisation(),
        address_token: owner.map(|address| keys.blind("address", &address.fold())),
        kind: secret.kind(),
        fingerprint_token: keys.blind("key_fingerprint", &secret.public().fingerprint()),
        sealed_key: kept.sealed(id.as_bytes(), item.opened(), world.rng.as_ref())?,
        standing: KeyStanding::Active,
        starts_at,
        expires_at,
        created_at: now,
        changed_by: ctx.actor().to_owned(),
    };
    let (ctx2, domain) = (ctx.clone(), owner.map(|address| address.domain().clone()));
    world.store.write(move |tx| {
        let organisation = ctx2.organisation();
        if let Some(domain) = &domain
            && domains::find(tx, organisation, domain)?.is_none()
        {
            return Err(Error::new(Code::SenderForbidden).at("/address"));
        }
        let full = table::list(tx, organisation)?.len() >= limits::OWN_KEYS_MAX;
        if full || !table::insert(tx, &row)? {
            return Err(Code::StateConflict.into());
        }
        item.insert(tx)?;
        let until = row
            .expires_at
            .map_or("none".to_owned(), |at| at.to_string());
        let owner = row.address_token.map_or("organisation", |_| "address");
        let event = Event::new("own_key.added")
            .about(row.id)
            .fact("kind", row.kind)
            .fact("owner", owner)
            .fact("made", made)
            .fact("until", until);
        ctx2.record(tx, event)?;
        Ok(row.id)
    })
}

fn view(ctx: &Ctx, tx: &mut Tx<'_>, row: table::OwnKey) -> Result<OwnKeyView> {
    let kept = KeptSecret::open(ctx.world(), tx, &row)?;
    Ok(OwnKeyView {
        id: row.id,
        address: kept.owner()?,
        kind: row.kind,
        fingerprint: kept.secret(row.kind)?.public().fingerprint(),
        standing: row.standing,
        starts_at: row.starts_at,
        expires_at: row.expires_at,
        created_at: row.created_at,
        changed_by: row.changed_by,
    })
}

impl OwnSecret {
    /// From when until when it is good.
    fn span(&self, now: Timestamp) -> Option<(Timestamp, Option<Timestamp>)> {
        super::read::judged(&self.public(), now).ok()
    }
    fn can_sign(&self, now: Timestamp) -> bool {
        match self {
            Self::Smime(identity) => identity.certificate().can_sign(),
            Self::Pgp(key) => key.public().can_sign(now).is_ok(),
        }
    }
    fn may_be_of(&self, address: &Address) -> bool {
        let named = match self {
            Self::Smime(identity) => identity.certificate().emails().to_vec(),
            Self::Pgp(key) => key.public().emails(),
        };
        named.is_empty() || named.contains(&address.fold())
    }
    pub(super) fn kind(&self) -> KeyFor {
        match self {
            Self::Smime(_) => KeyFor::Smime,
            Self::Pgp(_) => KeyFor::Pgp,
        }
    }
    /// What others encrypt to.
    fn public(&self) -> Key {
        match self {
            Self::Smime(identity) => Key::Smime(announced(identity)),
            Self::Pgp(key) => Key::Pgp(key.public().clone()),
        }
    }
}

/// We read all that we write.
fn announced(identity: &Identity) -> seal::smime::Certificate {
    let certificate = identity.certificate().clone();
    certificate.with_capabilities(Capabilities::OURS)
}
