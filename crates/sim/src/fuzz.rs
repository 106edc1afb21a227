//! Every reader of what strangers send, before hostile input: one list, played for moments by the
//! tests and for minutes by `soak --fuzz`.
//!
//! Not here: readers that no other crate can reach; those have the same kind of test beside them.
//! `docs/hostile.md` lists both. Invariant: a target says what always holds of its reader beyond not
//! panicking: how much may come of an input, and that what was read reads the same again.

mod auth;
mod directories;
mod mime;
mod names;
mod proofs;
mod reports;
mod smtp;
mod stamps;

use crate::kit::hostile::Target;

pub const TARGETS: &[Target] = &[
    smtp::SERVER,
    smtp::CLIENT,
    names::ADDRESSES,
    names::RETURN_PATHS,
    names::IDS_AND_TIMES,
    mime::MESSAGES,
    mime::SCAN,
    reports::REPORTS,
    reports::PACKED,
    reports::REPLIES,
    auth::EXAMINATION,
    auth::TRANSPORT_POLICIES,
    directories::DIRECTORIES,
    proofs::BUNDLES,
    proofs::LOG_FILES,
    proofs::SHAPING,
    stamps::STAMPS,
];

pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Text, whatever it was.
fn text(input: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(input)
}
