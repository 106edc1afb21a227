//! Ways one message can look.

use model::{Method, Mode, Origin, PhiLevel, Purpose, RecipientState, Stream};

use super::super::inbound_decide::Wrong;
use super::{
    About, Attempt, Besides, Caution, Content, Fact, Found, MessagePage, Progress, Recipient,
    Reply, Warning, Why,
};
use crate::face::Lang;
use crate::pages::Sample;
use crate::pages::portal::thread::{Body, Letter};
use crate::pages::samples::NOW;

mod parts;

use parts::{at, first_steps, found, recipient, standing, step, tls_attempt, why};

const ID: &str = "msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99";

pub fn all() -> Vec<Sample<MessagePage>> {
    vec![
        Sample::new("one", delivered()),
        Sample::new("waiting", waiting()),
        Sample::new("portal_read", read()),
        Sample::new("opened", opened()),
        Sample::new("many", many()),
        Sample::new("long_names", long_names()),
        Sample::new("error_returned", returned()),
        Sample::new("held", held()),
        Sample::new("blocked", blocked()),
        Sample::new("arrived_warned", arrived(false)),
        Sample::new("arrived_quarantined", arrived(true)),
        Sample {
            lang: Lang::Es,
            ..Sample::new("spanish", read())
        },
    ]
}

fn delivered() -> MessagePage {
    let mut timeline = first_steps();
    timeline.push(step(
        "sent",
        Progress::Done,
        Some(2),
        vec![Fact::exact("tls", "TLSv1.3")],
    ));
    timeline.push(step(
        "delivered",
        Progress::Done,
        Some(3),
        vec![Fact::exact("reply", "250 2.0.0")],
    ));
    timeline.push(step("opened", Progress::Skipped, None, Vec::new()));
    MessagePage {
        id: ID.to_owned(),
        subject: None,
        about: About {
            sender: None,
            actor: "app_01KJVB0W7HQ3ZJ8X9T4M2C6D33".to_owned(),
            origin: Origin::Api,
            mode: Mode::Live,
            purpose: Purpose::Treatment,
            stream: Stream::Transactional,
            level: PhiLevel::Likely,
            findings: vec![("us_ssn".to_owned(), 1), ("health_term".to_owned(), 3)],
            octets: 10_240,
            files: 1,
            at: at(0),
        },
        recipients: vec![recipient(1, None, RecipientState::Delivered, Method::Tls)],
        chosen: 0,
        timeline,
        why: Some(why(Method::Tls)),
        besides: Besides::default(),
        found: vec![
            found("subject", 0, None, &[("health_term", 1)]),
            Found {
                detectors: vec![("Heron study".to_owned(), 1)],
                ..found("body", 0, None, &[("us_ssn", 1), ("own_strong", 1)])
            },
            found("attachment", 1, Some(("page", 3)), &[("health_term", 1)]),
        ],
        labels: Vec::new(),
        unread: Vec::new(),
        advice: None,
        decide_href: None,
        gives_opinion: true,
        opinion: None,
        caution: None,
        attempts: vec![tls_attempt(1)],
        standing: Some(standing()),
        content: Content::Sealed {
            open_action: "#".to_owned(),
        },
        replies: Vec::new(),
        cancellable: None,
        cancelled: None,
        disposal_href: None,
    }
}

fn waiting() -> MessagePage {
    let mut timeline = first_steps();
    timeline.push(step(
        "sent",
        Progress::Waiting,
        None,
        vec![Fact::at("next_attempt_at", at(9_000))],
    ));
    timeline.push(step("delivered", Progress::Waiting, None, Vec::new()));
    timeline.push(step("opened", Progress::Skipped, None, Vec::new()));
    let put_off = Attempt {
        outcome: "outcome.deferred".to_owned(),
        good: false,
        facts: vec![
            Fact::exact("reply", "451 4.7.1"),
            Fact::word("class", "bounce_class", "TransientFailure"),
            Fact::word("scope", "bounce_scope", "our_address"),
        ],
        ..tls_attempt(1)
    };
    MessagePage {
        recipients: vec![recipient(1, None, RecipientState::Queued, Method::Tls)],
        timeline,
        attempts: vec![put_off],
        standing: None,
        cancellable: Some(1),
        content: Content::MayNot,
        about: About {
            mode: Mode::Test,
            sender: None,
            ..delivered().about
        },
        ..delivered()
    }
}

