//! Each habit has a bad example that is found and a good one that is not.

use xtask::house::habits::{check, has_word};
use xtask::house::tree::Tree;
use xtask::house::words;

/// (path, source without its header, rule that must be found, or none)
const CASES: &[(&str, &str, Option<&str>)] = &[
    (
        "crates/a/src/x.rs",
        "fn f() { todo!() }",
        Some("unfinished work"),
    ),
    (
        "crates/a/src/x.rs",
        "fn f() {} // FIXME later",
        Some("unfinished work"),
    ),
    (
        "crates/a/src/x.rs",
        "// enough for now\nfn f() {}",
        Some("unfinished work"),
    ),
    ("crates/a/src/x.rs", "const WORD: &str = \"FIXME\";", None),
    (
        "crates/a/src/x.rs",
        "#[allow(dead_code)]\nfn f() {}",
        Some("attributes"),
    ),
    (
        "crates/a/tests/it/main.rs",
        "#[test]\n#[ignore]\nfn f() {}",
        Some("attributes"),
    ),
    (
        "crates/a/src/x.rs",
        "#[expect(dead_code, reason = \"shown\")]\nfn f() {}",
        None,
    ),
    (
        "crates/a/src/x.rs",
        "fn f() { open(Access::grant()) }",
        Some("PHI is opened by ctx"),
    ),
    (
        "crates/ctx/src/x.rs",
        "fn f() { open(Access::grant()) }",
        None,
    ),
    ("crates/a/src/x.rs", "fn get_name() {}", Some("names")),
    ("crates/a/src/utils.rs", "fn f() {}", Some("names")),
    (
        "crates/a/src/x.rs",
        "const Q: &str = \"SELECT id FROM messages\";",
        Some("SQL lives in store"),
    ),
    (
        "crates/store/src/x.rs",
        "const Q: &str = \"SELECT id FROM messages\";",
        None,
    ),
    (
        "crates/a/src/x.rs",
        "// SELECT id FROM messages is store's\nfn f() {}",
        None,
    ),
];

#[test]
fn good_and_bad_examples() {
    for (path, source, expected) in CASES {
        let text = format!("//! A module.\n{source}\n");
        let rules: Vec<_> = check(&Tree::of(&[(path, &text)]))
            .into_iter()
            .map(|finding| finding.rule)
            .collect();
        assert_eq!(rules.first().copied(), *expected, "{path}: {source}");
    }
}

#[test]
fn a_module_without_its_header_is_found() {
    let found = check(&Tree::of(&[
        ("crates/a/src/x.rs", "fn f() {}\n"),
        ("crates/a/src/x/tests.rs", "fn f() {}\n"),
    ]));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].place.as_str(), found[0].rule),
        ("crates/a/src/x.rs", "module header")
    );
}

#[test]
fn a_registry_host_is_found_anywhere_but_in_the_lock_file() {
    let line = format!("see https://{}{}/x\n", "crates", ".io");
    let found = words::check(&Tree::of(&[("README.md", &line), ("Cargo.lock", &line)]));
    assert_eq!(
        found
            .iter()
            .map(|finding| finding.place.as_str())
            .collect::<Vec<_>>(),
        ["README.md:1"]
    );
}

#[test]
fn words_are_whole() {
    assert!(has_word("a TODO: this", "TODO"));
    assert!(!has_word("TODOS and XTODO", "TODO"));
}
