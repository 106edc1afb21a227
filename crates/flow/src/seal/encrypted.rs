//! Letters encrypted to their recipients' keys: S/MIME and OpenPGP, the header fields inside, a neutral subject
//! outside.
//!
//! Invariant: nothing that was decided to be encrypted leaves otherwise. For whom there is no key any more, the
//! message goes where the decision said it goes without one, and that is on record.

use std::sync::Arc;

use ctx::Ctx;
use mail::return_path::Errand;
use model::{Address, KeyFor, Kind, Method, RecipientId, Result, SealedId, Stream};
use seal::protected;
use seal::smime::{Cipher, Sealing};
use store::tables::recipients::Recipient;

use super::statement::{self, Statement};
use super::{KeysUsed, SealedLetter, Signed, Way, return_path, sign, signing_domain};
use crate::Flow;
use crate::content::Stored;
use crate::keys::{Escrow, Own, OwnSecret, Unusable, Usable, own, usable};

/// What everybody on the way reads for a subject.
const SUBJECT: &str = "Message";

/// A recipient whose key cannot be used when the letter is made.
pub(crate) struct Stranded {
    pub(crate) recipient: RecipientId,
    /// What was decided, and what takes its place.
    pub(crate) method: Method,
    pub(crate) to: Method,
    /// A word: `expired`.
    pub(crate) why: &'static str,
}

impl Stranded {
    fn of(row: &Recipient, why: Unusable) -> Self {
        Self {
            recipient: row.id,
            method: row.method,
            to: match row.below {
                Some(Method::Portal) => Method::Portal,
                _ => Method::Hold,
            },
            why: why.word(),
        }
    }
}

/// A recipient with the key that the letter is encrypted to.
struct Keyed<'a> {
    row: &'a Recipient,
    key: Usable,
    /// Statements that go along.
    notices: Vec<Statement>,
}

/// Those of the rows who are to get an encrypted letter, with their keys; and those who cannot.
fn keyed<'a>(ctx: &Ctx, rows: &[&'a Recipient]) -> Result<(Vec<Keyed<'a>>, Vec<Stranded>)> {
    let wanted: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((*row, kind_of(row.method)?)))
        .collect();
    if wanted.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let asked = wanted.iter().map(|(row, kind)| (row.address_token, *kind));
    let found = usable(ctx, asked.collect())?;
    let (mut keyed, mut stranded) = (Vec::new(), Vec::new());
    for ((row, _), key) in wanted.into_iter().zip(found) {
        match key {
            Ok(key) => keyed.push(Keyed {
                row,
                key,
                notices: statement::of(ctx, row)?,
            }),
            Err(why) => stranded.push(Stranded::of(row, why)),
        }
    }
    Ok((keyed, stranded))
}

fn kind_of(method: Method) -> Option<KeyFor> {
    match method {
        Method::Smime => Some(KeyFor::Smime),
        Method::Pgp => Some(KeyFor::Pgp),
        _ => None,
    }
}

/// One letter for each set of recipients who may see each other: every reader of an envelope can tell to which
/// keys it is encrypted, so a blind copy is an envelope of its own.
pub(super) fn letters(
    flow: &Flow,
    ctx: &Ctx,
    (stored, content): (&Stored, &Arc<[u8]>),
    rows: &[&Recipient],
) -> Result<(Vec<SealedLetter>, Vec<Stranded>)> {
    let (keyed, mut stranded) = keyed(ctx, rows)?;
    let mut letters = Vec::new();
    let author = author(stored)?;
    for group in groups(stored, keyed) {
        let Some(kind) = kind_of(group[0].row.method) else {
            continue;
        };
        let own = own(ctx, author.as_ref(), kind)?;
        if matches!(own.escrow, Escrow::Missing) {
            let rows = group.iter().map(|one| one.row);
            stranded.extend(rows.map(|row| Stranded::of(row, Unusable::Escrow)));
            continue;
        }
        let said = super::with_statements(flow, ctx, content, &group[0].notices)?;
        let said = said.as_deref().unwrap_or(content);
        match sealed(ctx, said, &group, &own) {
            Some(bytes) => {
                letters.push(letter(flow, ctx, (stored, content), &group, (bytes, &own))?)
            }
            // One key that cannot be used must not keep the letter from the others.
            None => {
                for one in group {
                    let one = [one];
                    match sealed(ctx, said, &one, &own) {
                        Some(bytes) => {
                            let read = (stored, content);
                            letters.push(letter(flow, ctx, read, &one, (bytes, &own))?);
                        }
                        None => stranded.push(Stranded::of(one[0].row, Unusable::Other)),
                    }
                }
            }
        }
    }
    Ok((letters, stranded))
}

/// Whose key signs: who the reader sees as the author, else whom the mail is from.
fn author(stored: &Stored) -> Result<Option<Address>> {
    Ok(stored.envelope.author()?.or(stored.envelope.sender()?))
}

/// What travels with the keys it was encrypted to, if any; or who cannot get it.
type InPlace = std::result::Result<(Vec<u8>, Option<KeysUsed>), Stranded>;

