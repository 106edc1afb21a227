//! A database seen from outside the program: what whoever holds the disk can read, and change.
//!
//! Invariant: it goes around every check of the store on purpose. A store in memory has no outside.

use model::Secret;
use postgres::{Client, NoTls, SimpleQueryMessage};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use store::Config;

use super::TestStore;

/// One stored value, as the bytes that lie there.
pub struct Cell {
    pub table: String,
    pub column: String,
    pub bytes: Vec<u8>,
}

/// A connection of someone else's.
pub enum Beside {
    Sqlite(Connection),
    Postgres(Box<Client>),
}

impl TestStore {
    /// # Panics
    /// For a store in memory.
    pub fn beside(&self) -> Beside {
        match self.config() {
            Config::Sqlite { dir, page_key } => {
                Beside::Sqlite(open_pages(&dir.join("caduceus.db"), page_key))
            }
            Config::Postgres { url, .. } => {
                let client = Client::connect(url.expose(), NoTls);
                Beside::Postgres(Box::new(client.expect("the test's database answers")))
            }
            Config::Memory => panic!("a store in memory has no outside"),
        }
    }
}

impl Beside {
    /// Every value of every table.
    pub fn cells(&mut self) -> Vec<Cell> {
        let tables = self.tables();
        tables
            .iter()
            .flat_map(|table| self.cells_of(table))
            .collect()
    }

    pub fn rows(&mut self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        match self {
            Self::Sqlite(db) => db.query_row(&sql, [], |row| row.get(0)).expect("a table"),
            Self::Postgres(client) => client.query_one(&sql, &[]).expect("a table").get(0),
        }
    }

    /// Puts `to` where a column holds the bytes `from`; gives how many rows changed.
    pub fn replace(&mut self, table: &str, column: &str, from: &[u8], to: &[u8]) -> u64 {
        let sql = format!("UPDATE {table} SET {column} = $1 WHERE {column} = $2");
        match self {
            Self::Sqlite(db) => db.execute(&sql, (to, from)).expect("a column of bytes") as u64,
            Self::Postgres(client) => client
                .execute(&sql, &[&to, &from])
                .expect("a column of bytes"),
        }
    }

    /// The same for a column of words.
    pub fn replace_text(&mut self, table: &str, column: &str, from: &str, to: &str) -> u64 {
        let sql = format!("UPDATE {table} SET {column} = $1 WHERE {column} = $2");
        match self {
            Self::Sqlite(db) => db.execute(&sql, (to, from)).expect("a column of words") as u64,
            Self::Postgres(client) => client
                .execute(&sql, &[&to, &from])
                .expect("a column of words"),
        }
    }

    /// Removes the rows in which a column holds these bytes.
    pub fn remove(&mut self, table: &str, column: &str, value: &[u8]) -> u64 {
        let sql = format!("DELETE FROM {table} WHERE {column} = $1");
        match self {
            Self::Sqlite(db) => db.execute(&sql, (value,)).expect("a column of bytes") as u64,
            Self::Postgres(client) => client.execute(&sql, &[&value]).expect("a column of bytes"),
        }
    }

    /// Every token of the archive's index that lies there, whether or not a search would find it.
    pub fn index_tokens(&mut self) -> std::collections::BTreeSet<String> {
        match self {
            Self::Sqlite(db) => {
                let sql = "CREATE VIRTUAL TABLE temp.tokens USING fts5vocab(main, postings, 'row')";
                db.execute_batch(sql).expect("a vocabulary");
                let mut statement = db.prepare("SELECT term FROM temp.tokens").expect("terms");
                let terms = statement.query_map([], |row| row.get(0)).expect("terms");
                let terms = terms.map(|term| term.expect("a term")).collect();
                drop(statement);
                db.execute_batch("DROP TABLE temp.tokens").expect("dropped");
                terms
            }
            Self::Postgres(client) => {
                let sql = "SELECT word FROM ts_stat('SELECT terms FROM postings')";
                let rows = client.query(sql, &[]).expect("terms");
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }

    fn tables(&mut self) -> Vec<String> {
        match self {
            Self::Sqlite(db) => {
                let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
                let mut statement = db.prepare(sql).expect("a schema");
                let names = statement.query_map([], |row| row.get(0)).expect("a schema");
                names.map(|name| name.expect("a name")).collect()
            }
            Self::Postgres(client) => {
                let sql =
                    "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
                let rows = client.query(sql, &[]).expect("a schema");
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }

    fn cells_of(&mut self, table: &str) -> Vec<Cell> {
        let sql = format!("SELECT * FROM {table}");
        let mut cells = Vec::new();
        let mut keep = |column: &str, bytes: Vec<u8>| {
            cells.push(Cell {
                table: table.to_owned(),
                column: column.to_owned(),
                bytes,
            });
        };
        match self {
            Self::Sqlite(db) => {
                let mut statement = db.prepare(&sql).expect("a table");
                let names: Vec<String> = statement
                    .column_names()
                    .iter()
                    .map(|&n| n.to_owned())
                    .collect();
                let mut rows = statement.query([]).expect("a table");
                while let Some(row) = rows.next().expect("a row") {
                    for (i, name) in names.iter().enumerate() {
                        keep(name, bytes_of(row.get_ref(i).expect("a column")));
                    }
                }
            }
            Self::Postgres(client) => {
                for message in client.simple_query(&sql).expect("a table") {
                    let SimpleQueryMessage::Row(row) = message else {
                        continue;
                    };
                    for (i, column) in row.columns().iter().enumerate() {
                        keep(column.name(), written(row.get(i).unwrap_or_default()));
                    }
                }
            }
        }
        cells
    }
}

fn open_pages(file: &std::path::Path, page_key: &Secret<[u8; 32]>) -> Connection {
    let db = Connection::open(file).expect("the database is there");
    let digits: String = page_key
        .expose()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let opening = format!(
        "PRAGMA key = \"x'{digits}'\"; PRAGMA cipher_page_size = 4096; \
         PRAGMA cipher_hmac_algorithm = HMAC_SHA256;"
    );
    db.execute_batch(&opening).expect("the key is set");
    db.busy_timeout(std::time::Duration::from_secs(10))
        .expect("a time to wait");
    db
}

fn bytes_of(value: ValueRef<'_>) -> Vec<u8> {
    match value {
        ValueRef::Null => Vec::new(),
        ValueRef::Integer(n) => n.to_string().into_bytes(),
        ValueRef::Real(n) => n.to_string().into_bytes(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
    }
}

/// PostgreSQL writes bytes as `\x` and hex.
fn written(text: &str) -> Vec<u8> {
    let digit = |c: u8| {
        char::from(c)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let pairs = text.strip_prefix("\\x").map(|hex| hex.as_bytes().chunks(2));
    let decoded = pairs.and_then(|mut pairs| {
        pairs.try_fold(Vec::new(), |mut out, pair| {
            let &[high, low] = pair else { return None };
            out.push(digit(high)? << 4 | digit(low)?);
            Some(out)
        })
    });
    decoded.unwrap_or_else(|| text.as_bytes().to_vec())
}
