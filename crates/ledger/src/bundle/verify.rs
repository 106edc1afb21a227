//! Checking a bundle, step by step; each step names what fails and where.

use model::{MessageId, OrganisationId, RecipientId, Result};

use super::standing::{Standing, Tongue};
use super::{Bundle, BundleEntry, Claim, statements};
use crate::Broken;
use crate::checkpoint::{self, Checkpoint};
use crate::entry::Entry;
use crate::note::{self, Verifier};
use crate::tree::{leaf_hash, verify_inclusion};

/// What a bundle that holds proves.
#[derive(Clone, Debug)]
pub struct Report {
    pub level: Claim,
    /// The level with how the way ended.
    pub standing: Standing,
    /// Sentences for the reader: the level, each entry, the limits, how the way ended, and what the key is worth.
    pub statements: Vec<String>,
    pub checkpoint: Checkpoint,
    pub trust: Trust,
    pub organisation: OrganisationId,
    pub message: MessageId,
    pub recipient: RecipientId,
    /// What the opened commitments hold.
    pub shown: Vec<Shown>,
}

/// Which key the signature was checked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The one the caller trusts.
    Given,
    /// The one in the file: whoever made the file may have made the key.
    Embedded,
}

/// Content that an entry committed to and the file shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    pub index: u64,
    pub kind: String,
    /// May hold PHI: for the eyes of whoever was given the file.
    pub payload: Vec<u8>,
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shown({}, {}, ..)", self.index, self.kind)
    }
}

impl Report {
    /// Which entry committed to this SHA-256, written in hex in its payload: whether a message file
    /// in hand is the one that was accepted or sent.
    pub fn find_digest(&self, sha256: &[u8; 32]) -> Option<&Shown> {
        let needle = hex::encode(sha256);
        self.shown.iter().find(|shown| {
            shown
                .payload
                .windows(64)
                .any(|part| part == needle.as_bytes())
        })
    }
}

/// What follows from the evidence alone, before it is compared with what the file says.
pub(super) struct Derived {
    pub(super) level: Claim,
    standing: Standing,
    pub(super) summary: Vec<String>,
    checkpoint: Checkpoint,
    shown: Vec<Shown>,
}

pub(super) fn verify(bundle: &Bundle, trusted: Option<&Verifier>) -> Result<Report> {
    if trusted.is_some_and(|key| *key != bundle.log) {
        return Err(Broken::OtherKey.at("/log"));
    }
    let derived = derive(bundle, trusted.unwrap_or(&bundle.log))?;
    if derived.level != bundle.claim {
        return Err(Broken::Claim.at("/claim"));
    }
    if derived.summary != bundle.summary {
        return Err(Broken::Summary.at("/summary"));
    }
    let mut statements = derived.summary;
    let end = derived.standing.end.map(|end| end.says(Tongue::English));
    statements.extend(end.map(str::to_owned));
    let trust = if trusted.is_some() {
        Trust::Given
    } else {
        Trust::Embedded
    };
    statements.push(trust.says(&bundle.log));
    Ok(Report {
        level: derived.level,
        standing: derived.standing,
        statements,
        checkpoint: derived.checkpoint,
        trust,
        organisation: bundle.organisation,
        message: bundle.message,
        recipient: bundle.recipient,
        shown: derived.shown,
    })
}

impl Trust {
    pub(crate) fn says(self, key: &Verifier) -> String {
        let print = key.fingerprint();
        match self {
            Self::Given => {
                format!("The checkpoint is signed by the key you trust (SHA-256 {print}).")
            }
            Self::Embedded => format!(
                "The checkpoint is signed by the key inside the file (SHA-256 {print}). Compare it with the key that \
                 the organisation published: until then the file shows only that nobody changed it without that key."
            ),
        }
    }
}

/// Checks everything that does not depend on the file's own claim and summary.
pub(super) fn derive(bundle: &Bundle, key: &Verifier) -> Result<Derived> {
    let checkpoint = open_checkpoint(bundle, key)?;
    let entries = open_entries(bundle, &checkpoint)?;
    check_order(&entries)?;
    let standing = standing_of(bundle, &entries)?;
    let level = standing.level;
    let shown = entries.iter().filter_map(|(place, entry)| {
        let opened = place.opened.as_ref()?;
        Some(Shown {
            index: place.index,
            kind: entry.kind.clone(),
            payload: opened.payload.clone(),
        })
    });
    let shown = shown.collect();
    Ok(Derived {
        level,
        standing,
        summary: statements::summary(level, &entries),
        checkpoint,
        shown,
    })
}