fn read() -> MessagePage {
    let mut timeline = first_steps();
    timeline.push(step(
        "sent",
        Progress::Done,
        Some(2),
        vec![Fact::exact("tls", "TLSv1.3")],
    ));
    timeline.push(step(
        "delivered",
        Progress::Done,
        Some(3),
        vec![Fact::exact("reply", "250 2.0.0")],
    ));
    timeline.push(step(
        "opened",
        Progress::Done,
        Some(2_500),
        vec![Fact::word("reader", "outcome", "reader")],
    ));
    MessagePage {
        recipients: vec![recipient(1, None, RecipientState::PickedUp, Method::Portal)],
        timeline,
        why: Some(Why {
            moved: Some(at(2)),
            ..why(Method::Tls)
        }),
        replies: vec![Reply {
            at: at(2_600),
            href: "#".to_owned(),
            letter: None,
        }],
        ..delivered()
    }
}

fn opened() -> MessagePage {
    let letter = |from: Option<&str>, seconds, text: &str| Letter {
        from: from.map(str::to_owned),
        at: at(seconds),
        body: Body::new(Some(text), None),
        files: Vec::new(),
    };
    MessagePage {
        subject: Some("Your test results".to_owned()),
        about: About {
            sender: Some("results@northside.example".to_owned()),
            ..delivered().about
        },
        recipients: vec![recipient(
            1,
            Some("pat@mail.example"),
            RecipientState::PickedUp,
            Method::Portal,
        )],
        content: Content::Opened {
            at: NOW,
            letter: letter(
                Some("Dr. Amara Okafor"),
                0,
                "Hello Pat,\n\nYour blood test is back. Everything is in the normal range.\n\nDr. Amara Okafor",
            ),
        },
        replies: vec![Reply {
            at: at(2_600),
            href: "#".to_owned(),
            letter: Some(letter(
                Some("pat@mail.example"),
                2_600,
                "Thank you, that is a relief.",
            )),
        }],
        ..read()
    }
}

fn many() -> MessagePage {
    use RecipientState::*;
    let states = [
        Delivered, PickedUp, Queued, Held, Bounced, Notified, Delivered, Cancelled,
    ];
    let methods = [
        Method::Tls,
        Method::Portal,
        Method::Tls,
        Method::Hold,
        Method::Plain,
        Method::Portal,
        Method::Smime,
        Method::Pgp,
    ];
    let recipients = (0..8)
        .map(|i| {
            recipient(
                i as u64 + 1,
                Some(&format!("patient{i}@mail.example")),
                states[i],
                methods[i],
            )
        })
        .collect();
    MessagePage {
        recipients,
        chosen: 1,
        attempts: vec![
            tls_attempt(1),
            Attempt {
                outcome: "outcome.ambiguous".to_owned(),
                good: false,
                ..tls_attempt(2)
            },
        ],
        cancellable: Some(1),
        cancelled: Some(1),
        ..read()
    }
}

fn long_names() -> MessagePage {
    let word = "pneumonoultramicroscopicsilicovolcanoconiosis";
    let address =
        format!("{word}.department@{word}.northside-community-health-partnership.example");
    MessagePage {
        subject: Some(format!(
            "Follow-up about {word} and the next three appointments in the spring"
        )),
        about: About {
            sender: Some(address.clone()),
            ..delivered().about
        },
        recipients: vec![
            recipient(
                1,
                Some(&address),
                RecipientState::Delivered,
                Method::TlsOrDrop,
            ),
            recipient(2, Some(&address), RecipientState::Suppressed, Method::Plain),
        ],
        ..delivered()
    }
}

