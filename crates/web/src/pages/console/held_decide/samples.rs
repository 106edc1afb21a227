//! Samples of the page that decides about a held message.

use std::time::Duration;

use model::{PhiLevel, Purpose, Stream};

use super::Decide;
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::console::held::Rule;
use crate::pages::console::message::Found;
use crate::pages::samples::NOW;

fn found(
    place: &'static str,
    file: u32,
    spot: Option<(&str, u32)>,
    kinds: &[(&str, u64)],
) -> Found {
    let kinds = kinds.iter().map(|(kind, n)| ((*kind).to_owned(), *n));
    Found {
        place,
        file,
        spot: spot.map(|(word, number)| (word.to_owned(), number)),
        kinds: kinds.collect(),
        detectors: Vec::new(),
    }
}

fn page() -> Decide {
    let rule = |id: &str, name: &str, why: &str| {
        Rule::of((id.to_owned(), name.to_owned(), why.to_owned()))
    };
    Decide {
        id: "msg_01KJVB0W7HQ3ZJ8X9T4M2C6D5E".to_owned(),
        at: NOW.minus(Duration::from_secs(5_400)),
        sender: "Noor Haddad".to_owned(),
        own: false,
        agreed_self: false,
        agreed: Vec::new(),
        second_person: true,
        rules: vec![rule(
            "many-patients",
            "Many patients in one message",
            "one wrong address would be a breach for each of them",
        )],
        level: PhiLevel::Certain,
        labels: vec!["hiv".to_owned()],
        found: vec![
            found("subject", 0, None, &[("us_ssn", 1)]),
            found("body", 0, None, &[("us_ssn", 2), ("date_of_birth", 6)]),
            found("attachment", 1, Some(("page", 3)), &[("mrn", 6)]),
        ],
        unread: vec!["encrypted".to_owned()],
        purpose: Purpose::Treatment,
        stream: Stream::Transactional,
        octets: 1_204_000,
        files: 2,
        recipients: 3,
        held: 2,
        opinion: None,
        reason: String::new(),
        reason_max: model::limits::REASON_CHARS_MAX,
        faults: Vec::new(),
    }
}

pub(super) fn all() -> Vec<Sample<Decide>> {
    let wrong = |key, reason: &str| Decide {
        faults: vec![Fault::new("reason", key)],
        reason: reason.to_owned(),
        ..page()
    };
    let agreed = |by_self| Decide {
        agreed: vec!["Ana Ortiz".to_owned()],
        agreed_self: by_self,
        opinion: Some("not_phi"),
        ..page()
    };
    let one_person = Decide {
        second_person: false,
        labels: Vec::new(),
        unread: Vec::new(),
        found: Vec::new(),
        ..page()
    };
    vec![
        Sample::new("one", page()),
        Sample::new("one_person", one_person),
        Sample::new("second_person", agreed(false)),
        Sample::new("agreed_self", agreed(true)),
        Sample::new(
            "own",
            Decide {
                own: true,
                ..page()
            },
        ),
        Sample::new("error_missing", wrong("reason_missing", "")),
        Sample::new("error_second", wrong("held_second", "Asked for by phone")),
        Sample::new(
            "error_conflict",
            wrong("held_no_more", "Asked for by phone"),
        ),
        Sample::spanish(wrong("reason_long", "Lo pidió por teléfono")),
    ]
}
