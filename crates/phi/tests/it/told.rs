//! Names that no list has, known by what is said of their bearers: findings like any other, so that what is cut
//! out of a letter takes them along, wherever in it they stand.

use caduceus_phi::{FindingKind, Findings, Part, PartKind, Reading, Scanner};

fn scan(text: &str) -> Findings {
    Scanner::new().scan(
        &[Part::new(PartKind::Body, text)],
        &Reading::new(&|_| [0; 32]),
    )
}

/// The text without what was found in it, health left in.
fn cut(text: &str) -> String {
    let mut left = text.to_owned();
    let mut found = scan(text).findings;
    let about = [FindingKind::HealthTerm, FindingKind::TellingText];
    found.retain(|finding| !about.contains(&finding.kind));
    found.sort_by_key(|finding| std::cmp::Reverse(finding.start));
    for finding in found {
        left.replace_range(finding.start..finding.start + finding.len, "[…]");
    }
    left
}

#[test]
fn a_name_known_by_what_is_said_of_it_is_cut_out() {
    let letters = [
        (
            "Kestutis missed his methadone intake again. Case manager thinks Kestutis is using.",
            "Kestutis",
        ),
        (
            "Coach, Ezekiel passed out after laps and his lips were blue. He has the heart test on Wednesday, so no running until the doctor clears him.",
            "Ezekiel",
        ),
        (
            "Saw Cornelius at home at 10. He is more short of breath.",
            "Cornelius",
        ),
        (
            "Your patient Mahnoor Siddiqa was with us from noon with chest pain.",
            "Mahnoor",
        ),
        (
            "Maestra, Iker no puede comer nuez, se le cerró la garganta. La mamá de Iker",
            "Iker",
        ),
    ];
    for (letter, name) in letters {
        let left = cut(letter);
        assert!(!left.contains(name), "{name} is still there: {left}");
    }
}

#[test]
fn it_says_how_sure_it_is_and_counts_among_the_names() {
    let found = scan("Kestutis missed his methadone intake again.");
    let name = found.findings.iter().find(|f| f.kind == FindingKind::Name);
    assert_eq!(
        name.map(|f| (f.start, f.len, f.confidence)),
        Some((0, 8, 60))
    );
    assert_eq!(found.counts.get(&FindingKind::Name), Some(&1));
}

#[test]
fn everyday_words_at_the_head_of_a_sentence_are_no_names() {
    let letters = [
        "Told her to come to triage. Already on metoprolol. Family wants him at home.",
        "Confirmamos cama para mañana. Sugiero subir la sertralina, no duerme.",
        "Accepting: hip fracture, on warfarin. Crew found her on the floor. Route 9 was closed to him.",
    ];
    for letter in letters {
        let found = scan(letter);
        assert_eq!(found.counts.get(&FindingKind::Name), None, "{letter}");
    }
}
