//! Mail that comes in encrypted to a key of our own: opened whole, or kept closed as it came.
//!
//! What staff, software and detection read is what its author wrote; at rest it is sealed like any message. Invariant
//! (EFAIL): nothing of a message is taken out that was not one envelope around all of it, and nothing of one that
//! does not open to its end.

use ctx::Ctx;
use model::{KeyFor, OrganisationId, Result};
use seal::pgp::{MimeOpened, SecretKey, mime_open};
use seal::protected::{self, Restored};
use seal::smime::{self, Identity, Trust};
use store::tables::own_keys as table;

use super::secret::{KeptSecret, OwnSecret};
use crate::Flow;

/// The message as its author wrote it, with the header fields that were protected; `None`: it stays as it came.
pub(crate) fn opened(
    flow: &Flow,
    organisation: OrganisationId,
    content: &[u8],
) -> Result<Option<Vec<u8>>> {
    let ctx = flow.world().system(organisation);
    let Some(kind) = encrypted(content) else {
        return Ok(None);
    };
    let keys = secrets(&ctx, kind)?;
    let (mut identities, mut pgp) = (Vec::new(), Vec::new());
    for key in &keys {
        match key {
            OwnSecret::Smime(identity) => identities.push(&**identity),
            OwnSecret::Pgp(key) => pgp.push(&**key),
        }
    }
    Ok(match kind {
        KeyFor::Smime => by_smime(&ctx, content, &identities),
        KeyFor::Pgp => by_pgp(&ctx, content, &pgp),
    })
}

/// By which kind it looks encrypted; most mail is not, and then no key is read.
fn encrypted(content: &[u8]) -> Option<KeyFor> {
    if smime::kind(content) == smime::Kind::Encrypted {
        return Some(KeyFor::Smime);
    }
    let is_there = |word: &[u8]| memchr::memmem::find(content, word).is_some();
    is_there(b"-----BEGIN PGP MESSAGE-----").then_some(KeyFor::Pgp)
}

/// Retired ones still open what was sent to them.
fn secrets(ctx: &Ctx, kind: KeyFor) -> Result<Vec<OwnSecret>> {
    // Into memory first: a transaction cannot wait for another.
    ctx.world().keys(ctx.organisation())?;
    let ctx2 = ctx.clone();
    ctx.world().store.read(move |tx| {
        let rows = table::list(tx, ctx2.organisation())?;
        let mut found = Vec::new();
        for row in rows.iter().filter(|row| row.kind == kind) {
            found.push(KeptSecret::open(ctx2.world(), tx, row)?.secret(kind)?);
        }
        Ok(found)
    })
}

fn by_smime(ctx: &Ctx, content: &[u8], with: &[&Identity]) -> Option<Vec<u8>> {
    let opened = smime::open_message(content, with, &Trust::new(), ctx.now()).ok()?;
    opened.opened_by?;
    message(&opened.header)
}

fn by_pgp(ctx: &Ctx, content: &[u8], with: &[&SecretKey]) -> Option<Vec<u8>> {
    let MimeOpened::Opened(opened) = mime_open(content, with, &[], ctx.now()).ok()? else {
        return None;
    };
    let head = &content[..mail::header_block_end(content)];
    let is_entity =
        memchr::memmem::find(&head.to_ascii_lowercase(), b"multipart/encrypted").is_some();
    let start: &[u8] = match is_entity {
        true => b"",
        // a text whose whole was one armored block
        false => b"Content-Type: text/plain; charset=utf-8\r\n\r\n",
    };
    let entity = [start, &with_crlf(opened.content)].concat();
    message(&protected::read(head, &entity))
}

/// Nobody is shown as the author but who outside says, since that is whom the domain vouched for.
fn message(header: &Restored) -> Option<Vec<u8>> {
    let is_disputed = header.conflicts.iter().any(|name| name == "from");
    (!is_disputed).then(|| header.message())
}

/// Some write text with bare line feeds, which no message may have (RFC 5321 §2.3.8).
fn with_crlf(text: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 40);
    let mut before = 0;
    for octet in text {
        if octet == b'\n' && before != b'\r' {
            out.push(b'\r');
        }
        out.push(octet);
        before = octet;
    }
    out
}
