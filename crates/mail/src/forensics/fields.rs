//! What the fields of a header say against each other.

use model::Timestamp;

use super::names::owner;
use super::{Finding, FindingKind, author_domain};
use crate::message::Message;
use crate::suspect::hops;
use crate::trace::field_end;

/// RFC 5322 §3.6 and RFC 2045 §3: at most one of each.
const ONCE: [&str; 15] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Return-Path",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];
/// People write, and send a day later; a clock that is ahead is ahead by minutes, or by zones.
const DATE_BEFORE_SECONDS: i64 = 86_400;
const DATE_AFTER_SECONDS: i64 = 3_600;

pub(super) fn findings(
    head: &[u8],
    message: &Message<'_>,
    first: Option<Timestamp>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for field in ONCE {
        let count = message.headers(field).count();
        if count > 1 {
            let repeated = Finding::of(FindingKind::FieldRepeated).in_field(field);
            found.push(repeated.counting(count));
        }
    }
    found.extend(of_author(message));
    found.extend(of_date(message, first));
    found.extend(of_identifier(message));
    found.extend(of_signature(message));
    let lines = count_no_fields(head);
    if lines > 0 {
        found.push(Finding::of(FindingKind::LinesUnreadable).counting(lines));
    }
    found
}

fn of_author(message: &Message<'_>) -> Option<Finding> {
    let kind = match message.header("from") {
        None => FindingKind::FieldMissing,
        Some(_) if message.from().is_empty() => FindingKind::FieldUnreadable,
        Some(_) => return None,
    };
    Some(Finding::of(kind).in_field("From"))
}

fn of_date(message: &Message<'_>, first: Option<Timestamp>) -> Option<Finding> {
    let Some(text) = message.header("date") else {
        return Some(Finding::of(FindingKind::FieldMissing).in_field("Date"));
    };
    let Some(written) = hops::moment(text) else {
        return Some(Finding::of(FindingKind::FieldUnreadable).in_field("Date"));
    };
    let after = written.secs().saturating_sub(first?.secs());
    let is_far = !(-DATE_BEFORE_SECONDS..=DATE_AFTER_SECONDS).contains(&after);
    is_far.then(|| Finding::of(FindingKind::DateFar).seconds(after))
}

/// RFC 5322 §3.6.4: `<left@right>`; the right side is most often the maker's domain.
fn of_identifier(message: &Message<'_>) -> Option<Finding> {
    let text = message.message_id()?.trim();
    let inner = text.strip_prefix('<').and_then(|t| t.strip_suffix('>'));
    let is_word = |text: &str| !text.is_empty() && !text.contains([' ', '\t', '<', '>']);
    let halves = inner.and_then(|inner| inner.rsplit_once('@'));
    let Some((_, right)) = halves.filter(|(left, right)| is_word(left) && is_word(right)) else {
        return Some(Finding::of(FindingKind::FieldUnreadable).in_field("Message-ID"));
    };
    let author = author_domain(message)?;
    let (made, wrote) = (owner(right)?, owner(author.as_str())?);
    (made != wrote).then(|| Finding::of(FindingKind::MessageIdDomain))
}

/// RFC 8601: what somebody found on the way; a good signature that is not there was never seen.
fn of_signature(message: &Message<'_>) -> Option<Finding> {
    let is_pass = |result: &str| {
        let result = result.trim_start().to_ascii_lowercase();
        result
            .strip_prefix("dkim=pass")
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let mut results = message.headers("authentication-results");
    let claimed = results.any(|field| field.split(';').any(is_pass));
    let is_there = message.header("dkim-signature").is_some();
    (claimed && !is_there).then(|| Finding::of(FindingKind::SignatureMissing))
}

fn count_no_fields(head: &[u8]) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < head.len() {
        let end = field_end(head, at, head.len());
        let field = &head[at..end];
        let colon = memchr::memchr(b':', field).map(|colon| field[..colon].trim_ascii_end());
        let is_field =
            colon.is_some_and(|name| !name.is_empty() && name.iter().all(u8::is_ascii_graphic));
        let is_blank = field.iter().all(|octet| matches!(octet, b'\r' | b'\n'));
        count += usize::from(!is_field && !is_blank);
        at = end;
    }
    count
}
