//! Certificates of disposal: which records were destroyed, when, by which rules and by whose word; a JSON file that
//! verifies with nothing but itself.
//!
//! ```json
//! {
//!   "format": "caduceus-disposal/v1",
//!   "status": "provisional",
//!   "body": { "disposal": "dis_…", "destroyed": 2, "root": "…", "keys_gone_by": "…", … },
//!   "records": [ { "message": "msg_…", "accepted_on": "2019-04-01", … } ],
//!   "log": "…", "checkpoint": "…",
//!   "entries": [ { "index": 17, "leaf": "{…}", "proof": ["…"] } ]
//! }
//! ```
//!
//! The audit entry `disposal.certified` holds the SHA-256 of the body as compact JSON, and the Merkle root over the
//! records, each as compact JSON (RFC 6962 hashing). A file shows all records, or one alone with the hashes that lead
//! from it to the root, so that one person's record is proved without naming anybody else's. It is *provisional*
//! until the entry `disposal.final` says that no backup can hold a key any more. What the fields stand for follows the
//! certificate of destruction of AHIMA's practice brief (library.ahima.org, document 105016).
//!
//! What it proves: that the organisation said so in its log, and that nobody changed it since. What no file can prove:
//! that no copy was kept aside. Invariant: a certificate holds no word of a record, and no address.

mod form;
mod tree;

use std::collections::BTreeMap;

use model::{EventId, Result};
use serde::{Deserialize, Serialize};

use crate::bundle::{BundleEntry, Trust};
use crate::checkpoint::{self, Checkpoint};
use crate::digest::sha256;
use crate::entry::Entry;
use crate::note::{self, Verifier};
use crate::tree::{leaf_hash, verify_inclusion};
use crate::{Broken, Hash};

pub(crate) use form::FORMAT;
pub use tree::{path, root};

/// In the normal course of business (Federal Rules of Evidence 803(6) speaks of such records).
pub const STATEMENT: &str = "The records were destroyed in the normal course of business, under the retention rules that are \
     named here, each after it was found due and under no legal hold in the very transaction that destroyed it.";
/// Where nothing was left to destroy.
pub const NOTHING: &str =
    "No record was destroyed: all that were named were kept when they were asked about again.";
/// NIST SP 800-88 Rev. 2 names cryptographic erase among the purge methods.
pub const METHOD: &str = "Cryptographic erase (NIST SP 800-88 Rev. 2, purge): each record was encrypted with an AES-256-GCM key of \
     its own from the moment it was stored, and that key was deleted. Stored content, sealed fields, entries of the \
     search index and words that stood in these records alone were deleted as well.";

/// What is said of all records together; the log holds its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    pub disposal: String,
    pub organisation: String,
    pub house: String,
    pub statement: String,
    pub method: String,
    pub asked_by: String,
    pub asked_at: String,
    pub approved_by: String,
    pub approved_at: String,
    pub began_at: String,
    pub ended_at: String,
    /// From here on no backup of the database holds a key of these records.
    pub keys_gone_by: String,
    /// Days on which the oldest and the newest of them was accepted.
    pub accepted_from: String,
    pub accepted_to: String,
    pub destroyed: u64,
    /// Reason, and how many were not destroyed for it.
    pub spared: BTreeMap<String, u64>,
    pub classes: BTreeMap<String, u64>,
    /// Rule, and how many it kept to the last.
    pub rules: BTreeMap<String, u64>,
    /// Over the records, in hex.
    pub root: String,
    pub software: String,
}

/// One record that was destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub message: String,
    pub accepted_on: String,
    pub classes: Vec<String>,
    /// Those that kept it to the last.
    pub rules: Vec<String>,
    pub kept_through: String,
    pub destroyed_at: String,
}

/// Which records a file shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    All(Vec<Item>),
    /// One, by its number from 0, and the hashes that lead from it to the root.
    One(u64, Box<Item>, Vec<Hash>),
}

