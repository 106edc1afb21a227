//! Each limit is met by something that would pass it.

use caduceus_records::import::*;

use crate::archives::{gzip, tar, zip};
use crate::kit::{case, read_within, text};

fn limits(change: impl Fn(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

fn problems(octets: Vec<u8>, limits: Limits) -> Vec<Problem> {
    read_within(octets, limits)
        .into_iter()
        .flat_map(|one| one.problems)
        .collect()
}

#[test]
fn the_defaults_are_the_constants() {
    let limits = Limits::default();
    let sizes = (
        limits.message,
        limits.nested,
        limits.unpacked,
        limits.ratio,
        limits.ratio_after,
    );
    let constants = (
        IMPORT_MESSAGE_OCTETS_MAX,
        IMPORT_NESTED_OCTETS_MAX,
        IMPORT_UNPACKED_OCTETS_MAX,
        IMPORT_RATIO_MAX,
        IMPORT_RATIO_AFTER,
    );
    assert_eq!(sizes, constants);
    assert_eq!(
        (limits.entries, limits.depth),
        (IMPORT_ENTRIES_MAX, IMPORT_DEPTH_MAX)
    );
    assert_eq!(
        (limits.folder_depth, limits.rows),
        (IMPORT_FOLDER_DEPTH_MAX, IMPORT_ROWS_MAX)
    );
    assert_eq!(limits.embedded_depth, IMPORT_EMBEDDED_DEPTH_MAX);
}

#[test]
fn a_message_over_its_limit_is_named_and_the_next_one_read() {
    let large = "x\n".repeat(500_000);
    let from = "From a@b Mon Jan  7 09:08:07 2019\n";
    let mbox = format!("{from}Subject: large\n\n{large}\n{from}Subject: small\n\ny\n\n");
    let found = read_within(mbox.clone().into_bytes(), limits(|l| l.message = 100_000));
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].problems.as_slice(), found[0].octets.len()),
        (&[Problem::MessageTooLarge][..], 0)
    );
    assert_eq!(
        (text(&found[1]), found[1].place.number),
        ("Subject: small\n\ny\n".to_owned(), 2)
    );
    let alone = format!("Subject: large\n\n{large}").into_bytes();
    assert_eq!(
        problems(alone.clone(), limits(|l| l.message = 100_000)),
        [Problem::MessageTooLarge]
    );
    let exact = limits(|l| l.message = alone.len() as u64);
    assert_eq!(problems(alone, exact), []);
}

#[test]
fn bombs_end_at_the_ratio_and_at_the_sum() {
    let zeros = [case("alone.eml"), vec![b'x'; 4_000_000]].concat();
    let tight = limits(|l| l.ratio_after = 100_000);
    assert_eq!(
        problems(gzip(&zeros), tight.clone()),
        [Problem::ExpandsTooMuch]
    );
    assert_eq!(
        problems(zip(&[("a", &zeros)]), tight),
        [Problem::ExpandsTooMuch]
    );
    let sum = limits(|l| l.unpacked = 5_000_000);
    let found = problems(
        zip(&[("a", &zeros), ("b", &zeros), ("c", &zeros)]),
        sum.clone(),
    );
    assert_eq!(found, [Problem::ExpandsTooMuch, Problem::ExpandsTooMuch]);
    let found = problems(tar(&[("a", &zeros), ("b", &zeros)]), sum);
    assert!(found.contains(&Problem::ExpandsTooMuch));
}

#[test]
fn entries_are_counted_together() {
    let eml = case("alone.eml");
    let entries: Vec<(&str, &[u8])> = (0..10).map(|_| ("a.eml", eml.as_slice())).collect();
    for packed in [zip(&entries), tar(&entries)] {
        let found = read_within(packed, limits(|l| l.entries = 4));
        assert_eq!(found.len(), 5);
        assert_eq!(found[4].problems, [Problem::TooManyEntries]);
    }
}

#[test]
fn archives_that_must_be_held_are_held_within_their_limit() {
    let eml = case("alone.eml");
    let nested = tar(&[("a.zip", &zip(&[("a.eml", &eml)]))]);
    assert_eq!(
        problems(nested.clone(), limits(|l| l.nested = 100)),
        [Problem::ArchiveTooLarge]
    );
    assert_eq!(
        problems(nested.clone(), limits(|l| l.depth = 1)),
        [Problem::TooDeep]
    );
    assert_eq!(problems(nested, limits(|l| l.depth = 2)), []);
}

#[test]
fn folders_in_folders_down_to_the_limit() {
    let root = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("deep");
    std::fs::create_dir_all(root.join("a/b/c/d")).expect("folders");
    std::fs::write(root.join("a/b/c/d/x.eml"), case("alone.eml")).expect("written");
    let found: Vec<_> = Import::of_folder(&root, limits(|l| l.folder_depth = 2))
        .expect("opens")
        .collect();
    assert_eq!(
        (found.len(), found[0].problems.as_slice()),
        (1, &[Problem::TooDeep][..])
    );
    assert_eq!(
        Import::of_folder(&root, Limits::default())
            .expect("opens")
            .count(),
        1
    );
    let few: Vec<_> = Import::of_folder(&root, limits(|l| l.entries = 3))
        .expect("opens")
        .collect();
    assert_eq!(few[0].problems, [Problem::TooManyEntries]);
}

#[test]
fn a_from_line_over_its_limit_is_text() {
    let line = format!(
        "From {} Mon Jan  7 09:08:07 2019\n",
        "a".repeat(IMPORT_FROM_LINE_OCTETS_MAX)
    );
    let mbox = format!("From a@b Mon Jan  7 09:08:07 2019\nSubject: x\n\n\n{line}Subject: y\n\n");
    assert_eq!(read_within(mbox.into_bytes(), Limits::default()).len(), 1);
}

#[test]
fn names_are_cut_and_printable() {
    let name = format!("a\u{7}{}", "b".repeat(2 * IMPORT_NAME_CHARS_MAX));
    let found: Vec<_> = Import::of_file(
        std::io::Cursor::new(case("alone.eml")),
        &name,
        Limits::default(),
    )
    .expect("opens")
    .collect();
    assert_eq!(found[0].place.file.chars().count(), IMPORT_NAME_CHARS_MAX);
    assert!(found[0].place.file.starts_with("abb"));
}
