//! Time stamps by an authority (RFC 3161): the question, the answer, and what a token shows.
//!
//! Octets in, octets out: who is asked, and which authorities are believed, are arguments. Invariant:
//! a [`Stamp`] comes only of a token whose authority was given, over the octets that were given; it
//! says that they existed before a moment, never that they are true.

mod authority;
mod error;
mod question;
mod token;

pub use authority::Authorities;
pub use error::StampError;
pub use question::Question;
pub use token::{Stamp, Token};
