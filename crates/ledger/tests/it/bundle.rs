//! What a bundle says, for each way a message can go.

use caduceus_ledger::Broken;
use caduceus_ledger::bundle::{Bundle, Claim, LIMITS, Trust};
use caduceus_ledger::entry::Entry;
use caduceus_ledger::note::Signer;
use model::MessageId;

use crate::world::{broken, bundle_of, delivered, message, opened, recipient, step};

fn level(steps: &[Entry]) -> Claim {
    let bundle = bundle_of(steps).1.expect("a valid bundle");
    Bundle::parse(&bundle.encode())
        .expect("our own form")
        .verify(None)
        .expect("it holds")
        .level
}

/// Kind and facts of the last step → the level of the whole.
#[test]
fn the_level_follows_from_the_entries_and_never_overclaims() {
    let cases: &[(&str, &[&str], Claim)] = &[
        ("message.decided", &["method=tls"], Claim::S0),
        ("message.sealed", &[], Claim::S0),
        ("delivery.transmitted", &["method=tls"], Claim::S1),
        ("delivery.transmitted", &["method=plain"], Claim::S1),
        // Without the method it may have been a notice; with `portal` it was one.
        ("delivery.transmitted", &[], Claim::S0),
        ("delivery.transmitted", &["method=portal"], Claim::S0),
        ("delivery.transmitted", &["method=hold"], Claim::S0),
        ("delivery.transmitted", &["method=TLS"], Claim::S0),
        ("delivery.refused", &["method=tls", "code=550"], Claim::S0),
        (
            "delivery.accepted",
            &["method=smime", "code=250"],
            Claim::S2,
        ),
        ("delivery.accepted", &["method=pgp", "code=250"], Claim::S2),
        (
            "delivery.accepted",
            &["method=portal", "code=250"],
            Claim::S0,
        ),
        ("delivery.accepted", &["code=250"], Claim::S0),
        ("delivery.accepted.later", &["method=tls"], Claim::S0),
        ("dsn", &["action=delivered", "method=tls"], Claim::S3),
        ("dsn", &["action=relayed", "method=tls"], Claim::S3),
        ("dsn", &["action=relayed", "method=portal"], Claim::S0),
        ("dsn", &["action=failed", "method=tls"], Claim::S0),
        ("dsn", &["action=delayed", "method=tls"], Claim::S0),
        ("dsn", &["action=expanded", "method=tls"], Claim::S0),
        ("dsn", &["method=tls"], Claim::S0),
        // What was sent says so itself: the letter, or something beside it.
        (
            "delivery.accepted",
            &["method=letter", "role=letter"],
            Claim::S2,
        ),
        (
            "delivery.accepted",
            &["method=portal", "role=letter"],
            Claim::S0,
        ),
        (
            "delivery.accepted",
            &["method=portal", "role=notice"],
            Claim::S0,
        ),
        (
            "delivery.accepted",
            &["method=tls", "role=notice"],
            Claim::S0,
        ),
        (
            "delivery.accepted",
            &["method=letter", "role=code"],
            Claim::S0,
        ),
        (
            "delivery.accepted",
            &["method=tls", "role=report"],
            Claim::S0,
        ),
        // In test mode nothing leaves.
        ("delivery.accepted", &["method=tls", "mode=test"], Claim::S0),
        ("delivery.accepted", &["method=tls", "mode=live"], Claim::S2),
        ("delivery.below_demand", &["role=letter"], Claim::S0),
        ("delivery.ambiguous", &["role=letter"], Claim::S0),
        ("portal.read", &[], Claim::S4),
        ("portal.opened", &[], Claim::S0),
    ];
    for (kind, facts, expected) in cases {
        let steps = [step(1, "message.accepted", &[]), step(2, kind, facts)];
        assert_eq!(level(&steps), *expected, "{kind} {facts:?}");
    }
}

#[test]
fn the_highest_level_counts_and_later_failures_are_pointed_at() {
    let mut steps = delivered();
    assert_eq!(level(&steps), Claim::S2);
    steps.push(step(
        5,
        "dsn",
        &["action=failed", "method=tls", "status=5.1.1"],
    ));
    let (_, bundle) = bundle_of(&steps);
    let report = bundle
        .expect("a valid bundle")
        .verify(None)
        .expect("it holds");
    assert_eq!(report.level, Claim::S2);
    let warning = "records a failure or delay";
    assert_eq!(
        report
            .statements
            .iter()
            .filter(|s| s.contains(warning))
            .count(),
        1,
        "{:#?}",
        report.statements
    );
}

