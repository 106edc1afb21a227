//! What retention asks of a message: when, which way, what was found, whose. No word of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use ctx::Ctx;
use model::{Address, Code, Error, MessageId, Result, Timestamp};
use store::Tx;
use vault::OpenedKey;

/// Facts of one message.
pub struct Told {
    pub at: Timestamp,
    /// Somebody outside wrote it.
    pub is_received: bool,
    /// Words of labels.
    pub labels: BTreeSet<String>,
    /// Kinds that were found.
    pub kinds: BTreeSet<String>,
    /// The organisation's own detectors that found something, by name.
    pub own_detectors: BTreeSet<String>,
    /// Token of the address outside, where it is one: more than one may be anybody's.
    pub party: Option<[u8; 32]>,
    /// The message's own.
    pub key: Arc<OpenedKey>,
}

/// # Errors
/// `not_found`; `key_destroyed` when it was shredded; `stored_data_invalid`.
pub fn told(ctx: &Ctx, tx: &mut Tx<'_>, id: MessageId) -> Result<Told> {
    let stored = crate::content::read(ctx.world(), tx, ctx.organisation(), id)?;
    let findings: phi::Findings = serde_json::from_str(&stored.message.findings)
        .map_err(|_| Error::new(Code::StoredDataInvalid))?;
    let is_received = super::is_received(&stored);
    let party = match is_received {
        true => match stored.envelope.author()?.or(stored.envelope.sender()?) {
            Some(author) => Some(token(ctx, tx, &author)?),
            None => None,
        },
        false => match (stored.recipients.as_slice(), &stored.envelope.captured) {
            ([only], None) => Some(only.address_token),
            (_, Some(captured)) => match captured.participants.as_slice() {
                [(_, only)] => Some(token(ctx, tx, &Address::parse(only)?)?),
                _ => None,
            },
            _ => None,
        },
    };
    Ok(Told {
        at: stored.message.created_at,
        is_received,
        labels: words(findings.labels.iter().map(|label| label.word())),
        kinds: words(findings.counts.keys().map(|kind| kind.word())),
        own_detectors: words(
            findings
                .findings
                .iter()
                .filter_map(|one| one.detector.as_deref()),
        ),
        party,
        key: stored.key,
    })
}

/// By which an address is known without being held.
pub fn token(ctx: &Ctx, tx: &mut Tx<'_>, address: &Address) -> Result<[u8; 32]> {
    let keys = ctx.world().keys_in(tx, ctx.organisation())?;
    Ok(keys.blinder("address").token(&address.fold()))
}

fn words<'a>(all: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    all.map(str::to_owned).collect()
}
