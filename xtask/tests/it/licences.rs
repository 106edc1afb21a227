//! Licence expressions are read as SPDX means them, and a bad package is found.

use xtask::house::licences::{Rules, check, holds};

#[test]
fn expressions() {
    let allowed = |id: &str| ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].contains(&id);
    let cases = [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("GPL-3.0-only AND MIT", false),
        ("(MIT OR GPL-3.0-only) AND Apache-2.0", true),
        ("MIT AND (GPL-3.0-only OR AGPL-3.0-only)", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT WITH Unknown-exception", false),
        ("MIT OR", false),
        ("(MIT", false),
        ("", false),
    ];
    for (expression, expected) in cases {
        assert_eq!(holds(expression, &allowed), expected, "{expression}");
    }
}

#[test]
fn a_foreign_licence_and_a_banned_crate_are_found() -> anyhow::Result<()> {
    let rules: Rules = toml::from_str(
        "[licenses]\nallow = ['MIT']\nexceptions = [{ crate = 'odd', allow = ['Odd-1.0'] }]\n\
         [bans]\ndeny = [{ crate = 'ring', reason = 'one library' }]",
    )?;
    let all = "caduceus v0.1.0 (/work)\tMIT\t\ncopyleft v1.0.0\tGPL-3.0-only\t\nodd v1.0.0\tOdd-1.0\t\n\
               ring v0.17.0\tMIT\t (*)\nbare v1.0.0\t\t\n";
    let shipped = "caduceus v0.1.0 (/work)\tMIT\t\nring v0.17.0\tMIT\t\nstring v1.0.0\tMIT\t\n";

    let found: Vec<_> = check(all, shipped, &rules)
        .into_iter()
        .map(|f| (f.place, f.rule))
        .collect();

    let finding = |name: &str, rule| (name.to_owned(), rule);
    let expected = [
        finding("copyleft", "licences"),
        finding("bare", "licences"),
        finding("ring", "banned crates"),
    ];
    assert_eq!(found, expected);
    Ok(())
}
