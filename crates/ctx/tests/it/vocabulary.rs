//! The vocabulary of events is closed: what the program records is in it, once, with its meaning.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use model::events::{ALL, find};

/// Each `Event::new("…")` of each source of the house.
#[test]
fn every_recorded_kind_is_in_the_vocabulary() -> Result<(), Box<dyn std::error::Error>> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut recorded = BTreeSet::new();
    for entry in fs::read_dir(crates)? {
        let source = entry?.path().join("src");
        if source.is_dir() {
            collect(&source, &mut recorded)?;
        }
    }
    assert!(recorded.len() > 25, "{recorded:?}");
    let unknown: Vec<_> = recorded
        .iter()
        .filter(|word| find(word).is_none())
        .collect();
    assert!(unknown.is_empty(), "not in model::events: {unknown:?}");
    Ok(())
}

fn collect(folder: &Path, recorded: &mut BTreeSet<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, recorded)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path)?;
            let calls = text.split("Event::new(").skip(1);
            let words =
                calls.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
            recorded.extend(words.map(str::to_owned));
        }
    }
    Ok(())
}

/// Words and facts are plain, a meaning is a sentence, and nothing stands there twice.
#[test]
fn the_vocabulary_is_well_formed() {
    let plain = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
    };
    let mut seen = BTreeSet::new();
    for kind in ALL {
        assert!(seen.insert(kind.word), "{} stands there twice", kind.word);
        assert!(kind.word.split('.').all(plain), "{}", kind.word);
        assert!(
            kind.means.len() > 10 && !kind.means.ends_with('.'),
            "{}",
            kind.word
        );
        let facts: BTreeSet<_> = kind.facts.iter().collect();
        assert_eq!(
            facts.len(),
            kind.facts.len(),
            "{} names a fact twice",
            kind.word
        );
        assert!(kind.facts.iter().all(|fact| plain(fact)), "{}", kind.word);
    }
}