/// The sentences counsel will quote. Changing them changes what old files mean.
#[test]
fn the_wording_is_fixed() {
    let levels: Vec<_> = Claim::ALL.iter().map(|claim| claim.says()).collect();
    let expected = [
        "S0: the service was asked to send this message to this recipient and recorded it. This does not show that anything was transmitted.",
        "S1: the service transmitted the message to a mail server for the recipient's domain. This does not show that the server accepted it.",
        "S2: a mail server for the recipient's domain accepted the message. This does not prove that it reached the inbox, or that anyone read it.",
        "S3: a delivery status notification reported the message delivered or relayed. The notification is another system's statement; it does not prove the inbox, or that anyone read it.",
        "S4: a reader who proved control of the recipient's mailbox opened the message in the portal. This does not show which person that was.",
    ];
    assert_eq!(levels, expected);
    assert!(LIMITS.starts_with("No mail system can prove that a message was not received"));
    for claim in Claim::ALL {
        assert_eq!(Claim::from_word(claim.word()), Some(*claim));
        assert!(claim.says().starts_with(claim.word()));
    }
}

#[test]
fn a_report_tells_the_way_the_limits_and_the_worth_of_the_key() {
    let (log, bundle) = bundle_of(&delivered());
    let bundle = bundle.expect("a valid bundle");
    let report = bundle.verify(None).expect("it holds");
    assert_eq!(report.trust, Trust::Embedded);
    assert_eq!((report.message, report.recipient), (message(), recipient()));
    assert_eq!(report.checkpoint, log.checkpoint());
    let text = report.statements.join("\n");
    for part in [
        "does not prove that it reached the inbox",
        "delivery.accepted: code=250, method=tls (entry ",
        ", content shown)",
        ", content withheld)",
        LIMITS,
        "by the key inside the file",
        &log.key().fingerprint(),
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    let trusted = bundle.verify(Some(&log.key())).expect("the right key");
    assert_eq!(trusted.trust, Trust::Given);
    assert!(
        trusted
            .statements
            .join("\n")
            .contains("by the key you trust")
    );
}

#[test]
fn a_notice_is_never_passed_off_as_the_message() {
    let steps = [
        step(1, "message.accepted", &[]),
        step(2, "delivery.transmitted", &["method=portal"]),
        step(3, "delivery.accepted", &["code=250", "method=portal"]),
    ];
    let report = bundle_of(&steps)
        .1
        .expect("a valid bundle")
        .verify(None)
        .expect("it holds");
    assert_eq!(report.level, Claim::S0);
    assert!(
        report
            .statements
            .iter()
            .any(|s| s.contains("follow a notice, a code or a report")),
        "{:#?}",
        report.statements
    );
}

#[test]
fn a_rehearsal_is_called_one() {
    let steps = [
        step(1, "message.accepted", &["mode=test"]),
        step(2, "delivery.accepted", &["mode=test", "role=letter"]),
    ];
    let report = bundle_of(&steps)
        .1
        .expect("a valid bundle")
        .verify(None)
        .expect("it holds");
    assert_eq!(report.level, Claim::S0);
    assert!(
        report
            .statements
            .iter()
            .any(|s| s.contains("test mode: nothing was transmitted"))
    );
}

/// A reply is about the message it answers and about itself.
#[test]
fn what_does_not_count_may_name_another_message() {
    let mut steps = delivered();
    let mut reply = step(5, "portal.replied", &[]);
    reply
        .subject
        .push(MessageId::from_bytes([9; 16]).to_string());
    steps.push(reply);
    assert_eq!(level(&steps), Claim::S2);
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    let one = bundle_of(&delivered()).1.expect("a valid bundle");
    let two = bundle_of(&delivered()).1.expect("a valid bundle");
    assert_eq!(one.encode(), two.encode());
    let read = Bundle::parse(&one.encode()).expect("our own form");
    assert_eq!(read.encode(), one.encode());
    assert_eq!(read.claim(), Claim::S2);
}

/// The file of today's format, kept: tomorrow's program must still verify it.
#[test]
fn a_kept_file_still_verifies_and_is_still_what_we_write() {
    let kept = include_bytes!("../golden/bundle.json");
    let report = Bundle::parse(kept)
        .expect("version 1")
        .verify(None)
        .expect("it holds");
    assert_eq!(report.level, Claim::S2);
    let made = bundle_of(&delivered()).1.expect("a valid bundle").encode();
    assert_eq!(
        String::from_utf8_lossy(&made),
        String::from_utf8_lossy(kept)
    );
}

#[test]
fn each_entry_also_stands_alone() {
    let (log, bundle) = bundle_of(&delivered());
    let bundle = bundle.expect("a valid bundle");
    for (proof, entry) in bundle.proofs().iter().zip(bundle.entries()) {
        proof
            .verify(&entry.leaf, &log.key())
            .expect("the same tree");
    }
}

#[test]
fn a_message_in_hand_is_found_by_its_digest() {
    let (log, bundle) = bundle_of(&delivered());
    let report = bundle
        .expect("a valid bundle")
        .verify(Some(&log.key()))
        .expect("it holds");
    assert_eq!(report.shown.len(), 2);
    assert_eq!(report.shown[0].payload, opened(0).payload);
    assert!(report.find_digest(&[5; 32]).is_none());
    let mut with_digest = report.clone();
    with_digest.shown[1].payload =
        format!("{{\"sent_sha256\":\"{}\"}}", hex::encode([5; 32])).into_bytes();
    assert_eq!(
        with_digest.find_digest(&[5; 32]).map(|s| s.kind.as_str()),
        Some("delivery.transmitted")
    );
}

#[test]
fn debug_and_reports_keep_the_content_to_themselves() {
    let bundle = bundle_of(&delivered()).1.expect("a valid bundle");
    let report = bundle.verify(None).expect("it holds");
    let text = format!("{bundle:?} {report:?}");
    assert!(
        !text.contains("pat@mail") && !text.contains("112, 97, 116"),
        "{text}"
    );
}

#[test]
fn an_acceptance_of_the_whole_message_may_leave_the_recipient_out() {
    let mut steps = delivered();
    steps[0].subject.pop();
    assert_eq!(level(&steps), Claim::S2);
    // But then another entry must say that this recipient was meant.
    let alone = bundle_of(&steps[..1]).1;
    assert_eq!(
        broken(alone),
        Some((Broken::Subject, "/recipient".to_owned()))
    );
}

#[test]
fn evidence_that_does_not_belong_together_is_never_bundled() {
    let other = MessageId::from_bytes([9; 16]).to_string();
    let change = |n: usize, change: &dyn Fn(&mut Entry)| {
        let mut steps = delivered();
        change(&mut steps[n]);
        broken(bundle_of(&steps).1)
    };
    let subject = |n| Some((Broken::Subject, format!("/entries/{n}/leaf")));
    assert_eq!(change(2, &|e| e.subject[0] = other.clone()), subject(2));
    assert_eq!(change(2, &|e| e.subject.push(other.clone())), subject(2));
    assert_eq!(
        change(2, &|e| e
            .subject
            .push("rcp_0000000000000000000000000A".to_owned())),
        subject(2)
    );
    assert_eq!(change(3, &|e| drop(e.subject.pop())), subject(3));
    assert_eq!(change(3, &|e| e.subject.clear()), subject(3));
    assert_eq!(
        change(3, &|e| e.actor =
            "rcp_0000000000000000000000000A".to_owned()),
        subject(3)
    );
    assert_eq!(
        change(1, &|e| e.organisation =
            model::OrganisationId::from_bytes([8; 16])),
        subject(1)
    );

    let order = Some((Broken::Order, "/entries".to_owned()));
    let mut late = delivered();
    late.swap(0, 3);
    assert_eq!(broken(bundle_of(&late).1), order);
    let mut twice = delivered();
    twice.push(step(9, "message.accepted", &[]));
    assert_eq!(broken(bundle_of(&twice).1), order);
    let none = Some((Broken::NoAcceptance, "/entries".to_owned()));
    assert_eq!(broken(bundle_of(&delivered()[1..]).1), none);
    assert_eq!(broken(bundle_of(&delivered()[1..2]).1), none);
    assert_eq!(broken(bundle_of(&[]).1), none);
}

#[test]
fn a_bundle_of_another_key_is_refused_when_one_is_trusted() {
    let (log, bundle) = bundle_of(&delivered());
    let bundle = bundle.expect("a valid bundle");
    let impostor = Signer::from_seed(log.key().name(), &[8; 32]).expect("a valid name");
    assert_eq!(
        broken(bundle.verify(Some(impostor.verifier()))),
        Some((Broken::OtherKey, "/log".to_owned()))
    );
}
