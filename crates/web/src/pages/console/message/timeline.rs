//! The way of one recipient's message as six steps, each with its time and its evidence.
//!
//! Read from the recorded events, never guessed from the present state alone: a step without an
//! event is not done.

use flow::view::{AttemptView, EventView, MessageView, RecipientView};
use model::{BounceClass, Method, RecipientState, RefusalScope, Timestamp};

use super::{Fact, Progress, Step, Value};

pub fn of(view: &MessageView, r: &RecipientView, events: &[EventView]) -> Vec<Step> {
    let own: Vec<&EventView> = events
        .iter()
        .filter(|e| e.recipient.is_none_or(|id| id == r.id))
        .filter(|e| {
            !matches!(
                e.facts.get("role").map(String::as_str),
                Some("code" | "report")
            )
        })
        .collect();
    let mut steps = vec![accepted(view), decided(view, r)];
    // a reply stays in the house: there is nothing to seal for the wire and nothing to send
    if !view.origin.stays_here() {
        steps.extend([sealed(&own), sent(r, &own), delivered(r, &own)]);
    }
    steps.push(opened(view, r, &own));
    steps
}

fn step(word: &'static str, progress: Progress, at: Option<Timestamp>, facts: Vec<Fact>) -> Step {
    Step {
        word,
        progress,
        at,
        facts,
    }
}

fn accepted(view: &MessageView) -> Step {
    let facts = vec![
        Fact::word("origin", "origin", view.origin.word()),
        Fact {
            name: "size",
            value: Value::Octets(view.octets),
        },
        Fact::hash("content_sha256", hex::encode(view.content_sha256)),
    ];
    step("accepted", Progress::Done, Some(view.created_at), facts)
}

fn decided(view: &MessageView, r: &RecipientView) -> Step {
    let facts = vec![
        Fact::exact("rule", r.trace.decided_by.clone()),
        Fact::word("level", "level", &view.level),
    ];
    step("decided", Progress::Done, Some(view.created_at), facts)
}

fn sealed(own: &[&EventView]) -> Step {
    match last(own, &["message.sealed"]) {
        Some(event) => step("sealed", Progress::Done, Some(event.at), keyless(own)),
        None => step("sealed", Progress::Waiting, None, Vec::new()),
    }
}

/// Why it was not encrypted to the recipient's key, where that had been decided.
fn keyless(own: &[&EventView]) -> Vec<Fact> {
    let because = last(own, &["message.key_unusable"]).and_then(|e| e.facts.get("because"));
    because
        .map(|word| Fact::word("because", "key_why", word))
        .into_iter()
        .collect()
}

const ENDS: &[&str] = &["delivery.accepted", "delivery.refused"];

fn sent(r: &RecipientView, own: &[&EventView]) -> Step {
    if let Some(event) = last(own, ENDS) {
        return step("sent", Progress::Done, Some(event.at), wire(event));
    }
    let tried = last(
        own,
        &[
            "delivery.deferred",
            "delivery.ambiguous",
            "delivery.below_demand",
            "delivery.expired",
        ],
    );
    let mut facts = tried.map(wire).unwrap_or_default();
    let next = tried.and_then(|event| event.facts.get("next_attempt_at"));
    if let (RecipientState::Queued, Some(at)) =
        (r.state, next.and_then(|at| Timestamp::parse_rfc3339(at)))
    {
        facts.push(Fact::at("next_attempt_at", at));
    }
    let progress = match r.state {
        RecipientState::Queued | RecipientState::Held => Progress::Waiting,
        RecipientState::Expired | RecipientState::Bounced => Progress::Failed,
        _ => Progress::Skipped,
    };
    step(
        "sent",
        progress,
        tried.filter(|_| progress == Progress::Failed).map(|e| e.at),
        facts,
    )
}

