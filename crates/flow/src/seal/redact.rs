//! The redacted copy: what travels where a rule asks for it. Identifiers are cut out of the text, files and HTML
//! stay behind, the subject is neutral, and a link leads to the whole message in the portal.
//!
//! Only text is redacted (phi.md §5): nothing is changed inside a PDF or an Office file. What cannot be cut for
//! certain is left out whole. Invariant: what is not plain text of the first body does not travel.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use ctx::Ctx;
use mail::PartName;
use mail::readings::Readings;
use mail::return_path::Errand;
use mail::smtp::Dsn;
use model::{NoticeId, Result, SealedId};
use phi::{Class, Part, PartKind};
use store::tables::recipients;

use super::encrypted::{self, Stranded};
use super::{SealedLetter, Signed, Way, return_path};
use crate::Flow;
use crate::content::Stored;
use crate::notice::{House, sign_whole};

/// The letter for one recipient; encrypted where that was decided.
pub(super) fn letter(
    flow: &Flow,
    ctx: &Ctx,
    house: &House,
    (stored, content): (&Stored, &Arc<[u8]>),
    row: &recipients::Recipient,
) -> Result<std::result::Result<SealedLetter, Stranded>> {
    let (now, rng) = (ctx.now(), Arc::clone(&ctx.world().rng));
    let (from, to) = (stored.envelope.sender()?, stored.address(row)?);
    let author = stored.envelope.author()?;
    let author = author.as_ref().or(from.as_ref()).unwrap_or(&house.sender);
    let token = crate::portal::new_token(rng.as_ref());
    let link = format!("{}/p/{}", flow.settings().portal_url, token.expose());
    let link = house.portal_on.then_some(link);
    let mut text = text(flow, ctx, house, content, link.as_deref())?;
    for said in super::statement::of(ctx, row)? {
        text.push_str("\r\n");
        text.push_str(&said.text(&house.language));
    }
    let name = stored.envelope.from_name.as_deref();
    let name = name.filter(|name| !crate::scan::holds_number(name));
    let mut seed = [0u8; 16];
    rng.fill(&mut seed);
    let message_id = format!("<{}@{}>", hex::encode(seed), flow.settings().hostname);
    let bytes = mail::compose(&mail::Compose {
        from: (name, author),
        reply_to: None,
        to: vec![(None, &to)],
        cc: Vec::new(),
        subject: "Message",
        text: Some(&text),
        html: None,
        attachments: &[],
        headers: &[],
        message_id: &message_id,
        in_reply_to: None,
        date: stored.message.created_at,
        boundary_seed: seed,
        auto_submitted: false,
    })?;
    let (bytes, keys) = match encrypted::in_place(ctx, stored, row, bytes)? {
        Ok(done) => done,
        Err(stranded) => return Ok(Err(stranded)),
    };
    let signed = sign_whole(flow, ctx, author.domain(), bytes)?;
    let signed = Signed { keys, ..signed };
    let way = Way {
        recipient: row.id,
        from: return_path(flow, ctx, Errand::Letter, row.id, from)?,
        to,
        demand: row.demand,
        transport: stored.envelope.transport,
        dsn: Dsn::default(),
        role: "letter",
        notice: link.is_some().then(|| {
            let id = NoticeId::mint(now, rng.as_ref());
            (id, vault::hash_token(token.expose()))
        }),
    };
    Ok(Ok(SealedLetter {
        id: SealedId::mint(now, rng.as_ref()),
        method: row.method,
        signed,
        content: None,
        ways: vec![way],
    }))
}

