//! What is given to a scan: texts by the part and the form they came in, and what the organisation
//! knows.
//!
//! Nothing here is read by the scanner after the scan; nothing here is stored.

use crate::own::Own;
use crate::patterns::Patterns;
use crate::registry::Registry;

/// Which part of the message a text came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    Subject,
    Body,
    /// Display names and other header text.
    Header,
    Attachment,
}

macro_rules! forms {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// How a text is laid out.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum Form { $($(#[$doc])* $variant,)* }
        impl Form {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

forms! {
    #[default]
    Prose = "prose",
    /// Prose that is sent but not shown, such as white letters on white.
    Hidden = "hidden",
    /// The first line holds the names of the columns; tabs part the cells.
    Table = "table",
    /// The header of a DICOM file, a `keyword: value` or `keyword\tvalue` a line.
    Dicom = "dicom",
    /// HL7 version 2, as sent.
    Hl7 = "hl7",
    /// ASC X12, as sent.
    X12 = "x12",
    /// FHIR as JSON or XML, as sent.
    Fhir = "fhir",
    /// C-CDA, as sent.
    Ccda = "ccda",
    /// iCalendar (RFC 5545), as sent.
    Calendar = "calendar",
    /// vCard (RFC 6350), as sent.
    Card = "card",
}

/// One text of a message.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    pub kind: PartKind,
    pub text: &'a str,
    pub form: Form,
}

impl<'a> Part<'a> {
    pub const fn new(kind: PartKind, text: &'a str) -> Self {
        Self {
            kind,
            text,
            form: Form::Prose,
        }
    }
}

/// What the organisation brings to a scan.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The organisation's keyed hash; it sees each value in one normal form.
    pub token: &'a dyn Fn(&str) -> [u8; 32],
    pub own: &'a Own,
    pub registry: Option<&'a dyn Registry>,
    pub patterns: Option<&'a Patterns>,
}

impl<'a> Reading<'a> {
    /// A scan that knows nothing of the organisation but its key.
    pub fn new(token: &'a dyn Fn(&str) -> [u8; 32]) -> Self {
        static NOTHING: Own = Own::new();
        Self {
            token,
            own: &NOTHING,
            registry: None,
            patterns: None,
        }
    }
}
