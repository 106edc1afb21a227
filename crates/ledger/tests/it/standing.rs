//! What raises a recipient's level, what ends its way, and the fixed words for both in two languages.

use caduceus_ledger::bundle::{Claim, End, LIMITS, Standing, Tongue};
use caduceus_ledger::entry::Entry;

use crate::world::{bundle_of, step};

type Case = (
    &'static [(&'static str, &'static [&'static str])],
    Claim,
    Option<End>,
);

const TAKEN: (&str, &[&str]) = ("delivery.accepted", &["role=letter", "method=tls"]);

/// Steps after the acceptance → level and end.
const CASES: &[Case] = &[
    (&[], Claim::S0, None),
    (&[TAKEN], Claim::S2, None),
    (
        &[("delivery.transmitted", &["role=letter"])],
        Claim::S1,
        None,
    ),
    (
        &[("delivery.refused", &["role=letter"])],
        Claim::S0,
        Some(End::Refused),
    ),
    (
        &[("delivery.expired", &["role=letter"])],
        Claim::S0,
        Some(End::Expired),
    ),
    (
        &[("delivery.cancelled", &["role=letter"])],
        Claim::S0,
        Some(End::Cancelled),
    ),
    // It went over the wire, nobody answered, and the time ran out.
    (
        &[
            ("delivery.transmitted", &["role=letter"]),
            ("delivery.expired", &["role=letter"]),
        ],
        Claim::S1,
        Some(End::Expired),
    ),
    // Taken by the server, then sent back: what was shown stays shown.
    (
        &[
            TAKEN,
            ("delivery.bounced", &["role=letter", "action=failed"]),
        ],
        Claim::S2,
        Some(End::Returned),
    ),
    (
        &[TAKEN, ("dsn", &["role=letter", "action=failed"])],
        Claim::S2,
        Some(End::Returned),
    ),
    (
        &[TAKEN, ("dsn", &["role=letter", "action=delivered"])],
        Claim::S3,
        None,
    ),
    (
        &[TAKEN, ("dsn", &["role=letter", "action=relayed"])],
        Claim::S3,
        None,
    ),
    (
        &[
            TAKEN,
            ("delivery.delayed", &["role=letter", "action=delayed"]),
        ],
        Claim::S2,
        None,
    ),
    // Tried again after an end, and taken.
    (
        &[("delivery.refused", &["role=letter"]), TAKEN],
        Claim::S2,
        None,
    ),
    // A receipt is what a program says, and nobody is known to have caused it; so is an automatic answer.
    (
        &[
            TAKEN,
            (
                "message.read_receipt",
                &["role=letter", "disposition=displayed"],
            ),
        ],
        Claim::S2,
        None,
    ),
    (
        &[TAKEN, ("message.auto_replied", &["role=letter"])],
        Claim::S2,
        None,
    ),
    (&[("portal.read", &[])], Claim::S4, None),
    // What comes back of a notice says nothing of the message.
    (
        &[
            ("delivery.bounced", &["role=notice", "action=failed"]),
            ("portal.read", &[]),
        ],
        Claim::S4,
        None,
    ),
    (&[("delivery.refused", &["role=code"])], Claim::S0, None),
    (
        &[("delivery.refused", &["role=letter", "mode=test"])],
        Claim::S0,
        None,
    ),
];

#[test]
fn each_leaf_raises_or_ends_what_it_should() {
    for (steps, level, end) in CASES {
        let mut entries = vec![step(1, "message.accepted", &[])];
        let later = (2..).zip(steps.iter());
        entries.extend(later.map(|(n, (kind, facts))| step(n, kind, facts)));
        let (_, bundle) = bundle_of(&entries);
        let report = bundle.expect("a bundle").verify(None).expect("it holds");
        assert_eq!(
            (report.level, report.standing.end),
            (*level, *end),
            "{steps:?}"
        );

        let said = report.standing.sentences(Tongue::English);
        assert!(said.contains(&level.says()) && said.contains(&LIMITS));
        for sentence in said {
            let times = report.statements.iter().filter(|line| *line == sentence);
            assert_eq!(times.count(), 1, "{sentence}");
        }
    }
}

#[test]
fn nothing_stands_before_it_was_accepted() {
    let steps: [Entry; 1] = [step(1, "delivery.refused", &["role=letter"])];
    assert_eq!(Standing::of(steps.iter().map(Into::into)), None);
}

#[test]
fn both_languages_say_what_is_not_proved() {
    let all = Claim::ALL
        .iter()
        .map(|&level| Standing { level, end: None });
    for standing in all {
        let (english, spanish) = (
            standing.sentences(Tongue::English),
            standing.sentences(Tongue::Spanish),
        );
        for said in [&english, &spanish] {
            assert!(said[0].starts_with(&format!("{}: ", standing.level)));
        }
        assert!(english[1].contains("No mail system can prove"));
        assert!(spanish[1].contains("Ningún sistema de correo puede probar"));
        assert!(english[0].contains("does not"));
        assert!(spanish[0].contains("no prueba") || spanish[0].contains("no demuestra"));
    }
    assert!(Claim::S2.says().contains("inbox"));
    assert!(Claim::S2.says_in_spanish().contains("bandeja de entrada"));
    for end in End::ALL {
        assert_ne!(end.says(Tongue::English), end.says(Tongue::Spanish));
    }
}
