//! What is sealed, and by which key: settings, proposals and days of a patient have one each, named by a keyed
//! token; what is reckoned of a message has the message's own.

use ctx::Ctx;
use model::{Code, Error, Result};
use serde::{Serialize, de::DeserializeOwned};
use store::Tx;
use vault::OpenedKey;

/// A table and its sealed column.
pub(crate) type Place = (&'static str, &'static str);

pub(super) const SETTING: Place = ("retention_settings", "sealed_setting");
pub(super) const PROPOSAL: Place = ("retention_proposals", "sealed_text");
pub(super) const DAYS: Place = ("retention_anchors", "sealed_days");
pub(super) const ANSWER: Place = ("retention_items", "sealed_answer");

/// Of the key of what is named so.
pub(super) fn id(ctx: &Ctx, tx: &mut Tx<'_>, name: &str) -> Result<[u8; 16]> {
    Ok(first(&token(ctx, tx, name)?))
}

pub(super) fn first(token: &[u8; 32]) -> [u8; 16] {
    let mut id = [0; 16];
    id.copy_from_slice(&token[..16]);
    id
}

/// Into memory first: a transaction cannot wait for another.
pub(super) fn token(ctx: &Ctx, tx: &mut Tx<'_>, text: &str) -> Result<[u8; 32]> {
    let keys = ctx.world().keys_in(tx, ctx.organisation())?;
    Ok(keys.blinder("retention").token(text))
}

pub(super) fn new_key(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    id: &[u8; 16],
) -> Result<std::sync::Arc<OpenedKey>> {
    ctx.world().keys_in(tx, ctx.organisation())?;
    let key = ctx.world().new_item_key(ctx.organisation(), *id)?;
    key.insert(tx)?;
    Ok(key.shared())
}

pub(crate) fn seal<T: Serialize>(
    ctx: &Ctx,
    key: &OpenedKey,
    place: Place,
    row: &[u8; 16],
    value: &T,
) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(value).map_err(|e| Error::new(Code::Internal).because(e))?;
    let rng = ctx.world().rng.as_ref();
    key.seal(&vault::aad(place.0, place.1, row), &plain, rng)
}

pub(crate) fn open<T: DeserializeOwned>(
    key: &OpenedKey,
    place: Place,
    row: &[u8; 16],
    sealed: &[u8],
) -> Result<T> {
    let plain = key.open(&vault::aad(place.0, place.1, row), sealed)?;
    // The cause is dropped on purpose: it can quote what it failed on.
    serde_json::from_slice(&plain).map_err(|_| Error::new(Code::StoredDataInvalid))
}
