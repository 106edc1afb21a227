//! Samples of the list of recipients' keys.

use std::time::Duration;

use flow::keys::{KeyFilter, KeyHealth};
use model::{KeyFor, KeySource, KeyStanding};

use super::{Keys, Row};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

const DAY: u64 = 86_400;

fn row(n: u32, address: &str, kind: KeyFor) -> Row {
    Row {
        id: format!("rky_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        address: address.to_owned(),
        kind,
        short: format!("9F41 20C7 88D3 A1{:02X}", n % 256),
        source: KeySource::Upload,
        standing: KeyStanding::Active,
        health: KeyHealth::Usable.word(),
        expires_at: Some(NOW.plus(Duration::from_secs(400 * DAY))),
    }
}

fn ending(n: u32) -> Row {
    Row {
        health: KeyHealth::EndsSoon.word(),
        expires_at: Some(NOW.plus(Duration::from_secs(12 * DAY))),
        ..row(n, "pat@practice.example", KeyFor::Smime)
    }
}

fn many() -> Vec<Row> {
    let rows = (0..24_u32).map(|n| {
        let kind = KeyFor::ALL[(n % 2) as usize];
        let plain = row(n, &format!("reader{n}@mail.example"), kind);
        match n % 6 {
            1 => ending(n),
            3 => Row {
                health: KeyHealth::Ended.word(),
                expires_at: Some(NOW.minus(Duration::from_secs(3 * DAY))),
                ..plain
            },
            4 => Row {
                standing: KeyStanding::Retired,
                health: KeyHealth::Stopped.word(),
                ..plain
            },
            5 => Row {
                expires_at: None,
                ..plain
            },
            _ => plain,
        }
    });
    rows.collect()
}

pub(super) fn all() -> Vec<Sample<Keys>> {
    let lee = || row(0, "lee@hospital.example", KeyFor::Smime);
    let list = |rows| Keys {
        rows,
        ..Keys::new(KeyFilter::default())
    };
    let searched = |rows| Keys {
        address: "lee@hospital.example".to_owned(),
        filtered: true,
        ..list(rows)
    };
    let filtered = Keys {
        rows: vec![ending(3)],
        filtered: true,
        ..Keys::new(KeyFilter {
            kind: Some(KeyFor::Smime),
            ending: true,
            ..KeyFilter::default()
        })
    };
    let long = row(
        3,
        "maximiliana.featherstonehaugh-worthington.de.la.cruz@northside-community-health.example",
        KeyFor::Pgp,
    );
    vec![
        Sample::new("empty", list(Vec::new())),
        Sample::new("one", list(vec![lee()])),
        Sample::new(
            "many",
            Keys {
                older_href: Some("#".to_owned()),
                done: Some("removed"),
                ..list(many())
            },
        ),
        Sample::new("long_names", list(vec![long, lee()])),
        Sample::new("filtered", filtered),
        Sample::new("none_found", searched(Vec::new())),
        Sample::new(
            "error",
            Keys {
                address: "lee at hospital".to_owned(),
                filtered: true,
                faults: vec![Fault::new("address", "address_invalid")],
                ..list(Vec::new())
            },
        ),
        Sample::spanish(list(many())),
    ]
}
