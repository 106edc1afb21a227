//! E-mail addresses and web links, found by their one unmistakable character.
//!
//! A link counts only when it leads to something of one person's (phi.md §3 no. 14), a mailbox only
//! when it is not a function's. All links are remembered, so that digits inside them are not read as phones.

use std::ops::Range;

use memchr::{memchr_iter, memmem};

use crate::FindingKind;
use crate::candidate::Candidate;

/// Web links by their start; none overlaps another.
pub(crate) struct Links(Vec<Range<usize>>);

impl Links {
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut links: Vec<Range<usize>> = Vec::new();
        for at in memmem::find_iter(text, b"://") {
            let scheme = text[..at]
                .iter()
                .rev()
                .take(5)
                .take_while(|b| b.is_ascii_alphabetic())
                .count();
            let start = at - scheme;
            let web = text[start..at].eq_ignore_ascii_case(b"http")
                || text[start..at].eq_ignore_ascii_case(b"https");
            if web && links.last().is_none_or(|link| link.end <= start) {
                links.push(start..end(text, at + 3));
            }
        }
        Self(links)
    }

    pub(crate) fn cover(&self, place: &Range<usize>) -> bool {
        let next = self.0.partition_point(|link| link.start <= place.start);
        next > 0 && self.0[next - 1].end >= place.end
    }

    pub(crate) fn candidates<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Candidate> + 'a {
        self.0
            .iter()
            .filter(|link| is_personal(&text[(*link).clone()]))
            .map(|link| Candidate::new(FindingKind::Url, link.clone()))
    }
}

fn end(text: &[u8], from: usize) -> usize {
    let run = text[from..]
        .iter()
        .take(2_048)
        .take_while(|b| b.is_ascii_graphic() && !b"<>\"'`(){}|\\^".contains(b));
    let end = from + run.count();
    end - text[from..end]
        .iter()
        .rev()
        .take_while(|b| b".,;:!?".contains(b))
        .count()
}

/// An address that leads to one person's thing: a token that no one types, or a key that says so.
fn is_personal(link: &[u8]) -> bool {
    const KEYS: [&[u8]; 8] = [
        b"patient",
        b"pid",
        b"mrn",
        b"member",
        b"visit",
        b"token",
        b"appointment",
        b"dob",
    ];
    let path = link.splitn(4, |b| *b == b'/').nth(3).unwrap_or_default();
    let mut pieces = path.split(|b| b"/?&;#".contains(b));
    pieces.any(|piece| {
        let (key, value) = match memchr::memchr(b'=', piece) {
            Some(at) => (&piece[..at], &piece[at + 1..]),
            None => (&piece[..0], piece),
        };
        let named = KEYS.iter().any(|word| key.eq_ignore_ascii_case(word));
        (named && value.iter().any(u8::is_ascii_digit)) || is_token(value)
    })
}

/// Sixteen letters and digits or more, well mixed; words, dates and article numbers are not.
fn is_token(value: &[u8]) -> bool {
    value.split(|b| !b.is_ascii_alphanumeric()).any(|run| {
        let changes = run
            .windows(2)
            .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
            .count();
        run.len() >= 16 && (changes >= 4 || is_mixed(run))
    })
}

/// Capitals and small letters as chance puts them; words written together have one capital each.
fn is_mixed(run: &[u8]) -> bool {
    let changes = run
        .windows(2)
        .filter(|pair| pair[0].is_ascii_uppercase() != pair[1].is_ascii_uppercase())
        .count();
    let shouts = run
        .windows(3)
        .any(|three| three.iter().all(u8::is_ascii_uppercase));
    changes >= 4 && shouts
}

/// Addresses in the everyday subset of RFC 5322 §3.4.1: a dot-atom, and a domain with letters last.
pub(crate) fn emails(text: &[u8]) -> Vec<Candidate> {
    memchr_iter(b'@', text)
        .filter_map(|at| email(text, at))
        .collect()
}

/// Whether one of the addresses, which stand in order, holds the place.
pub(crate) fn holds(emails: &[Candidate], place: &Range<usize>) -> bool {
    let next = emails.partition_point(|email| email.range.start <= place.start);
    next > 0 && emails[next - 1].range.end >= place.end
}

/// Mailboxes of a function or a list, not of a person (RFC 2142, and what lists use).
fn is_role(local: &[u8]) -> bool {
    const ROLES: [&[u8]; 24] = [
        b"info",
        b"sales",
        b"marketing",
        b"support",
        b"help",
        b"abuse",
        b"noc",
        b"security",
        b"postmaster",
        b"hostmaster",
        b"webmaster",
        b"contact",
        b"office",
        b"billing",
        b"admin",
        b"listmaster",
        b"majordomo",
        b"subscribe",
        b"unsubscribe",
        b"request",
        b"owner",
        b"noreply",
        b"no-reply",
        b"privacy",
    ];
    ROLES.iter().any(|role| {
        let Some(rest) = local.len().checked_sub(role.len()) else {
            return false;
        };
        local[rest..].eq_ignore_ascii_case(role) && (rest == 0 || local[rest - 1] == b'-')
    })
}

fn email(text: &[u8], at: usize) -> Option<Candidate> {
    let is_local = |b: &&u8| b.is_ascii_alphanumeric() || b"._%+-".contains(b);
    let local = text[..at]
        .iter()
        .rev()
        .take(64)
        .take_while(is_local)
        .count();
    let leading = text[at - local..at]
        .iter()
        .take_while(|b| b"._%+-".contains(b))
        .count();
    let domain = text[at + 1..]
        .iter()
        .take(253)
        .take_while(|b| b.is_ascii_alphanumeric() || b".-".contains(b))
        .count();
    let trailing = text[at + 1..at + 1 + domain]
        .iter()
        .rev()
        .take_while(|b| b".-".contains(b))
        .count();
    let (start, end) = (at - local + leading, at + 1 + domain - trailing);
    if is_role(&text[start.min(at)..at]) {
        return None;
    }
    let mut labels = text[at + 1..end].rsplit(|b| *b == b'.');
    let top = labels
        .next()
        .is_some_and(|label| label.len() >= 2 && label.iter().all(u8::is_ascii_alphabetic));
    let rest = labels.next().is_some_and(|label| !label.is_empty())
        && labels.all(|label| !label.is_empty());
    (start < at && top && rest).then(|| Candidate::new(FindingKind::Email, start..end))
}
