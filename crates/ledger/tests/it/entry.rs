//! Canonical leaves.

use std::collections::BTreeMap;

use caduceus_ledger::Broken;
use caduceus_ledger::entry::{Entry, commit};
use model::{Code, EventId, OrganisationId, Timestamp};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::world::{broken, step};

#[test]
fn the_form_is_sorted_and_without_spaces() {
    let mut entry = step(3, "delivery.accepted", &["method=tls", "code=250"]);
    entry.at = Timestamp::from_micros(1_795_300_004_500_007);
    entry.commitment = Some([0xAB; 32]);
    let text = String::from_utf8(entry.encode().expect("a valid entry")).expect("ASCII");
    let expected = format!(
        "{{\"actor\":\"system\",\"at\":\"{}\",\"commitment\":\"{}\",\"facts\":{{\"code\":\"250\",\"method\":\"tls\"}},\
         \"id\":\"{}\",\"kind\":\"delivery.accepted\",\"organisation\":\"{}\",\"subject\":[\"{}\",\"{}\"],\"v\":1}}",
        "2026-11-21T22:26:44.500007Z",
        "ab".repeat(32),
        entry.id,
        entry.organisation,
        entry.subject[0],
        entry.subject[1],
    );
    assert_eq!(text, expected);
    assert_eq!(Entry::decode(text.as_bytes()).expect("our own"), entry);
}

/// Each is JSON that a lenient reader would take for the same entry.
#[test]
fn there_is_one_form_only() {
    let entry = step(3, "delivery.accepted", &["code=250"]);
    let text = String::from_utf8(entry.encode().expect("a valid entry")).expect("ASCII");
    for other in [
        format!("{text}\n"),
        format!(" {text}"),
        text.replace(':', ": "),
        text.replace("\"v\":1", "\"v\":2"),
        text.replace("\"v\":1", "\"v\":1,\"v\":1"),
        text.replace("\"v\":1", "\"v\":1,\"x\":0"),
        text.replace("000Z", "Z"),
        text.replace("000Z", "000+00:00"),
        text.replace("\"facts\"", "\"commitment\":null,\"facts\""),
        text.replace("system", "syst\\u0065m"),
        text.replacen("evt_", "EVT_", 1),
        text.replace("evt_0", "evt_o"),
        text.replace("250", "2\u{661}0"),
        text.replace("\"actor\":\"system\",", "")
            .replace("\"v\":1", "\"v\":1,\"actor\":\"system\""),
        text[..text.len() - 1].to_owned(),
        String::new(),
    ] {
        assert_ne!(other, text, "the case changes something");
        assert_eq!(
            broken(Entry::decode(other.as_bytes())).map(|(what, _)| what),
            Some(Broken::Format),
            "{other}"
        );
    }
}

/// An address, a sentence in another script or a line break cannot get into the public log, whoever
/// calls: the error says where and never what.
#[test]
fn there_is_no_room_for_phi() {
    let good = step(3, "delivery.accepted", &["code=250"]);
    let with = |change: &dyn Fn(&mut Entry)| {
        let mut entry = good.clone();
        change(&mut entry);
        entry.encode().err().map(|e| {
            (
                e.code(),
                e.pointer().unwrap_or_default().to_owned(),
                format!("{e:?}"),
            )
        })
    };
    let fact = |value: &str| {
        with(&|e: &mut Entry| drop(e.facts.insert("reply".to_owned(), value.to_owned())))
    };
    let cases = [
        (fact("pat@mail.example"), "/facts/reply"),
        (fact("a\nb"), "/facts/reply"),
        (fact("José"), "/facts/reply"),
        (fact(&"x".repeat(513)), "/facts/reply"),
        (
            with(&|e| drop(e.facts.insert("Pat".to_owned(), String::new()))),
            "/facts",
        ),
        (
            with(&|e| drop(e.facts.insert(String::new(), String::new()))),
            "/facts",
        ),
        (
            with(&|e| e.subject.push("pat@mail.example".to_owned())),
            "/subject/2",
        ),
        (with(&|e| e.subject.push(String::new())), "/subject/2"),
        (with(&|e| e.actor = "Dr. Who".to_owned()), "/actor"),
        (with(&|e| e.actor.clear()), "/actor"),
        (with(&|e| e.kind = "Delivery".to_owned()), "/kind"),
        (with(&|e| e.kind = "x".repeat(65)), "/kind"),
        (with(&|e| e.at = Timestamp::MAX), "/at"),
        (with(&|e| e.at = Timestamp::from_micros(i64::MIN)), "/at"),
    ];
    for (found, pointer) in cases {
        let (code, at, debug) = found.expect("refused");
        assert_eq!((code, at.as_str()), (Code::FieldInvalid, pointer));
        assert!(!debug.contains("pat@") && !debug.contains("Jos"), "{debug}");
    }
}

#[test]
fn an_entry_fits_its_16_bit_length() {
    let mut entry = step(3, "x", &[]);
    entry.subject = vec!["y".repeat(60); 1_000];
    assert!(entry.encode().expect("below 64 KiB").len() <= 65_535);
    entry.subject = vec!["y".repeat(60); 1_100];
    assert_eq!(
        entry.encode().err().map(|e| e.code()),
        Some(Code::FieldInvalid)
    );
}

/// Computed with Python's `hashlib`.
#[test]
fn a_commitment_is_a_known_answer_and_opens_one_way() {
    let hash = commit(&[9; 32], b"payload");
    assert_eq!(
        hex::encode(hash),
        "f60327828f97abfc987d136074102997f11d11d0e9b82617f39321927be550f9"
    );
    let mut entry = step(3, "x", &[]);
    assert!(
        !entry.opens(&[9; 32], b"payload"),
        "nothing committed, nothing opened"
    );
    entry.commitment = Some(hash);
    assert!(entry.opens(&[9; 32], b"payload"));
    assert!(!entry.opens(&[8; 32], b"payload") && !entry.opens(&[9; 32], b"payloae"));
}

fn entries() -> impl Strategy<Value = Entry> {
    let names = (
        "[A-Za-z0-9_.:-]{1,64}",
        "[a-z0-9_.-]{1,64}",
        vec("[A-Za-z0-9_.:-]{1,64}", 0..5),
    );
    let facts = btree_map("[a-z0-9_]{1,64}", "[ -?A-~]{0,100}", 0..6);
    // Years 1 to 9999, the range of RFC 3339.
    let at = -62_135_596_800_000_000i64..253_402_300_800_000_000;
    (
        any::<[u8; 16]>(),
        any::<[u8; 16]>(),
        at,
        names,
        facts,
        any::<Option<[u8; 32]>>(),
    )
        .prop_map(
            |(id, org, at, (actor, kind, subject), facts, commitment)| Entry {
                id: EventId::from_bytes(id),
                at: Timestamp::from_micros(at),
                organisation: OrganisationId::from_bytes(org),
                actor,
                kind,
                subject,
                facts: BTreeMap::from_iter(facts),
                commitment,
            },
        )
}

proptest! {
    #[test]
    fn what_was_encoded_decodes_to_the_same(entry in entries()) {
        let bytes = entry.encode().expect("a valid entry");
        prop_assert_eq!(Entry::decode(&bytes).expect("our own"), entry);
    }

    #[test]
    fn whatever_decodes_is_canonical(entry in entries(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = entry.encode().expect("a valid entry");
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(other) = Entry::decode(&bytes) {
            prop_assert_eq!(other.encode().expect("it decoded"), bytes);
        }
    }
}
