//! The rule itself, and that more found never means less.

use proptest::prelude::*;

use super::*;

fn tally(kinds: &[FindingKind], terms: &[&str]) -> Tally {
    let mut tally = Tally::default();
    kinds.iter().for_each(|kind| tally.kind(*kind));
    terms
        .iter()
        .for_each(|term| tally.term(term.as_bytes(), false));
    tally
}

#[test]
fn one_kind_alone() {
    for (kind, alone, with_health) in [
        (FindingKind::Mrn, PhiLevel::Certain, PhiLevel::Certain),
        (FindingKind::Mbi, PhiLevel::Certain, PhiLevel::Certain),
        (FindingKind::MemberId, PhiLevel::Certain, PhiLevel::Certain),
        (FindingKind::UsSsn, PhiLevel::Weak, PhiLevel::Likely),
        (FindingKind::DateOfBirth, PhiLevel::Weak, PhiLevel::Likely),
        (FindingKind::DateOfCare, PhiLevel::None, PhiLevel::Likely),
        (FindingKind::Phone, PhiLevel::None, PhiLevel::Weak),
        (FindingKind::Npi, PhiLevel::Weak, PhiLevel::Weak),
    ] {
        assert_eq!(tally(&[kind], &[]).level(), alone, "{kind} alone");
        assert_eq!(
            tally(&[kind], &["asthma"]).level(),
            with_health,
            "{kind} with health"
        );
    }
}

proptest! {
    #[test]
    fn more_found_never_lowers_the_level(
        kinds in prop::collection::vec(prop::sample::select(FindingKind::ALL.to_vec()), 0..6),
        terms in 0_usize..3,
        more in prop::sample::select(FindingKind::ALL.to_vec()),
    ) {
        let words = ["asthma", "biopsy", "clinic"];
        let before = tally(&kinds, &words[..terms]);
        let mut after = before.clone();
        after.kind(more);
        prop_assert!(after.level() >= before.level());
        after.term(b"dialysis", false);
        prop_assert!(after.level() >= before.level());
        prop_assert!(after.tells_in_subject() || !before.tells_in_subject());
    }
}
