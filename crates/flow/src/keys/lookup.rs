//! Keys that others give out when a message wants one: OpenPGP keys at the recipients' own domains (Web Key Directory),
//! certificates at directories that the organisation recorded (LDAP).
//!
//! Off until the organisation turns it on: asking tells others who is written to. Invariants: nothing is asked inside a
//! transaction; a message waits [`limits::KEY_LOOKUP_WAIT`] at most, and whatever goes wrong it then goes as if nobody
//! had been asked; what is found takes the place of no key that came to us another way.

use std::sync::{Arc, OnceLock};

use ctx::{Action, Ctx, Event};
use model::{Address, KeyAnswer, KeyFor, KeySource, KeyStanding, Result, Timestamp, limits};
use seal::pgp::wkd;
use seal::smime::Trust;
use store::Tx;
use store::tables::recipient_keys::{self as table, RecipientKey};
use store::tables::{directories, key_lookups};
use tokio::sync::Semaphore;

use super::asked::{Asked, Directories, Question, Reply, Search};
use super::directories::Servers;
use super::kept::Key;
use super::read::{Found, Line, judged};
use super::revocation::holding;
use super::searched;
use super::take::{How, TakenAs, take_back, taken, token_of};
use crate::Flow;

/// What a process needs to look keys up.
pub(crate) struct Lookups {
    directories: OnceLock<Arc<dyn Directories>>,
    /// Revocation lists of late.
    lists: super::revocation::Lists,
    /// Messages that may wait for answers at one time: the next ones go without.
    places: Semaphore,
}

impl Default for Lookups {
    fn default() -> Self {
        Self {
            directories: OnceLock::new(),
            lists: super::revocation::Lists::default(),
            places: Semaphore::new(limits::KEY_LOOKUPS_AT_ONCE_MAX),
        }
    }
}

impl Lookups {
    pub(super) fn directories(&self) -> Option<&Arc<dyn Directories>> {
        self.directories.get()
    }
    pub(super) fn lists(&self) -> &super::revocation::Lists {
        &self.lists
    }
}

/// For whom keys of each kind are wanted.
#[derive(Default)]
pub(crate) struct Wanted<'a> {
    pub pgp: Vec<&'a Address>,
    pub smime: Vec<&'a Address>,
}

impl Wanted<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.pgp.is_empty() && self.smime.is_empty()
    }
}

impl Flow {
    /// From now on keys can be looked up, by organisations that want it. The first one given stays.
    pub fn look_keys_up_by(&self, directories: Arc<dyn Directories>) {
        // A second one changes nothing: both speak to the same world.
        let _ = self.lookups().directories.set(directories);
    }

    /// Whether keys of recipients are asked for at their own domains.
    pub fn key_lookup(&self, ctx: &Ctx) -> Result<bool> {
        super::may(ctx)?;
        let organisation = ctx.organisation();
        self.world()
            .store
            .read(move |tx| key_lookups::wanted(tx, organisation))
    }

    /// From the next message on. What was found before stays on record.
    pub fn set_key_lookup(&self, ctx: &Ctx, on: bool) -> Result<()> {
        ctx.allow(Action::EncryptionManage, &ctx.own("recipient_key"))?;
        crate::view::live_only(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            key_lookups::set_wanted(tx, ctx2.organisation(), on)?;
            let event = Event::new("settings.key_lookup_set").fact("on", on);
            ctx2.record(tx, event).map(drop)
        })
    }
}

/// Asks for keys of those of the addresses that have none by another way and were not asked for of late.
pub(crate) fn look_up(flow: &Flow, ctx: &Ctx, wanted: &Wanted<'_>) {
    let lookups = flow.lookups();
    let Some(directories) = lookups.directories.get() else {
        return;
    };
    let Ok(_place) = lookups.places.try_acquire() else {
        return;
    };
    let ctx = flow.world().system(ctx.organisation());
    if let Err(error) = asked_and_kept(&ctx, directories.as_ref(), wanted) {
        tracing::warn!(%error, "keys could not be looked up; the message goes without them");
    }
}

