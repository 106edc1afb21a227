//! Sending that is unusual is noticed, slowed, held, and in the end stopped, until a person looks.
//!
//! ```text
//!  count.rs   what was accepted, in memory, five minutes at a time    flushed every minute and at the end
//!  beat.rs    counts → judgement → where each sender stands           one transaction a sender
//!  door.rs    where a sender stands → 429, held, refused              asked when mail is submitted
//!  heard.rs   bounces, complaints, refusals at the doors              looked up by the beat
//!  familiar.rs  networks and programs met before                      by keyed tokens
//!  manage.rs  who stands where, and why; release and confirmation     for people
//!  limited.rs  fixed limits that the organisation chose            for people
//!  told.rs    the owner and who answers for security hear of it       by mail, without a value
//! ```
//!
//! What is unusual is `policy::risk`'s. Only people and software are ever restricted; their organisation and
//! its streams are watched, and raise the fact `risk` alone. Invariants: a crash loses at most a minute of
//! counts and never mail; what is held is parked as any held message; nobody is restricted without an entry
//! of the audit log that says why in words and numbers.

mod beat;
mod count;
mod door;
mod familiar;
mod heard;
mod limited;
mod manage;
mod told;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Code, Error, OrganisationId, Result, Stream, Timestamp};
use policy::risk::{Rung, Standing};
use serde::de::DeserializeOwned;
use store::tables::risk::Stands;

pub use limited::SendingCaps;
pub use manage::{Reason, SenderPage, SenderRow};
pub use policy::risk::{Cap as SendingCap, Rung as SendingRung, Signal as SendingSignal};

pub(crate) use count::{accepted, refused};
pub(crate) use door::{before_reading, fact, is_restricted, once_read};
pub(crate) use heard::Heard;
pub(crate) use told::run as tell;

/// What the organisation as a whole is called among its subjects.
pub const ORGANISATION: &str = "organisation";

/// What this process counted and knows. What is stored decides.
#[derive(Default)]
pub(crate) struct Watch {
    counted: count::Counted,
    heard: heard::Pile,
    places: Mutex<Arc<Places>>,
    slowed: door::Slowed,
}

/// Where those stand who are restricted or send unusually.
type Places = HashMap<(OrganisationId, String), Place>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    rung: Rung,
    risk: policy::Risk,
    /// Whom it wrote to before then is known to it.
    trusted_before: Timestamp,
}

impl Place {
    fn of(row: &Stands) -> Result<Self> {
        let standing: Option<Standing> = read(row.standing.as_ref())?;
        Ok(Self {
            trusted_before: standing.map_or(Timestamp::from_secs(0), |standing| {
                standing.trusted_before()
            }),
            rung: rung_of(&row.rung).ok_or_else(wrong)?,
            risk: policy::Risk::from_word(&row.risk).ok_or_else(wrong)?,
        })
    }
}

impl Watch {
    fn places(&self) -> Arc<Places> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.clone()
    }

    fn place(&self, organisation: OrganisationId, subject: &str) -> Option<Place> {
        let key = (organisation, subject.to_owned());
        self.places().get(&key).copied()
    }

    /// Who cannot be read stays where it was; everybody else is learnt.
    fn learn(&self, rows: &[Stands]) {
        let before = self.places();
        let places = rows.iter().filter_map(|row| {
            let whose = (row.organisation, row.subject.clone());
            let place = Place::of(row).or_else(|error| {
                tracing::error!(organisation = %row.organisation, subject = row.subject, %error,
                    "where a sender stands cannot be read");
                before.get(&whose).copied().ok_or(error)
            });
            Some((whose, place.ok()?))
        });
        let places: Places = places.collect();
        *self.places.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(places);
    }
}

/// What kind of sender a subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SenderKind {
    Person,
    Software,
    Organisation,
    Stream,
}

impl SenderKind {
    pub fn of(subject: &str) -> Self {
        match subject {
            ORGANISATION => Self::Organisation,
            _ if subject.starts_with("usr_") => Self::Person,
            _ if subject.starts_with("app_") => Self::Software,
            _ => Self::Stream,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Software => "software",
            Self::Organisation => "organisation",
            Self::Stream => "stream",
        }
    }

    /// Whether it is ever restricted.
    fn climbs(self) -> bool {
        matches!(self, Self::Person | Self::Software)
    }
}

/// Everybody that a message of this sender counts for.
fn subjects(actor: &str, stream: Stream) -> [String; 3] {
    [
        actor.to_owned(),
        ORGANISATION.to_owned(),
        stream.word().to_owned(),
    ]
}

fn rung_of(word: &str) -> Option<Rung> {
    let all = [
        Rung::Observe,
        Rung::Slow,
        Rung::Hold,
        Rung::KnownOnly,
        Rung::NoPhi,
        Rung::Suspend,
    ];
    all.into_iter().find(|rung| rung.word() == word)
}

fn read<T: DeserializeOwned>(text: Option<&String>) -> Result<Option<T>> {
    text.map(|text| serde_json::from_str(text).map_err(|_| wrong()))
        .transpose()
}

fn wrong() -> Error {
    Error::new(Code::StoredDataInvalid)
}
