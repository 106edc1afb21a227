//! Samples of the list of correspondents.

use std::time::Duration;

use model::{Method, RecipientClass, Restriction};

use super::{Correspondents, Row};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

fn row(n: u32, address: &str, name: &str, class: RecipientClass) -> Row {
    Row {
        id: format!("cor_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        address: address.to_owned(),
        name: name.to_owned(),
        class,
        prefers: None,
        warned: false,
        restriction: None,
        part2_until: None,
        at: NOW.minus(Duration::from_secs(u64::from(n + 1) * 86_400)),
    }
}

pub(super) fn all() -> Vec<Sample<Correspondents>> {
    let lee = || Row {
        prefers: Some(Method::Plain),
        warned: true,
        ..row(0, "lee@mail.example", "Lee Park", RecipientClass::Patient)
    };
    let many = || -> Vec<Row> {
        let classes = RecipientClass::ALL.iter().cycle().take(24).enumerate();
        let rows = classes.map(|(n, class)| {
            let n = u32::try_from(n).unwrap_or(0);
            Row {
                restriction: (n % 7 == 3).then_some(Restriction::NoPhi),
                prefers: (n % 5 == 1).then_some(Method::Portal),
                part2_until: (n % 9 == 4).then_some(NOW.plus(Duration::from_secs(90 * 86_400))),
                ..row(n, &format!("reader{n}@mail.example"), "", *class)
            }
        });
        rows.collect()
    };
    let list = |rows| Correspondents {
        rows,
        ..Correspondents::new(None)
    };
    let searched = |rows| Correspondents {
        address: "lee@mail.example".to_owned(),
        filtered: true,
        ..list(rows)
    };
    let long = row(
        3,
        "maximiliana.featherstonehaugh-worthington.de.la.cruz@northside-community-health.example",
        "Maximiliana Featherstonehaugh-Worthington de la Cruz y Montenegro",
        RecipientClass::Provider,
    );
    vec![
        Sample::new("empty", list(Vec::new())),
        Sample::new("one", list(vec![lee()])),
        Sample::new(
            "many",
            Correspondents {
                older_href: Some("#".to_owned()),
                done: Some("set"),
                ..list(many())
            },
        ),
        Sample::new("long_names", list(vec![long, lee()])),
        Sample::new("searched", searched(vec![lee()])),
        Sample::new("none_found", searched(Vec::new())),
        Sample::new(
            "error",
            Correspondents {
                address: "lee at mail".to_owned(),
                filtered: true,
                faults: vec![Fault::new("address", "address_invalid")],
                ..list(Vec::new())
            },
        ),
        Sample::spanish(Correspondents {
            done: Some("removed"),
            ..list(many())
        }),
    ]
}
