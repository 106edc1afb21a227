//! The lists that the other tests lean on are complete, and every statement is understood.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use store::tables;

use crate::Outcome;

sim::both_engines! {
    /// One text, both engines: each prepares every statement of the product.
    fn every_statement_is_prepared(store) {
        let mut refused = Vec::new();
        for (_, statements) in tables::ALL {
            for statement in *statements {
                if let Err(error) = store.read(|tx| tx.prepare(statement)) {
                    refused.push(format!("{}: {}", statement.name(), crate::told(&error)));
                }
            }
        }
        assert!(refused.is_empty(), "{refused:#?}");
    }
}

/// A module that declares statements is in the list, and by it in the test above.
#[test]
fn every_table_module_is_listed() -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tables");
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default()
            .to_owned();
        if path.is_file() && name != "mod" && fs::read_to_string(&path)?.contains("statements!") {
            found.insert(name);
        }
    }
    let listed: BTreeSet<String> = tables::ALL
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(found, listed);
    Ok(())
}

/// SQL is nowhere else: the constructor of statements is private, and so are the engines.
#[test]
fn every_migration_file_is_listed_and_numbered() -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        found.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    let listed: BTreeSet<String> = store::MIGRATIONS
        .iter()
        .map(|m| format!("{}.sql", m.name))
        .collect();
    assert_eq!(found, listed);
    for pair in store::MIGRATIONS.windows(2) {
        assert!(pair[0].version < pair[1].version, "{}", pair[1].name);
    }
    for migration in store::MIGRATIONS {
        assert!(
            migration
                .name
                .starts_with(&format!("{:04}_", migration.version)),
            "{}",
            migration.name
        );
    }
    Ok(())
}
