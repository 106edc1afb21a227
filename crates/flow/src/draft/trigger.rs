//! Triggers: words in a subject and header fields by which a sender asks for more protection, from any
//! client.
//!
//! They are the organisation's own settings, recognised without regard to case, and taken out before
//! the message is scanned, shown or sent. Invariant: a trigger only strengthens.

use model::Method;
use store::tables::triggers::Trigger;

use super::letter::Letter;

/// What a message asked for by its triggers.
pub(crate) struct Found {
    pub method: Method,
    /// Such as `subject [secure]`: the setting's own words.
    pub label: String,
}

/// What a subject and header fields ask for, and the subject that is left.
pub(crate) fn judge(
    triggers: &[Trigger],
    subject: &str,
    fields: &[(String, String)],
) -> (Option<Found>, String) {
    let found = find(triggers, subject, |name| {
        let named = fields.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.clone()).collect()
    });
    let left = without_words(triggers, subject);
    (found, left.unwrap_or_else(|| subject.to_owned()))
}

/// Looks at a structured letter and takes its triggers out.
pub(crate) fn take_from_letter(triggers: &[Trigger], letter: &mut Letter) -> Option<Found> {
    let (found, left) = judge(triggers, &letter.subject, &letter.headers);
    letter.subject = left;
    let names = field_names(triggers);
    letter
        .headers
        .retain(|(name, _)| !names.iter().any(|n| n.eq_ignore_ascii_case(name)));
    found
}

/// Looks at a message as it came; gives it without its triggers where it has any.
pub(crate) fn take_from_content(
    triggers: &[Trigger],
    message: &mail::Message<'_>,
    content: &[u8],
) -> (Option<Vec<u8>>, Option<Found>) {
    if triggers.is_empty() {
        return (None, None);
    }
    let subject = message.subject().unwrap_or_default();
    let found = find(triggers, subject, |name| {
        message.headers(name).map(str::to_owned).collect()
    });
    let mut left =
        without_words(triggers, subject).map(|rest| mail::replace_subject(content, &rest));
    let names = field_names(triggers);
    if names.iter().any(|name| message.header(name).is_some()) {
        let content = left.as_deref().unwrap_or(content);
        left = Some(super::raw::without_fields(content, &names));
    }
    (left, found)
}

/// The strongest of those that are there; of equals the first.
fn find(
    triggers: &[Trigger],
    subject: &str,
    values: impl Fn(&str) -> Vec<String>,
) -> Option<Found> {
    let there = |t: &&Trigger| match t.place.as_str() {
        "subject" => position(subject, &t.word).is_some(),
        _ => values(&t.name)
            .iter()
            .any(|v| t.word.is_empty() || v.trim().eq_ignore_ascii_case(&t.word)),
    };
    let stronger = |best: &Trigger, next: &Trigger| {
        policy::strength(next.method) > policy::strength(best.method)
    };
    let best = triggers
        .iter()
        .filter(there)
        .reduce(|best, next| if stronger(best, next) { next } else { best })?;
    let label = match (best.place.as_str(), best.word.as_str()) {
        ("subject", word) => format!("subject {word}"),
        (_, "") => format!("header {}", best.name),
        (_, word) => format!("header {}: {word}", best.name),
    };
    Some(Found {
        method: best.method,
        label,
    })
}

fn field_names(triggers: &[Trigger]) -> Vec<&str> {
    let fields = triggers.iter().filter(|t| t.place == "header");
    fields.map(|t| t.name.as_str()).collect()
}

/// The subject without its triggers; `None` when it has none.
fn without_words(triggers: &[Trigger], subject: &str) -> Option<String> {
    let mut rest = subject.to_owned();
    for trigger in triggers.iter().filter(|t| t.place == "subject") {
        while let Some(at) = position(&rest, &trigger.word) {
            rest.replace_range(at..at + trigger.word.len(), " ");
        }
    }
    (rest != subject).then(|| rest.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Words are ASCII, so a match never begins inside a character.
fn position(text: &str, word: &str) -> Option<usize> {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    if word.is_empty() {
        return None;
    }
    text.windows(word.len())
        .position(|w| w.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
