//! Reading a stored message back: row, key, envelope, content. For the program's own stages; a
//! person's reading goes through `view` and `portal`, which record it first.

use std::sync::Arc;

use ctx::{Ctx, World};
use model::{Address, BlobId, Code, Error, MessageId, OrganisationId, RecipientId, Result};
use store::Tx;
use store::tables::{blobs, messages, recipients};
use vault::OpenedKey;

use crate::envelope::{Envelope, open_envelope};

/// A message with its key; content is opened on demand.
pub(crate) struct Stored {
    pub message: messages::Message,
    pub recipients: Vec<recipients::Recipient>,
    pub envelope: Envelope,
    pub key: Arc<OpenedKey>,
}

/// The same with its content at hand.
pub(crate) struct Opened {
    pub stored: Stored,
    pub content: Arc<[u8]>,
}

pub(crate) fn load(ctx: &Ctx, id: MessageId) -> Result<Stored> {
    let (world, organisation) = (ctx.world().clone(), ctx.organisation());
    ctx.world()
        .store
        .read(move |tx| read(&world, tx, organisation, id))
}

pub(crate) fn read(
    world: &World,
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    id: MessageId,
) -> Result<Stored> {
    let message = messages::load(tx, id, organisation)?;
    let recipients = recipients::of_message(tx, id)?;
    let key = Arc::new(world.item_key(tx, organisation, id.as_bytes())?);
    let envelope = open_envelope(&message.sealed_envelope, &key, id)?;
    Ok(Stored {
        message,
        recipients,
        envelope,
        key,
    })
}

impl Stored {
    pub(crate) fn content(&self, ctx: &Ctx) -> Result<Vec<u8>> {
        open_blob(ctx.world(), &self.key, self.message.content)
    }
    pub(crate) fn address(&self, recipient: &recipients::Recipient) -> Result<Address> {
        open_address(&self.key, recipient)
    }
}

pub(crate) fn open_blob(world: &World, key: &OpenedKey, id: BlobId) -> Result<Vec<u8>> {
    let blob = world.store.read(move |tx| blobs::load(tx, id))?;
    let sealed = match blob.sealed_bytes {
        Some(bytes) => bytes,
        None => world.store.blobs().load(&id.to_string())?,
    };
    crate::pack::unpack(&key.open(&vault::aad("blobs", "sealed_bytes", id.as_bytes()), &sealed)?)
}

pub(crate) fn open_address(key: &OpenedKey, recipient: &recipients::Recipient) -> Result<Address> {
    open_sealed_address(key, recipient.id, &recipient.sealed_address)
}

pub(crate) fn open_sealed_address(
    key: &OpenedKey,
    id: RecipientId,
    sealed: &[u8],
) -> Result<Address> {
    let aad = vault::aad("recipients", "sealed_address", id.as_bytes());
    let plain = key.open(&aad, sealed)?;
    let text = String::from_utf8(plain).map_err(|_| Error::new(Code::StoredDataInvalid))?;
    Address::parse(&text)
}
