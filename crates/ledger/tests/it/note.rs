//! C2SP signed notes.

use caduceus_ledger::Broken;
use caduceus_ledger::note::{Signer, Verifier, verify};
use model::Code;
use proptest::prelude::*;

use crate::world::broken;

/// Key, text and signature of the example in the documentation of Go's `note` package.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signer(name: &str, seed: u8) -> Signer {
    Signer::from_seed(name, &[seed; 32]).expect("a valid name")
}

#[test]
fn gos_example_opens() {
    let key = Verifier::parse(GO_KEY).expect("Go wrote it");
    assert_eq!(key.to_string(), GO_KEY);
    let opened = verify(GO_NOTE, &[key]).expect("Go signed it");
    assert!(opened.text.ends_with("what your problem is.\n"));
    assert_eq!((opened.signed_by, opened.passed_over), (vec![0], 0));
}

#[test]
fn a_text_may_hold_empty_lines() {
    let signer = signer("log.example", 1);
    let text = "one\n\n\u{2014} not a signature\n\ntwo\n";
    let note = signer.sign(text).expect("a valid text");
    assert_eq!(
        verify(&note, &[signer.verifier().clone()])
            .expect("signed")
            .text,
        text
    );
}

#[test]
fn texts_and_names_that_notes_cannot_hold_are_refused() {
    let good = signer("log.example", 1);
    for text in ["", "no newline", "a\rb\n", "a\tb\n", "a\0\n"] {
        assert_eq!(
            good.sign(text).err().map(|e| e.code()),
            Some(Code::FieldInvalid),
            "{text:?}"
        );
    }
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b"] {
        assert_eq!(
            Signer::from_seed(name, &[1; 32]).err().map(|e| e.code()),
            Some(Code::FieldInvalid),
            "{name:?}"
        );
    }
}

#[test]
fn signatures_of_strangers_are_passed_over_and_never_enough() {
    let (ours, theirs) = (signer("log.example", 1), signer("witness.example", 2));
    let note = ours.sign("text\n").expect("a valid text");
    let line = theirs
        .sign("text\n")
        .expect("a valid text")
        .rsplit("\n\n")
        .next()
        .expect("a line")
        .to_owned();
    let both = note.clone() + &line;

    let opened = verify(&both, &[ours.verifier().clone()]).expect("we signed");
    assert_eq!((opened.signed_by, opened.passed_over), (vec![0], 1));
    let opened =
        verify(&both, &[theirs.verifier().clone(), ours.verifier().clone()]).expect("both signed");
    assert_eq!((opened.signed_by, opened.passed_over), (vec![1, 0], 0));
    let nobody = signer("log.example", 3);
    assert_eq!(
        broken(verify(&both, &[nobody.verifier().clone()])),
        Some((Broken::Unsigned, String::new()))
    );
    assert_eq!(
        broken(verify(&both, &[])),
        Some((Broken::Unsigned, String::new()))
    );
}

#[test]
fn one_wrong_signature_of_a_known_key_refuses_the_note() {
    let (ours, theirs) = (signer("log.example", 1), signer("witness.example", 2));
    let good = ours.sign("text\n").expect("a valid text");
    let wrong = theirs
        .sign("other text\n")
        .expect("a valid text")
        .rsplit("\n\n")
        .next()
        .expect("a line")
        .to_owned();
    let keys = [ours.verifier().clone(), theirs.verifier().clone()];
    assert_eq!(
        broken(verify(&(good + &wrong), &keys)),
        Some((Broken::Signature, String::new()))
    );
}

#[test]
fn what_is_not_a_note_is_refused() {
    let ours = signer("log.example", 1);
    let note = ours.sign("text\n").expect("a valid text");
    let keys = [ours.verifier().clone()];
    let twice = format!("{note}{}", note.rsplit("\n\n").next().expect("a line"));
    for bad in [
        "",
        "text\n",
        "text\n\n",
        note.trim_end(),
        &note.replace("\u{2014} ", "- "),
        &note.replace('\n', "\r\n"),
        &format!("{note}\n"),
        &format!("{note}trailing\n"),
        &twice,
        &note.replace("text", "te\u{7f}xt"),
    ] {
        assert_eq!(
            broken(verify(bad, &keys)).map(|(what, _)| what),
            Some(Broken::Format),
            "{bad:?}"
        );
    }
}

#[test]
fn a_key_text_has_one_form() {
    for bad in [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
    ] {
        assert_eq!(
            broken(Verifier::parse(bad)).map(|(what, _)| what),
            Some(Broken::Format),
            "{bad:?}"
        );
    }
}

proptest! {
    #[test]
    fn what_was_signed_opens_and_no_other_text(seed: [u8; 32], lines in prop::collection::vec("[^\u{0}-\u{1f}\u{7f}]{0,20}", 1..5), other in "[a-z]{1,8}") {
        let signer = Signer::from_seed("log.example", &seed).expect("a valid name");
        let text = lines.join("\n") + "\n";
        let note = signer.sign(&text).expect("a valid text");
        let keys = [Verifier::parse(&signer.verifier().to_string()).expect("our own form")];
        prop_assert_eq!(&verify(&note, &keys).expect("signed").text, &text);
        let changed = format!("{other}{note}");
        prop_assert_eq!(broken(verify(&changed, &keys)).map(|(what, _)| what), Some(Broken::Signature));
    }
}
