//! From a tree to a type, keeping the way to what is wrong.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::vec::IntoIter;

use model::{Code, Error};
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Unexpected, Visitor};

use super::{Json, is_name};

/// What is wrong, and the way there from the innermost step outwards.
#[derive(Debug)]
pub(crate) struct Wrong {
    code: Code,
    way: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Field(String),
    Index(usize),
}

impl Wrong {
    fn new(code: Code) -> Self {
        Self {
            code,
            way: Vec::new(),
        }
    }
    fn under(mut self, step: Step) -> Self {
        self.way.push(step);
        self
    }

    /// With a JSON pointer (RFC 6901). It ends before a name that does not look like one.
    pub(super) fn into_error(self) -> Error {
        let mut pointer = String::new();
        for step in self.way.iter().rev() {
            match step {
                Step::Field(name) if !is_name(name) => break,
                Step::Field(name) => pointer.push_str(&format!("/{name}")),
                Step::Index(index) => pointer.push_str(&format!("/{index}")),
            }
        }
        let error = Error::new(self.code);
        if pointer.is_empty() {
            error
        } else {
            error.at(pointer)
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.word())
    }
}
impl std::error::Error for Wrong {}

/// Messages are dropped: they quote what was submitted.
impl de::Error for Wrong {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(Code::FieldInvalid)
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::new(Code::FieldType)
    }
    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new(Code::FieldUnknown).under(Step::Field(field.to_owned()))
    }
    fn missing_field(field: &'static str) -> Self {
        Self::new(Code::FieldMissing).under(Step::Field(field.to_owned()))
    }
}

impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(v) => visitor.visit_bool(v),
            Self::Unsigned(v) => visitor.visit_u64(v),
            Self::Signed(v) => visitor.visit_i64(v),
            Self::Float(v) => visitor.visit_f64(v),
            Self::Text(Cow::Borrowed(v)) => visitor.visit_borrowed_str(v),
            Self::Text(Cow::Owned(v)) => visitor.visit_string(v),
            Self::List(items) => visitor.visit_seq(Items {
                rest: items.into_iter(),
                index: 0,
            }),
            Self::Object(fields) => visitor.visit_map(Fields::new(fields)?),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Self::Null => visitor.visit_none(),
            some => visitor.visit_some(some),
        }
    }

    /// Derived types would take their fields from a list, too; ours are objects only.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self {
            Self::Object(_) => self.deserialize_any(visitor),
            _ => Err(Wrong::new(Code::FieldType)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for Json<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct Items<'de> {
    rest: IntoIter<Json<'de>>,
    index: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        let Some(item) = self.rest.next() else {
            return Ok(None);
        };
        let read = seed
            .deserialize(item)
            .map_err(|wrong| wrong.under(Step::Index(self.index)))?;
        self.index += 1;
        Ok(Some(read))
    }
}

struct Fields<'de> {
    rest: IntoIter<(Cow<'de, str>, Json<'de>)>,
    value: Option<(String, Json<'de>)>,
}

impl<'de> Fields<'de> {
    /// RFC 8259 §4 leaves repeated names open; two readers of one body must not see two messages.
    fn new(fields: Vec<(Cow<'de, str>, Json<'de>)>) -> Result<Self, Wrong> {
        let mut seen = BTreeSet::new();
        if let Some((name, _)) = fields.iter().find(|(name, _)| !seen.insert(name.as_ref())) {
            return Err(Wrong::new(Code::JsonInvalid).under(Step::Field(name.to_string())));
        }
        Ok(Self {
            rest: fields.into_iter(),
            value: None,
        })
    }
}

impl<'de> de::MapAccess<'de> for Fields<'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        let Some((name, value)) = self.rest.next() else {
            return Ok(None);
        };
        let key = seed.deserialize(Json::Text(name.clone()))?;
        self.value = Some((name.into_owned(), value));
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        // serde asks for a value only after its key.
        let (name, value) = self
            .value
            .take()
            .ok_or_else(|| Wrong::new(Code::Internal))?;
        seed.deserialize(value)
            .map_err(|wrong| wrong.under(Step::Field(name)))
    }
}
