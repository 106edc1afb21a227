//! Who hears that a sender was restricted: its owner, and those who answer for security.
//!
//! By mail, since a thief may sit at the console. Invariant: no number, no name and no address of anybody
//! written to; the entry is done once, and told once.

use std::collections::BTreeMap;

use ctx::Ctx;
use model::{
    Address, AppId, Code, Error, Kind, MessageId, Origin, Purpose, Result, Stream, ThreadId, UserId,
};
use serde::Deserialize;
use store::tables::events::OutboxRow;
use store::tables::users;

use crate::Flow;
use crate::detectors::is_of_data;
use crate::draft::{Draft, DraftRecipient, sha256};
use crate::enqueue::Enqueuing;
use crate::envelope::{Terms, Transport};

/// Who answers for security.
const ROLES: &[&str] = &["administrator", "compliance", "dlp_admin"];
const TOLD_MAX: usize = 20;

/// What the outbox names a person or software by; none for a whole.
pub(super) fn id_of(subject: &str) -> Option<[u8; 16]> {
    let user = subject.parse::<UserId>().map(|id| *id.as_bytes());
    let app = || subject.parse::<AppId>().map(|id| *id.as_bytes());
    user.or_else(|_| app()).ok()
}

/// Tells them, and ends the entry.
///
/// # Errors
/// The store's; it is then told later.
pub(crate) fn run(flow: &Flow, row: &OutboxRow) -> Result<Option<Enqueuing>> {
    let ctx = flow.world().system(row.organisation);
    let readers = readers(&ctx, UserId::from_bytes(row.subject))?;
    if !readers.is_empty() {
        let key = format!("restricted-{}", row.position);
        flow.submit(&ctx, draft(flow, &ctx, readers)?, Some(&key))?;
    }
    crate::after::drop_entry(flow, row)
}

/// The owner, where it is a person, and those with a role that answers.
fn readers(ctx: &Ctx, owner: UserId) -> Result<Vec<Address>> {
    #[derive(Deserialize)]
    struct Profile {
        email: String,
    }
    let (world, organisation) = (ctx.world().clone(), ctx.organisation());
    let wanted = move |user: &users::User| {
        let mut roles = user.roles.split_whitespace();
        user.id == owner || roles.any(|role| ROLES.contains(&role))
    };
    let addresses: Vec<String> = ctx.world().store.read(move |tx| {
        let people = users::list(tx, organisation)?.into_iter();
        let mut told: Vec<_> = people.filter(|user| user.active && wanted(user)).collect();
        told.sort_by_key(|user| user.id != owner);
        let mut addresses = Vec::new();
        for user in told.into_iter().take(TOLD_MAX) {
            let place = ("users", "sealed_profile", user.id.as_bytes());
            let key = world.item_key(tx, organisation, user.id.as_bytes());
            let profile = key.and_then(|key| {
                crate::envelope::open_json::<Profile>(&user.sealed_profile, &key, place)
            });
            // Who cannot be read is not told; the others are.
            match profile {
                Ok(profile) => addresses.push(profile.email),
                // The database or the vault is away: everybody is told later.
                Err(error) if !is_of_data(error.code()) => return Err(error),
                Err(error) => tracing::warn!(user = %user.id, %error, "not told of a restriction"),
            }
        }
        Ok(addresses)
    })?;
    Ok(addresses
        .iter()
        .filter_map(|text| Address::parse(text).ok())
        .collect())
}

fn draft(flow: &Flow, ctx: &Ctx, readers: Vec<Address>) -> Result<Draft> {
    let house = crate::notice::house(flow, ctx)?;
    let (subject, text) = words(&house.language, &flow.settings().portal_url);
    let id = MessageId::mint(ctx.now(), ctx.world().rng.as_ref());
    let mut seed = [0; 16];
    ctx.world().rng.fill(&mut seed);
    let first = readers.first().ok_or_else(|| Error::new(Code::Internal))?;
    let content = mail::compose(&mail::Compose {
        from: (Some(&house.name), &house.sender),
        reply_to: None,
        // The others are told without being named to each other.
        to: vec![(None, first)],
        cc: Vec::new(),
        subject,
        text: Some(&text),
        html: None,
        attachments: &[],
        headers: &[],
        message_id: &format!("<{id}@{}>", flow.settings().hostname),
        in_reply_to: None,
        date: ctx.now(),
        boundary_seed: seed,
        auto_submitted: true,
    })?;
    let body_hash = sha256(&content);
    let recipients = readers
        .into_iter()
        .enumerate()
        .map(|(at, address)| DraftRecipient {
            kind: if at == 0 { Kind::To } else { Kind::Bcc },
            address,
            name: None,
            notify: String::new(),
        });
    Ok(Draft {
        id,
        thread: ThreadId::mint(ctx.now(), ctx.world().rng.as_ref()),
        origin: Origin::System,
        stream: Stream::Transactional,
        purpose: Purpose::System,
        priority: 0,
        send_at: None,
        declared_no_phi: true,
        demanded: None,
        trigger: None,
        from: Some(house.sender),
        recipients: recipients.collect(),
        body_hash,
        content_sha256: Some(body_hash),
        content,
        added: String::new(),
        tags: Vec::new(),
        metadata: BTreeMap::new(),
        transport: Transport::Usual,
        terms: Terms::default(),
        attested: false,
        reading: None,
        captured: None,
    })
}

fn words(language: &str, portal_url: &str) -> (&'static str, String) {
    let link = format!("{portal_url}/console/risk");
    match language {
        "es" => (
            "Un envío fuera de lo común fue limitado",
            format!(
                "Una cuenta o un programa de su organización envió de forma inusual y fue limitado.\r\n\
                 Nada se perdió: lo retenido espera una decisión.\r\n\r\n\
                 Si no fue usted, avise a quien administra su sistema. Quien responde por la seguridad ve los motivos aquí:\r\n{link}\r\n"
            ),
        ),
        _ => (
            "Unusual sending was limited",
            format!(
                "An account or a program of your organization sent in an unusual way and was limited.\r\n\
                 Nothing is lost: what is held waits for a decision.\r\n\r\n\
                 If this was not you, tell your administrator. Whoever answers for security sees the reasons here:\r\n{link}\r\n"
            ),
        ),
    }
}
