//! Samples of the list of suppressed addresses.

use std::time::Duration;

use model::{Stream, SuppressionReason, SuppressionSource};

use super::{Row, Suppressions};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

const DAY: u64 = 86_400;

fn row(n: u32, address: &str, stream: Stream, reason: SuppressionReason) -> Row {
    let source = match reason {
        SuppressionReason::Complaint => SuppressionSource::Complaint,
        SuppressionReason::Unsubscribed => SuppressionSource::Unsubscribe,
        SuppressionReason::Manual => SuppressionSource::Import,
        _ => SuppressionSource::Bounce,
    };
    let ends = matches!(
        reason,
        SuppressionReason::Full | SuppressionReason::Inactive
    );
    Row {
        id: format!("sup_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        address: address.to_owned(),
        stream,
        reason,
        source,
        at: NOW.minus(Duration::from_secs(u64::from(n + 1) * DAY)),
        expires_at: ends.then(|| NOW.plus(Duration::from_secs(10 * DAY))),
        lifted_at: None,
    }
}

pub(super) fn all() -> Vec<Sample<Suppressions>> {
    let unknown = || {
        row(
            0,
            "lee@mail.example",
            Stream::Transactional,
            SuppressionReason::UnknownUser,
        )
    };
    let many = || -> Vec<Row> {
        let reasons = SuppressionReason::ALL.iter().cycle().take(24).enumerate();
        reasons
            .map(|(n, reason)| {
                let n = u32::try_from(n).unwrap_or(0);
                let stream = Stream::ALL[usize::from(n % 2 == 0)];
                row(n, &format!("reader{n}@mail.example"), stream, *reason)
            })
            .collect()
    };
    let list = |rows| Suppressions::new(None, None, rows, true);
    let searched = |rows| Suppressions {
        address: "lee@mail.example".to_owned(),
        filtered: true,
        ..list(rows)
    };
    let lifted = Row {
        lifted_at: Some(NOW),
        ..unknown()
    };
    let long = row(
        3,
        "maximiliana.featherstonehaugh-worthington.de.la.cruz@northside-community-health.example",
        Stream::Transactional,
        SuppressionReason::Full,
    );
    vec![
        Sample::new("empty", list(Vec::new())),
        Sample::new("one", list(vec![unknown()])),
        Sample::new(
            "many",
            Suppressions {
                older_href: Some("#".to_owned()),
                ..list(many())
            },
        ),
        Sample::new("long_names", list(vec![long, unknown()])),
        Sample::new("searched", searched(vec![unknown(), lifted])),
        Sample::new("none_found", searched(Vec::new())),
        Sample::new(
            "auditor",
            Suppressions {
                manages: false,
                ..list(many())
            },
        ),
        Sample::new(
            "error",
            Suppressions {
                address: "lee at mail".to_owned(),
                filtered: true,
                faults: vec![Fault::new("address", "address_invalid")],
                ..list(Vec::new())
            },
        ),
        Sample::spanish(Suppressions {
            lifted: true,
            ..list(many())
        }),
    ]
}
