//! Which statements change settings: every one that writes to such a table, and no other.

use super::changes_settings;

#[test]
fn writes_to_settings_are_told_from_all_else() {
    let cases = [
        ("INSERT INTO apps (id) VALUES ($1)", true),
        ("UPDATE api_keys SET revoked_at = $3 WHERE id = $1", true),
        ("DELETE FROM domains WHERE id = $1", true),
        ("UPDATE organisation_keys SET wrapped_key = $2", true),
        ("SELECT id FROM apps WHERE id = $1", false),
        ("UPDATE messages SET stage = $3 WHERE id = $1", false),
        ("INSERT INTO apps_archive (id) VALUES ($1)", false),
        ("DELETE FROM organisations", true),
    ];
    for (sql, expected) in cases {
        assert_eq!(changes_settings(sql), expected, "{sql}");
    }
}

/// A statement that begins otherwise (`WITH …`) would change settings unseen.
#[test]
fn every_statement_begins_with_its_verb() {
    let verbs = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];
    let all = crate::tables::ALL.iter().flat_map(|(_, all)| *all);
    for statement in all {
        let sql = statement.postgres();
        assert!(verbs.iter().any(|verb| sql.starts_with(verb)), "{sql}");
    }
    assert!(crate::tables::apps::REVOKE_KEY.changes_settings());
}

/// What holds a message or its key goes by these alone: a new deleter has to ask what they ask, and be named here.
#[test]
fn whatever_destroys_messages_is_known() {
    let guarded = [
        "item_keys",
        "messages",
        "blobs",
        "recipients",
        "sealed",
        "records",
        "postings",
        "retention_items",
        "legal_holds",
        "matters",
        "hold_custodians",
        "disposals",
        "disposal_items",
        "ledger_payloads",
        "ledger_entries",
        "exports",
        "disclosed",
    ];
    let deletes = |sql: &str| {
        let table = sql.strip_prefix("DELETE FROM ")?;
        let end = table.find(' ').unwrap_or(table.len());
        guarded.into_iter().find(|one| *one == &table[..end])
    };
    let mut found = Vec::new();
    for (module, all) in crate::tables::ALL {
        for statement in *all {
            for sql in [statement.postgres(), statement.sqlite()] {
                found.extend(deletes(sql).map(|table| format!("{module}: {table}")));
            }
        }
    }
    found.sort();
    found.dedup();
    // A key of a thing that is no message; a key and a blob of one that two people agreed on; its words.
    let known = [
        "disposals: blobs",
        "disposals: item_keys",
        "disposals: ledger_payloads",
        "item_keys: item_keys",
        "postings: postings",
    ];
    assert_eq!(found, known);
}
