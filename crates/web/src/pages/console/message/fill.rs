//! From what `flow` shows of a message to what the page shows.

use std::collections::BTreeSet;

use flow::feedback::Opinion;
use flow::view::{
    Advice, AttemptView, ContentView, EventView, FoundAt, MessageView, Place, RecipientView,
};
use model::{Access, BounceClass, MessageId, Method, PhiLevel, RecipientState, Timestamp};

use super::{
    About, Attempt, Besides, Caution, Content, Fact, Found, MessagePage, Recipient, Reply, Rule,
    Standing, Why, timeline,
};
use crate::door::staff::Desk;
use crate::pages::portal::thread::Letter;

impl MessagePage {
    /// `to` names the recipient to show; the first one when it names none.
    pub fn of(view: &MessageView, events: &[EventView], to: &str, content: Content) -> Self {
        let chosen = view
            .recipients
            .iter()
            .position(|r| r.id.to_string() == to)
            .unwrap_or_default();
        let shown = view.recipients.get(chosen);
        let queued = view
            .recipients
            .iter()
            .filter(|r| r.state == RecipientState::Queued)
            .count() as u64;
        let replies = view
            .thread_messages
            .iter()
            .filter(|(_, origin, _)| origin.stays_here());
        Self {
            id: view.id.to_string(),
            subject: None,
            about: about(view),
            recipients: view
                .recipients
                .iter()
                .zip(1..)
                .map(|(r, number)| recipient(view, r, number))
                .collect(),
            chosen,
            timeline: shown
                .map(|r| timeline::of(view, r, events))
                .unwrap_or_default(),
            why: shown.map(|r| why(r, events)),
            besides: shown.map(besides).unwrap_or_default(),
            found: found(view.found.clone()),
            labels: view.labels.clone(),
            unread: unread(&view.unread),
            advice: shown.and_then(|r| r.advice).map(Advice::word),
            decide_href: shown
                .filter(|r| r.state == RecipientState::Held)
                .map(|_| format!("/console/held/{}", view.id)),
            gives_opinion: !view.origin.stays_here() && view.destroyed.is_none(),
            disposal_href: view.destroyed.map(|by| format!("/console/disposals/{by}")),
            opinion: view.opinion.map(Opinion::word),
            caution: view.arrival.as_ref().and_then(Caution::of),
            attempts: shown
                .map(|r| r.attempts.iter().map(attempt).collect())
                .unwrap_or_default(),
            standing: shown
                .filter(|_| !view.origin.stays_here())
                .and_then(|r| standing(events, r)),
            content: match view.destroyed {
                Some(_) => Content::Destroyed,
                None => content,
            },
            replies: replies.map(|(id, _, at)| reply(*id, *at)).collect(),
            cancellable: (view.may_cancel && queued > 0).then_some(queued),
            cancelled: None,
        }
    }

    /// Takes away what this desk would be refused.
    pub fn offer(&mut self, desk: &Desk, sender: &str) {
        self.cancellable = self.cancellable.filter(|_| desk.cancels(sender));
        self.decide_href = self.decide_href.take().filter(|_| desk.decides(sender));
        if let Some(caution) = &mut self.caution {
            caution.decide_href = caution.decide_href.take().filter(|_| desk.releases());
            if caution.quarantined && !desk.releases() {
                self.content = Content::MayNot;
            }
        }
        self.gives_opinion &= desk.gives_opinion();
        let is_gone = self.disposal_href.is_some();
        self.disposal_href = self.disposal_href.take().filter(|_| desk.reads_audit());
        if is_gone || !desk.takes_proof() {
            self.recipients.iter_mut().for_each(|r| r.proof_href = None);
        }
    }

    /// Shows what was opened: subject, sender, addresses, letter.
    pub fn unseal(&mut self, opened: &ContentView, access: Access, now: Timestamp) {
        let entry = opened.entry.open(access);
        self.subject = entry
            .subject
            .clone()
            .filter(|subject| !subject.trim().is_empty());
        self.about.sender = opened.from.open(access).clone();
        for (id, _, address) in &opened.recipients {
            if let Some(found) = self.recipients.iter_mut().find(|r| r.id == id.to_string()) {
                found.address = Some(address.open(access).clone());
            }
        }
        let mut letter = Letter::of(entry, &format!("/console/messages/{}/file", self.id));
        letter.from = entry.sender_name.clone();
        self.content = Content::Opened { at: now, letter };
    }

    pub fn unseal_reply(&mut self, id: MessageId, opened: &ContentView, access: Access) {
        let entry = opened.entry.open(access);
        let href = format!("/console/messages/{id}");
        if let Some(reply) = self.replies.iter_mut().find(|reply| reply.href == href) {
            let mut letter = Letter::of(entry, &format!("{href}/file"));
            letter.from = opened.from.open(access).clone();
            reply.letter = Some(letter);
        }
    }
}

fn standing(events: &[EventView], r: &RecipientView) -> Option<Standing> {
    let standing = flow::view::Standing::of(events, r.id)?;
    Some(Standing {
        level: standing.level,
        en: standing.english,
        es: standing.spanish,
    })
}