pub(super) fn organisation_of(entries: &[BundleEntry]) -> Result<OrganisationId> {
    let first = entries.first().ok_or(Broken::NoAcceptance.at("/entries"))?;
    Ok(Entry::decode(&first.leaf)
        .map_err(|_| Broken::Format.at("/entries/0/leaf"))?
        .organisation)
}

fn open_checkpoint(bundle: &Bundle, key: &Verifier) -> Result<Checkpoint> {
    let wrong = |e: model::Error| Broken::of(&e).unwrap_or(Broken::Format).at("/checkpoint");
    let checkpoint = checkpoint::open(&bundle.checkpoint, key).map_err(wrong)?;
    // A signature that nobody can check has no place in evidence.
    let opened = note::verify(&bundle.checkpoint, std::slice::from_ref(key)).map_err(wrong)?;
    if opened.passed_over > 0 || opened.text != checkpoint.to_text() {
        return Err(Broken::Format.at("/checkpoint"));
    }
    let last = checkpoint.origin.rsplit('/').next().unwrap_or_default();
    if last.starts_with("org_") && last != bundle.organisation.to_string() {
        return Err(Broken::OtherLog.at("/checkpoint"));
    }
    Ok(checkpoint)
}

/// Each entry is canonical, in the tree, about the right things, and what it shows is what it
/// committed to.
fn open_entries<'a>(
    bundle: &'a Bundle,
    checkpoint: &Checkpoint,
) -> Result<Vec<(&'a BundleEntry, Entry)>> {
    let mut out = Vec::with_capacity(bundle.entries.len());
    for (n, place) in bundle.entries.iter().enumerate() {
        let entry = Entry::decode(&place.leaf)
            .map_err(|_| Broken::Format.at(format!("/entries/{n}/leaf")))?;
        verify_inclusion(
            place.index,
            checkpoint.size,
            &leaf_hash(&place.leaf),
            &checkpoint.root,
            &place.proof,
        )
        .map_err(|_| Broken::Inclusion.at(format!("/entries/{n}")))?;
        if !is_about(bundle, &entry) {
            return Err(Broken::Subject.at(format!("/entries/{n}/leaf")));
        }
        if place
            .opened
            .as_ref()
            .is_some_and(|opened| !entry.opens(&opened.salt, &opened.payload))
        {
            return Err(Broken::Commitment.at(format!("/entries/{n}/opened")));
        }
        out.push((place, entry));
    }
    Ok(out)
}

/// The same organisation, this message, and never another recipient. What counts for the level
/// names no other message either; what does not may (a reply names both). What only the whole
/// message has, its acceptance, may leave the recipient out.
fn is_about(bundle: &Bundle, entry: &Entry) -> bool {
    let (message, recipient) = (bundle.message.to_string(), bundle.recipient.to_string());
    let all_are = |prefix: &str, id: &str| {
        let mut named = entry.subject.iter().filter(|s| s.starts_with(prefix));
        named.all(|s| s == id)
    };
    let names = |id: &String| entry.subject.contains(id);
    let claim = Claim::of(entry.into());
    entry.organisation == bundle.organisation
        && names(&message)
        && (claim.is_none() || all_are("msg_", &message))
        && all_are("rcp_", &recipient)
        && (names(&recipient) || matches!(claim, None | Some(Claim::S0)))
        && (!entry.actor.starts_with("rcp_") || entry.actor == recipient)
}

/// In the log's order, each once, and the one acceptance before everything that counts: what was
/// sent had been committed to before it was sent.
fn check_order(entries: &[(&BundleEntry, Entry)]) -> Result<()> {
    if let Some(n) = entries
        .windows(2)
        .position(|pair| pair[0].0.index >= pair[1].0.index)
    {
        return Err(Broken::Order.at(format!("/entries/{}", n + 1)));
    }
    let mut counting = entries
        .iter()
        .filter_map(|(_, entry)| Claim::of(entry.into()));
    match counting.next() {
        Some(Claim::S0) => {}
        Some(_)
            if entries
                .iter()
                .any(|(_, e)| Claim::of(e.into()) == Some(Claim::S0)) =>
        {
            return Err(Broken::Order.at("/entries"));
        }
        _ => return Err(Broken::NoAcceptance.at("/entries")),
    }
    if counting.any(|claim| claim == Claim::S0) {
        return Err(Broken::Order.at("/entries"));
    }
    Ok(())
}

fn standing_of(bundle: &Bundle, entries: &[(&BundleEntry, Entry)]) -> Result<Standing> {
    let recipient = bundle.recipient.to_string();
    if !entries
        .iter()
        .any(|(_, entry)| entry.subject.contains(&recipient))
    {
        return Err(Broken::Subject.at("/recipient"));
    }
    let steps = entries.iter().map(|(_, entry)| entry.into());
    Standing::of(steps).ok_or(Broken::NoAcceptance.at("/entries"))
}
