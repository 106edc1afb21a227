//! What may be bound to a statement: integers, text, bytes, nothing else.
//!
//! Booleans are 0 and 1, times are microseconds, ids are their 16 bytes, closed sets are their
//! words: both engines then store and compare the same thing. Its `Debug` shows no value.

use model::Timestamp;

/// A bound parameter.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Id([u8; 16]),
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Value(..)")
    }
}

/// The word of a closed set, as text: `word(Method::Tls)`.
pub fn word<'a>(word: impl Into<Value<'a>>) -> Value<'a> {
    word.into()
}

macro_rules! from_small_integers {
    ($($int:ty),*) => {$(
        impl From<$int> for Value<'_> {
            fn from(n: $int) -> Self {
                Self::Int(i64::from(n))
            }
        }
    )*};
}
from_small_integers!(i64, i32, u32, u16, u8, bool);

macro_rules! from_large_integers {
    ($($int:ty),*) => {$(
        /// Beyond `i64` it saturates: nothing we count gets there.
        impl From<$int> for Value<'_> {
            fn from(n: $int) -> Self {
                Self::Int(i64::try_from(n).unwrap_or(i64::MAX))
            }
        }
    )*};
}
from_large_integers!(u64, usize);

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}
impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}
impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}
impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.micros())
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
