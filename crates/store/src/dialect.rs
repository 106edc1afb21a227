//! Where the two engines' SQL differs, and nothing else.
//!
//! Statements and migrations are written once, for PostgreSQL. SQLite's text follows from it:
//! `$1` becomes `?1` (in SQLite `$1` is a name, numbered by first appearance), row locks vanish
//! (there is one writer), and column types map to those of STRICT tables. PostgreSQL's `TEXT` sorts
//! by bytes as SQLite's does, whatever the database's locale.

const LOCKS: [&[u8]; 2] = [b" FOR UPDATE SKIP LOCKED", b" FOR UPDATE"];

/// Rewrites a statement for SQLite while compiling: the first `N` octets, and how many there are.
pub(crate) const fn rewrite<const N: usize>(sql: &str) -> ([u8; N], usize) {
    let text = sql.as_bytes();
    let mut out = [0u8; N];
    let (mut from, mut to) = (0, 0);
    let mut quoted = false;
    while from < text.len() {
        if text[from] == b'\'' {
            quoted = !quoted;
        }
        if !quoted {
            let lock = lock_at(text, from);
            if lock > 0 {
                from += lock;
                continue;
            }
        }
        let parameter = !quoted
            && text[from] == b'$'
            && from + 1 < text.len()
            && text[from + 1].is_ascii_digit();
        if to < N {
            out[to] = if parameter { b'?' } else { text[from] };
        }
        to += 1;
        from += 1;
    }
    (out, to)
}

/// The length of the row-lock clause that starts at `from`, or 0.
const fn lock_at(text: &[u8], from: usize) -> usize {
    let mut which = 0;
    while which < LOCKS.len() {
        let lock = LOCKS[which];
        let mut i = 0;
        while i < lock.len() && from + i < text.len() && text[from + i] == lock[i] {
            i += 1;
        }
        if i == lock.len() {
            return i;
        }
        which += 1;
    }
    0
}

/// Lines of a migration that one engine alone is given stand behind this one.
const ONLY_SQLITE: &str = "-- only sqlite";
const ONLY_POSTGRES: &str = "-- only postgres";

/// A migration without what stands behind `other`, up to the next line of that kind.
fn without(sql: &str, other: &str) -> String {
    let mut kept = true;
    let mut out = String::with_capacity(sql.len());
    for line in sql.lines() {
        if [ONLY_SQLITE, ONLY_POSTGRES].contains(&line.trim()) {
            kept = line.trim() != other;
        }
        if kept {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// A migration for SQLite: STRICT tables, so that no column silently changes its type.
pub(crate) fn ddl_for_sqlite(sql: &str) -> String {
    map_tables(
        &without(sql, ONLY_POSTGRES),
        &|body| {
            // AUTOINCREMENT: a number is never given twice, as with a sequence.
            let body = body.replace("BIGSERIAL PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT");
            words(&body, &|word| match word {
                "BIGINT" => Some("INTEGER"),
                "BYTEA" => Some("BLOB"),
                _ => None,
            })
        },
        " STRICT",
    )
}

/// A migration for PostgreSQL: text compares by bytes.
pub(crate) fn ddl_for_postgres(sql: &str) -> String {
    map_tables(
        &without(sql, ONLY_SQLITE),
        &|body| {
            words(body, &|word| {
                (word == "TEXT").then_some("TEXT COLLATE \"C\"")
            })
        },
        "",
    )
}

/// Applies `map` to each `CREATE TABLE` and `ALTER TABLE`, and adds `ending` to the former.
fn map_tables(sql: &str, map: &dyn Fn(&str) -> String, ending: &str) -> String {
    let sql = without_comments(sql);
    let mut out = String::with_capacity(sql.len() + 256);
    for statement in sql.split_inclusive(';') {
        let is_table = statement.trim_start().starts_with("CREATE TABLE");
        match statement.strip_suffix(';') {
            Some(body) if statement.trim_start().starts_with("ALTER TABLE") => {
                out.push_str(&map(body));
                out.push(';');
            }
            Some(body) if is_table => {
                out.push_str(&map(body));
                out.push_str(ending);
                out.push(';');
            }
            _ => out.push_str(statement),
        }
    }
    out
}

/// Drops `-- …` to the end of the line, which may hold any word and any semicolon.
fn without_comments(sql: &str) -> String {
    sql.lines()
        .map(|line| {
            line.split_once("--")
                .map_or(line, |(code, _)| code)
                .trim_end()
        })
        .filter(|line| !line.is_empty())
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Replaces whole words outside of `'…'`.
fn words(text: &str, map: &dyn Fn(&str) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for (i, part) in text.split('\'').enumerate() {
        if i > 0 {
            out.push('\'');
        }
        if i % 2 == 1 {
            out.push_str(part);
            continue;
        }
        let mut rest = part;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            out.push_str(map(word).unwrap_or(word));
            let next = after.find(is_word).unwrap_or(after.len());
            out.push_str(&after[..next]);
            rest = &after[next..];
        }
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests;
