//! Seal: from a decided message to what may travel: the letter with its trace fields and DKIM
//! signatures, or a notice for the portal. CPU work, outside any transaction.
//!
//! Invariant: the octets that travel are fixed here; what is transmitted hashes to `sent_sha256`.

mod encrypted;
mod redact;
mod statement;

use std::sync::Arc;

use ctx::Ctx;
use mail::return_path::Errand;
use mail::smtp::Dsn;
use model::{
    Address, Demand, Domain, MessageId, Method, NoticeId, RecipientId, RecipientState, Result,
    SealedId, Stream,
};
use store::tables::{messages, recipients};

use crate::Flow;
use crate::besides::Besides;
use crate::content::{Opened, Stored, load};
use crate::decide::Decided;
use crate::draft::{sha256, sha256_of};
use crate::envelope::Transport;
use crate::inbound::return_path;
use crate::notice::{House, house, pick_up};

pub(crate) use encrypted::Stranded;
use statement::Statement;
pub(crate) use statement::of as statements;

/// A decided message with everything that may leave. Made by [`seal()`], [`seal_decided`] and
/// [`seal_notice`] alone.
pub(crate) struct Sealed {
    pub(crate) stored: Stored,
    pub(crate) letters: Vec<SealedLetter>,
    /// Who was to get an encrypted letter and cannot: moved by the commit that stores the letters.
    pub(crate) stranded: Vec<Stranded>,
}

/// One form of the message and who gets it.
pub(crate) struct SealedLetter {
    pub(crate) id: SealedId,
    pub(crate) method: Method,
    pub(crate) signed: Signed,
    /// The message as it is stored, where it follows the head.
    pub(crate) content: Option<Arc<[u8]>>,
    pub(crate) ways: Vec<Way>,
}

/// One recipient of a sealed letter.
pub(crate) struct Way {
    pub(crate) recipient: RecipientId,
    pub(crate) from: Option<Address>,
    pub(crate) to: Address,
    pub(crate) demand: Demand,
    pub(crate) transport: Transport,
    /// What the next server is asked to report.
    pub(crate) dsn: Dsn,
    pub(crate) role: &'static str,
    pub(crate) notice: Option<(NoticeId, [u8; 32])>,
}

/// Octets that go first on the wire, and the hash of all that goes.
pub(crate) struct Signed {
    pub(crate) head: Arc<[u8]>,
    pub(crate) sha256: [u8; 32],
    /// Of what is encrypted to keys: who signed it, and who can open it besides.
    pub(crate) keys: Option<KeysUsed>,
}

/// What of our own took part in a letter that is encrypted to keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeysUsed {
    pub(crate) signed: bool,
    pub(crate) escrow: bool,
}

impl Signed {
    pub(crate) fn whole(head: Vec<u8>) -> Self {
        let sha256 = sha256(&head);
        Self {
            head: head.into(),
            sha256,
            keys: None,
        }
    }
}

/// Decided → Sealed. `None` when the message went on already (another worker, a cancel).
pub(crate) fn seal(flow: &Flow, ctx: &Ctx, id: MessageId) -> Result<Option<Sealed>> {
    match opened(flow, ctx, id)? {
        Some(opened) => seal_opened(flow, ctx, opened).map(Some),
        None => Ok(None),
    }
}

/// Decided → Sealed before anything is stored, so that one commit stores all of it.
pub(crate) fn seal_decided(flow: &Flow, ctx: &Ctx, decided: &Decided) -> Result<Sealed> {
    seal_opened(flow, ctx, decided.fresh())
}

fn seal_opened(flow: &Flow, ctx: &Ctx, opened: Opened) -> Result<Sealed> {
    let Opened { stored, content } = opened;
    let span = tracing::debug_span!("seal", message = %stored.message.id);
    let _sealing = span.enter();
    let waiting: Vec<_> = stored
        .recipients
        .iter()
        .filter(|r| r.state == RecipientState::Queued)
        .collect();
    let (letters, stranded) = letters(flow, ctx, (&stored, &content), waiting)?;
    Ok(Sealed {
        stored,
        letters,
        stranded,
    })
}

type Rows<'a> = Vec<&'a recipients::Recipient>;

/// Everything that leaves for these recipients, and who of them cannot get an encrypted letter.
fn letters(
    flow: &Flow,
    ctx: &Ctx,
    (stored, content): (&Stored, &Arc<[u8]>),
    waiting: Rows<'_>,
) -> Result<(Vec<SealedLetter>, Vec<Stranded>)> {
    let all = waiting.clone();
    let (redacted, waiting) = redacted(waiting)?;
    let mut letters = Vec::new();
    let mut stranded = Vec::new();
    if !redacted.is_empty() {
        let house = house(flow, ctx)?;
        for row in redacted {
            match redact::letter(flow, ctx, &house, (stored, content), row)? {
                Ok(letter) => letters.push(letter),
                Err(one) => stranded.push(one),
            }
        }
    }
    letters.extend(direct(flow, ctx, (stored, content), &waiting)?);
    let (encrypted, keyless) = encrypted::letters(flow, ctx, (stored, content), &waiting)?;
    letters.extend(encrypted);
    stranded.extend(keyless);
    let is_noticed = |r: &&&recipients::Recipient| {
        let moved = |one: &Stranded| one.recipient == r.id && one.to == Method::Portal;
        r.method == Method::Portal || stranded.iter().any(moved)
    };
    let noticed: Rows<'_> = all.iter().filter(is_noticed).copied().collect();
    if !noticed.is_empty() {
        let house = house(flow, ctx)?;
        for r in noticed {
            letters.push(notice_letter(flow, ctx, &house, stored, r)?);
        }
    }
    Ok((letters, stranded))
}

