//! How a letter fared, as another server tells it: RFC 3464, or prose.

use model::limits;

use crate::message::Message;

/// RFC 3464 §2.3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryAction {
    Failed,
    Delayed,
    Delivered,
    Relayed,
}

/// One recipient's status. Its address is not kept: our own return path says whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryStatus {
    pub action: DeliveryAction,
    /// RFC 3463, such as `5.1.1`.
    pub status: Option<String>,
    /// The SMTP reply that the other server got.
    pub code: Option<u16>,
}

impl DeliveryStatus {
    /// Whether it failed for good: the action says so and no status says otherwise.
    pub fn is_permanent_failure(&self) -> bool {
        self.action == DeliveryAction::Failed
    }
}

pub(super) fn structured(part: &[u8]) -> Vec<DeliveryStatus> {
    let groups = super::groups(part);
    let groups = groups.iter().take(limits::RECIPIENTS_MAX + 1);
    groups.filter_map(|group| one(group)).collect()
}

fn one(group: &[(String, String)]) -> Option<DeliveryStatus> {
    let value = |name: &str| {
        let found = group.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    };
    let action = match value("action")?
        .to_ascii_lowercase()
        .split_whitespace()
        .next()?
    {
        "failed" => DeliveryAction::Failed,
        "delayed" => DeliveryAction::Delayed,
        "delivered" => DeliveryAction::Delivered,
        "relayed" | "expanded" => DeliveryAction::Relayed,
        _ => return None,
    };
    let diagnostic = value("diagnostic-code").unwrap_or_default();
    let told = diagnostic
        .split_once(';')
        .map_or(diagnostic, |(_, text)| text);
    let status = value("status")
        .and_then(enhanced)
        .or_else(|| enhanced(told));
    Some(DeliveryStatus {
        action,
        status,
        code: reply_code(told),
    })
}

/// Servers that do not speak RFC 3464: Exim names the recipients in a field, qmail and others tell it
/// in the text. Only what says of itself that it comes from a mail system counts.
pub(super) fn prose(message: &Message<'_>) -> Option<DeliveryStatus> {
    let failed_field = message.header("x-failed-recipients").is_some();
    if !failed_field && !is_from_a_mail_system(message) {
        return None;
    }
    let text = message.body_text().unwrap_or_default();
    let shown: String = text.chars().take(8_000).collect();
    let lower = shown.to_lowercase();
    let (code, status) = lower
        .lines()
        .find_map(|line| Some((reply_code_inside(line)?, enhanced(line))))
        .map_or(
            (None, lower.lines().find_map(enhanced)),
            |(code, status)| (Some(code), status),
        );
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    let delayed = says(DELAYED) || code.is_some_and(|c| c < 500);
    let failed = failed_field || says(FAILED) || code.is_some_and(|c| c >= 500);
    let action = match (says(DELAYED), failed, delayed) {
        (true, _, _) | (false, false, true) => DeliveryAction::Delayed,
        (false, true, _) => DeliveryAction::Failed,
        (false, false, false) => return None,
    };
    Some(DeliveryStatus {
        action,
        status,
        code,
    })
}

const DELAYED: &[&str] = &[
    "has not yet been delivered",
    "has been delayed",
    "delivery attempts will continue",
    "will continue to be tried",
    "still being retried",
    "you do not need to resend",
];

const FAILED: &[&str] = &[
    "could not be delivered",
    "wasn't able to deliver",
    "unable to deliver",
    "permanent error",
    "permanent fatal errors",
    "delivery has failed",
    "delivery to the following recipient failed",
    "undeliverable",
    "user unknown",
    "no such user",
    "mailbox unavailable",
    "does not exist",
    "mailbox is full",
    "returned to sender",
];

fn is_from_a_mail_system(message: &Message<'_>) -> bool {
    let named = message.from().iter().any(|(_, address)| {
        let local = address.local().to_ascii_lowercase();
        ["mailer-daemon", "postmaster", "mail-daemon", "mdaemon"]
            .iter()
            .any(|name| local == *name)
    });
    let report = message.header("content-type").is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        value.starts_with("multipart/report")
    });
    let subject = message.subject().unwrap_or_default().to_lowercase();
    let titled = [
        "undeliver",
        "delivery status notification",
        "failure notice",
        "returned mail",
    ]
    .iter()
    .any(|words| subject.contains(words));
    named || report || titled
}

/// The first `x.y.z` with class 2, 4 or 5 in a text.
fn enhanced(text: &str) -> Option<String> {
    let is_status = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        let short = |p: &&str| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
        parts.len() == 3 && matches!(parts[0], "2" | "4" | "5") && parts.iter().all(short)
    };
    text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map(|word| word.trim_matches('.'))
        .find(is_status)
        .map(str::to_owned)
}

/// A reply code at the start.
fn reply_code(text: &str) -> Option<u16> {
    let first = text
        .split(|c: char| !c.is_ascii_digit())
        .find(|w| !w.is_empty())?;
    let starts = text.trim_start().starts_with(first);
    first
        .parse()
        .ok()
        .filter(|code| starts && (200..600).contains(code))
}

/// A reply code anywhere in a line, followed by a space or a hyphen.
fn reply_code_inside(line: &str) -> Option<u16> {
    line.split([' ', '(', ':', '<', '>'])
        .map(|word| word.split('-').next().unwrap_or(word))
        .filter(|word| word.len() == 3)
        .find_map(|word| word.parse().ok().filter(|code| (400..600).contains(code)))
}
