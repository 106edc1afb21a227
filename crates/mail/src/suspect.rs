//! What looks wrong about mail that comes in: who it says it is from, where its links go, what it
//! carries.
//!
//! Pure and without memory: what is known of the organisation is an argument, and so is what was
//! proved about the sender. It is no virus scanner and no spam filter ([`crate::engines`] asks
//! those), it follows no link, and it never changes a message: a banner is put above the body when
//! the console shows it. Invariant: a suspicion is a word, a weight and a place; no name, address or
//! link of the message is in it.

use model::{Address, Domain};

use crate::message::{Message, Part, PartName};

use look_alike::Familiar;

mod attached;
mod author;
mod banner;
pub mod hops;
mod kind;
mod links;
pub mod look_alike;
mod markup;
mod names;
mod requests;

pub use banner::{Banner, Language, banner};
pub use kind::SuspicionKind;
pub use names::{is_free_mail, registered, registrable};

/// One message names at most so many suspicions; the verdict needs far fewer.
pub const SUSPICIONS_MAX: usize = 100;
/// Forwarded messages within each other that are looked into; the extraction worker goes deeper.
const FORWARDED_DEPTH_MAX: usize = 4;
/// From this sum of weights on a person is warned.
pub const BANNER_FROM: u32 = 20;
/// From this sum of weights on a message waits for somebody to look at it.
pub const QUARANTINE_FROM: u32 = 100;

/// What an organisation knows: whom it may be mistaken for, and whom it writes with.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub own_domains: &'a [Domain],
    pub partners: &'a [Domain],
    /// Domains that the organisation writes with often.
    pub correspondents: &'a [Domain],
    /// People whose name carries weight, and the addresses they write from.
    pub staff: &'a [(String, Address)],
    /// Whether mail with that registered domain was exchanged before.
    pub seen: &'a dyn Fn(&Domain) -> Seen,
}

impl<'a> Known<'a> {
    /// Every domain that somebody might pass for.
    fn familiar(&self) -> Familiar<'a> {
        let others = self.partners.iter().chain(self.correspondents);
        Familiar::of(self.own_domains.iter().chain(others))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Never,
    Before,
}

/// What was proved about the sender, in the words of RFC 8601.
#[derive(Clone, Copy)]
pub struct Proved<'a> {
    pub spf: &'a str,
    /// `pass` where any signature held.
    pub dkim: &'a str,
    pub dmarc: &'a str,
}

/// One message, and what the door knows of it.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    pub message: &'a Message<'a>,
    /// None: the empty reverse-path.
    pub envelope_from: Option<&'a Address>,
    pub proved: Proved<'a>,
    /// This author never wrote to this mailbox before.
    pub first_time: bool,
    /// It names a message of ours in In-Reply-To or References.
    pub answers_own: bool,
}

/// One thing that looks wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspicion {
    pub kind: SuspicionKind,
    pub weight: u32,
    pub place: PartName,
}

impl Suspicion {
    pub(crate) const fn of(kind: SuspicionKind, place: PartName) -> Self {
        Self {
            kind,
            weight: kind.weight(),
            place,
        }
    }

    /// What somebody else found about the message as a whole.
    pub const fn of_whole(kind: SuspicionKind) -> Self {
        Self::of(kind, PartName::Body(0))
    }

    const fn weighing(self, weight: u32) -> Self {
        Self { weight, ..self }
    }
}

/// What to do about a message; the organisation's policy may ask for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    None,
    Banner,
    Quarantine,
}

impl Concern {
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Banner => "banner",
            Self::Quarantine => "quarantine",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::None, Self::Banner, Self::Quarantine];
        all.into_iter().find(|one| one.word() == word)
    }
}

/// Everything that looks wrong, the heaviest first; each kind once a place.
pub fn suspicions(arrival: &Arrival<'_>, known: &Known<'_>) -> Vec<Suspicion> {
    let familiar = known.familiar();
    let mut found = author::suspicions(arrival, known, &familiar);
    found.extend(links::suspicions(arrival.message, &familiar));
    found.extend(attached::suspicions(arrival.message));
    for part in arrival.message.attachments() {
        let place = PartName::Attachment(part.index);
        in_forwarded(&part, place, &familiar, 1, &mut found);
    }
    found.sort_by(|a, b| {
        b.weight
            .cmp(&a.weight)
            .then_with(|| a.kind.word().cmp(b.kind.word()))
    });
    let mut kept: Vec<Suspicion> = Vec::new();
    for one in found {
        let said = |k: &Suspicion| k.kind == one.kind && k.place == one.place;
        if kept.len() < SUSPICIONS_MAX && !kept.iter().any(said) {
            kept.push(one);
        }
    }
    kept
}

/// Links and attachments of a message that is attached; who wrote it is the business of whoever
/// forwarded it.
fn in_forwarded(
    part: &Part,
    place: PartName,
    familiar: &Familiar<'_>,
    depth: usize,
    found: &mut Vec<Suspicion>,
) {
    let is_message = matches!(
        part.declared_type.as_str(),
        "message/rfc822" | "message/global"
    );
    let Some(inner) = crate::parse(&part.bytes)
        .ok()
        .filter(|_| is_message && depth <= FORWARDED_DEPTH_MAX)
    else {
        return;
    };
    let inside = links::suspicions(&inner, familiar)
        .into_iter()
        .chain(attached::suspicions(&inner));
    found.extend(inside.map(|one| Suspicion { place, ..one }));
    for part in inner.attachments() {
        in_forwarded(&part, place, familiar, depth + 1, found);
    }
}

/// Each kind counts once, by its heaviest suspicion, however often it was met: a newsletter with fifty
/// counted links is no worse than one with a single. [`BANNER_FROM`] and [`QUARANTINE_FROM`] are the
/// thresholds of the sum.
pub fn verdict(suspicions: &[Suspicion]) -> Concern {
    let heaviest = |kind: SuspicionKind| {
        let of_kind = suspicions.iter().filter(|s| s.kind == kind);
        of_kind.map(|s| s.weight).max().unwrap_or(0)
    };
    let sum: u32 = SuspicionKind::ALL.iter().map(|kind| heaviest(*kind)).sum();
    match sum {
        QUARANTINE_FROM.. => Concern::Quarantine,
        BANNER_FROM.. => Concern::Banner,
        _ => Concern::None,
    }
}

#[cfg(test)]
mod tests;
