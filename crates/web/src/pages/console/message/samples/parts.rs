//! Made-up pieces of a message: recipients, steps, an attempt, a decision.

use std::time::Duration;

use model::{Kind, Method, RecipientState, Timestamp};

use super::super::{Attempt, Fact, Found, Progress, Recipient, Rule, Standing, Step, Value, Why};
use crate::pages::samples::NOW;

const HASH: &str = "5f2d8a41c9e07b36aa10d4f8e2b7c5936d1e0f4a8b2c7d9e3f6051a4b8c2d7e9";

pub fn at(seconds: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(7_200))
        .plus(Duration::from_secs(seconds))
}

pub fn recipient(
    number: u64,
    address: Option<&str>,
    state: RecipientState,
    method: Method,
) -> Recipient {
    Recipient {
        id: format!("rcp_01KJVB0W7HQ3ZJ8X9T4M2C6D{number:02}"),
        number,
        address: address.map(str::to_owned),
        kind: if number == 1 {
            Kind::To
        } else {
            Kind::ALL[number as usize % 3]
        },
        state,
        method,
        href: "#".to_owned(),
        proof_href: Some("#".to_owned()),
    }
}

pub fn step(
    word: &'static str,
    progress: Progress,
    seconds: Option<u64>,
    facts: Vec<Fact>,
) -> Step {
    Step {
        word,
        progress,
        at: seconds.map(at),
        facts,
    }
}

pub fn first_steps() -> Vec<Step> {
    vec![
        step(
            "accepted",
            Progress::Done,
            Some(0),
            vec![
                Fact::word("origin", "origin", "api"),
                Fact {
                    name: "size",
                    value: Value::Octets(10_240),
                },
                Fact::hash("content_sha256", HASH),
            ],
        ),
        step(
            "decided",
            Progress::Done,
            Some(0),
            vec![
                Fact::exact("rule", "4"),
                Fact::word("level", "level", "likely"),
            ],
        ),
        step(
            "sealed",
            Progress::Done,
            Some(1),
            vec![Fact::exact("dkim", "rsa, ed25519")],
        ),
    ]
}

pub fn found(
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

pub fn tls_attempt(number: u64) -> Attempt {
    Attempt {
        number,
        at: at(2),
        outcome: "outcome.accepted".to_owned(),
        good: true,
        facts: vec![
            Fact::exact("tls", "TLSv1.3"),
            Fact::word("tls_verified", "outcome", "verified"),
            Fact::exact("reply", "250 2.0.0"),
            Fact::at("ended", at(3)),
            Fact::exact("attempt", "att_01KJVB0W7HQ3ZJ8X9T4M2C6D77"),
        ],
    }
}

pub fn why(method: Method) -> Why {
    let rule = |id: &str, name: &str, matched, because: &str| Rule {
        id: id.to_owned(),
        name: name.to_owned(),
        matched,
        effect: if matched {
            method.word().to_owned()
        } else {
            "none".to_owned()
        },
        because: because.to_owned(),
        why: String::new(),
    };
    Why {
        method,
        moved: None,
        rule: "4".to_owned(),
        name: "health information needs a verified connection".to_owned(),
        rules_version: "3f9a1c".to_owned(),
        facts: [
            ("phi_level", "likely"),
            ("kinds", "us_ssn health_term"),
            ("tls_known", "verified"),
            ("portal_on", "yes"),
            ("purpose", "treatment"),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .to_vec(),
        rules: vec![
            rule(
                "1",
                "the sender demanded a method",
                false,
                "no method was demanded",
            ),
            rule(
                "2",
                "the recipient prefers plain mail",
                false,
                "no such preference is recorded",
            ),
            rule(
                "4",
                "health information needs a verified connection",
                true,
                "the level is likely and the domain has verified TLS",
            ),
        ],
        would_change: vec![
            "portal, if the recipient's server stopped offering verified TLS".to_owned(),
            "plain, if the message held no health information".to_owned(),
        ],
    }
}

pub fn standing() -> Standing {
    Standing {
        level: "S2",
        en: vec![
            "S2: a mail server for the recipient's domain accepted the message. This does not prove that it \
                 reached the inbox, or that anyone read it.",
            "No mail system can prove that a message was not received, and no entry proves more than its level \
                 says.",
        ],
        es: vec![
            "S2: un servidor de correo del dominio del destinatario aceptó el mensaje. Esto no prueba que \
                 llegara a la bandeja de entrada ni que alguien lo leyera.",
            "Ningún sistema de correo puede probar que un mensaje no se recibió, y ninguna entrada prueba más \
                 de lo que dice su nivel.",
        ],
    }
}
