//! Mail as bytes: addresses, MIME, DSN, SMTP sessions