/// Without a portal somebody released the copy: its reader asks the sender for the whole.
fn text(
    flow: &Flow,
    ctx: &Ctx,
    house: &House,
    content: &[u8],
    link: Option<&str>,
) -> Result<String> {
    let message = mail::parse(content)?;
    let doubtful = message
        .unreadable()
        .iter()
        .any(|(part, _)| *part == PartName::Body(0));
    let mut texts = message.texts_with_readings().into_iter();
    let first = texts.find(|(text, _)| text.part == PartName::Body(0) && !doubtful);
    let cut = first
        .map(|(text, more)| cut(flow, ctx, house, &text.text, &more))
        .transpose()?;
    let mut text = cut.flatten().unwrap_or_default();
    if !text.is_empty() {
        text.push_str("\r\n\r\n");
    }
    let files = message.attachments().len();
    let _ = match house.language.as_str() {
        "es" => write!(
            text,
            "Se omitieron partes de este mensaje para proteger información privada (archivos omitidos: {files}).\r\n"
        ),
        _ => write!(
            text,
            "Parts of this message were left out to protect private information (files left out: {files}).\r\n"
        ),
    };
    let _ = match (house.language.as_str(), link) {
        ("es", Some(link)) => write!(text, "Lea el mensaje completo aquí:\r\n{link}\r\n"),
        ("es", None) => write!(text, "Pida el mensaje completo al remitente.\r\n"),
        (_, Some(link)) => write!(text, "Read the whole message here:\r\n{link}\r\n"),
        (_, None) => write!(text, "Ask the sender for the whole message.\r\n"),
    };
    Ok(text)
}

/// The text without identifiers; nothing where it could not be read for certain, or more was found than is
/// listed by its place.
fn cut(
    flow: &Flow,
    ctx: &Ctx,
    house: &House,
    text: &str,
    more: &Readings,
) -> Result<Option<String>> {
    let settings = crate::decide::house(flow, ctx)?;
    let registry = flow.patients(ctx, settings.registry)?;
    let blinder = ctx.world().keys(ctx.organisation())?.blinder("finding");
    let token = |value: &str| blinder.token(value);
    let with = phi::Reading {
        token: &token,
        own: &settings.own,
        registry: registry
            .as_deref()
            .map(|registry| registry as &dyn phi::Registry),
        patterns: settings.detectors.patterns(),
    };
    // A file that stands in the text would travel as its letters.
    let holds_files = more.doubt.is_some() || more.enclosed.iter().any(|file| file.place.is_some());
    if settings.detectors.unread().is_some() || holds_files {
        return Ok(None);
    }
    let find = |text: &str| crate::scan::scanner().scan(&[Part::new(PartKind::Body, text)], &with);
    let found = find(text);
    let known = identifiers(&found);
    // What only another reading shows has no place that could be cut.
    for reading in &more.texts {
        let other = find(reading);
        let seen = identifiers(&other);
        let more_often = |(what, times): (&Identifier, &u32)| known.get(what).unwrap_or(&0) < times;
        if !is_listed(&other) || seen.iter().any(more_often) {
            return Ok(None);
        }
    }
    Ok(without(house, text, &found))
}

/// What identifies somebody, by its kind and its keyed value.
type Identifier = (phi::FindingKind, [u8; 32]);

/// How often each stands in the text.
fn identifiers(found: &phi::Findings) -> BTreeMap<Identifier, u32> {
    let mut identifiers = BTreeMap::new();
    for one in found.findings.iter().filter(|one| identifies(one.kind)) {
        *identifiers.entry((one.kind, one.token)).or_default() += 1;
    }
    identifiers
}

fn identifies(kind: phi::FindingKind) -> bool {
    kind.class() != Class::Context
}

/// Whether everything was read, and all that identifies somebody is listed with its place.
fn is_listed(found: &phi::Findings) -> bool {
    let counts = found.counts.iter().filter(|(kind, _)| identifies(**kind));
    let counted: u64 = counts.map(|(_, n)| u64::from(*n)).sum();
    let listed = found.findings.iter().filter(|one| identifies(one.kind));
    listed.count() as u64 == counted && found.unscannable.is_empty()
}

fn without(house: &House, text: &str, found: &phi::Findings) -> Option<String> {
    // Where only the reading of the text says whom it is about, nothing that could be cut does.
    let tells_whole = found.counts.contains_key(&phi::FindingKind::TellingText);
    if tells_whole || !is_listed(found) {
        return None;
    }
    let places = found.findings.iter().filter(|one| identifies(one.kind));
    let gap = match house.language.as_str() {
        "es" => "[omitido]",
        _ => "[left out]",
    };
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for place in places {
        let end = place.start + place.len;
        if place.start < at {
            at = at.max(end);
            continue;
        }
        out.push_str(text.get(at..place.start)?);
        out.push_str(gap);
        at = end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
