//! Pages that are missing or lie are found; limits are read as they are declared.

use xtask::house::pages::check;
use xtask::house::tree::Tree;
use xtask::reference::declared_limits;

#[test]
fn a_stale_page_and_a_quiet_change_log_are_found() {
    let tree = Tree::of(&[
        ("docs/reference/codes.md", "old"),
        ("CHANGELOG.md", "# Changes\n\n## 0.1\n\n### Added\n"),
    ]);
    let made = [("docs/reference/codes.md", "new".to_owned())];

    let found: Vec<_> = check(&tree, &made)
        .into_iter()
        .map(|f| (f.place, f.what))
        .collect();

    let has = |place: &str, what: &str| found.iter().any(|(p, w)| p == place && w.contains(what));
    assert!(has("docs/reference/codes.md", "differs"), "{found:?}");
    assert!(has("CHANGELOG.md", "Breaking"), "{found:?}");
    assert!(has("README.md", "missing"), "{found:?}");
    assert!(has(".cargo/config.toml", "demo"), "{found:?}");
}

#[test]
fn limits_are_read_with_value_and_reason() {
    let source = "/// RFC 5321 §4.5.3.1.8.\npub const RECIPIENTS_MAX: usize = 100;\n\
                  pub const BYTES_MAX: usize = 36 * 1_024 * 1024;\n\
                  /// Idle.\npub const IDLE_MAX: Duration = Duration::from_secs(2 * 86_400);\n";
    let found: Vec<_> = declared_limits(source)
        .into_iter()
        .map(|l| (l.name, l.value, l.why))
        .collect();
    let row =
        |name: &str, value: &str, why: &str| (name.to_owned(), value.to_owned(), why.to_owned());
    assert_eq!(
        found,
        [
            row("RECIPIENTS_MAX", "100", "RFC 5321 §4.5.3.1.8."),
            row("BYTES_MAX", "37,748,736", ""),
            row("IDLE_MAX", "172,800 s", "Idle."),
        ]
    );
}
