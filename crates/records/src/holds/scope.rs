//! What a hold covers.

use model::{Address, Code, Error, Result, Timestamp, limits};
use retention::Class;
use serde::{Deserialize, Serialize};

use crate::search::query::{self, Form, Place, Query, Term, Words};
use crate::search::words::words;

/// Custodians, days, a search, record classes. What is empty does not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Whose mail: any of them wrote it or received it.
    pub custodians: Vec<Address>,
    /// As the archive is searched.
    pub query: String,
    /// Record classes, such as `billing`: words of retention.
    pub classes: Vec<String>,
    pub since: Option<Timestamp>,
    /// Not part of it.
    pub until: Option<Timestamp>,
}

/// What is sealed with a hold.
#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    pub query: String,
    #[serde(default)]
    pub classes: Vec<String>,
    pub reason: String,
}

impl Scope {
    /// Words that `classes` may hold.
    pub fn classes() -> impl Iterator<Item = &'static str> {
        Class::WELL_KNOWN.iter().map(Class::word)
    }

    /// Each custodian once.
    ///
    /// # Errors
    /// `field_invalid` at `/custodians`, `/until`, `/classes` or `/query`.
    pub(super) fn checked(&self) -> Result<Self> {
        let mut scope = self.clone();
        scope.query = self.query.trim().to_owned();
        let mut seen = std::collections::BTreeSet::new();
        scope
            .custodians
            .retain(|one| seen.insert(one.as_str().to_lowercase()));
        if scope.custodians.len() > limits::HOLD_CUSTODIANS_MAX {
            return Err(Error::new(Code::FieldInvalid).at("/custodians"));
        }
        scope.classes.sort();
        scope.classes.dedup();
        if !scope
            .classes
            .iter()
            .all(|word| Class::parse(word).is_some())
        {
            return Err(Error::new(Code::FieldInvalid).at("/classes"));
        }
        if scope
            .since
            .zip(scope.until)
            .is_some_and(|(since, until)| until <= since)
        {
            return Err(Error::new(Code::FieldInvalid).at("/until"));
        }
        if !scope.query.is_empty() {
            query::parse(&scope.query).map_err(unclear)?;
        }
        Ok(scope)
    }

    /// The search as a tree; none where words do not narrow it.
    pub(super) fn asked(query: &str) -> Result<Option<Query>> {
        match query.is_empty() {
            true => Ok(None),
            false => query::parse(query).map(Some).map_err(unclear),
        }
    }

    /// Mail that names one of them as sender or recipient. An address that stands inside of a longer one finds
    /// that one, too: more is kept, never less.
    pub(super) fn people(custodians: &[Address]) -> Option<Query> {
        let one = |address: &Address| {
            let mut terms = Vec::new();
            words(address.as_str(), |word| {
                terms.push(Term {
                    text: word.to_owned(),
                    form: Form::Exact,
                });
            });
            Query::Words(Words {
                place: Place::People,
                terms,
            })
        };
        match custodians.is_empty() {
            true => None,
            false => Some(Query::Or(custodians.iter().map(one).collect())),
        }
    }
}

fn unclear(error: query::QueryError) -> Error {
    Error::new(Code::FieldInvalid)
        .at("/query")
        .advising(error.why.advice())
}