/// What goes as it is, over a wire that protects it.
fn direct(
    flow: &Flow,
    ctx: &Ctx,
    (stored, content): (&Stored, &Arc<[u8]>),
    waiting: &[&recipients::Recipient],
) -> Result<Vec<SealedLetter>> {
    let mut letters = Vec::new();
    let direct = |r: &&&recipients::Recipient| {
        matches!(r.method, Method::Tls | Method::TlsOrDrop | Method::Plain)
    };
    for (neutral, notices, group) in alike(ctx, waiting.iter().filter(direct).copied())? {
        // Each reader of a campaign has a link of their own to leave it.
        let apart = stored.message.stream == Stream::Marketing;
        for group in group.chunks(if apart { 1 } else { group.len().max(1) }) {
            let form = (neutral, notices.as_slice());
            letters.push(letter(flow, ctx, (stored, content), group, form)?);
        }
    }
    Ok(letters)
}

/// Those whose letters have the same octets: the subject left out or not, the same statements.
type Alike<'a> = Vec<(bool, Vec<Statement>, Rows<'a>)>;

fn alike<'a>(
    ctx: &Ctx,
    rows: impl Iterator<Item = &'a recipients::Recipient>,
) -> Result<Alike<'a>> {
    let mut groups: Alike<'a> = Vec::new();
    for row in rows {
        let (neutral, notices) = (row.neutral_subject, statement::of(ctx, row)?);
        let same = groups
            .iter_mut()
            .find(|group| group.0 == neutral && group.1 == notices);
        match same {
            Some(group) => group.2.push(row),
            None => groups.push((neutral, notices, vec![row])),
        }
    }
    Ok(groups)
}

/// The message with each statement that goes to these readers; `None` where there is none.
fn with_statements(
    flow: &Flow,
    ctx: &Ctx,
    content: &[u8],
    notices: &[Statement],
) -> Result<Option<Vec<u8>>> {
    if notices.is_empty() {
        return Ok(None);
    }
    let language = house(flow, ctx)?.language;
    Ok(statement::appended(ctx, content, notices, &language))
}

/// Those who get a copy without the values, apart from the others.
fn redacted(waiting: Rows<'_>) -> Result<(Rows<'_>, Rows<'_>)> {
    let (mut redacted, mut others) = (Vec::new(), Vec::new());
    for row in waiting {
        let travels = row.method != Method::Portal;
        match travels && Besides::of(row)?.redacts() {
            true => redacted.push(row),
            false => others.push(row),
        }
    }
    Ok((redacted, others))
}

/// As it was accepted a moment ago, or read back. What is in memory may be outdated (a cancel, another
/// worker): commit 2 looks at the stage again.
fn opened(flow: &Flow, ctx: &Ctx, id: MessageId) -> Result<Option<Opened>> {
    if let Some(fresh) = flow.accepted().take(&id) {
        return Ok(Some(fresh));
    }
    let stored = load(ctx, id)?;
    if stored.message.stage != messages::Stage::Decided {
        return Ok(None);
    }
    let content = stored.content(ctx)?.into();
    Ok(Some(Opened { stored, content }))
}

/// The same for one recipient whose server stayed below the demand: now a notice.
pub(crate) fn seal_notice(
    flow: &Flow,
    ctx: &Ctx,
    id: MessageId,
    recipient: RecipientId,
) -> Result<Option<Sealed>> {
    let stored = load(ctx, id)?;
    let Some(row) = stored.recipients.iter().find(|r| r.id == recipient) else {
        return Ok(None);
    };
    if row.state != RecipientState::Queued || row.method != Method::Portal {
        return Ok(None);
    }
    let letter = notice_letter(flow, ctx, &house(flow, ctx)?, &stored, row)?;
    Ok(Some(Sealed {
        stored,
        letters: vec![letter],
        stranded: Vec::new(),
    }))
}

/// The letter for one recipient that was held and then released.
pub(crate) fn seal_released(
    flow: &Flow,
    ctx: &Ctx,
    id: MessageId,
    recipient: RecipientId,
) -> Result<Option<Sealed>> {
    let stored = load(ctx, id)?;
    let Some(row) = stored.recipients.iter().find(|r| r.id == recipient) else {
        return Ok(None);
    };
    if row.state != RecipientState::Queued {
        return Ok(None);
    }
    let content: Arc<[u8]> = stored.content(ctx)?.into();
    if matches!(row.method, Method::Hold | Method::Block) {
        return Ok(None);
    }
    let (letters, stranded) = letters(flow, ctx, (&stored, &content), vec![row])?;
    Ok(Some(Sealed {
        stored,
        letters,
        stranded,
    }))
}

