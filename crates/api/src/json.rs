//! JSON read strictly: every field known, every type right, no name twice, and an error that says
//! where.
//!
//! `serde_json` checks the grammar and gives a [`Json`] tree that borrows from the body; types with
//! `serde::Deserialize` are then read from the tree by [`read`], whose errors are codes with pointers.
//! Invariant: no error holds a submitted value; names of unknown fields appear only when they look
//! like names.

mod pairs;
mod parse;
mod read;

use std::borrow::Cow;

use model::{Code, Error, Result};
use serde::Deserialize;

pub(crate) use pairs::Pairs;

/// A JSON value. Text borrows from the body where nothing was escaped.
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// One JSON object as a `T`.
///
/// # Errors
/// `json_invalid`, `field_unknown`, `field_type`, `field_missing`, `field_invalid`, with a pointer.
pub(crate) fn from_slice<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T> {
    match parse::parse(bytes)? {
        object @ Json::Object(_) => object.read(),
        _ => Err(Error::new(Code::JsonInvalid)),
    }
}

impl<'a> Json<'a> {
    pub(crate) fn read<T: Deserialize<'a>>(self) -> Result<T> {
        T::deserialize(self).map_err(read::Wrong::into_error)
    }
}

/// A name that may stand in a pointer: what looks like a field's name, and nothing that looks like a
/// sentence, an address or a number somebody pasted.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests;
