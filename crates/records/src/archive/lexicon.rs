//! The lexicon of one organisation: what its sealed pieces say, and the piece that a batch adds.
//!
//! A piece is a list of words with their places, compressed and sealed by a key of the organisation. Invariant:
//! the words of a message are committed with its postings, so that whatever can be found can be named.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ctx::World;
use model::{Code, Error, LexiconPieceId, OrganisationId, Result};
use store::tables::archive_heads;
use store::tables::lexicon_pieces::{self, Piece};
use vault::OpenedKey;

use crate::search::lexicon::{Lexicon, Places};

/// Pieces that are kept before one takes their place.
const PIECES_MAX: usize = 64;
/// Octets of a word: the letters that count, four octets each.
const WORD_OCTETS_MAX: usize = 4 * crate::search::words::WORD_LETTERS_MAX;

/// Shared by who archives and who searches.
pub(crate) type Shared = Arc<Mutex<Known>>;

/// What is known so far of the pieces.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) words: Lexicon,
    /// Pieces that were read.
    read: BTreeSet<LexiconPieceId>,
    /// How often it had been pruned then.
    prunings: u64,
}

/// A lexicon in hand: nobody else changes it meanwhile.
pub(crate) struct Held<'a>(MutexGuard<'a, Known>);

/// A piece that is not committed yet, and what it says.
pub(crate) struct New {
    pub(crate) row: Row,
    words: BTreeMap<String, u8>,
}

pub(crate) type Row = Arc<Piece>;

