//! Sealed byte strings: small ones here, large ones by name in the blob folder or bucket.

use model::{BlobId, Code, Error, OrganisationId, Result, Timestamp};

use crate::{Tx, Value, statements};

pub struct Blob {
    pub id: BlobId,
    pub organisation: OrganisationId,
    pub octets: u64,
    /// `None`: the bytes are outside, under the id's name.
    pub sealed_bytes: Option<Vec<u8>>,
    pub created_at: Timestamp,
}

statements! {
    pub INSERT = "INSERT INTO blobs (id, organisation, octets, sealed_bytes, created_at) VALUES ($1, $2, $3, $4, $5)";
    pub EXISTS = "SELECT count(*) FROM blobs WHERE id = $1";
    pub FIND = "SELECT id, organisation, octets, sealed_bytes, created_at FROM blobs WHERE id = $1";
}

pub fn insert(tx: &mut Tx<'_>, b: &Blob) -> Result<()> {
    tx.execute(
        &INSERT,
        &[
            b.id.into(),
            b.organisation.into(),
            Value::Int(i64::try_from(b.octets).unwrap_or(i64::MAX)),
            b.sealed_bytes.as_deref().into(),
            b.created_at.into(),
        ],
    )
    .map(drop)
}

pub fn exists(tx: &mut Tx<'_>, id: BlobId) -> Result<bool> {
    Ok(tx.find(&EXISTS, &[id.into()], |row| row.int(0))?.unwrap_or(0) > 0)
}

pub fn load(tx: &mut Tx<'_>, id: BlobId) -> Result<Blob> {
    tx.find(&FIND, &[id.into()], |row| {
        Ok(Blob {
            id: BlobId::from_bytes(row.array(0)?),
            organisation: OrganisationId::from_bytes(row.array(1)?),
            octets: u64::try_from(row.int(2)?).unwrap_or(0),
            sealed_bytes: row.opt_bytes(3)?.map(<[u8]>::to_vec),
            created_at: row.at(4)?,
        })
    })?
    .ok_or_else(|| Error::new(Code::KeyDestroyed))
}
