//! Tokens we hand out and check later: pick-up links, session cookies, API keys.

use aws_lc_rs::{constant_time, digest};

/// What is stored in place of a token. A plain SHA-256 is enough only because our tokens carry at
/// least 128 bits of chance; passwords and short codes need a slow hash instead.
pub fn hash_token(token: &str) -> [u8; 32] {
    sha256(token.as_bytes())
}

/// Whether two byte strings are equal, in time that tells nothing about where they differ.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0u8; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}