fn letter(
    flow: &Flow,
    ctx: &Ctx,
    (stored, content): (&Stored, &Arc<[u8]>),
    group: &[&recipients::Recipient],
    (neutral, notices): (bool, &[Statement]),
) -> Result<SealedLetter> {
    let from = stored.envelope.sender()?;
    let author = stored.envelope.author()?;
    let domain = signing_domain(flow, author.as_ref().or(from.as_ref()))?;
    let mut said = notices.to_vec();
    let neutral = neutral.then(|| mail::replace_subject(content, "Message"));
    if neutral.is_some() {
        // Its reader loses nothing by it.
        said.extend(statement::subject(content));
    }
    let replaced =
        with_statements(flow, ctx, neutral.as_deref().unwrap_or(content), &said)?.or(neutral);
    let body = replaced.as_deref().unwrap_or(content);
    let added = added(flow, ctx, stored, body, group)?;
    let mut head = sign(flow, ctx, &domain, &added, body)?;
    let sha256 = sha256_of(&[&head, body]);
    if let Some(replaced) = &replaced {
        head.extend_from_slice(replaced);
    }
    let mut ways = Vec::with_capacity(group.len());
    for r in group {
        ways.push(Way {
            recipient: r.id,
            from: return_path(flow, ctx, Errand::Letter, r.id, from.clone())?,
            to: stored.address(r)?,
            demand: r.demand,
            transport: stored.envelope.transport,
            dsn: stored.envelope.terms.dsn(r.position, &r.notify),
            role: "letter",
            notice: None,
        });
    }
    Ok(SealedLetter {
        id: SealedId::mint(ctx.now(), ctx.world().rng.as_ref()),
        method: group.first().map_or(Method::Tls, |r| r.method),
        signed: Signed {
            head: head.into(),
            sha256,
            keys: None,
        },
        content: replaced.is_none().then(|| content.clone()),
        ways,
    })
}

/// Trace fields that go above the content, with a reader's link to leave a campaign.
fn added(
    flow: &Flow,
    ctx: &Ctx,
    stored: &Stored,
    content: &[u8],
    group: &[&recipients::Recipient],
) -> Result<String> {
    let mut added = stored.envelope.added.clone();
    if let (Stream::Marketing, [one]) = (stored.message.stream, group)
        && !has_field(content, "list-unsubscribe")
    {
        let organisation = ctx.organisation();
        added.push_str(&crate::unsubscribe::fields(flow, organisation, one.id)?);
    }
    Ok(added)
}

/// A list that the sender keeps for itself is left by the sender's own link.
fn has_field(content: &[u8], name: &str) -> bool {
    let head = &content[..mail::header_block_end(content)];
    head.split(|&b| b == b'\n').any(|line| {
        let field = line.split(|&b| b == b':').next().unwrap_or_default();
        field.trim_ascii_end().eq_ignore_ascii_case(name.as_bytes())
    })
}

/// DKIM names the domain in the From field, so that DMARC aligns; else the return path's.
fn signing_domain(flow: &Flow, sender: Option<&Address>) -> Result<Domain> {
    match sender {
        Some(address) => Ok(address.domain().clone()),
        None => Domain::parse(&flow.settings().hostname),
    }
}

fn sign(flow: &Flow, ctx: &Ctx, domain: &Domain, added: &str, content: &[u8]) -> Result<Vec<u8>> {
    let signers = flow
        .signing()
        .find(ctx.world(), ctx.organisation(), domain)?;
    let (fields, body) = content.split_at(mail::header_block_end(content));
    let head = [added.as_bytes(), fields].concat();
    let mut out = crate::signing::sign(ctx.world(), &signers, &head, body)?;
    out.extend_from_slice(added.as_bytes());
    Ok(out)
}

fn notice_letter(
    flow: &Flow,
    ctx: &Ctx,
    house: &House,
    stored: &Stored,
    row: &recipients::Recipient,
) -> Result<SealedLetter> {
    let (now, rng) = (ctx.now(), Arc::clone(&ctx.world().rng));
    let to = stored.address(row)?;
    let token = crate::portal::new_token(rng.as_ref());
    let hash = vault::hash_token(token.expose());
    let signed = pick_up(flow, ctx, house, &to, &token)?;
    let way = Way {
        recipient: row.id,
        from: return_path(
            flow,
            ctx,
            Errand::Notice,
            row.id,
            Some(house.sender.clone()),
        )?,
        to,
        demand: Demand::Opportunistic,
        transport: Transport::Usual,
        dsn: Dsn::default(),
        role: "notice",
        notice: Some((NoticeId::mint(now, rng.as_ref()), hash)),
    };
    Ok(SealedLetter {
        id: SealedId::mint(now, rng.as_ref()),
        method: Method::Portal,
        signed,
        content: None,
        ways: vec![way],
    })
}