fn asked_and_kept(ctx: &Ctx, directories: &dyn Directories, wanted: &Wanted<'_>) -> Result<()> {
    let of_domains = unknown(ctx, &wanted.pgp, Place::Domain)?;
    let sought = unknown(ctx, &wanted.smime, Place::Directory)?;
    let sought = Servers::open(ctx, !sought.is_empty())?.searches(sought);
    if of_domains.is_empty() && sought.is_empty() {
        return Ok(());
    }
    let asked = Asked {
        domains: of_domains.iter().map(Question::of).collect(),
        searches: sought.iter().map(Search::again).collect(),
    };
    let answers = directories.ask(asked, limits::KEY_LOOKUP_WAIT);
    let now = ctx.now();
    let read = of_domains.into_iter().zip(answers.domains);
    let mut all: Vec<Answered> = read
        .map(|(address, reply)| Answered::of_domain(address, reply, now))
        .collect();
    if !sought.is_empty() {
        let trust = super::authorities::trust(ctx)?;
        all.extend(of_directories(&sought, answers.searches, (&trust, now)));
    }
    let (all, ctx2) = (Arc::new(all), ctx.clone());
    ctx.world().store.write(move |tx| {
        // Into memory first: a transaction cannot wait for another.
        ctx2.world().keys_in(tx, ctx2.organisation())?;
        all.iter().try_for_each(|one| one.keep(&ctx2, tx))
    })
}

/// One for each address, whichever directories were asked for it.
fn of_directories(
    sought: &[Search],
    answers: Vec<Vec<Reply<super::Values>>>,
    (trust, now): (&Trust, Timestamp),
) -> Vec<Answered> {
    let mut by_address: Vec<(Address, Vec<Reply<super::Values>>)> = Vec::new();
    for (search, replies) in sought.iter().zip(answers) {
        for (address, reply) in search.addresses.iter().zip(replies) {
            match by_address.iter_mut().find(|(known, _)| known == address) {
                Some((_, replies)) => replies.push(reply),
                None => by_address.push((address.clone(), vec![reply])),
            }
        }
    }
    let answered = by_address.into_iter().map(|(address, replies)| {
        let (answer, found) = searched::read(&address, replies, trust, now);
        metrics::counter!("directory_searches_total", "answer" => answer.word()).increment(1);
        let lines = found.into_iter();
        Answered {
            lines: lines
                .map(|(found, how)| (Line::Found(found), how))
                .collect(),
            place: Place::Directory,
            address,
            answer,
        }
    });
    answered.collect()
}

/// Who is asked: for which kind of key, and where the answers stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Domain,
    Directory,
}

impl Place {
    const fn gives(self) -> (KeyFor, KeySource) {
        match self {
            Self::Domain => (KeyFor::Pgp, KeySource::Wkd),
            Self::Directory => (KeyFor::Smime, KeySource::Ldap),
        }
    }

    fn has_answered(self, tx: &mut Tx<'_>, ctx: &Ctx, token: &[u8; 32]) -> Result<bool> {
        let (organisation, now) = (ctx.organisation(), ctx.now());
        let answer = match self {
            Self::Domain => key_lookups::find(tx, organisation, token, now),
            Self::Directory => directories::answer(tx, organisation, token, now),
        };
        answer.map(|answer| answer.is_some())
    }

    /// A key that came another way is in use.
    fn is_covered(self, rows: &[RecipientKey], now: Timestamp) -> bool {
        let (kind, source) = self.gives();
        rows.iter().any(|row| {
            let in_time = row.starts_at <= now && row.expires_at.is_none_or(|end| end > now);
            let is_used = row.kind == kind && row.standing == KeyStanding::Active && in_time;
            is_used && (row.pinned || row.source != source)
        })
    }
}

