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
    pub IDS = "SELECT id FROM lexicon_pieces WHERE organisation = $1 ORDER BY id";
    pub FIND = "SELECT id, organisation, sealed_words, words, created_at FROM lexicon_pieces
        WHERE organisation = $1 AND id = $2";
    pub REMOVE = "DELETE FROM lexicon_pieces WHERE organisation = $1 AND id = $2";
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

/// All pieces of an organisation; another node may have put an older one beside newer ones.
pub fn ids(tx: &mut Tx<'_>, of: OrganisationId) -> Result<Vec<LexiconPieceId>> {
    tx.query(&IDS, &[of.into()], |row| row.id(0))
}

/// None where another piece took over its words.
pub fn find(tx: &mut Tx<'_>, of: OrganisationId, id: LexiconPieceId) -> Result<Option<Piece>> {
    tx.find(&FIND, &[of.into(), id.into()], |row| {
        Ok(Piece {
            id: row.id(0)?,
            organisation: row.id(1)?,
            sealed_words: row.bytes(2)?.to_vec(),
            words: row.uint(3)?,
            created_at: row.at(4)?,
        })
    })
}

/// Removes a piece whose words another one says.
pub fn remove(tx: &mut Tx<'_>, of: OrganisationId, id: LexiconPieceId) -> Result<()> {
    tx.execute(&REMOVE, &[of.into(), id.into()]).map(drop)
}
