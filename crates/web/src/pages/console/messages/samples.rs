//! Ways the list can look.

use std::time::Duration;

use model::{Method, Mode, Origin, PhiLevel, RecipientState};

use super::{Filter, Messages, Row, Share};
use crate::face::{Fault, Lang};
use crate::pages::Sample;
use crate::pages::samples::NOW;

pub fn all() -> Vec<Sample<Messages>> {
    let filtered = Filter {
        state: Some(RecipientState::Held),
        from: "2026-03-01".to_owned(),
        to: "2026-03-03".to_owned(),
        ..Filter::default()
    };
    let many = Messages {
        older_href: Some("#".to_owned()),
        newest_href: Some("#".to_owned()),
        cancelled: Some(2),
        ..Messages::new(Filter::default(), (0..24).map(row).collect())
    };
    let wrong = Messages {
        faults: vec![Fault::new("to", "days_reversed")],
        ..Messages::new(
            Filter {
                from: "2026-03-09".to_owned(),
                ..filtered.clone()
            },
            Vec::new(),
        )
    };
    vec![
        Sample::new("empty", Messages::new(Filter::default(), Vec::new())),
        Sample::new("none_fits", Messages::new(filtered, Vec::new())),
        Sample::new("one", Messages::new(Filter::default(), vec![row(0)])),
        Sample::new("many", many.clone()),
        Sample::new(
            "long_names",
            Messages::new(Filter::default(), vec![row(4), row(1)]),
        ),
        Sample::new("error", wrong),
        Sample {
            lang: Lang::Es,
            ..Sample::new("spanish", many)
        },
    ]
}

/// A made-up row; different numbers give different looks.
fn row(n: usize) -> Row {
    use RecipientState::*;
    let states: &[RecipientState] = match n % 8 {
        0 => &[Delivered],
        1 => &[PickedUp],
        2 => &[Notified],
        3 => &[Queued],
        4 => &[Delivered, Delivered, PickedUp, Queued],
        5 => &[Held],
        6 => &[Bounced],
        _ => &[Delivered, Bounced],
    };
    let methods: &[Method] = match n % 8 {
        1 | 2 => &[Method::Portal],
        4 => &[Method::Tls, Method::Tls, Method::Portal, Method::Smime],
        5 => &[Method::Hold],
        6 => &[Method::Plain],
        _ => &[Method::Tls],
    };
    Row {
        id: format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{:02}", 99 - n % 90),
        level: PhiLevel::ALL[n % 4],
        files: n as u64 % 3,
        octets: 900 + n as u64 * 41_000,
        origin: Origin::ALL[n % 4],
        mode: if n % 11 == 10 { Mode::Test } else { Mode::Live },
        at: NOW.minus(Duration::from_secs(n as u64 * 4_000)),
        recipients: states.len() as u64,
        states: tally(states.iter().copied()),
        methods: tally(methods.iter().copied()),
        cancellable: states.contains(&Queued),
    }
}

/// Counts equal words, in order of first appearance.
fn tally<T: PartialEq + Copy>(words: impl IntoIterator<Item = T>) -> Vec<Share<T>> {
    let mut shares: Vec<Share<T>> = Vec::new();
    for word in words {
        match shares.iter_mut().find(|s| s.word == word) {
            Some(share) => share.count += 1,
            None => shares.push(Share { word, count: 1 }),
        }
    }
    shares
}