/// Those to ask for, each once.
fn unknown(ctx: &Ctx, addresses: &[&Address], place: Place) -> Result<Vec<Address>> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let keys = ctx.world().keys(ctx.organisation())?;
    let mut wanted: Vec<([u8; 32], Address)> = Vec::new();
    for address in addresses {
        let token = keys.blind("address", &address.fold());
        if wanted.iter().all(|(known, _)| *known != token) {
            wanted.push((token, (*address).clone()));
        }
    }
    let ctx2 = ctx.clone();
    ctx.world().store.read(move |tx| {
        let mut unknown = Vec::new();
        for (token, address) in &wanted {
            let rows = table::of_address(tx, ctx2.organisation(), token)?;
            let rows = holding(tx, rows, ctx2.now())?;
            let is_new =
                !place.is_covered(&rows, ctx2.now()) && !place.has_answered(tx, &ctx2, token)?;
            if is_new && unknown.len() < limits::KEY_LOOKUP_ADDRESSES_MAX {
                unknown.push(address.clone());
            }
        }
        Ok(unknown)
    })
}

impl Question {
    fn of(address: &Address) -> Self {
        let wkd::Lookup { advanced, direct } = wkd::lookup(address);
        Self { advanced, direct }
    }
}

/// What the replies about one address mean.
struct Answered {
    place: Place,
    address: Address,
    answer: KeyAnswer,
    lines: Vec<(Line, How)>,
}

const BY_DOMAIN: How = How {
    source: KeySource::Wkd,
    standing: KeyStanding::Active,
    pinned: false,
};

impl Answered {
    fn of_domain(address: Address, reply: Reply<Vec<u8>>, now: Timestamp) -> Self {
        let mut lines = Vec::new();
        let answer = match reply {
            Reply::None => KeyAnswer::None,
            Reply::Fault => KeyAnswer::Fault,
            Reply::Found(body) => match wkd::answer(&body, &address) {
                Err(_) => KeyAnswer::Fault,
                Ok(keys) => {
                    let keys = keys.into_iter().take(limits::KEYS_PER_ADDRESS_MAX);
                    lines.extend(keys.map(|key| line(Key::Pgp(key), &address, now)));
                    let is_usable = |line: &Line| matches!(line, Line::Found(_));
                    match lines.iter().any(is_usable) {
                        true => KeyAnswer::Found,
                        false => KeyAnswer::None,
                    }
                }
            },
        };
        metrics::counter!("key_lookups_total", "answer" => answer.word()).increment(1);
        Self {
            place: Place::Domain,
            address,
            answer,
            lines: lines.into_iter().map(|line| (line, BY_DOMAIN)).collect(),
        }
    }

    fn keep(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let token = token_of(ctx, &self.address)?;
        let (organisation, now) = (ctx.organisation(), ctx.now());
        let rows = table::of_address(tx, organisation, &token)?;
        let rows = holding(tx, rows, now)?;
        // Another way was quicker.
        let is_late = self.place.is_covered(&rows, now);
        for (line, how) in &self.lines {
            match line {
                Line::Found(found) if !is_late => drop(taken(ctx, tx, found, *how)?),
                Line::Refused { key, why } if *why == TakenAs::Revoked => {
                    take_back(ctx, tx, key, *how)?;
                }
                _ => {}
            }
        }
        let counts_for = match self.answer {
            KeyAnswer::Found => limits::KEY_FOUND_FOR,
            KeyAnswer::None => limits::KEY_NONE_FOR,
            KeyAnswer::Fault => limits::KEY_FAULT_FOR,
        };
        let note = match self.place {
            Place::Domain => key_lookups::note,
            Place::Directory => directories::note,
        };
        note(tx, organisation, &token, self.answer, now.plus(counts_for))
    }
}

fn line(key: Key, address: &Address, now: Timestamp) -> Line {
    match judged(&key, now) {
        Err(why) => Line::Refused { key, why },
        Ok((starts_at, expires_at)) => Line::Found(Found {
            key,
            address: address.clone(),
            starts_at,
            expires_at,
        }),
    }
}
