//! Words as tokens that only the organisation's key makes: the same word in two places, two organisations or
//! two modes is two tokens that nothing connects.

use ctx::World;
use model::{Mode, OrganisationId, Result};
use store::tables::postings::Token;
use vault::Blinder;

use super::lexicon::Places;

/// Where a word can stand, each with a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Subject,
    Body,
    From,
    To,
    File,
}

impl Field {
    pub(crate) const ALL: [Self; 5] = [Self::Subject, Self::Body, Self::From, Self::To, Self::File];

    const fn word(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Body => "body",
            Self::From => "from",
            Self::To => "to",
            Self::File => "file",
        }
    }

    /// The part of a posting in which it stands.
    pub(crate) const fn column(self) -> usize {
        self as usize
    }

    pub(crate) const fn bit(self) -> Places {
        1 << self as u8
    }
}

/// The part of a posting that holds words about the message itself.
pub(crate) const MARKS: usize = Field::ALL.len();

#[derive(Clone)]
pub(crate) struct Tokens {
    fields: [Blinder; Field::ALL.len()],
    marks: Blinder,
}

impl Tokens {
    pub(crate) fn of(world: &World, organisation: OrganisationId, mode: Mode) -> Result<Self> {
        let keys = world.keys(organisation)?;
        let blinder = |field: &str| keys.blinder(&format!("search/{}/{field}", mode.word()));
        Ok(Self {
            fields: Field::ALL.map(|field| blinder(field.word())),
            marks: blinder("mark"),
        })
    }

    pub(crate) fn word(&self, field: Field, word: &str) -> Token {
        cut(self.fields[field.column()].token(word))
    }

    pub(crate) fn mark(&self, kind: &str, word: &str) -> Token {
        cut(self.marks.token(&format!("{kind}={word}")))
    }

    /// Stands in every message.
    pub(crate) fn every(&self) -> Token {
        cut(self.marks.token("every"))
    }
}

/// Ten octets leave room for a million words times a million (records.md §5.2).
fn cut(token: [u8; 32]) -> Token {
    let mut out = [0; 10];
    out.copy_from_slice(&token[..10]);
    out
}
