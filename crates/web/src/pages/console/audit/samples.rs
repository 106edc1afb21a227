//! Ways the audit log can look.

use std::time::Duration;

use super::{Audit, Log, Row, Subject, Verdict};
use crate::face::Lang;
use crate::pages::Sample;
use crate::pages::samples::NOW;

pub fn all() -> Vec<Sample<Audit>> {
    let with = |verdict| Log { verdict, ..log() };
    let many = Audit {
        older_href: Some("#".to_owned()),
        ..Audit::new(log(), "", (0..16).map(row).collect())
    };
    vec![
        Sample::new(
            "empty",
            Audit::new(
                Log {
                    size: 0,
                    ..with(Verdict::Fresh)
                },
                "",
                Vec::new(),
            ),
        ),
        Sample::new("none_fits", Audit::new(log(), "portal.read", Vec::new())),
        Sample::new(
            "one",
            Audit::new(
                Log {
                    size: 1,
                    pending: 0,
                    ..log()
                },
                "",
                vec![row(1)],
            ),
        ),
        Sample::new("many", many.clone()),
        Sample::new("long_names", Audit::new(log(), "", vec![row(5), row(3)])),
        Sample::new(
            "unchecked",
            Audit::new(with(Verdict::Unchecked), "", vec![row(1)]),
        ),
        Sample::new(
            "error",
            Audit::new(with(Verdict::Broken), "", vec![row(1), row(2)]),
        ),
        Sample {
            lang: Lang::Es,
            ..Sample::new("spanish", many)
        },
    ]
}

fn log() -> Log {
    Log {
        verdict: Verdict::Whole,
        size: 12_345,
        pending: 2,
        root: "9b1c5e7f2a4d6880c3e1f5a7b9d2c4e60718293a4b5c6d7e8f90a1b2c3d4e5f6".to_owned(),
        signed_at: NOW.minus(Duration::from_secs(4)),
        key: "northside.example/org_01KJVB0W7HQ3ZJ8X9T4M2C6D5E+1a2b3c4d+ATtZK0mDqXyqP4cYd3l9o0e2rV5n8sWb1kHfJg7uQxLz".to_owned(),
    }
}

fn row(n: u64) -> Row {
    let kinds = [
        "portal.read",
        "delivery.accepted",
        "message.opened",
        "message.accepted",
        "access.denied",
        "a.kind.with_no_words_in_the_catalogue_yet",
    ];
    let actors = [
        "rcp_01KJVB0W7HQ3ZJ8X9T4M2C6D11",
        "system",
        "usr_01KJVB0W7HQ3ZJ8X9T4M2C6D22",
        "app_01KJVB0W7HQ3ZJ8X9T4M2C6D33",
    ];
    let hash = "5f2d8a41c9e07b36aa10d4f8e2b7c5936d1e0f4a8b2c7d9e3f6051a4b8c2d7e9";
    let facts = [
        ("method", "tls"),
        ("tls", "TLSv1.3"),
        ("reply_code", "250"),
        ("content_sha256", hash),
    ];
    let which = usize::try_from(n).unwrap_or_default();
    Row {
        index: 12_345 - n,
        at: NOW.minus(Duration::from_secs(n * 95)),
        kind: kinds[which % kinds.len()].to_owned(),
        actor: actors[which % actors.len()].to_owned(),
        subjects: [
            "msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99",
            "rcp_01KJVB0W7HQ3ZJ8X9T4M2C6D11",
        ]
        .map(|id| Subject::new(id.to_owned()))
        .to_vec(),
        facts: facts[..which % 5]
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        proof_href: (n % 3 != 2).then(|| "#".to_owned()),
    }
}
