//! E-mail addresses and web links, found by their one unmistakable character.
//!
//! A link counts only when it carries something long enough to be someone's: a query or a token
//! (phi.md §3 no. 14). All links are remembered, so that digits inside them are not read as phones.

use std::ops::Range;

use memchr::{memchr_iter, memmem};

use crate::FindingKind;
use crate::judge::Candidate;

/// Web links by their start; none overlaps another.
pub(crate) struct Links(Vec<Range<usize>>);

impl Links {
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut links: Vec<Range<usize>> = Vec::new();
        for at in memmem::find_iter(text, b"://") {
            let scheme = text[..at].iter().rev().take(5).take_while(|b| b.is_ascii_alphabetic()).count();
            let start = at - scheme;
            let web = text[start..at].eq_ignore_ascii_case(b"http") || text[start..at].eq_ignore_ascii_case(b"https");
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
        self.0.iter().filter(|link| is_personal(&text[(*link).clone()])).map(|link| Candidate {
            kind: FindingKind::Url,
            range: link.clone(),
            checked: false,
            keyed: false,
        })
    }
}

fn end(text: &[u8], from: usize) -> usize {
    let run = text[from..].iter().take(2_048).take_while(|b| b.is_ascii_graphic() && !b"<>\"'`(){}|\\^".contains(b));
    let end = from + run.count();
    end - text[from..end].iter().rev().take_while(|b| b".,;:!?".contains(b)).count()
}

fn is_personal(link: &[u8]) -> bool {
    let path = link.splitn(4, |b| *b == b'/').nth(3).unwrap_or_default();
    let query = memchr::memchr(b'?', path).is_some_and(|at| {
        let query = &path[at + 1..];
        query.len() >= 8 && query.contains(&b'=') && query.iter().any(u8::is_ascii_digit)
    });
    let token = path.split(|b| !b.is_ascii_alphanumeric() && !b"-_".contains(b)).any(|segment| {
        segment.len() >= 16 && segment.iter().filter(|b| b.is_ascii_digit()).count() >= 3
    });
    query || token
}

/// Addresses in the everyday subset of RFC 5322 §3.4.1: a dot-atom, and a domain with letters last.
pub(crate) fn emails(text: &[u8]) -> Vec<Candidate> {
    memchr_iter(b'@', text).filter_map(|at| email(text, at)).collect()
}

/// Whether one of the addresses, which stand in order, holds the place.
pub(crate) fn holds(emails: &[Candidate], place: &Range<usize>) -> bool {
    let next = emails.partition_point(|email| email.range.start <= place.start);
    next > 0 && emails[next - 1].range.end >= place.end
}

fn email(text: &[u8], at: usize) -> Option<Candidate> {
    let is_local = |b: &&u8| b.is_ascii_alphanumeric() || b"._%+-".contains(b);
    let local = text[..at].iter().rev().take(64).take_while(is_local).count();
    let leading = text[at - local..at].iter().take_while(|b| b"._%+-".contains(b)).count();
    let domain = text[at + 1..].iter().take(253).take_while(|b| b.is_ascii_alphanumeric() || b".-".contains(b)).count();
    let trailing = text[at + 1..at + 1 + domain].iter().rev().take_while(|b| b".-".contains(b)).count();
    let (start, end) = (at - local + leading, at + 1 + domain - trailing);
    let mut labels = text[at + 1..end].rsplit(|b| *b == b'.');
    let top = labels.next().is_some_and(|label| label.len() >= 2 && label.iter().all(u8::is_ascii_alphabetic));
    let rest = labels.next().is_some_and(|label| !label.is_empty()) && labels.all(|label| !label.is_empty());
    (start < at && top && rest).then_some(Candidate {
        kind: FindingKind::Email,
        range: start..end,
        checked: false,
        keyed: false,
    })
}
