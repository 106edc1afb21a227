//! What asks for a method without its sender saying so: words in a subject, header fields, a stream.

use model::{Code, Error, Method, OrganisationId, Result, Stream, Timestamp};

use crate::{Tx, statements};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// `subject` or `header`.
    pub place: String,
    /// The field's name in lower case; empty for the subject.
    pub name: String,
    /// What stands in the subject, or what the field says; an empty value matches any.
    pub word: String,
    pub method: Method,
}

statements! {
    pub LIST = "SELECT place, name, word, method FROM triggers WHERE organisation = $1 ORDER BY created_at, place, name, word";
    pub SET = "INSERT INTO triggers (organisation, place, name, word, method, created_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (organisation, place, name, word) DO UPDATE SET method = $5";
    pub REMOVE = "DELETE FROM triggers WHERE organisation = $1 AND place = $2 AND name = $3 AND word = $4";
    pub STREAMS = "SELECT stream, method FROM stream_options WHERE organisation = $1 ORDER BY stream";
    pub SET_STREAM = "INSERT INTO stream_options (organisation, stream, method) VALUES ($1, $2, $3)
        ON CONFLICT (organisation, stream) DO UPDATE SET method = $3";
    pub RESET_STREAM = "DELETE FROM stream_options WHERE organisation = $1 AND stream = $2";
}

pub fn list(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<Trigger>> {
    tx.query(&LIST, &[organisation.into()], |row| {
        Ok(Trigger {
            place: row.text(0)?.to_owned(),
            name: row.text(1)?.to_owned(),
            word: row.text(2)?.to_owned(),
            method: Method::from_word(row.text(3)?).ok_or_else(|| Error::new(Code::StoredDataInvalid))?,
        })
    })
}

pub fn set(tx: &mut Tx<'_>, organisation: OrganisationId, t: &Trigger, at: Timestamp) -> Result<()> {
    let given = [
        organisation.into(),
        t.place.as_str().into(),
        t.name.as_str().into(),
        t.word.as_str().into(),
        t.method.word().into(),
        at.into(),
    ];
    tx.execute(&SET, &given).map(drop)
}

/// False when there was none.
pub fn remove(tx: &mut Tx<'_>, organisation: OrganisationId, place: &str, name: &str, word: &str) -> Result<bool> {
    Ok(tx.execute(&REMOVE, &[organisation.into(), place.into(), name.into(), word.into()])? == 1)
}

/// The method that all mail of a stream asks for, where one was set.
pub fn streams(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<Vec<(Stream, Method)>> {
    let wrong = || Error::new(Code::StoredDataInvalid);
    tx.query(&STREAMS, &[organisation.into()], |row| {
        let stream = Stream::from_word(row.text(0)?).ok_or_else(wrong)?;
        Ok((stream, Method::from_word(row.text(1)?).ok_or_else(wrong)?))
    })
}

/// `None` takes the option away.
pub fn set_stream(tx: &mut Tx<'_>, organisation: OrganisationId, stream: Stream, method: Option<Method>) -> Result<()> {
    let place = [organisation.into(), stream.word().into()];
    match method {
        Some(method) => tx.execute(&SET_STREAM, &[place[0], place[1], method.word().into()]),
        None => tx.execute(&RESET_STREAM, &place),
    }
    .map(drop)
}
