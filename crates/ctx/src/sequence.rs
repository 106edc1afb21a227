//! The sequencer: chains committed audit entries into each organisation's Merkle log and signs the
//! new head, in one transaction an organisation and batch.
//!
//! Several nodes may run it: the head row is locked, and moving it names the size it was moved from,
//! so no two heads of one size are ever signed into the database.

use std::cell::RefCell;
use std::sync::Arc;

use ledger::checkpoint::Checkpoint;
use ledger::tile::append_to_tiles;
use ledger::tree::{Frontier, TileSource, leaf_hash};
use model::{Code, Error, OrganisationId, Result};
use store::Tx;
use store::tables::{ledger as log, organisations};

use crate::World;
use crate::organisation::ledger_name;

impl World {
    /// Sequences what is pending; gives how many entries it chained. Call it within a second of any
    /// commit, and until it gives 0 after a start.
    pub fn sequence(self: &Arc<Self>) -> Result<usize> {
        let organisations = self.store.read(log::pending_organisations)?;
        let (mut chained, mut failed) = (0, None);
        for organisation in organisations {
            match self.sequence_one(organisation) {
                Ok(count) => chained += count,
                // One broken log must not stop the others.
                Err(error) => {
                    tracing::error!(%organisation, %error, "an audit log could not be chained");
                    failed = Some(error);
                }
            }
        }
        match failed {
            Some(error) if chained == 0 => Err(error),
            _ => Ok(chained),
        }
    }

    /// The same for one organisation; fewer than [`Self::SEQUENCE_BATCH`] means nothing is left.
    pub fn sequence_one(self: &Arc<Self>, organisation: OrganisationId) -> Result<usize> {
        let world = self.clone();
        self.store
            .write(move |tx| sequence(&world, tx, organisation))
    }

    /// Entries chained by one transaction, at most.
    pub const SEQUENCE_BATCH: usize = 2_000;
}

fn sequence(world: &World, tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<usize> {
    let head = log::lock_head(tx, organisation)?.ok_or_else(|| Error::new(Code::LedgerBroken))?;
    let pending = log::pending(tx, organisation, World::SEQUENCE_BATCH)?;
    if pending.is_empty() {
        return Ok(0);
    }
    let leaves: Vec<_> = pending.iter().map(|p| leaf_hash(&p.entry)).collect();
    let (writes, root) = grow(tx, organisation, &head, &leaves)?;
    let positions: Vec<i64> = pending.iter().map(|p| p.position).collect();
    for (offset, p) in pending.into_iter().enumerate() {
        let decoded = ledger::entry::Entry::decode(&p.entry)?;
        let position = head.size + offset as u64;
        let entry = log::Entry {
            position,
            event: p.event,
            entry: p.entry,
            kind: decoded.kind,
            at: decoded.at,
        };
        log::insert(tx, organisation, &entry)?;
    }
    log::unpend(tx, &positions)?;
    for w in &writes {
        log::put_tile(tx, organisation, w.level, w.index, &w.bytes)?;
    }
    let row =
        organisations::find(tx, organisation)?.ok_or_else(|| Error::new(Code::LedgerBroken))?;
    let size = head.size + leaves.len() as u64;
    let checkpoint = Checkpoint {
        origin: ledger_name(organisation),
        size,
        root,
    };
    let signed = checkpoint.sign(&world.ledger_signer(tx, &row)?)?;
    log::move_head(
        tx,
        organisation,
        head.size,
        &log::Head {
            size,
            root,
            checkpoint: signed,
            at: world.now(),
        },
    )?;
    Ok(leaves.len())
}

/// Tiles to write and the root they lead to. The stored tiles must still give the signed root:
/// refusing to sign over altered history is the point of the log.
fn grow(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    head: &log::Head,
    leaves: &[ledger::Hash],
) -> Result<(Vec<ledger::tile::TileWrite>, ledger::Hash)> {
    let source = TxTiles {
        tx: RefCell::new(tx),
        organisation,
    };
    let mut frontier = Frontier::from_tiles(head.size, &source)?;
    if frontier.root() != head.root {
        return Err(Error::new(Code::LedgerBroken));
    }
    let writes = append_to_tiles(head.size, leaves, &source)?;
    for leaf in leaves {
        frontier.append(*leaf);
    }
    Ok((writes, frontier.root()))
}

/// Tiles as rows of the running transaction.
pub(crate) struct TxTiles<'t, 'x> {
    pub(crate) tx: RefCell<&'t mut Tx<'x>>,
    pub(crate) organisation: OrganisationId,
}

impl TileSource for TxTiles<'_, '_> {
    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<u8>> {
        let mut tx = self.tx.borrow_mut();
        let mut hashes = log::find_tile(&mut tx, self.organisation, level, index)?
            .ok_or_else(|| Error::new(Code::LedgerBroken))?;
        if hashes.len() < usize::from(width) * 32 {
            return Err(Error::new(Code::LedgerBroken));
        }
        hashes.truncate(usize::from(width) * 32);
        Ok(hashes)
    }
}
