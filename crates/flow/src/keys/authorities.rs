//! Authorities that the organisation believes: whoever holds a certificate of theirs is who it says.
//!
//! None is believed of itself: a system's list of roots is for web servers. Invariant: what was signed by an
//! authority that was taken out counts no more, though keys that are in use stay until somebody stops them.

use ctx::{Action, Ctx, Event};
use model::{AuthorityId, Code, Error, Result, Timestamp, limits};
use seal::smime::{Certificate, Trust};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::{item_keys, revocations, trust_anchors as table};

use crate::Flow;
use crate::envelope::{open_json, seal_json};

/// An authority as people see it.
pub struct AuthorityView {
    pub id: AuthorityId,
    pub name: String,
    /// SHA-256 of the certificate, in lower-case hexadecimal.
    pub fingerprint: String,
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
    pub added_by: String,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// DER in base64.
    certificate: String,
}

impl Flow {
    /// Oldest first.
    pub fn authorities(&self, ctx: &Ctx) -> Result<Vec<AuthorityView>> {
        ctx.allow(Action::EncryptionManage, &ctx.own("authority"))?;
        crate::view::live_only(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.read(move |tx| {
            let rows = table::list(tx, ctx2.organisation())?;
            rows.into_iter().map(|row| view(&ctx2, tx, row)).collect()
        })
    }

    /// Believes all authorities of a file: PEM, DER, PKCS#7. Gives how many are new.
    ///
    /// # Errors
    /// `key_file_invalid` when it holds none that can be read, or too many; `date_invalid` when one has ended.
    pub fn add_authorities(&self, ctx: &Ctx, file: &[u8]) -> Result<usize> {
        ctx.allow(Action::EncryptionManage, &ctx.own("authority"))?;
        crate::view::live_only(ctx)?;
        let wrong = || Error::new(Code::KeyFileInvalid).at("/file");
        if file.len() > limits::KEY_FILE_OCTETS_MAX {
            return Err(wrong());
        }
        let all = Certificate::parse_all(file).map_err(|e| wrong().because(e))?;
        if all.iter().any(|one| one.not_after() <= ctx.now()) {
            return Err(Error::new(Code::DateInvalid).at("/file"));
        }
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            // Into memory first: a transaction cannot wait for another.
            ctx2.world().keys_in(tx, ctx2.organisation())?;
            let known = table::list(tx, ctx2.organisation())?.len();
            if known + all.len() > limits::AUTHORITIES_MAX {
                return Err(wrong());
            }
            let mut new = 0;
            for one in &all {
                new += usize::from(add(&ctx2, tx, one)?);
            }
            // It may be the issuer that was looked for.
            revocations::retry(tx, ctx2.organisation(), ctx2.now())?;
            Ok(new)
        })
    }

    /// # Errors
    /// `not_found`.
    pub fn remove_authority(&self, ctx: &Ctx, id: AuthorityId) -> Result<()> {
        ctx.allow(Action::EncryptionManage, &ctx.own("authority"))?;
        crate::view::live_only(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let organisation = ctx2.organisation();
            table::load(tx, id, organisation)?;
            table::remove(tx, id, organisation)?;
            item_keys::destroy(tx, id.as_bytes(), organisation)?;
            let event = Event::new("authority.removed").about(id);
            ctx2.record(tx, event).map(drop)
        })
    }
}

/// What the organisation believes now.
pub(super) fn trust(ctx: &Ctx) -> Result<Trust> {
    let mut trust = Trust::new();
    for one in certificates(ctx)? {
        let added = trust.add_roots(one.der());
        added.map_err(|e| Error::new(Code::StoredDataInvalid).because(e))?;
    }
    Ok(trust)
}

/// Those that are believed now.
pub(super) fn certificates(ctx: &Ctx) -> Result<Vec<Certificate>> {
    ctx.world().keys(ctx.organisation())?;
    let ctx2 = ctx.clone();
    ctx.world().store.read(move |tx| {
        let rows = table::list(tx, ctx2.organisation())?;
        let read = rows.iter().map(|row| certificate(&ctx2, tx, row));
        read.collect()
    })
}

fn add(ctx: &Ctx, tx: &mut Tx<'_>, one: &Certificate) -> Result<bool> {
    let (world, now) = (ctx.world(), ctx.now());
    let id = AuthorityId::mint(now, world.rng.as_ref());
    let key = world.new_item_key(ctx.organisation(), *id.as_bytes())?;
    let kept = Kept {
        certificate: super::kept::base64(one.der()),
    };
    let keys = world.keys(ctx.organisation())?;
    let fingerprint = hex::encode(one.fingerprint());
    let row = table::TrustAnchor {
        id,
        organisation: ctx.organisation(),
        fingerprint_token: keys.blind("key_fingerprint", &fingerprint),
        sealed_certificate: seal_json(&kept, key.opened(), place(&id), world.rng.as_ref())?,
        expires_at: one.not_after(),
        created_at: now,
        added_by: ctx.actor().to_owned(),
    };
    if !table::insert(tx, &row)? {
        return Ok(false);
    }
    key.insert(tx)?;
    let event = Event::new("authority.added").about(id);
    let event = event
        .fact("fingerprint", fingerprint)
        .fact("until", row.expires_at);
    ctx.record(tx, event)?;
    Ok(true)
}

fn view(ctx: &Ctx, tx: &mut Tx<'_>, row: table::TrustAnchor) -> Result<AuthorityView> {
    let certificate = certificate(ctx, tx, &row)?;
    Ok(AuthorityView {
        id: row.id,
        name: certificate.subject_name(),
        fingerprint: hex::encode(certificate.fingerprint()),
        expires_at: row.expires_at,
        created_at: row.created_at,
        added_by: row.added_by,
    })
}

fn certificate(ctx: &Ctx, tx: &mut Tx<'_>, row: &table::TrustAnchor) -> Result<Certificate> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    let key = ctx
        .world()
        .item_key(tx, row.organisation, row.id.as_bytes())?;
    let kept: Kept = open_json(&row.sealed_certificate, &key, place(&row.id))?;
    let der = super::kept::unbase64(&kept.certificate)?;
    Certificate::from_der(&der).map_err(|_| wrong())
}

fn place(id: &AuthorityId) -> (&'static str, &'static str, &[u8; 16]) {
    ("trust_anchors", "sealed_certificate", id.as_bytes())
}
