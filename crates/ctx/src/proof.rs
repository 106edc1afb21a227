//! Reading the audit log: state, entries with proofs, whole-log verification.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use ledger::bundle::{BundleEntry, Opened};
use ledger::note::Verifier;
use ledger::tree::{Frontier, TileSource, leaf_hash};
use model::{Code, Error, EventId, MessageId, OrganisationId, Result, Timestamp};
use store::Tx;
use store::tables::{anchors, ledger as log, organisations};

use crate::sequence::TxTiles;
use crate::{Ctx, World};

/// The head of a log as it stands, and whether everything below it still leads to it.
pub struct LedgerState {
    pub size: u64,
    pub root: ledger::Hash,
    pub checkpoint: String,
    pub verifier: String,
    pub at: Timestamp,
    /// Committed but not chained yet; the sequencer is behind when this stays above 0.
    pub pending: u64,
}

/// Entries with their proofs against one checkpoint; payloads opened where a key was given.
pub struct Proven {
    pub checkpoint: String,
    /// An authority's token over the checkpoint, where one that covers all of them was stamped (RFC 3161).
    pub stamp: Option<Vec<u8>>,
    pub verifier: Verifier,
    pub entries: Vec<BundleEntry>,
}

impl World {
    pub fn ledger_state(&self, organisation: OrganisationId) -> Result<LedgerState> {
        self.store.read(move |tx| {
            let head =
                log::find_head(tx, organisation)?.ok_or_else(|| Error::new(Code::NotFound))?;
            let row =
                organisations::find(tx, organisation)?.ok_or_else(|| Error::new(Code::NotFound))?;
            let pending = log::pending_count(tx, organisation)?;
            Ok(LedgerState {
                size: head.size,
                root: head.root,
                checkpoint: head.checkpoint,
                verifier: row.ledger_verifier,
                at: head.at,
                pending,
            })
        })
    }

    /// Recomputes the root from every stored entry and checks the tiles of all levels, head and
    /// signature against it.
    ///
    /// # Errors
    /// `ledger_broken` at the position of the first entry that does not fit.
    pub fn verify_ledger(&self, organisation: OrganisationId) -> Result<u64> {
        let state = self.ledger_state(organisation)?;
        let verifier = Verifier::parse(&state.verifier)?;
        let checkpoint = ledger::checkpoint::open(&state.checkpoint, &verifier)?;
        let broken = |at: u64| Error::new(Code::LedgerBroken).at(format!("/entries/{at}"));
        if checkpoint.size != state.size || checkpoint.root != state.root {
            return Err(broken(state.size));
        }
        let mut frontier = Frontier::empty();
        let mut higher = Higher::default();
        while frontier.size() < state.size {
            let first = frontier.size();
            let (entries, hashes) = self.store.read(move |tx| {
                let entries = log::range(tx, organisation, first, 256)?;
                Ok((
                    entries,
                    log::find_tile(tx, organisation, 0, first / 256)?.unwrap_or_default(),
                ))
            })?;
            if entries.is_empty() {
                return Err(broken(first));
            }
            for (e, hash) in entries
                .iter()
                .take_while(|e| e.position < state.size)
                .zip(hashes.chunks(32))
            {
                let leaf = leaf_hash(&e.entry);
                if e.position != frontier.size() || leaf.as_slice() != hash {
                    return Err(broken(frontier.size()));
                }
                higher.keep(frontier.append(leaf));
            }
            if frontier.size() == first {
                return Err(broken(first));
            }
        }
        if frontier.root() != state.root {
            return Err(broken(state.size));
        }
        match self
            .store
            .read(move |tx| higher.first_difference(tx, organisation))?
        {
            None => Ok(state.size),
            Some(at) => Err(broken(at)),
        }
    }

