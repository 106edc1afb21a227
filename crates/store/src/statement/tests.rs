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
