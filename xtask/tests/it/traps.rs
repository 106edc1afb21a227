//! A trap without a test, and a test that is only claimed, are found.

use xtask::house::traps::{PAGES, check};
use xtask::house::tree::Tree;

fn found(rows: &str) -> Vec<String> {
    let page = format!(
        "# Traps\n\n| trap | source | what fails |\n|---|---|---|\n{rows}\n\nText `a::b` outside.\n"
    );
    let tree = Tree::of(&[
        (PAGES[0], &page),
        (PAGES[1], "# Traps"),
        (
            "crates/mail/tests/it/smuggling.rs",
            "#[test]\nfn nine() {}\n// fn hidden() {}\n",
        ),
        (
            "crates/mail/src/smtp/data/tests.rs",
            "proptest! { #[test] fn splits(x in 0..9) {} }",
        ),
        ("crates/mail/src/smtp/data.rs", "fn shipped() {}"),
        ("xtask/tests/it/traps.rs", "fn found() {}"),
        ("crates/mail/tests/dialogues/server/nul.smtp", "S: 220"),
        ("peers/x.py", "def test_it():\n    pass\n"),
    ]);
    check(&tree).into_iter().map(|f| f.what).collect()
}

#[test]
fn what_is_named_must_exist() {
    let good = "| a | RFC 1 | `mail::smuggling::nine`, `mail::smtp::data::tests::splits` |\n\
                | b | RFC 2 | `crates/mail/tests/dialogues/server/nul.smtp` |\n\
                | c | RFC 3 | `peers/x.py::test_it`, `xtask::traps::found` |";
    assert_eq!(found(good), Vec::<String>::new());
    for (name, why) in [
        ("mail::smuggling::ten", "never written"),
        ("mail::smuggling::nin", "half a name"),
        ("mail::smuggling::hidden", "a comment"),
        ("mail::smtp::data::shipped", "no test"),
        ("crates/mail/tests/dialogues/server/gone.smtp", "no file"),
        ("peers/x.py::test_other", "no function"),
        ("nine", "no place"),
    ] {
        let row = format!("| a | RFC 1 | `mail::smuggling::nine`, `{name}` |");
        assert_eq!(found(&row), [format!("there is no {name}")], "{why}");
    }
}

#[test]
fn a_row_without_a_test_a_source_that_went_and_a_missing_page_are_found() {
    assert_eq!(
        found("| a | RFC 1 | by hand |"),
        ["a row without a test".to_owned()]
    );
    assert_eq!(
        found("| a | `crates/mail/src/gone.rs` | `mail::smuggling::nine` |"),
        ["there is no crates/mail/src/gone.rs".to_owned()]
    );
    assert_eq!(check(&Tree::of(&[])).len(), 2);
}
