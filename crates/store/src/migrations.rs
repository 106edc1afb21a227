//! The list of migrations, oldest first. Each is one file of `migrations/`, in the dialect of
//! PostgreSQL, applied once and never changed after a release.

/// One step of the schema. Versions count 1, 2, 3 …
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal,)*) => {
        pub const MIGRATIONS: &[Migration] = &[$(Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
        }),*];
    };
}

migrations! {
    1 "0001_foundation",
}