fn about(view: &MessageView) -> About {
    About {
        sender: None,
        actor: view.actor.clone(),
        origin: view.origin,
        mode: view.mode,
        purpose: view.purpose,
        stream: view.stream,
        level: PhiLevel::from_word(&view.level).unwrap_or(PhiLevel::None),
        findings: view
            .findings
            .iter()
            .map(|(kind, count)| (kind.clone(), u64::from(*count)))
            .collect(),
        octets: view.octets,
        files: view.attachments.into(),
        at: view.created_at,
    }
}

fn recipient(view: &MessageView, r: &RecipientView, number: u64) -> Recipient {
    Recipient {
        id: r.id.to_string(),
        number,
        address: None,
        kind: r.kind,
        state: r.state,
        method: r.method,
        href: format!("/console/messages/{}?to={}", view.id, r.id),
        proof_href: Some(format!("/console/proof/{}", r.id)),
    }
}

fn reply(id: MessageId, at: Timestamp) -> Reply {
    Reply {
        at,
        href: format!("/console/messages/{id}"),
        letter: None,
    }
}

/// The decision as it was stored, and whether the delivery had to move to the portal afterwards.
fn why(r: &RecipientView, events: &[EventView]) -> Why {
    let trace = &r.trace;
    let below = events
        .iter()
        .find(|e| e.kind == "delivery.below_demand" && e.recipient == Some(r.id));
    let moved = below.filter(|_| r.method == Method::Portal).map(|e| e.at);
    let rules = trace.steps.iter().map(|step| Rule {
        id: step.rule.clone(),
        name: step.name.clone(),
        matched: step.matched,
        effect: step.effect.clone(),
        because: step.because.clone(),
        why: step.why.clone(),
    });
    let name = trace
        .steps
        .iter()
        .find(|step| step.rule == trace.decided_by)
        .map(|step| step.name.clone());
    Why {
        // only verified TLS is demanded of a server and can be found missing there
        method: moved.map_or(r.method, |_| Method::Tls),
        moved,
        rule: trace.decided_by.clone(),
        name: name.unwrap_or_default(),
        rules_version: trace.rules_version.clone(),
        facts: trace.facts.clone(),
        rules: rules.collect(),
        would_change: trace.would_change.clone(),
    }
}

fn besides(r: &RecipientView) -> Besides {
    let besides = &r.besides;
    Besides {
        redact: besides.redact,
        warnings: besides.warnings.clone(),
        notices: besides.notices.iter().map(ToString::to_string).collect(),
        shadow: besides
            .shadow
            .iter()
            .map(|hit| (hit.rule.clone(), hit.method))
            .collect(),
    }
}

/// Words below `unread`: those of a body as those of a file, all limits as one.
pub(in crate::pages::console) fn unread(why: &BTreeSet<String>) -> Vec<String> {
    let words = why.iter().map(|word| {
        let word = word.strip_prefix("body_").unwrap_or(word);
        if word.starts_with("limit_") {
            "limit".to_owned()
        } else {
            word.to_owned()
        }
    });
    words.collect::<BTreeSet<_>>().into_iter().collect()
}

/// As pages say it.
pub(in crate::pages::console) fn found(all: Vec<FoundAt>) -> Vec<Found> {
    let found = all.into_iter().map(|found| {
        let place = found.place.word();
        let (file, spot) = match found.place {
            Place::Attachment { file, spot } => (file, spot),
            _ => (0, None),
        };
        let counted = |all: Vec<(String, u32)>| -> Vec<(String, u64)> {
            all.into_iter().map(|(word, n)| (word, n.into())).collect()
        };
        Found {
            place,
            file,
            spot,
            kinds: counted(found.kinds),
            detectors: counted(found.detectors),
        }
    });
    found.collect()
}

fn attempt(made: &AttemptView) -> Attempt {
    let mut facts = Vec::new();
    if let Some(version) = &made.tls_version {
        facts.push(Fact::exact("tls", version.clone()));
        let verified = if made.tls_verified {
            "verified"
        } else {
            "unverified"
        };
        facts.push(Fact::word("tls_verified", "outcome", verified));
    }
    if let Some(tls) = &made.tls {
        facts.push(Fact::exact("tls_cipher", tls.cipher.clone()));
        facts.push(Fact::hash(
            "tls_certificate",
            tls.certificate_sha256.clone(),
        ));
    }
    if let Some(policy) = &made.policy {
        facts.push(Fact::word("tls_policy", "tls_policy", policy.kind.word()));
        if let Some(id) = &policy.id {
            facts.push(Fact::exact("tls_policy_id", id.clone()));
        }
    }
    if let Some(answer) = timeline::answer(made) {
        facts.push(Fact::exact("reply", answer));
    }
    let class = made.class.as_deref().and_then(BounceClass::from_word);
    facts.extend(timeline::meaning(class, made.scope));
    facts.push(Fact::at("ended", made.ended_at));
    facts.push(Fact::exact("attempt", made.id.to_string()));
    Attempt {
        number: made.number.into(),
        at: made.started_at,
        outcome: format!("outcome.{}", made.outcome),
        good: made.outcome == "accepted",
        facts,
    }
}