/// What may be written into the file; see the module.
#[derive(Clone, Debug)]
pub struct Certificate {
    pub body: Body,
    pub shown: Shown,
    pub log: Verifier,
    pub checkpoint: String,
    /// `disposal.certified`, and `disposal.final` where there is one.
    pub entries: Vec<BundleEntry>,
}

/// What a certificate that holds proves.
#[derive(Clone, Debug)]
pub struct Report {
    pub statements: Vec<String>,
    pub checkpoint: Checkpoint,
    pub trust: Trust,
    pub is_final: bool,
    pub body: Body,
}

impl Item {
    /// As it is hashed and stored.
    ///
    /// # Errors
    /// None that a value of this type could have.
    pub fn line(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|_| Broken::Format.here())
    }

    /// # Errors
    /// `ledger_broken`.
    pub fn read(line: &str) -> Result<Self> {
        serde_json::from_str(line).map_err(|_| Broken::Format.here())
    }
}

impl Body {
    /// What the log holds of it.
    ///
    /// # Errors
    /// None that a value of this type could have.
    pub fn digest(&self) -> Result<String> {
        let bytes = serde_json::to_vec(self).map_err(|_| Broken::Format.here())?;
        Ok(hex::encode(sha256(&[&bytes])))
    }
}

impl Certificate {
    /// The file's bytes, once it verifies: the same for the same evidence, always.
    ///
    /// # Errors
    /// `ledger_broken` where it does not verify.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let is_final = self.check(&self.log)?.1;
        form::encode(self, is_final)
    }

    /// Reads a file. It must be in the canonical form, to the byte, and say what follows from its entries.
    ///
    /// # Errors
    /// `ledger_broken`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        form::parse(bytes)
    }

    /// Checks everything. With `trusted`, the file must be signed by that key; without, by the one inside it.
    ///
    /// # Errors
    /// `ledger_broken`, with the place.
    pub fn verify(&self, trusted: Option<&Verifier>) -> Result<Report> {
        if trusted.is_some_and(|key| *key != self.log) {
            return Err(Broken::OtherKey.at("/log"));
        }
        let (checkpoint, is_final) = self.check(trusted.unwrap_or(&self.log))?;
        let trust = match trusted {
            Some(_) => Trust::Given,
            None => Trust::Embedded,
        };
        let mut statements = self.says(is_final);
        statements.push(trust.says(&self.log));
        Ok(Report {
            statements,
            checkpoint,
            trust,
            is_final,
            body: self.body.clone(),
        })
    }

    /// Which event entries belong into it, oldest first.
    pub fn events(certified: EventId, finished: Option<EventId>) -> Vec<EventId> {
        [certified].into_iter().chain(finished).collect()
    }

    fn check(&self, key: &Verifier) -> Result<(Checkpoint, bool)> {
        let checkpoint = self.open_checkpoint(key)?;
        let [first, rest @ ..] = self.entries.as_slice() else {
            return Err(Broken::NoAcceptance.at("/entries"));
        };
        let digest = self.body.digest()?;
        let certified = self.entry(0, first, &checkpoint, "disposal.certified")?;
        let fact = |name: &str| certified.facts.get(name).map(String::as_str);
        let counted = self.body.destroyed.to_string();
        if fact("sha256") != Some(&digest)
            || fact("root") != Some(&self.body.root)
            || fact("destroyed") != Some(&counted)
            || fact("keys_gone_by") != Some(&self.body.keys_gone_by)
        {
            return Err(Broken::Commitment.at("/body"));
        }
        self.check_records()?;
        match rest {
            [] => Ok((checkpoint, false)),
            [last] => {
                let last_entry = self.entry(1, last, &checkpoint, "disposal.final")?;
                let is_late = last_entry.at.rfc3339() >= self.body.keys_gone_by;
                if last_entry.facts.get("sha256") != Some(&digest)
                    || last.index <= first.index
                    || !is_late
                {
                    return Err(Broken::Order.at("/entries/1"));
                }
                Ok((checkpoint, true))
            }
            _ => Err(Broken::Order.at("/entries/2")),
        }
    }

    fn check_records(&self) -> Result<()> {
        let root = hex::decode(&self.body.root).ok();
        let root: Option<Hash> = root.and_then(|root| root.try_into().ok());
        let root = root.ok_or(Broken::Format.at("/body/root"))?;
        match &self.shown {
            Shown::All(items) => {
                let is_all = items.len() as u64 == self.body.destroyed;
                if !is_all || tree::root(items)? != root {
                    return Err(Broken::Root.at("/records"));
                }
                Ok(())
            }
            Shown::One(index, item, path) => {
                let leaf = leaf_hash(item.line()?.as_bytes());
                verify_inclusion(*index, self.body.destroyed, &leaf, &root, path)
                    .map_err(|_| Broken::Inclusion.at("/record"))
            }
        }
    }

    fn open_checkpoint(&self, key: &Verifier) -> Result<Checkpoint> {
        let wrong = |e: model::Error| Broken::of(&e).unwrap_or(Broken::Format).at("/checkpoint");
        let checkpoint = checkpoint::open(&self.checkpoint, key).map_err(wrong)?;
        let opened = note::verify(&self.checkpoint, std::slice::from_ref(key)).map_err(wrong)?;
        if opened.passed_over > 0 || opened.text != checkpoint.to_text() {
            return Err(Broken::Format.at("/checkpoint"));
        }
        let last = checkpoint.origin.rsplit('/').next().unwrap_or_default();
        if last.starts_with("org_") && last != self.body.organisation {
            return Err(Broken::OtherLog.at("/checkpoint"));
        }
        Ok(checkpoint)
    }

    fn entry(
        &self,
        n: usize,
        place: &BundleEntry,
        checkpoint: &Checkpoint,
        kind: &str,
    ) -> Result<Entry> {
        let at = || format!("/entries/{n}");
        let entry = Entry::decode(&place.leaf).map_err(|_| Broken::Format.at(at()))?;
        let leaf = leaf_hash(&place.leaf);
        verify_inclusion(
            place.index,
            checkpoint.size,
            &leaf,
            &checkpoint.root,
            &place.proof,
        )
        .map_err(|_| Broken::Inclusion.at(at()))?;
        let is_theirs = entry.organisation.to_string() == self.body.organisation
            && entry.subject == [self.body.disposal.clone()]
            && entry.kind == kind
            && place.opened.is_none();
        match is_theirs {
            true => Ok(entry),
            false => Err(Broken::Subject.at(at())),
        }
    }

    fn says(&self, is_final: bool) -> Vec<String> {
        let body = &self.body;
        if body.destroyed == 0 {
            return vec![
                NOTHING.to_owned(),
                format!("It ended at {}.", body.ended_at),
            ];
        }
        let mut says = match &self.shown {
            Shown::All(_) => vec![format!(
                "{} records, accepted from {} to {}, were destroyed between {} and {}.",
                body.destroyed, body.accepted_from, body.accepted_to, body.began_at, body.ended_at
            )],
            Shown::One(_, item, _) => vec![format!(
                "The record {} was destroyed at {}; it was kept through {}.",
                item.message, item.destroyed_at, item.kept_through
            )],
        };
        says.push(format!(
            "{} asked for it at {}; {} agreed at {}.",
            body.asked_by, body.asked_at, body.approved_by, body.approved_at
        ));
        says.push(body.statement.clone());
        says.push(body.method.clone());
        says.push(match is_final {
            true => format!(
                "Final: no backup holds a key of them since {}.",
                body.keys_gone_by
            ),
            false => format!(
                "Provisional: a backup of the database may hold their keys until {}.",
                body.keys_gone_by
            ),
        });
        says
    }
}
