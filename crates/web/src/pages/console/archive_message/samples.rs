//! Samples of one archived message.

use model::{Kind, Method, Origin, RecipientState};

use super::{ArchiveMessage, File, Hold, Keeping, Recipient};
use crate::pages::Sample;
use crate::pages::portal::thread::{Body, Letter};
use crate::pages::samples::NOW;

fn recipient(n: usize) -> Recipient {
    const ADDRESSES: [&str; 3] = [
        "lee@mail.example",
        "maximiliana.featherstonehaugh-worthington@long-name-of-a-practice.example",
        "ann@peer.example",
    ];
    const WAYS: [(Method, RecipientState); 3] = [
        (Method::Tls, RecipientState::Delivered),
        (Method::Portal, RecipientState::Notified),
        (Method::Hold, RecipientState::Held),
    ];
    let (method, state) = WAYS[n % 3];
    Recipient {
        href: "#".to_owned(),
        address: ADDRESSES[n % 3].to_owned(),
        kind: Kind::To,
        method,
        state,
        rule: "phi-needs-protection".to_owned(),
        proof_href: Some("#".to_owned()),
    }
}

fn one() -> ArchiveMessage {
    let says = "The insulin pump arrives on Tuesday, the sets for it a day later.\n\nAna Ortiz";
    ArchiveMessage {
        id: "msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99".to_owned(),
        at: NOW,
        subject: Some("Supplies for the new pump".to_owned()),
        from: Some("ana.ortiz@northside.example".to_owned()),
        origin: Origin::Api,
        octets: 10_240,
        recipients: vec![recipient(0)],
        letter: Letter {
            from: Some("Ana Ortiz".to_owned()),
            at: NOW,
            body: Body::new(Some(says), None),
            files: Vec::new(),
        },
        files: Vec::new(),
        unread: Vec::new(),
        keeping: Some(Keeping {
            classes: vec!["clinical".to_owned()],
            state: "dated",
            month: Some("2033-11".to_owned()),
        }),
        holds: Vec::new(),
    }
}

pub(super) fn all() -> Vec<Sample<ArchiveMessage>> {
    let file = |name: &str| File {
        name: name.to_owned(),
        octets: 88_000,
    };
    let hold = |why| Hold {
        id: "hld_01KJVB0W7HQ3ZJ8X9T4M2C6D77".to_owned(),
        why,
    };
    let many = ArchiveMessage {
        recipients: (0..6).map(recipient).collect(),
        files: vec![
            file("Consent.pdf"),
            file("A_file_with_a_name_that_never_seems_to_end_and_has_no_place_to_break_at.docx"),
        ],
        unread: vec!["encrypted".to_owned(), "limit".to_owned()],
        holds: vec![hold("matched"), hold("unreadable")],
        ..one()
    };
    let bare = ArchiveMessage {
        subject: None,
        from: None,
        keeping: None,
        origin: Origin::Inbound,
        letter: Letter {
            body: Body::new(None, None),
            ..one().letter
        },
        ..one()
    };
    vec![
        Sample::new("one", one()),
        Sample::new("many", many.clone()),
        Sample::new("bare", bare),
        Sample::spanish(many),
    ]
}