    /// The entries of events that are chained already, with inclusion proofs; payloads open with
    /// `message`'s key.
    pub fn prove(
        self: &Arc<Self>,
        organisation: OrganisationId,
        events: Vec<EventId>,
        message: Option<MessageId>,
    ) -> Result<Proven> {
        let world = self.clone();
        self.store.read(move |tx| {
            let head =
                log::find_head(tx, organisation)?.ok_or_else(|| Error::new(Code::NotFound))?;
            let row =
                organisations::find(tx, organisation)?.ok_or_else(|| Error::new(Code::NotFound))?;
            let key = match message {
                Some(id) => Some(world.item_key(tx, organisation, id.as_bytes())?),
                None => None,
            };
            let mut chained = Vec::with_capacity(events.len());
            for &event in &events {
                chained
                    .extend(log::find_event(tx, organisation, event)?.map(|found| (event, found)));
            }
            let last = chained.iter().map(|(_, found)| found.position).max();
            let stamped = match last {
                Some(last) => anchors::covering(tx, organisation, last)?,
                None => None,
            };
            let (size, checkpoint, stamp) = match stamped {
                Some(stamped) => (stamped.size, stamped.checkpoint, Some(stamped.token)),
                None => (head.size, head.checkpoint, None),
            };
            let mut entries = Vec::with_capacity(chained.len());
            for (event, found) in chained {
                let opened = match (&key, log::find_payload(tx, event)?) {
                    (Some(key), Some(sealed)) => {
                        let (salt, payload) = crate::event::open_payload(event, &sealed, key)?;
                        Some(Opened { salt, payload })
                    }
                    _ => None,
                };
                let proof = inclusion(tx, organisation, found.position, size)?;
                entries.push(BundleEntry {
                    index: found.position,
                    leaf: found.entry,
                    proof,
                    opened,
                });
            }
            Ok(Proven {
                checkpoint,
                stamp,
                verifier: Verifier::parse(&row.ledger_verifier)?,
                entries,
            })
        })
    }
}

/// The hashes that the tiles above the leaves must hold, computed from the entries. A tile has the
/// height of eight levels of the tree (C2SP tlog-tiles).
#[derive(Default)]
struct Higher(BTreeMap<u8, Vec<ledger::Hash>>);

const TILE_HEIGHT: u8 = 8;
const TILE_WIDTH: usize = 256;

impl Higher {
    fn keep(&mut self, complete: Vec<(u8, u64, ledger::Hash)>) {
        let tops = complete
            .into_iter()
            .filter(|(level, ..)| level % TILE_HEIGHT == 0);
        for (level, _, hash) in tops.filter(|(level, ..)| *level > 0) {
            self.0.entry(level / TILE_HEIGHT).or_default().push(hash);
        }
    }

    /// The first entry below a hash that is stored otherwise, or not at all.
    fn first_difference(
        &self,
        tx: &mut Tx<'_>,
        organisation: OrganisationId,
    ) -> Result<Option<u64>> {
        for (level, hashes) in &self.0 {
            for (index, expected) in (0..).zip(hashes.chunks(TILE_WIDTH)) {
                let stored = log::find_tile(tx, organisation, *level, index)?.unwrap_or_default();
                let mut stored = stored.chunks(32);
                let differs = expected
                    .iter()
                    .position(|hash| stored.next() != Some(hash.as_slice()));
                if let Some(at) = differs {
                    let below = 1u64 << (u32::from(*level) * u32::from(TILE_HEIGHT));
                    return Ok(Some((index * TILE_WIDTH as u64 + at as u64) * below));
                }
            }
        }
        Ok(None)
    }
}

impl Ctx {
    pub fn ledger_state(&self) -> Result<LedgerState> {
        self.world().ledger_state(self.organisation())
    }
}

fn inclusion(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    at: u64,
    size: u64,
) -> Result<Vec<ledger::Hash>> {
    let tiles = TxTiles {
        tx: RefCell::new(tx),
        organisation,
    };
    let source: &dyn TileSource = &tiles;
    ledger::tree::inclusion(at, size, source)
}
