//! The audit log as an outsider keeps it: every entry ever seen, in a tree of the oracle's own.
//!
//! The log's head must always be the root over exactly the entries seen before and those added
//! since: nothing is dropped, changed or put in between.

use std::collections::BTreeMap;

use ledger::entry::Entry;
use ledger::note::Verifier;
use ledger::tree::{Frontier, TileSource, leaf_hash};
use model::{EventId, OrganisationId, RecipientId, Result};
use store::tables::{events, ledger as table};

use super::{Broken, Oracle, Snapshot, Verdict, ensure};
use crate::kit::SimRng;
use crate::world::house::House;

const ROWS: usize = 10_000;

pub(super) struct Log {
    organisation: OrganisationId,
    verifier: Verifier,
    tree: Frontier,
    /// Every head that was ever signed, oldest first.
    heads: Vec<(u64, ledger::Hash)>,
    pub entries: BTreeMap<EventId, Entry>,
    /// Seen for the first time in this step.
    pub fresh: Vec<EventId>,
}

impl Log {
    fn open(house: &House, organisation: OrganisationId) -> Result<Self> {
        let row = house
            .store
            .read(move |tx| store::tables::organisations::find(tx, organisation))?;
        let row = row.ok_or(model::Code::NotFound)?;
        let verifier = Verifier::parse(&row.ledger_verifier)?;
        Ok(Self {
            organisation,
            verifier,
            tree: Frontier::empty(),
            heads: Vec::new(),
            entries: BTreeMap::new(),
            fresh: Vec::new(),
        })
    }

    pub fn of(&self, recipient: RecipientId) -> impl Iterator<Item = &Entry> {
        let name = recipient.to_string();
        self.entries
            .values()
            .filter(move |entry| entry.subject.contains(&name))
    }

    fn meet(&mut self, bytes: &[u8], id: EventId) -> Verdict {
        let entry = Entry::decode(bytes)?;
        ensure!(
            entry.id == id && entry.organisation == self.organisation,
            "an entry is not what its row says"
        );
        match self.entries.get(&id) {
            Some(known) => ensure!(*known == entry, "entry {id} changed"),
            None => {
                self.fresh.push(id);
                self.entries.insert(id, entry);
            }
        }
        Ok(())
    }
}

impl Oracle {
    pub(super) fn read_logs(&mut self, house: &House, snapshot: &Snapshot) -> Verdict {
        while self.logs.len() < snapshot.clinics.len() {
            self.logs
                .push(Log::open(house, snapshot.clinics[self.logs.len()].id)?);
        }
        for (log, now) in self.logs.iter_mut().zip(&snapshot.clinics) {
            log.fresh.clear();
            let (organisation, first) = (now.id, log.tree.size());
            ensure!(
                now.size >= first,
                "the audit log shrank from {first} to {}",
                now.size
            );
            if now.size > first {
                let rows = house
                    .store
                    .read(move |tx| table::range(tx, organisation, first, ROWS))?;
                for row in rows {
                    ensure!(
                        row.position == log.tree.size(),
                        "the audit log has a gap at {}",
                        log.tree.size()
                    );
                    log.meet(&row.entry, row.event)?;
                    log.tree.append(leaf_hash(&row.entry));
                }
                ensure!(
                    log.tree.size() == now.size,
                    "the head says {} entries, {} exist",
                    now.size,
                    log.tree.size()
                );
                ensure!(
                    log.tree.root() == now.root,
                    "the head at {} has another root than its entries",
                    now.size
                );
                let signed = ledger::checkpoint::open(&now.checkpoint, &log.verifier)?;
                ensure!(
                    signed.size == now.size && signed.root == now.root,
                    "the checkpoint is not the head"
                );
                log.heads.push((now.size, now.root));
            }
            for (id, bytes) in &now.pending {
                log.meet(bytes, *id)?;
            }
            let (seen, exist) = (
                log.entries.len() as u64,
                now.size + now.pending.len() as u64,
            );
            ensure!(
                seen == exist,
                "{seen} audit entries were seen, {exist} exist"
            );
        }
        Ok(())
    }

    /// How often it is recorded that a server may have taken a letter of this role unseen.
    pub(super) fn ambiguities(&self, recipient: RecipientId, role: &str) -> usize {
        let entries = self.logs.iter().flat_map(|log| log.of(recipient));
        let ambiguous = entries.filter(|entry| entry.kind == "delivery.ambiguous");
        ambiguous
            .filter(|entry| entry.facts.get("role").is_none_or(|known| known == role))
            .count()
    }

    pub(super) fn fresh_kinds(
        &self,
        recipient: RecipientId,
        message: &str,
    ) -> Vec<(String, Option<String>)> {
        let name = recipient.to_string();
        let fresh = self
            .logs
            .iter()
            .flat_map(|log| log.fresh.iter().filter_map(|id| log.entries.get(id)));
        let about = fresh.filter(|e| e.subject.contains(&name) || e.subject == [message]);
        about
            .map(|e| (e.kind.clone(), e.facts.get("role").cloned()))
            .collect()
    }

    /// Events and audit entries tell the same; an earlier head is a beginning of the present one.
    pub fn check_logs(&self, house: &House, snapshot: &Snapshot, chance: &SimRng) -> Verdict {
        for (log, now) in self.logs.iter().zip(&snapshot.clinics) {
            for message in &now.messages {
                let (id, organisation) = (message.id, now.id);
                let events = house
                    .store
                    .read(move |tx| events::of_message(tx, id, organisation, None, ROWS))?;
                let name = id.to_string();
                let entries = log
                    .entries
                    .values()
                    .filter(|e| e.subject.first() == Some(&name))
                    .count();
                ensure!(
                    events.len() == entries,
                    "{name} has {} events and {entries} audit entries",
                    events.len()
                );
                for event in events {
                    let told = log
                        .entries
                        .get(&event.id)
                        .is_some_and(|e| e.kind == event.kind && e.actor == event.actor);
                    ensure!(
                        told,
                        "event {} ({}) has no audit entry of its own",
                        event.id,
                        event.kind
                    );
                }
            }
            if log.heads.is_empty() {
                continue;
            }
            let (old, root) = *chance.pick(&log.heads);
            let tiles = Tiles {
                house,
                organisation: now.id,
            };
            let proof = ledger::tree::consistency(old, now.size, &tiles)?;
            ledger::tree::verify_consistency(old, now.size, &root, &now.root, &proof).map_err(
                |_| {
                    Broken(format!(
                        "the head at {} does not begin with that at {old}",
                        now.size
                    ))
                },
            )?;
        }
        Ok(())
    }

    pub(super) fn verifier(&self, clinic: usize) -> Option<&Verifier> {
        self.logs.get(clinic).map(|log| &log.verifier)
    }
}

struct Tiles<'a> {
    house: &'a House,
    organisation: OrganisationId,
}

impl TileSource for Tiles<'_> {
    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<u8>> {
        let organisation = self.organisation;
        let found = self
            .house
            .store
            .read(move |tx| table::find_tile(tx, organisation, level, index))?;
        let mut hashes = found.ok_or(model::Code::LedgerBroken)?;
        hashes.truncate(usize::from(width) * 32);
        Ok(hashes)
    }
}
