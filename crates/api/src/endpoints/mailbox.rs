//! A mailbox in JSON: an address alone, or an address with a name.

use std::fmt;

use model::{Address, Code, Error, Result};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use utoipa::openapi::schema::{
    KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

pub(super) struct Mailbox {
    address: String,
    pub(super) name: Option<String>,
    /// Whether the client wrote an object: then errors point into it.
    object: bool,
}

impl Mailbox {
    /// # Errors
    /// `header_injection` or `address_invalid`, at the field the client wrote.
    pub(super) fn address(&self, at: &str) -> Result<Address> {
        if self.object {
            parse(&self.address, &format!("{at}/address"))
        } else {
            parse(&self.address, at)
        }
    }
}

/// # Errors
/// `header_injection` or `address_invalid`, at `at`.
pub(super) fn parse(text: &str, at: &str) -> Result<Address> {
    if text.chars().any(char::is_control) {
        return Err(Error::new(Code::HeaderInjection).at(at));
    }
    Address::parse(text).map_err(|error| error.at(at))
}

impl<'de> Deserialize<'de> for Mailbox {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(MailboxVisitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    address: String,
    name: Option<String>,
}

struct MailboxVisitor;

impl<'de> Visitor<'de> for MailboxVisitor {
    type Value = Mailbox;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address, alone or with a name")
    }
    fn visit_str<E>(self, text: &str) -> Result<Mailbox, E> {
        Ok(Mailbox {
            address: text.to_owned(),
            name: None,
            object: false,
        })
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Mailbox, A::Error> {
        let fields = Fields::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Mailbox {
            address: fields.address,
            name: fields.name,
            object: true,
        })
    }
}

impl PartialSchema for Mailbox {
    fn schema() -> RefOr<Schema> {
        let address = || {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))
                .max_length(Some(318))
        };
        let name = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .max_length(Some(200));
        let object = ObjectBuilder::new()
            .property("address", address())
            .property("name", name)
            .required("address")
            .additional_properties(Some(
                utoipa::openapi::schema::AdditionalProperties::FreeForm(false),
            ));
        OneOfBuilder::new()
            .item(address())
            .item(object)
            .description(Some("An address, alone or with a display name (at most 200 octets, no control characters)."))
            .into()
    }
}

impl ToSchema for Mailbox {
    fn name() -> std::borrow::Cow<'static, str> {
        "Mailbox".into()
    }
}