/// Another text in place of the message, encrypted to this recipient where that was decided; as it is where it was
/// not.
pub(super) fn in_place(
    ctx: &Ctx,
    stored: &Stored,
    row: &Recipient,
    bytes: Vec<u8>,
) -> Result<InPlace> {
    let Some(kind) = kind_of(row.method) else {
        return Ok(Ok((bytes, None)));
    };
    let (keyed, mut stranded) = keyed(ctx, &[row])?;
    if let Some(one) = stranded.pop() {
        return Ok(Err(one));
    }
    let own = own(ctx, author(stored)?.as_ref(), kind)?;
    if matches!(own.escrow, Escrow::Missing) {
        return Ok(Err(Stranded::of(row, Unusable::Escrow)));
    }
    let sealed = sealed(ctx, &bytes, &keyed, &own).map(|bytes| (bytes, Some(used(&own))));
    Ok(sealed.ok_or_else(|| Stranded::of(row, Unusable::Other)))
}

fn groups<'a>(stored: &Stored, keyed: Vec<Keyed<'a>>) -> Vec<Vec<Keyed<'a>>> {
    // Each reader of a campaign has a link of their own to leave it.
    let apart =
        |row: &Recipient| row.kind == Kind::Bcc || stored.message.stream == Stream::Marketing;
    let mut groups: Vec<Vec<Keyed<'a>>> = Vec::new();
    for one in keyed {
        let same = |group: &&mut Vec<Keyed<'a>>| {
            let first = &group[0];
            let alike = first.row.method == one.row.method && first.notices == one.notices;
            alike && !apart(first.row)
        };
        match groups.iter_mut().find(same).filter(|_| !apart(one.row)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// The message encrypted to all of them by the same method; none when that cannot be done.
fn sealed(ctx: &Ctx, content: &[u8], group: &[Keyed<'_>], own: &Own) -> Option<Vec<u8>> {
    let (now, rng) = (ctx.now(), ctx.world().rng.as_ref());
    let (mut certificates, mut keys) = (Vec::new(), Vec::new());
    let escrow = match &own.escrow {
        Escrow::To(key) => Some(&**key),
        Escrow::Off | Escrow::Missing => None,
    };
    for key in group.iter().map(|one| &one.key).chain(escrow) {
        match key {
            Usable::Smime(certificate) => certificates.push(certificate),
            Usable::Pgp(key) => keys.push(key),
        }
    }
    if keys.is_empty() {
        let how = Sealing {
            signer: match &own.signer {
                Some(OwnSecret::Smime(identity)) => Some(&**identity),
                _ => None,
            },
            to: &certificates,
            cipher: Cipher::for_all(&certificates),
            subject_outside: SUBJECT,
            at: now,
        };
        return seal::smime::seal_message(content, &how, rng).ok();
    }
    let parts = protected::wrap(content, SUBJECT);
    let letter = seal::pgp::Letter {
        message: &[parts.outer.as_slice(), b"\r\n"].concat(),
        entity: Some(&parts.entity),
        subject_outside: SUBJECT,
    };
    let signer = match &own.signer {
        Some(OwnSecret::Pgp(key)) => Some(&**key),
        _ => None,
    };
    seal::pgp::mime_encrypt(&letter, &keys, signer, now, rng).ok()
}

fn used(own: &Own) -> KeysUsed {
    KeysUsed {
        signed: own.signer.is_some(),
        escrow: matches!(own.escrow, Escrow::To(_)),
    }
}

fn letter(
    flow: &Flow,
    ctx: &Ctx,
    (stored, content): (&Stored, &Arc<[u8]>),
    group: &[Keyed<'_>],
    (bytes, own): (Vec<u8>, &Own),
) -> Result<SealedLetter> {
    let from = stored.envelope.sender()?;
    let author = stored.envelope.author()?;
    let domain = signing_domain(flow, author.as_ref().or(from.as_ref()))?;
    let rows: Vec<_> = group.iter().map(|one| one.row).collect();
    let added = super::added(flow, ctx, stored, content, &rows)?;
    let mut whole = sign(flow, ctx, &domain, &added, &bytes)?;
    whole.extend(bytes);
    let mut ways = Vec::with_capacity(group.len());
    for Keyed { row, .. } in group {
        ways.push(Way {
            recipient: row.id,
            from: return_path(flow, ctx, Errand::Letter, row.id, from.clone())?,
            to: stored.address(row)?,
            demand: row.demand,
            transport: stored.envelope.transport,
            dsn: stored.envelope.terms.dsn(row.position, &row.notify),
            role: "letter",
            notice: None,
        });
    }
    Ok(SealedLetter {
        id: SealedId::mint(ctx.now(), ctx.world().rng.as_ref()),
        method: group.first().map_or(Method::Smime, |one| one.row.method),
        signed: Signed {
            keys: Some(used(own)),
            ..Signed::whole(whole)
        },
        content: None,
        ways,
    })
}
