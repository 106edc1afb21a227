//! The list of migrations, oldest first. Each is one file of `migrations/`, in the dialect of
//! PostgreSQL, applied once and never changed after a release.

/// One step of the schema. Versions grow; some numbers were never used.
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
    2 "0002_transport",
    3 "0003_queue",
    4 "0004_inbound",
    5 "0005_suppressions",
    6 "0006_webhooks",
    7 "0007_health",
    8 "0008_tidy",
    9 "0009_sign_in",
    10 "0010_limits",
    11 "0011_wire",
    12 "0012_console",
    13 "0013_indexes",
    14 "0014_parked",
    15 "0015_correspondents",
    16 "0016_review",
    17 "0017_rules",
    21 "0021_registry",
    22 "0022_keys",
    23 "0023_arrivals",
    24 "0024_risk",
    25 "0025_key_lookups",
    26 "0026_telling",
    27 "0027_patterns",
    28 "0028_directories",
    29 "0029_sending_caps",
    30 "0030_revocations",
    31 "0031_records",
    32 "0032_holds",
    33 "0033_retention",
    34 "0034_exports",
    35 "0035_disposals",
    36 "0036_archive_desk",
    37 "0037_anchors",
    38 "0038_index",
    39 "0039_captures",
}
