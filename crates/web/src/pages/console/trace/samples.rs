//! Ways the trace can look.

use std::time::Duration;

use model::{Method, RecipientState};

use super::{Filter, Found, Row, Trace};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

pub fn all() -> Vec<Sample<Trace>> {
    let rows = |n: u64| Trace {
        rows: (0..n).map(row).collect(),
        by_address: true,
        ..Trace::unasked()
    };
    let many = Trace {
        older_href: Some("#".to_owned()),
        newest_href: Some("#".to_owned()),
        ..rows(14)
    };
    let filtered = Filter {
        id: "rcp_01KJVB0W7HQ3ZJ8X9T4M2C6D11".to_owned(),
        kind: "stopped".to_owned(),
        from: "2026-03-01".to_owned(),
        ..Filter::default()
    };
    let found = |n: u64| Trace {
        found: Some((0..n).map(found).collect()),
        ..rows(0)
    };
    let wrong = Trace {
        filter: Filter {
            id: "what".to_owned(),
            ..Filter::default()
        },
        filtered: true,
        faults: vec![
            Fault::new("id", "trace_id"),
            Fault::new("address", "trace_address"),
        ],
        ..rows(0)
    };
    vec![
        Sample::new("empty", rows(0)),
        Sample::new(
            "none_fits",
            Trace {
                filter: filtered,
                filtered: true,
                ..rows(0)
            },
        ),
        Sample::new("one", rows(1)),
        Sample::new("many", many.clone()),
        Sample::new("long_names", rows(6)),
        Sample::new("found", found(3)),
        Sample::new("found_none", found(0)),
        Sample::new(
            "may_not",
            Trace {
                by_address: false,
                ..rows(2)
            },
        ),
        Sample::new("error", wrong),
        Sample::spanish(many),
    ]
}

fn row(n: u64) -> Row {
    let kinds = [
        "portal.read",
        "delivery.accepted",
        "message.held",
        "message.accepted",
        "delivery.below_demand",
        "a.kind.with_no_words_in_the_catalogue_yet",
    ];
    let facts = [
        ("role", "letter"),
        ("tls", "TLSv1.3"),
        ("reply_code", "250"),
        ("result", "accepted"),
    ];
    let which = usize::try_from(n).unwrap_or_default();
    Row {
        kind: kinds[which % kinds.len()].to_owned(),
        at: NOW.minus(Duration::from_secs(n * 71)),
        actor: ["system", "app_01KJVB0W7HQ3ZJ8X9T4M2C6D33"][which % 2].to_owned(),
        message: Some("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99".to_owned()),
        recipient: (n % 4 != 3).then(|| "rcp_01KJVB0W7HQ3ZJ8X9T4M2C6D11".to_owned()),
        facts: facts[..which % 5]
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    }
}

fn found(n: u64) -> Found {
    let states = [
        (Method::Tls, RecipientState::Delivered),
        (Method::Portal, RecipientState::Notified),
        (Method::Hold, RecipientState::Held),
    ];
    let (method, state) = states[usize::try_from(n).unwrap_or_default() % states.len()];
    Found {
        message: format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        recipient: format!("rcp_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        at: NOW.minus(Duration::from_secs(n * 86_400)),
        method,
        state,
    }
}
