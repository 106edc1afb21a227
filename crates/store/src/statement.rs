//! One SQL text for both engines, declared by `statements!` and in no other way.
//!
//! The text is PostgreSQL's; SQLite's is derived from it while compiling. Invariant: a `Statement`
//! is a `static`, so its address names it in the caches of prepared statements.

use crate::dialect;

/// A statement of a table module. There is no public constructor: SQL lives in `tables` alone.
pub struct Statement {
    name: &'static str,
    postgres: &'static str,
    sqlite: &'static str,
    settings: bool,
}

/// The tables that say who may do what and how an installation is set up; they change seldom.
const SETTINGS: [&str; 18] = [
    "api_keys",
    "apps",
    "correspondents",
    "detector_versions",
    "directories",
    "dkim_keys",
    "domains",
    "key_options",
    "mail_options",
    "organisation_keys",
    "organisations",
    "recipient_keys",
    "registry_states",
    "rule_versions",
    "stream_options",
    "suppression_rules",
    "triggers",
    "webhooks",
];

/// What the use of a setting leaves behind is none.
const USE: &str = "UPDATE api_keys SET last_used_at ";

impl Statement {
    pub(crate) const fn declare(
        name: &'static str,
        postgres: &'static str,
        sqlite: &'static str,
    ) -> Self {
        Self {
            name,
            postgres,
            sqlite,
            settings: changes_settings(postgres),
        }
    }
    /// Whether it writes to one of the tables that `Store::settings_version` speaks of.
    pub(crate) fn changes_settings(&self) -> bool {
        self.settings
    }
    /// The Rust path, for errors and tests.
    pub fn name(&self) -> &'static str {
        self.name
    }
    pub(crate) fn postgres(&self) -> &'static str {
        self.postgres
    }
    pub(crate) fn sqlite(&self) -> &'static str {
        self.sqlite
    }
    /// Unique while the program runs, and cheap to hash.
    pub(crate) fn address(&'static self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

const fn changes_settings(sql: &str) -> bool {
    let verbs = ["INSERT INTO ", "UPDATE ", "DELETE FROM "];
    let text = sql.as_bytes();
    if starts_with(text, 0, USE.as_bytes()) > 0 {
        return false;
    }
    let mut verb = 0;
    while verb < verbs.len() {
        let mut table = 0;
        while table < SETTINGS.len() {
            let after = starts_with(text, 0, verbs[verb].as_bytes());
            let end = starts_with(text, after, SETTINGS[table].as_bytes());
            if after > 0 && end > 0 && (end == text.len() || !is_name(text[end])) {
                return true;
            }
            table += 1;
        }
        verb += 1;
    }
    false
}

/// Where `word` ends when it stands at `from`, or 0.
const fn starts_with(text: &[u8], from: usize, word: &[u8]) -> usize {
    let mut i = 0;
    while i < word.len() {
        if from + i >= text.len() || text[from + i] != word[i] {
            return 0;
        }
        i += 1;
    }
    from + i
}

const fn is_name(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || octet == b'_'
}

/// Octets of the SQLite text; see [`sqlite_text`].
pub(crate) const fn sqlite_len(sql: &str) -> usize {
    dialect::rewrite::<0>(sql).1
}

/// The SQLite text as bytes; `N` is what [`sqlite_len`] said.
pub(crate) const fn sqlite_text<const N: usize>(sql: &str) -> [u8; N] {
    dialect::rewrite::<N>(sql).0
}

/// Declares a module's statements: one `static` each, and `ALL`, the list that the tests prepare.
///
/// ```text
/// statements! {
///     /// Why it exists.
///     pub INSERT = "INSERT INTO messages (id, state) VALUES ($1, $2)";
///     /// What the engines say in different words: PostgreSQL's, then SQLite's.
///     pub FIND = "SELECT 1 WHERE terms @@ $1" => "SELECT 1 WHERE terms MATCH $1";
/// }
/// ```
macro_rules! statements {
    (@sqlite $text:ident) => { $text };
    (@sqlite $text:ident $own:expr) => { $own };
    ($($(#[$doc:meta])* $vis:vis $name:ident = $sql:expr $(=> $own:expr)?;)*) => {
        $(
            $(#[$doc])*
            $vis static $name: $crate::Statement = {
                const TEXT: &str = $sql;
                const OWN: &str = $crate::statement::statements!(@sqlite TEXT $($own)?);
                const OCTETS: [u8; $crate::statement::sqlite_len(OWN)] = $crate::statement::sqlite_text(OWN);
                const SQLITE: &str = match std::str::from_utf8(&OCTETS) {
                    Ok(text) => text,
                    Err(_) => panic!("the SQLite text is cut out of UTF-8 at ASCII bounds"),
                };
                $crate::Statement::declare(concat!(module_path!(), "::", stringify!($name)), TEXT, SQLITE)
            };
        )*
        /// Every statement of this module.
        pub const ALL: &[&$crate::Statement] = &[$(&$name),*];
    };
}
pub(crate) use statements;

#[cfg(test)]
mod tests;