fn delivered(r: &RecipientView, own: &[&EventView]) -> Step {
    let end = last(
        own,
        &[
            "delivery.accepted",
            "delivery.refused",
            "delivery.expired",
            "delivery.below_demand",
        ],
    );
    let at = end.map(|event| event.at);
    let facts = end.map(reply).unwrap_or_default();
    match r.state {
        RecipientState::Delivered | RecipientState::Notified => {
            step("delivered", Progress::Done, at, facts)
        }
        // the notice arrived, and nobody followed it
        RecipientState::Expired if unread(own).is_some() => {
            step("delivered", Progress::Done, at, facts)
        }
        // read before the notice's own delivery was settled, for example through a forwarded link
        RecipientState::PickedUp if end.is_none() => {
            step("delivered", Progress::Waiting, None, facts)
        }
        RecipientState::PickedUp => step("delivered", Progress::Done, at, facts),
        RecipientState::Bounced | RecipientState::Expired => step(
            "delivered",
            Progress::Failed,
            at.or(Some(r.state_at)),
            facts,
        ),
        RecipientState::Queued | RecipientState::Held => {
            step("delivered", Progress::Waiting, None, Vec::new())
        }
        _ => step("delivered", Progress::Skipped, None, Vec::new()),
    }
}

fn unread<'a>(own: &[&'a EventView]) -> Option<&'a EventView> {
    last(own, &["portal.expired"])
}

fn opened(view: &MessageView, r: &RecipientView, own: &[&EventView]) -> Step {
    let mut facts = Vec::new();
    if let Some(at) = r.replied_at {
        facts.push(Fact::at("replied", at));
    }
    match (r.opened_at, r.state) {
        (Some(at), _) => {
            facts.insert(0, Fact::word("reader", "outcome", "reader"));
            step("opened", Progress::Done, Some(at), facts)
        }
        (None, RecipientState::PickedUp) if view.origin.stays_here() => {
            step("opened", Progress::Done, Some(r.state_at), facts)
        }
        (None, RecipientState::Expired) if unread(own).is_some() => {
            let at = unread(own).map(|event| event.at);
            step("opened", Progress::Failed, at, facts)
        }
        (None, RecipientState::Queued | RecipientState::Notified) if r.method == Method::Portal => {
            step("opened", Progress::Waiting, None, facts)
        }
        _ => step("opened", Progress::Skipped, None, facts),
    }
}

/// How it went over the wire.
fn wire(event: &EventView) -> Vec<Fact> {
    let mut facts = Vec::new();
    match event.kind.as_str() {
        "delivery.deferred" => facts.push(Fact::word("result", "outcome", "deferred")),
        "delivery.ambiguous" => facts.push(Fact::word("result", "outcome", "ambiguous")),
        "delivery.below_demand" => facts.push(Fact::word("result", "outcome", "below_demand")),
        _ => {}
    }
    let fact = |name: &str| {
        event
            .facts
            .get(name)
            .filter(|value| *value != "none")
            .cloned()
    };
    if fact("role").as_deref() == Some("notice") {
        facts.push(Fact::word("role", "outcome", "notice"));
    }
    if let Some(version) = fact("tls") {
        let verified = if fact("tls_verified").as_deref() == Some("true") {
            "verified"
        } else {
            "unverified"
        };
        facts.push(Fact::exact("tls", version));
        facts.push(Fact::word("tls_verified", "outcome", verified));
    }
    if let Some(number) = fact("attempt") {
        facts.push(Fact::exact("attempts", number));
    }
    facts
}

/// What the other side answered.
fn reply(event: &EventView) -> Vec<Fact> {
    let code = event.facts.get("reply_code").cloned();
    let both = code.map(|code| match event.facts.get("reply_enhanced") {
        Some(enhanced) => format!("{code} {enhanced}"),
        None => code,
    });
    let word = |name: &str| event.facts.get(name);
    let class = word("class").and_then(|word| BounceClass::from_word(word));
    let scope = word("scope").and_then(|word| RefusalScope::from_word(word));
    let answer = both.map(|answer| Fact::exact("reply", answer));
    answer.into_iter().chain(meaning(class, scope)).collect()
}

/// What the answer means, and how far it reaches.
pub fn meaning(class: Option<BounceClass>, scope: Option<RefusalScope>) -> Vec<Fact> {
    let class = class.map(|class| Fact::word("class", "bounce_class", class.word()));
    let scope = scope.map(|scope| Fact::word("scope", "bounce_scope", scope.word()));
    class.into_iter().chain(scope).collect()
}

pub fn answer(made: &AttemptView) -> Option<String> {
    let code = made.reply_code?;
    Some(match &made.reply_enhanced {
        Some(enhanced) => format!("{code} {enhanced}"),
        None => code.to_string(),
    })
}

fn last<'a>(own: &[&'a EventView], kinds: &[&str]) -> Option<&'a EventView> {
    own.iter()
        .rev()
        .find(|e| kinds.contains(&e.kind.as_str()))
        .copied()
}
