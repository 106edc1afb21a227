//! Facts: what policy may look at of a message and of each recipient. Labels, counts and switches; no word
//! of the message.

use std::collections::BTreeSet;

use ctx::{Ctx, PrincipalKind};
use model::{Address, Method, Mode, Origin, Restriction as Agreed, Result};
use policy::{Channel, MessageFacts, RecipientClass, RecipientFacts, Restriction, StoredFacts};
use serde::{Deserialize, Serialize};
use store::tables::correspondents::Standing;

use super::house::OwnSettings;
use crate::Flow;
use crate::draft::Draft;
use crate::keys::{States, Wanted};
use crate::scan::Scanned;

pub(super) fn of_message(
    house: &OwnSettings,
    ctx: &Ctx,
    draft: &Draft,
    scanned: &Scanned,
) -> MessageFacts {
    let findings = &scanned.findings;
    let words = |all: &mut dyn Iterator<Item = &'static str>| all.map(str::to_owned).collect();
    let (weekday, hour) = crate::clock::local(ctx.now(), &house.zone);
    MessageFacts {
        level: findings.level,
        level_to_patient: findings.level_to_patient,
        kinds: findings
            .counts
            .keys()
            .map(|k| k.word().to_owned())
            .collect(),
        labels: words(&mut findings.labels.iter().map(|label| label.word())),
        subject_phi: findings.subject_phi,
        unscannable: !findings.unscannable.is_empty(),
        whole_record: scanned.carried.whole_record,
        patients: findings.patients,
        octets: draft.content.len() as u64,
        pages: scanned.carried.pages,
        files: u32::try_from(scanned.files.len()).unwrap_or(u32::MAX),
        file_kinds: words(&mut scanned.carried.kinds.iter().map(|kind| kind.word())),
        marks: words(&mut scanned.carried.marks.iter().map(|mark| mark.word())),
        stream: draft.stream,
        purpose: draft.purpose,
        system: draft.origin == Origin::System,
        sender_role: role(ctx).to_owned(),
        sender_groups: groups(ctx),
        weekday,
        hour,
        declared_no_phi: draft.declared_no_phi,
        attested: draft.attested,
        demanded: draft
            .demanded
            .or_else(|| house.stream_option(draft, scanned)),
        tls_minimum: house.options.tls_minimum,
        ..MessageFacts::quiet()
    }
}

fn role(ctx: &Ctx) -> &'static str {
    match ctx.principal().kind {
        PrincipalKind::User(_) => "user",
        PrincipalKind::App { .. } => "app",
        PrincipalKind::Reader(_) => "reader",
        PrincipalKind::System => "system",
    }
}

/// The roles of whoever sends.
fn groups(ctx: &Ctx) -> BTreeSet<String> {
    match &ctx.principal().kind {
        PrincipalKind::User(roles) => roles.iter().map(|role| role.word().to_owned()).collect(),
        _ => BTreeSet::new(),
    }
}

/// One for each recipient, in their order.
pub(super) fn of_recipients(
    house: &OwnSettings,
    ctx: &Ctx,
    draft: &Draft,
    demanded: Option<Method>,
) -> Result<Vec<RecipientFacts>> {
    let addresses: Vec<&Address> = draft.recipients.iter().map(|r| &r.address).collect();
    let standings = match house.correspondents {
        true => crate::correspondents::standings(ctx, &addresses)?,
        false => vec![None; addresses.len()],
    };
    let keys = keys(house, ctx, &addresses, &standings, demanded)?;
    let facts = addresses.into_iter().zip(standings).zip(keys);
    Ok(facts
        .map(|((address, standing), keys)| RecipientFacts {
            smime: keys.smime,
            pgp: keys.pgp,
            ..of_recipient(house, ctx, address, standing)
        })
        .collect())
}

/// Read only where somebody asks for encryption to a key: a rule, the sender, the recipient.
fn keys(
    house: &OwnSettings,
    ctx: &Ctx,
    addresses: &[&Address],
    standings: &[Option<Standing>],
    demanded: Option<Method>,
) -> Result<Vec<States>> {
    let encrypts = |method: Method| matches!(method, Method::Smime | Method::Pgp);
    let prefers = |standing: &Standing| standing.prefers.is_some_and(encrypts);
    let wanted = demanded.is_some_and(encrypts)
        || house.rules.ask_for_keys()
        || standings.iter().flatten().any(prefers);
    match house.keys && wanted {
        true => crate::keys::states(ctx, addresses),
        false => Ok(vec![States::NONE; addresses.len()]),
    }
}

