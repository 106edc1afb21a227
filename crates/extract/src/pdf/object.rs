//! The objects of a PDF as values.
//!
//! Invariant: an object holds no other object by pointer, only by number, so none holds itself.

use std::ops::Range;
use std::rc::Rc;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Object {
    Null,
    Bool,
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    Reference(u32),
    /// A dictionary, and where its data stand in the file.
    Stream(Dict, Range<usize>),
}

/// Keys without their slash, in the order of the file. Cheap to copy.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Dict(Rc<Vec<(Vec<u8>, Object)>>);

impl Dict {
    pub(super) fn of(pairs: Vec<(Vec<u8>, Object)>) -> Self {
        Self(Rc::new(pairs))
    }

    pub(super) fn find(&self, key: &str) -> Option<&Object> {
        let mut pairs = self.0.iter().rev();
        pairs
            .find(|(name, _)| name == key.as_bytes())
            .map(|(_, value)| value)
    }

    pub(super) fn name(&self, key: &str) -> Option<&[u8]> {
        match self.find(key)? {
            Object::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = &(Vec<u8>, Object)> {
        self.0.iter()
    }
}

impl Object {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A count, a length or a place; negative ones are none.
    pub(super) fn size(&self) -> Option<usize> {
        let number = self.number()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range was checked"
        )]
        (0.0..=4e9).contains(&number).then_some(number as usize)
    }
}
