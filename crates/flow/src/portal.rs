//! The portal: a reader without an account proves control of the mailbox by a one-time code, reads,
//! downloads, replies once. Each step is recorded.
//!
//! Invariant: link, code and visit are random, stored as hashes only, and expire; an unknown, expired
//! or recalled link all answer the same.

mod code;
mod reply;
mod thread;
mod visit;

use model::Secret;
use model::seams::Rng;

pub use code::CodeSent;
pub use reply::Reply;
pub use thread::{FileView, PortalFile, ThreadEntry, ThreadView};
pub use visit::{Landing, VisitToken};

/// 256 random bits as 43 letters of URL-safe base64.
pub(crate) fn new_token(rng: &dyn Rng) -> Secret<String> {
    use base64::Engine;
    let mut bytes = [0u8; 32];
    rng.fill(&mut bytes);
    Secret::new(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

use ctx::Ctx;
use model::Result;

use crate::content::Stored;

/// The same reading, for staff.
pub(crate) fn entry_of(ctx: &Ctx, stored: &Stored) -> Result<ThreadEntry> {
    thread::entry(ctx, stored)
}
pub(crate) fn extract_file(ctx: &Ctx, stored: &Stored, part: usize) -> Result<PortalFile> {
    thread::extract(ctx, stored, part)
}
