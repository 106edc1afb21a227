//! A disposal in every state, for pictures and checks.

use std::time::Duration;

use model::{DisposalId, DisposalState, DisposedState, MessageId, SparedFor, Timestamp};
use records::disposal::{DisposalView, Due, ItemView, Said};

use super::{ByHold, Disposal, Kept};
use crate::face::Fault;
use crate::pages::Sample;
use crate::pages::samples::NOW;

pub(super) fn all() -> Vec<Sample<Disposal>> {
    let proposed = Disposal {
        approves: true,
        refuses: true,
        ..sample(DisposalState::Proposed)
    };
    let own = Disposal {
        approves: false,
        ..proposed.clone()
    };
    let blocked = Disposal {
        records: 0,
        blocked: true,
        classes: Vec::new(),
        rules: Vec::new(),
        sample: Vec::new(),
        approves: false,
        ..proposed.clone()
    };
    let wrong = |key| Disposal {
        faults: vec![Fault::new("reason", key)],
        ..proposed.clone()
    };
    let done = |done, state| Disposal {
        done: Some(done),
        ..sample(state)
    };
    vec![
        Sample::new("listing", sample(DisposalState::Listing)),
        Sample::new("proposed", proposed.clone()),
        Sample::new("own", own),
        Sample::new("blocked", blocked),
        Sample::new("approved", done("approved", DisposalState::Approved)),
        Sample::new("destroying", sample(DisposalState::Destroying)),
        Sample::new("provisional", sample(DisposalState::Provisional)),
        Sample::new("final", sample(DisposalState::Final)),
        Sample::new("refused", done("refused", DisposalState::Refused)),
        Sample::new("error_reason", wrong("disposal_reason")),
        Sample::new("error_moved", wrong("disposal_moved")),
        Sample::spanish(proposed.clone()),
    ]
}

fn at(days: i64) -> Timestamp {
    let by = Duration::from_secs(days.unsigned_abs() * 86_400);
    match days < 0 {
        true => NOW.minus(by),
        false => NOW.plus(by),
    }
}

fn message(n: u8) -> MessageId {
    MessageId::from_bytes([n; 16])
}

fn said(what: &str, by: &str, days: i64, reason: &str) -> Said {
    Said {
        what: what.to_owned(),
        by: by.to_owned(),
        at: at(days),
        reason: reason.to_owned(),
    }
}

fn view(state: DisposalState) -> DisposalView {
    use DisposalState::{Approved, Destroying, Final, Listing, Proposed, Provisional, Refused};
    let is_past = matches!(state, Destroying | Provisional | Final);
    let is_done = matches!(state, Provisional | Final);
    let mut words = vec![said(
        "proposed",
        "ana@northside.example",
        -30,
        "Yearly disposal; the list of October",
    )];
    match state {
        Listing | Proposed => {}
        Refused => words.push(said(
            "refused",
            "bo@northside.example",
            -20,
            "Counsel expects a claim",
        )),
        _ => words.push(said(
            "approved",
            "bo@northside.example",
            -20,
            "Read the sample with the head of the archive",
        )),
    }
    let destroyed = match state {
        Destroying => 380,
        _ if is_done => 1_201,
        _ => 0,
    };
    DisposalView {
        id: DisposalId::from_bytes([7; 16]),
        state,
        said: words,
        asked_by: "ana@northside.example".to_owned(),
        asked_at: at(-30),
        closed_by: None,
        closed_at: None,
        begins_at: (is_past || state == Approved).then(|| at(if is_past { -6 } else { 8 })),
        records: if state == Listing { 300 } else { 1_204 },
        held: 2,
        destroyed,
        spared: if is_done { 3 } else { 0 },
        ended_at: is_done.then(|| at(-5)),
        keys_gone_by: is_done.then(|| at(25)),
    }
}

fn sample(state: DisposalState) -> Disposal {
    let item = |n: u8| ItemView {
        number: u64::from(n) + 1,
        message: message(n),
        state: DisposedState::Listed,
        why: None,
        classes: vec!["clinical".to_owned(), "billing".to_owned()],
        rules: vec!["us-ny-professional version 1".to_owned()],
        kept_through: Some("2026-01-31".to_owned()),
        destroyed_at: None,
    };
    let due = Due {
        classes: [
            ("clinical".to_owned(), 1_000),
            ("unclassified".to_owned(), 204),
        ]
        .into(),
        rules: [
            ("us-ny-professional version 1".to_owned(), 1_100),
            (
                "own-billing-of-the-eastern-practices version 12".to_owned(),
                104,
            ),
        ]
        .into(),
        sample: match state {
            DisposalState::Proposed | DisposalState::Approved => (0..5).map(item).collect(),
            _ => Vec::new(),
        },
    };
    let kept = |n: u8, why| Kept {
        id: message(n).to_string(),
        why,
        holds: match why {
            SparedFor::Held => vec![ByHold {
                id: "hld_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned(),
                matter: "Inquiry of the Office for Civil Rights into the letters of the spring"
                    .to_owned(),
            }],
            _ => Vec::new(),
        },
    };
    Disposal {
        kept: vec![
            kept(9, SparedFor::Held),
            kept(10, SparedFor::NotDue),
            kept(11, SparedFor::InUse),
        ],
        more_href: Some("?after=60".to_owned()),
        first_href: Some("?".to_owned()),
        ..Disposal::of(view(state), due)
    }
}
