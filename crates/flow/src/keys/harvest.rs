//! Keys that come with mail: certificates of signed letters, OpenPGP keys in the Autocrypt field.
//!
//! What a stranger could have put there is not used. Invariants: a key is only ever its author's own, from mail
//! whose author is not in doubt; none of them takes the place of one that somebody vouched for, and what somebody
//! refused stays refused.

use ctx::Ctx;
use model::{Address, KeyFor, KeySource, KeyStanding, OrganisationId, Result, Timestamp};
use seal::dmarc::Dmarc;
use seal::pgp::autocrypt;
use seal::results::Results;
use seal::smime::{self, Certificate, Purpose, Trust, Verdict};
use store::Tx;
use store::tables::recipient_keys as table;

use super::kept::Key;
use super::read::{Found, judged};
use super::take::{How, taken, token_of};
use crate::Flow;

/// What a message brings, to be recorded by the commit that takes it in.
pub(crate) struct Harvest {
    ctx: Ctx,
    found: Vec<(Found, How)>,
}

/// Reads a message that is for people.
pub(crate) fn harvest(
    flow: &Flow,
    organisation: OrganisationId,
    (content, message): (&[u8], &mail::Message<'_>),
    results: &Results,
) -> Result<Harvest> {
    let ctx = flow.world().system(organisation);
    let mut found = Vec::new();
    if let [(_, author)] = message.from().as_slice() {
        let is_theirs = results.dmarc.dmarc == Dmarc::Pass;
        if smime::kind(content) == smime::Kind::Signed {
            let trust = super::authorities::trust(&ctx)?;
            found.extend(certificates(
                content,
                author,
                (&trust, ctx.now()),
                is_theirs,
            ));
        }
        if is_theirs {
            found.extend(offered(message, author, ctx.now()));
        }
    }
    Ok(Harvest { ctx, found })
}

impl Harvest {
    pub(crate) fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        if self.found.is_empty() {
            return Ok(());
        }
        // Into memory first: a transaction cannot wait for another.
        self.ctx.world().keys_in(tx, self.ctx.organisation())?;
        for (found, how) in &self.found {
            let how = match how.standing {
                KeyStanding::Active if self.is_rival(tx, found)? => How {
                    standing: KeyStanding::Waiting,
                    ..*how
                },
                _ => *how,
            };
            taken(&self.ctx, tx, found, how)?;
        }
        Ok(())
    }

    /// Whether an OpenPGP key of the same address is in use: another one waits for somebody's look. A certificate
    /// is its issuer's word, a key in a field nobody's.
    fn is_rival(&self, tx: &mut Tx<'_>, found: &Found) -> Result<bool> {
        if found.key.kind() != KeyFor::Pgp {
            return Ok(false);
        }
        let token = token_of(&self.ctx, &found.address)?;
        let rows = table::of_address(tx, self.ctx.organisation(), &token)?;
        let in_use = |row: &table::RecipientKey| {
            row.kind == KeyFor::Pgp
                && row.standing == KeyStanding::Active
                && row.expires_at.is_none_or(|end| end > self.ctx.now())
        };
        Ok(rows.iter().any(in_use))
    }
}

/// `is_theirs`: the author's domain vouches for the author. Without that only what an issuer vouches for is taken.
fn certificates(
    content: &[u8],
    author: &Address,
    (trust, now): (&Trust, Timestamp),
    is_theirs: bool,
) -> Vec<(Found, How)> {
    let chain = chain(content, trust, now);
    let mut found = Vec::new();
    for one in smime::harvest(content) {
        let verdict = trust.check(
            &one.certificate,
            &chain,
            now,
            Purpose::Encrypt,
            Some(author),
        );
        let standing = match verdict {
            Verdict::Trusted | Verdict::Pinned => KeyStanding::Active,
            Verdict::Untrusted(_) if is_theirs => KeyStanding::Waiting,
            _ => continue,
        };
        let key = Key::Smime(one.certificate);
        if let Ok((starts_at, expires_at)) = judged(&key, now) {
            let address = author.clone();
            let how = How {
                source: KeySource::Harvest,
                standing,
                pinned: false,
            };
            found.push((
                Found {
                    key,
                    address,
                    starts_at,
                    expires_at,
                },
                how,
            ));
        }
    }
    found
}

/// Certificates sent along, which may lead to an authority.
fn chain(content: &[u8], trust: &Trust, now: Timestamp) -> Vec<Certificate> {
    let verified = smime::verify(content, trust, now);
    verified.map_or(Vec::new(), |verified| {
        verified
            .chain
            .into_iter()
            .chain(verified.certificate)
            .collect()
    })
}

fn offered(message: &mail::Message<'_>, author: &Address, now: Timestamp) -> Option<(Found, How)> {
    let fields = message.headers("autocrypt").map(str::as_bytes);
    let offer = autocrypt::read(fields, author)?;
    let key = Key::Pgp(offer.key.only(author).unwrap_or(offer.key));
    let (starts_at, expires_at) = judged(&key, now).ok()?;
    let how = How {
        source: KeySource::Autocrypt,
        standing: KeyStanding::Active,
        pinned: false,
    };
    let found = Found {
        key,
        address: author.clone(),
        starts_at,
        expires_at,
    };
    Some((found, how))
}
