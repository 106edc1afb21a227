//! Sizes are counted in code, whatever comments and strings hold.

use xtask::house::lexer::lex;
use xtask::house::sizes::{FILE_LINES_MAX, FUNCTION_LINES_MAX, check, functions, percentile};
use xtask::house::tree::Tree;

#[test]
fn a_long_function_and_a_long_file_are_found() {
    let body = "    work();\n".repeat(FUNCTION_LINES_MAX);
    let function = format!("//! A module.\nfn long() {{\n{body}}}\n");
    let file = format!("//! A module.\n{}", "// line\n".repeat(FILE_LINES_MAX));
    let tree = Tree::of(&[
        ("crates/a/src/f.rs", &function),
        ("crates/a/src/g.rs", &file),
        ("crates/a/src/h/tests.rs", &file),
    ]);

    let rules: Vec<_> = check(&tree)
        .into_iter()
        .map(|finding| (finding.place, finding.rule))
        .collect();

    assert!(
        rules.contains(&("crates/a/src/f.rs:2".to_owned(), "function sizes")),
        "{rules:?}"
    );
    assert!(
        rules.contains(&("crates/a/src/g.rs".to_owned(), "file sizes")),
        "{rules:?}"
    );
    assert!(
        rules.contains(&("all sources".to_owned(), "file sizes")),
        "{rules:?}"
    );
    assert!(
        !rules.iter().any(|(place, _)| place.contains("tests.rs")),
        "{rules:?}"
    );
}

#[test]
fn braces_in_quotes_and_comments_do_not_count() {
    let source = r####"
fn a() -> &'static str {
    // }
    let _ = ('}', '\'', b'}', "}\"}", r#"}"}"#);
    /* } /* } */ } */
    "é}"
}
trait T { fn declared(x: [u8; 2]) -> bool; }
fn b<'a>(x: &'a str) -> &'a str { x }
"####;
    let found: Vec<_> = functions(&lex(source).code)
        .into_iter()
        .map(|f| (f.name, f.line, f.lines))
        .collect();
    assert_eq!(found, [("a".to_owned(), 2, 6), ("b".to_owned(), 9, 1)]);
}

#[test]
fn masks_hold_every_byte_once() {
    let source = "let x = \"text\"; // comment\n/* é */ 'c' r#type r\"raw\"";
    let masks = lex(source);
    assert_eq!(
        masks.strings.split_whitespace().collect::<Vec<_>>(),
        ["\"text\"", "'c'", "r\"raw\""]
    );
    assert_eq!(
        masks.comments.split_whitespace().collect::<Vec<_>>(),
        ["//", "comment", "/*", "é", "*/"]
    );
    assert_eq!(
        masks.code.split_whitespace().collect::<Vec<_>>(),
        ["let", "x", "=", ";", "r#type"]
    );
}

#[test]
fn percentiles_are_nearest_rank() {
    let values: Vec<usize> = (1..=10).collect();
    assert_eq!(
        (
            percentile(&values, 50),
            percentile(&values, 90),
            percentile(&[], 50)
        ),
        (5, 9, 0)
    );
}
