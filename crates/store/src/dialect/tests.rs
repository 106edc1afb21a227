//! What each engine gets to read.

use super::{ddl_for_postgres, ddl_for_sqlite, rewrite};

fn sqlite(sql: &str) -> String {
    let (bytes, len) = rewrite::<4096>(sql);
    String::from_utf8(bytes[..len].to_vec()).expect("cut at ASCII bounds")
}

#[test]
fn statements_lose_locks_and_number_their_parameters() {
    let cases = [
        (
            "SELECT a FROM t WHERE b = $2 AND c = $1",
            "SELECT a FROM t WHERE b = ?2 AND c = ?1",
        ),
        (
            "SELECT a FROM t WHERE id = $1 FOR UPDATE",
            "SELECT a FROM t WHERE id = ?1",
        ),
        (
            "UPDATE t SET x = 1 WHERE id IN (SELECT id FROM t LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING id",
            "UPDATE t SET x = 1 WHERE id IN (SELECT id FROM t LIMIT ?1) RETURNING id",
        ),
        ("SELECT '$1 FOR UPDATE', $12", "SELECT '$1 FOR UPDATE', ?12"),
        ("SELECT 'it''s $1', $1", "SELECT 'it''s $1', ?1"),
        ("SELECT 'é$', $1", "SELECT 'é$', ?1"),
    ];
    for (postgres, expected) in cases {
        assert_eq!(sqlite(postgres), expected);
    }
}

const DDL: &str = "-- a comment; with a semicolon and BIGINT
CREATE TABLE t (
    seq BIGSERIAL PRIMARY KEY, -- TEXT
    id BYTEA NOT NULL UNIQUE,
    word TEXT NOT NULL DEFAULT 'BIGINT',
    n BIGINT NOT NULL
);
CREATE INDEX t_word ON t (word) WHERE n > 0;
";

#[test]
fn tables_become_strict_for_sqlite() {
    assert_eq!(
        ddl_for_sqlite(DDL),
        "CREATE TABLE t (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    word TEXT NOT NULL DEFAULT 'BIGINT',
    n INTEGER NOT NULL
) STRICT;
CREATE INDEX t_word ON t (word) WHERE n > 0;
"
    );
}

#[test]
fn text_sorts_by_bytes_on_postgres() {
    let ddl = ddl_for_postgres(DDL);
    assert!(
        ddl.contains("word TEXT COLLATE \"C\" NOT NULL DEFAULT 'BIGINT'"),
        "{ddl}"
    );
    assert!(ddl.contains("seq BIGSERIAL PRIMARY KEY,\n"), "{ddl}");
    assert!(!ddl.contains("STRICT"));
}

/// A column that is added later has the type it would have had from the beginning.
#[test]
fn added_columns_have_the_engines_types() {
    let sql = "ALTER TABLE t ADD COLUMN at BIGINT;\nALTER TABLE t ADD COLUMN name TEXT;\n";
    assert_eq!(
        ddl_for_sqlite(sql),
        "ALTER TABLE t ADD COLUMN at INTEGER;\nALTER TABLE t ADD COLUMN name TEXT;\n"
    );
    let ddl = ddl_for_postgres(sql);
    assert!(
        ddl.contains("at BIGINT;") && ddl.contains("name TEXT COLLATE \"C\";"),
        "{ddl}"
    );
}
