//! Mail as bytes: SMTP sessions, reading, composing and explaining messages.
//!
//! Bytes in, bytes out: no sockets, no clock, no chance, no files. What comes off the wire is
//! hostile until parsed here. Invariant: nothing this crate writes holds a bare CR, a bare LF or a
//! NUL, and nothing it prints (`Debug`) holds an address, a subject or a body.

mod append;
pub mod bounce;
mod compose;
mod dsn;
pub mod engines;
pub mod forensics;
pub mod ldap;
pub mod markup;
mod message;
pub mod readings;
pub mod report;
pub mod return_path;
mod signed;
pub mod smtp;
mod sniff;
pub mod sts;
pub mod suspect;
mod trace;

pub use append::append_text;
pub use compose::{Compose, ComposePart, compose};
pub use dsn::{DsnAction, DsnFacts, dsn};
pub use message::{Message, Part, PartName, TextPart, parse};
pub use signed::dkim_key_names;
pub use sniff::{sniff, type_matches};
pub use trace::{header_block_end, received_line, replace_subject};