impl<'a> Held<'a> {
    pub(crate) fn take(shared: &'a Shared) -> Self {
        Self(shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn words(&self) -> &Lexicon {
        &self.0.words
    }

    pub(crate) fn pieces(&self) -> BTreeSet<LexiconPieceId> {
        self.0.read.clone()
    }

    /// How often it had been pruned when it was read.
    pub(crate) fn prunings(&self) -> u64 {
        self.0.prunings
    }

    /// Every word with its places.
    pub(crate) fn all(&mut self) -> Vec<(String, Places)> {
        let all = self.0.words.all();
        all.map(|(word, places)| (word.to_owned(), places))
            .collect()
    }

    /// A piece of nothing but these words.
    pub(crate) fn whole(
        world: &World,
        of: OrganisationId,
        words: &[(String, Places)],
    ) -> Result<Piece> {
        let said = words.iter().map(|(word, places)| (word.as_str(), *places));
        sealed(world, of, said)
    }

    /// Nothing is known; the next to learn reads all.
    pub(crate) fn forget(&mut self) {
        *self.0 = Known::default();
    }

    /// Reads the pieces that came since.
    ///
    /// # Errors
    /// The database's; `seal_broken` when a piece was altered.
    pub(crate) fn learn(&mut self, world: &World, of: OrganisationId) -> Result<()> {
        let (known, before) = (self.0.read.clone(), self.0.prunings);
        // In one read: no piece is replaced by another one's between its name and its words.
        let (prunings, pieces) = world.store.read(move |tx| {
            let prunings = archive_heads::prunings(tx, of)?;
            let mut pieces = Vec::new();
            for id in lexicon_pieces::ids(tx, of)? {
                if prunings != before || !known.contains(&id) {
                    let piece = lexicon_pieces::find(tx, of, id)?;
                    pieces.push(piece.ok_or(Error::new(Code::StoredDataInvalid))?);
                }
            }
            Ok((prunings, pieces))
        })?;
        if prunings != before {
            // Words went with messages that were destroyed: what is known of them goes too.
            *self.0 = Known {
                prunings,
                ..Known::default()
            };
        }
        for piece in pieces {
            let aad = vault::aad("lexicon_pieces", "sealed_words", piece.id.as_bytes());
            let packed = key(world, of)?.open(&aad, &piece.sealed_words)?;
            let said = zstd::bulk::decompress(&packed, octets_max(piece.words))
                .map_err(|_| Error::new(Code::StoredDataInvalid))?;
            read(&said, |word, places| self.0.words.add(word, places))?;
            self.0.read.insert(piece.id);
        }
        Ok(())
    }

    /// A piece of those words that are new, or stand in new places; none where none are.
    pub(crate) fn piece<'w>(
        &self,
        world: &World,
        of: OrganisationId,
        said: impl Iterator<Item = (&'w String, &'w u8)>,
    ) -> Result<Option<New>> {
        let mut words = BTreeMap::<String, u8>::new();
        for (word, places) in said {
            if self.0.words.places(word) & places != *places {
                *words.entry(word.clone()).or_default() |= places;
            }
        }
        if words.is_empty() {
            return Ok(None);
        }
        let said = words.iter().map(|(word, places)| (word.as_str(), *places));
        let row = Arc::new(sealed(world, of, said)?);
        Ok(Some(New { row, words }))
    }

    /// One piece in the place of all that were read, when there are many.
    ///
    /// # Errors
    /// The database's; what was read before stands then.
    pub(crate) fn join(&mut self, world: &World, of: OrganisationId) -> Result<()> {
        if self.0.read.len() < PIECES_MAX {
            return Ok(());
        }
        let piece = Arc::new(sealed(world, of, self.0.words.all())?);
        let (id, prunings) = (piece.id, self.0.prunings);
        let old = std::mem::take(&mut self.0.read);
        let gone = old.clone();
        let done = world.store.write(move |tx| {
            // What another node pruned does not come back by what is known here.
            if !archive_heads::commit(tx, of, prunings)? {
                return Ok(false);
            }
            lexicon_pieces::insert(tx, &piece)?;
            gone.iter()
                .try_for_each(|old| lexicon_pieces::remove(tx, of, *old))?;
            Ok(true)
        });
        match done {
            Ok(true) => self.0.read = BTreeSet::from([id]),
            Ok(false) => self.forget(),
            Err(_) => self.0.read = old,
        }
        done.map(drop)
    }

    /// Takes over what was committed.
    pub(crate) fn keep(&mut self, new: New) {
        new.words
            .iter()
            .for_each(|(word, places)| self.0.words.add(word, *places));
        self.0.read.insert(new.row.id);
    }
}

/// Words as a piece: places, length, letters of each, compressed and sealed.
fn sealed<'w>(
    world: &World,
    of: OrganisationId,
    said: impl Iterator<Item = (&'w str, u8)>,
) -> Result<Piece> {
    let (mut octets, mut words) = (Vec::new(), 0);
    for (word, places) in said {
        octets.push(places);
        octets.extend(u16::try_from(word.len()).unwrap_or(u16::MAX).to_be_bytes());
        octets.extend(word.as_bytes());
        words += 1;
    }
    let packed = zstd::bulk::compress(&octets, 3).map_err(|_| Error::new(Code::Internal))?;
    let id = LexiconPieceId::mint(world.now(), world.rng.as_ref());
    let aad = vault::aad("lexicon_pieces", "sealed_words", id.as_bytes());
    Ok(Piece {
        id,
        organisation: of,
        sealed_words: key(world, of)?.seal(&aad, &packed, world.rng.as_ref())?,
        words,
        created_at: world.now(),
    })
}

fn octets_max(words: u64) -> usize {
    let words = usize::try_from(words).unwrap_or(usize::MAX);
    words.saturating_mul(3 + WORD_OCTETS_MAX)
}

fn read(octets: &[u8], mut each: impl FnMut(&str, u8)) -> Result<()> {
    let broken = || Error::new(Code::StoredDataInvalid);
    let mut rest = octets;
    while let [places, high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (word, after) = after.split_at_checked(length).ok_or_else(broken)?;
        each(std::str::from_utf8(word).map_err(|_| broken())?, *places);
        rest = after;
    }
    match rest.is_empty() {
        true => Ok(()),
        false => Err(broken()),
    }
}

fn key(world: &World, of: OrganisationId) -> Result<OpenedKey> {
    Ok(OpenedKey::new(&world.keys(of)?.subkey("search/lexicon")))
}
