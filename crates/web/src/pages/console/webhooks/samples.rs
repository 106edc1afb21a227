//! Ways the list of webhooks can look.

use std::time::Duration;

use model::Mode;

use super::{New, Row, Webhooks};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

pub fn all() -> Vec<Sample<Webhooks>> {
    let rows = |n: u64| Webhooks::new((0..n).map(row).collect(), New::default());
    let wrong = New {
        url: "http://hooks.practice.example".to_owned(),
        description: "Bookings".to_owned(),
        kinds: vec!["delivery.accepted".to_owned()],
        mode: Some(Mode::Test),
        stream: None,
    };
    let long = Row {
        host: format!("{}.practice.example", "a-very-long-name-of-a-receiver".repeat(2)),
        description: "Tells the scheduling system of the whole partnership which reminders arrived, and which did not".to_owned(),
        ..row(1)
    };
    vec![
        Sample::new("empty", rows(0)),
        Sample::new("one", rows(1)),
        Sample::new("many", rows(7)),
        Sample::new("long_names", Webhooks::new(vec![long], New::default())),
        Sample::new(
            "error",
            Webhooks {
                faults: vec![Fault::new("url", "webhook_url")],
                new: wrong,
                ..rows(1)
            },
        ),
        Sample::spanish(rows(3)),
    ]
}

fn row(n: u64) -> Row {
    let states = ["active", "paused", "off"];
    let which = usize::try_from(n).unwrap_or_default();
    Row {
        id: format!("whk_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        host: "hooks.practice.example".to_owned(),
        description: ["Bookings", ""][which % 2].to_owned(),
        app: (n % 3 == 2).then(|| "app_01KJVB0W7HQ3ZJ8X9T4M2C6D33".to_owned()),
        mode: Mode::ALL[which % 2],
        state: states[which % 3],
        kinds: which % 3,
        waiting: n * 3,
        dead: n % 2,
        delivered: 1_204 * n,
        last: (n > 0).then(|| NOW.minus(Duration::from_secs(60 * n))),
    }
}
