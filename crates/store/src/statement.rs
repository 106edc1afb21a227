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
}

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
        }
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
/// }
/// ```
macro_rules! statements {
    ($($(#[$doc:meta])* $vis:vis $name:ident = $sql:expr;)*) => {
        $(
            $(#[$doc])*
            $vis static $name: $crate::Statement = {
                const TEXT: &str = $sql;
                const OCTETS: [u8; $crate::statement::sqlite_len(TEXT)] = $crate::statement::sqlite_text(TEXT);
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
