//! What `caduceus verify FILE…` does, without the files: given their bytes, say what each proves.
//!
//! It takes bundles ([`crate::bundle`]), certificates of disposal ([`crate::certificate`]), and bare `.tlog-proof` texts together with the entries they
//! are about. What a file is shows in its bytes; which entry belongs to a proof shows in the tree,
//! so names do not matter. Across all files it also looks for two histories of one log.

use model::Result;

use crate::Broken;
use crate::bundle::{Bundle, Report};
use crate::certificate::{self, Certificate};
use crate::checkpoint::Checkpoint;
use crate::entry::Entry;
use crate::note::Verifier;
use crate::proof::{HEADING, Proof};

/// A file's name, for the answer, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
}

/// The answer about one file.
#[derive(Debug)]
pub struct Checked {
    pub name: String,
    pub result: Result<Verdict>,
}

/// What a file that holds proves.
#[derive(Clone, Debug)]
pub enum Verdict {
    Bundle(Box<Report>),
    /// A certificate of disposal.
    Certificate(Box<certificate::Report>),
    /// A proof, and the entry it shows to be in the log.
    Proof {
        index: u64,
        entry: Box<Entry>,
        checkpoint: Checkpoint,
    },
    /// An entry that one of the given proofs is about.
    Entry {
        index: u64,
    },
}

/// Checks all files, in their order. A bare proof needs `trusted`; a bundle has a key inside and is
/// worth more with one.
pub fn check(files: &[File<'_>], trusted: Option<&Verifier>) -> Vec<Checked> {
    let kinds: Vec<_> = files.iter().map(|file| recognise(file.bytes)).collect();
    let mut answers = Vec::with_capacity(files.len());
    for (file, kind) in files.iter().zip(&kinds) {
        let result = match kind {
            Is::Proof => check_proof(file.bytes, files, &kinds, trusted),
            Is::Entry => check_entry(file.bytes, files, &kinds),
            Is::Bundle => check_bundle(file.bytes, trusted),
            Is::Certificate => check_certificate(file.bytes, trusted),
        };
        answers.push(Checked {
            name: file.name.to_owned(),
            result,
        });
    }
    find_split_view(&mut answers);
    answers
}

enum Is {
    Proof,
    Entry,
    Bundle,
    Certificate,
}

/// Where the format's name stands at the latest.
const HEAD: usize = 100;

fn recognise(bytes: &[u8]) -> Is {
    if bytes.starts_with(HEADING.as_bytes()) {
        Is::Proof
    } else if Entry::decode(bytes).is_ok() {
        Is::Entry
    } else if is_certificate(bytes) {
        Is::Certificate
    } else {
        Is::Bundle
    }
}

fn is_certificate(bytes: &[u8]) -> bool {
    let name = certificate::FORMAT.as_bytes();
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    head.windows(name.len()).any(|part| part == name)
}

fn check_certificate(bytes: &[u8], trusted: Option<&Verifier>) -> Result<Verdict> {
    let report = Certificate::parse(bytes)?.verify(trusted)?;
    Ok(Verdict::Certificate(Box::new(report)))
}

fn check_bundle(bytes: &[u8], trusted: Option<&Verifier>) -> Result<Verdict> {
    Ok(Verdict::Bundle(Box::new(
        Bundle::parse(bytes)?.verify(trusted)?,
    )))
}

fn check_proof(
    bytes: &[u8],
    files: &[File<'_>],
    kinds: &[Is],
    trusted: Option<&Verifier>,
) -> Result<Verdict> {
    let proof = parse_proof(bytes)?;
    let key = trusted.ok_or(Broken::NoKey.here())?;
    let entries: Vec<_> = files
        .iter()
        .zip(kinds)
        .filter(|(_, kind)| matches!(kind, Is::Entry))
        .collect();
    let mut refusal = Broken::NoEntry.here();
    for (file, _) in entries {
        match proof.verify(file.bytes, key) {
            Ok(checkpoint) => {
                let entry = Box::new(Entry::decode(file.bytes)?);
                return Ok(Verdict::Proof {
                    index: proof.index,
                    entry,
                    checkpoint,
                });
            }
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// An entry stands when a proof beside it leads from it to that proof's own checkpoint; whether the
/// checkpoint is signed is the proof's answer.
fn check_entry(bytes: &[u8], files: &[File<'_>], kinds: &[Is]) -> Result<Verdict> {
    let proofs = files
        .iter()
        .zip(kinds)
        .filter(|(_, kind)| matches!(kind, Is::Proof));
    for (file, _) in proofs {
        let Ok(proof) = parse_proof(file.bytes) else {
            continue;
        };
        if proof.leads_from(bytes) {
            return Ok(Verdict::Entry { index: proof.index });
        }
    }
    Err(Broken::NoProof.here())
}

fn parse_proof(bytes: &[u8]) -> Result<Proof> {
    Proof::parse(std::str::from_utf8(bytes).map_err(|_| Broken::Format.here())?)
}

/// One log, one size, two roots: somebody was shown another history.
fn find_split_view(answers: &mut [Checked]) {
    let mut seen: Vec<Checkpoint> = Vec::new();
    for answer in answers {
        let checkpoint = match &answer.result {
            Ok(Verdict::Bundle(report)) => report.checkpoint.clone(),
            Ok(Verdict::Certificate(report)) => report.checkpoint.clone(),
            Ok(Verdict::Proof { checkpoint, .. }) => checkpoint.clone(),
            _ => continue,
        };
        let contradicts = |c: &Checkpoint| {
            c.origin == checkpoint.origin && c.size == checkpoint.size && c.root != checkpoint.root
        };
        if seen.iter().any(contradicts) {
            answer.result = Err(Broken::SplitView.here());
        }
        seen.push(checkpoint);
    }
}