fn returned() -> MessagePage {
    let mut timeline = first_steps();
    timeline.push(step(
        "sent",
        Progress::Done,
        Some(2),
        vec![Fact::exact("tls", "TLSv1.3")],
    ));
    timeline.push(step("delivered", Progress::Failed, Some(3), no_mailbox()));
    timeline.push(step("opened", Progress::Skipped, None, Vec::new()));
    let refused = Attempt {
        outcome: "outcome.refused".to_owned(),
        good: false,
        facts: no_mailbox(),
        ..tls_attempt(1)
    };
    MessagePage {
        recipients: vec![recipient(1, None, RecipientState::Bounced, Method::Tls)],
        timeline,
        attempts: vec![refused],
        standing: None,
        content: Content::Destroyed,
        disposal_href: Some("#".to_owned()),
        ..delivered()
    }
}

fn held() -> MessagePage {
    let mut timeline = first_steps();
    timeline.truncate(2);
    for word in ["sealed", "sent", "delivered"] {
        timeline.push(step(word, Progress::Waiting, None, Vec::new()));
    }
    timeline.push(step("opened", Progress::Skipped, None, Vec::new()));
    let recipients = vec![Recipient {
        proof_href: None,
        ..recipient(1, None, RecipientState::Held, Method::Hold)
    }];
    MessagePage {
        recipients,
        timeline,
        why: Some(why(Method::Hold)),
        besides: Besides {
            redact: true,
            warnings: vec!["check_recipient".to_owned(), "many_files".to_owned()],
            notices: vec!["part_2".to_owned()],
            shadow: vec![("long-documents".to_owned(), Method::Block)],
        },
        labels: vec!["hiv".to_owned(), "minor".to_owned()],
        unread: vec!["encrypted".to_owned()],
        advice: Some("less"),
        decide_href: Some("#".to_owned()),
        opinion: Some("missed_phi"),
        attempts: Vec::new(),
        standing: None,
        cancellable: Some(1),
        ..delivered()
    }
}

fn blocked() -> MessagePage {
    MessagePage {
        recipients: vec![recipient(1, None, RecipientState::Blocked, Method::Block)],
        why: Some(why(Method::Block)),
        besides: Besides::default(),
        advice: Some("consent"),
        decide_href: None,
        cancellable: None,
        ..held()
    }
}

fn arrived(quarantined: bool) -> MessagePage {
    let warning = |heading, reasons| Warning {
        heading,
        reasons,
        advice: "",
    };
    let english = Warning {
        advice: "Do not answer, open or sign in before you have asked the sender by another way.",
        ..warning(
            "Be careful with this message.",
            vec![
                "The sender's domain looks like one you know, and is another.",
                "This sender has not written to you before.",
            ],
        )
    };
    let spanish = warning(
        "Tenga cuidado con este mensaje.",
        vec!["Este remitente no le había escrito antes."],
    );
    let wrong = |word: &str, weight, file| Wrong {
        word: word.to_owned(),
        weight,
        place: "header".to_owned(),
        file,
    };
    let state = match quarantined {
        true => RecipientState::Quarantined,
        false => RecipientState::Notified,
    };
    let page = delivered();
    MessagePage {
        recipients: vec![recipient(1, None, state, Method::Portal)],
        about: About {
            origin: Origin::Inbound,
            ..page.about
        },
        caution: Some(Caution {
            en: english,
            es: spanish,
            harmful: quarantined,
            wrong: vec![
                wrong("look_alike_domain", 60, None),
                wrong("double_extension", 100, Some(1)),
            ],
            named: match quarantined {
                true => vec!["clamd Win.Test.EICAR_HDB-1".to_owned()],
                false => Vec::new(),
            },
            decide_href: quarantined.then(|| "#".to_owned()),
            quarantined,
        }),
        attempts: Vec::new(),
        standing: None,
        found: Vec::new(),
        gives_opinion: false,
        ..page
    }
}

fn no_mailbox() -> Vec<Fact> {
    vec![
        Fact::exact("reply", "550 5.1.1"),
        Fact::word("class", "bounce_class", "InvalidRecipient"),
        Fact::word("scope", "bounce_scope", "recipient"),
    ]
}
