//! The words of an organisation's archive, sealed, in pieces that follow each other.

use model::{LexiconPieceId, OrganisationId, Result, Timestamp};

use crate::{Tx, statements};

pub struct Piece {
    pub id: LexiconPieceId,
    pub organisation: OrganisationId,
    pub sealed_words: Vec<u8>,
    /// How many there are.
    pub words: u64,
    pub created_at: Timestamp,
}

statements! {
    pub INSERT = "INSERT INTO lexicon_pieces (id, organisation, sealed_words, words, created_at) VALUES ($1, $2, $3, $4, $5)";
    pub AFTER = "SELECT id, organisation, sealed_words, words, created_at FROM lexicon_pieces
        WHERE organisation = $1 AND id > $2 ORDER BY id LIMIT $3";
    pub REMOVE = "DELETE FROM lexicon_pieces WHERE organisation = $1 AND id <= $2";
}

pub fn insert(tx: &mut Tx<'_>, piece: &Piece) -> Result<()> {
    let values = [
        piece.id.into(),
        piece.organisation.into(),
        piece.sealed_words.as_slice().into(),
        piece.words.into(),
        piece.created_at.into(),
    ];
    tx.execute(&INSERT, &values).map(drop)
}

/// Pieces behind `last`, in their order.
pub fn after(tx: &mut Tx<'_>, of: OrganisationId, last: LexiconPieceId, rows: usize) -> Result<Vec<Piece>> {
    tx.query(&AFTER, &[of.into(), last.into(), rows.into()], |row| {
        Ok(Piece {
            id: row.id(0)?,
            organisation: row.id(1)?,
            sealed_words: row.bytes(2)?.to_vec(),
            words: row.uint(3)?,
            created_at: row.at(4)?,
        })
    })
}

/// Removes the pieces up to `last`: others say the same words.
pub fn remove(tx: &mut Tx<'_>, of: OrganisationId, last: LexiconPieceId) -> Result<u64> {
    tx.execute(&REMOVE, &[of.into(), last.into()])
}
