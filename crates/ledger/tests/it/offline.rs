//! `caduceus verify FILE…`: what each set of files is answered.

use caduceus_ledger::Broken;
use caduceus_ledger::bundle::{Bundle, Claim};
use caduceus_ledger::offline::{Checked, File, Verdict, check};

use crate::world::{Log, broken, bundle_of, delivered, message, noise, recipient, step};

fn run(files: &[(&str, &[u8])], trusted: Option<&Log>) -> Vec<Checked> {
    let files: Vec<_> = files
        .iter()
        .map(|(name, bytes)| File { name, bytes })
        .collect();
    check(&files, trusted.map(Log::key).as_ref())
}

fn why(checked: Checked) -> Option<Broken> {
    broken(checked.result).map(|(what, _)| what)
}

#[test]
fn a_bundle_needs_nothing_beside_it() {
    let (log, bundle) = bundle_of(&delivered());
    let bytes = bundle.expect("a valid bundle").encode();
    for trusted in [None, Some(&log)] {
        let answers = run(&[("proof.json", &bytes)], trusted);
        assert_eq!(answers[0].name, "proof.json");
        assert!(
            matches!(&answers[0].result, Ok(Verdict::Bundle(report)) if report.level == Claim::S2)
        );
    }
}

#[test]
fn a_bare_proof_and_its_entry_find_each_other_under_any_names() {
    let (log, bundle) = bundle_of(&delivered());
    let bundle = bundle.expect("a valid bundle");
    let proofs: Vec<_> = bundle.proofs().iter().map(|p| p.encode()).collect();
    let leaf = |n: usize| bundle.entries()[n].leaf.as_slice();
    let answers = run(
        &[
            ("a", leaf(2)),
            ("b", proofs[0].as_bytes()),
            ("c", proofs[2].as_bytes()),
            ("d", leaf(0)),
        ],
        Some(&log),
    );
    let indexes: Vec<_> = answers
        .iter()
        .map(|answer| match &answer.result {
            Ok(Verdict::Entry { index } | Verdict::Proof { index, .. }) => *index,
            other => panic!("{other:?}"),
        })
        .collect();
    let places: Vec<_> = bundle.entries().iter().map(|e| e.index).collect();
    assert_eq!(indexes, [places[2], places[0], places[2], places[0]]);
    assert!(
        matches!(&answers[1].result, Ok(Verdict::Proof { entry, .. }) if entry.kind == "message.accepted")
    );
}

#[test]
fn what_is_missing_is_named() {
    let (log, bundle) = bundle_of(&delivered());
    let bundle = bundle.expect("a valid bundle");
    let proof = bundle.proofs()[1].encode();
    let own = bundle.entries()[1].leaf.as_slice();
    let other = bundle.entries()[0].leaf.as_slice();

    let mut answers = run(&[("p", proof.as_bytes())], Some(&log));
    assert_eq!(why(answers.remove(0)), Some(Broken::NoEntry));
    let mut answers = run(&[("e", own)], Some(&log));
    assert_eq!(why(answers.remove(0)), Some(Broken::NoProof));
    let mut answers = run(&[("p", proof.as_bytes()), ("e", own)], None);
    assert_eq!(why(answers.remove(0)), Some(Broken::NoKey));
    let mut answers = run(&[("p", proof.as_bytes()), ("e", other)], Some(&log));
    assert_eq!(why(answers.remove(0)), Some(Broken::Inclusion));
    assert_eq!(why(answers.remove(0)), Some(Broken::NoProof));
}

#[test]
fn other_files_are_refused_and_do_not_disturb() {
    let (log, bundle) = bundle_of(&delivered());
    let bytes = bundle.expect("a valid bundle").encode();
    let answers = run(
        &[
            ("x", b"hello"),
            ("y", b""),
            ("z", &[0xFF; 40]),
            ("ok", &bytes),
        ],
        Some(&log),
    );
    let found: Vec<_> = answers.into_iter().map(why).collect();
    assert_eq!(
        found,
        [
            Some(Broken::Format),
            Some(Broken::Format),
            Some(Broken::Format),
            None
        ]
    );
}

/// The same log, size and key, but another history: the operator showed two worlds.
#[test]
fn two_histories_are_exposed() {
    let (one, bundle) = bundle_of(&delivered());
    let first = bundle.expect("a valid bundle").encode();
    let mut two = Log::new(one.key().name());
    two.append(vec![
        step(1, "message.accepted", &[])
            .encode()
            .expect("a valid entry"),
    ]);
    two.append(noise(one.tree.size() as usize - 1));
    let entries = vec![two.evidence(0, None)];
    let second = Bundle::new(message(), recipient(), two.key(), two.signed(), entries)
        .expect("valid alone")
        .encode();

    let found: Vec<_> = run(&[("a", &first), ("b", &second)], Some(&one))
        .into_iter()
        .map(why)
        .collect();
    assert_eq!(found, [None, Some(Broken::SplitView)]);
    let found: Vec<_> = run(&[("a", &first), ("b", &first)], Some(&one))
        .into_iter()
        .map(why)
        .collect();
    assert_eq!(found, [None, None]);
}
