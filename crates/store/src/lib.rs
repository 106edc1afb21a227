//! The only SQL: SQLite and PostgreSQL, migrations, blobs, outbox