/// Before a message is decided, where its organisation wants it: asks for keys of those whose mail is to be encrypted to
/// one. What is found is on record when the decision asks.
pub(super) fn look_keys_up(flow: &Flow, ctx: &Ctx, draft: &Draft, scanned: &Scanned) -> Result<()> {
    let house = super::house::house(flow, ctx)?;
    if !(house.look_up || house.directories) || ctx.mode() == Mode::Test {
        return Ok(());
    }
    let is_ours = |address: &Address| house.domains.iter().any(|d| d == address.domain().as_str());
    let addresses = draft.recipients.iter().map(|r| &r.address);
    let addresses: Vec<&Address> = addresses.filter(|address| !is_ours(address)).collect();
    let demanded = draft
        .demanded
        .or_else(|| house.stream_option(draft, scanned));
    let standings = match house.correspondents {
        true => crate::correspondents::standings(ctx, &addresses)?,
        false => vec![None; addresses.len()],
    };
    let wanting = |method: Method, by_rules: bool| -> Vec<&Address> {
        let prefers = |standing: &Option<Standing>| {
            let prefers = standing.as_ref().and_then(|standing| standing.prefers);
            prefers == Some(method)
        };
        let pairs = addresses.iter().zip(&standings);
        let wanted =
            pairs.filter(|(_, standing)| by_rules || demanded == Some(method) || prefers(standing));
        wanted.map(|(address, _)| *address).collect()
    };
    let mut wanted = Wanted::default();
    if house.look_up {
        wanted.pgp = wanting(Method::Pgp, house.rules.ask_for_pgp_keys());
    }
    if house.directories {
        wanted.smime = wanting(Method::Smime, house.rules.ask_for_certificates());
    }
    if !wanted.is_empty() {
        crate::keys::look_up(flow, ctx, &wanted);
    }
    Ok(())
}

fn of_recipient(
    house: &OwnSettings,
    ctx: &Ctx,
    address: &Address,
    standing: Option<Standing>,
) -> RecipientFacts {
    let domain = address.domain().as_str();
    let internal = house.domains.iter().any(|name| name == domain);
    let facts = RecipientFacts {
        portal_on: house.portal_on,
        internal,
        class: if internal {
            RecipientClass::Staff
        } else {
            RecipientClass::Unknown
        },
        domain: Some(domain.to_owned()),
        ..RecipientFacts::quiet()
    };
    match standing {
        Some(standing) => on_record(facts, ctx, &standing),
        None => facts,
    }
}

fn on_record(facts: RecipientFacts, ctx: &Ctx, standing: &Standing) -> RecipientFacts {
    let agreed = standing.restriction;
    let portal_only = (agreed == Some(Agreed::PortalOnly)).then_some(Channel::Portal);
    RecipientFacts {
        class: match standing.class {
            model::RecipientClass::Unknown => facts.class,
            class => RecipientClass::from_word(class.word()).unwrap_or(facts.class),
        },
        blocked: agreed == Some(Agreed::NoMail),
        restriction: match agreed {
            Some(Agreed::NoPhi) => Some(Restriction::All),
            // What may go by the portal alone goes nowhere without one.
            Some(Agreed::PortalOnly) if !facts.portal_on => Some(Restriction::All),
            Some(Agreed::PaymentOperations) => Some(Restriction::PaymentOperations),
            Some(Agreed::PortalOnly | Agreed::NoMail) | None => None,
        },
        prefers: portal_only.or_else(|| standing.prefers.and_then(channel)),
        warned: standing.warned.is_some(),
        consent_part2: standing.part2_until.is_some_and(|until| until > ctx.now()),
        ..facts
    }
}

fn channel(method: Method) -> Option<Channel> {
    Channel::from_word(method.word())
}

/// What is stored with a message's findings for trials of other rules: all its facts but those that are
/// nothing unusual.
#[derive(Serialize, Deserialize)]
pub(crate) struct WithFacts<T> {
    #[serde(flatten)]
    pub findings: T,
    #[serde(default)]
    pub facts: serde_json::Value,
    /// As `Scanned` has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<(usize, String)>,
}

/// The facts of a message as they are stored: those that differ from a quiet message's.
pub(crate) fn stored_facts(
    house: &OwnSettings,
    ctx: &Ctx,
    draft: &Draft,
    scanned: &Scanned,
) -> serde_json::Value {
    let facts = of_message(house, ctx, draft, scanned);
    let facts = serde_json::to_value(StoredFacts::of(&facts, &RecipientFacts::quiet()).message);
    let quiet = serde_json::to_value(MessageFacts::quiet()).unwrap_or_default();
    let mut facts = facts.unwrap_or_default();
    if let Some(map) = facts.as_object_mut() {
        map.retain(|name, value| quiet.get(name) != Some(value));
    }
    facts
}
