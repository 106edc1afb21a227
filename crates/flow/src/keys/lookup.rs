//! OpenPGP keys that recipients' own domains give out (Web Key Directory), asked for when a message wants one.
//!
//! Off until the organisation turns it on: asking tells the other domain who is written to. Invariants: nothing is
//! asked inside a transaction; a message waits [`limits::KEY_LOOKUP_WAIT`] at most, and whatever goes wrong it then
//! goes as if nobody had been asked; what is found takes the place of no key that came to us another way.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ctx::{Action, Ctx, Event};
use model::{Address, KeyAnswer, KeyFor, KeySource, KeyStanding, Result, Timestamp, limits};
use seal::pgp::wkd;
use store::Tx;
use store::tables::key_lookups;
use store::tables::recipient_keys::{self as table, RecipientKey};
use tokio::sync::Semaphore;

use super::kept::Key;
use super::read::{Found, Line, judged};
use super::take::{How, TakenAs, take_back, taken, token_of};
use crate::Flow;

/// Where to ask for one key. It names an address, so it has no `Debug`.
pub struct Question {
    pub advanced: String,
    /// Only where the host of `advanced` does not exist.
    pub direct: String,
}

/// What came of it.
pub enum Reply {
    Found(Vec<u8>),
    /// The domain has no key for the address, or no directory.
    None,
    Fault,
}

/// Who asks other domains, for a thread that may wait.
pub trait Directories: Send + Sync {
    /// One reply a question, in their order, after `wait` at most.
    fn ask(&self, questions: Vec<Question>, wait: Duration) -> Vec<Reply>;
}

/// What a process needs to look keys up.
pub(crate) struct Lookups {
    directories: OnceLock<Arc<dyn Directories>>,
    /// Messages that may wait for answers at one time: the next ones go without.
    places: Semaphore,
}

impl Default for Lookups {
    fn default() -> Self {
        Self {
            directories: OnceLock::new(),
            places: Semaphore::new(limits::KEY_LOOKUPS_AT_ONCE_MAX),
        }
    }
}

const BY_DOMAIN: How = How {
    source: KeySource::Wkd,
    standing: KeyStanding::Active,
    pinned: false,
};

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
pub(crate) fn look_up(flow: &Flow, ctx: &Ctx, addresses: &[&Address]) {
    let lookups = flow.lookups();
    let Some(directories) = lookups.directories.get() else {
        return;
    };
    let Ok(_place) = lookups.places.try_acquire() else {
        return;
    };
    let ctx = flow.world().system(ctx.organisation());
    if let Err(error) = asked_and_kept(&ctx, directories.as_ref(), addresses) {
        tracing::warn!(%error, "keys could not be looked up; the message goes without them");
    }
}

fn asked_and_kept(ctx: &Ctx, directories: &dyn Directories, addresses: &[&Address]) -> Result<()> {
    let asked = unknown(ctx, addresses)?;
    if asked.is_empty() {
        return Ok(());
    }
    let questions = asked.iter().map(Question::of).collect();
    let replies = directories.ask(questions, limits::KEY_LOOKUP_WAIT);
    let now = ctx.now();
    let read = asked.into_iter().zip(replies);
    let answers = read.map(|(address, reply)| Answered::of(address, reply, now));
    let answers: Arc<Vec<Answered>> = Arc::new(answers.collect());
    let ctx2 = ctx.clone();
    ctx.world().store.write(move |tx| {
        // Into memory first: a transaction cannot wait for another.
        ctx2.world().keys_in(tx, ctx2.organisation())?;
        answers.iter().try_for_each(|one| one.keep(&ctx2, tx))
    })
}

/// Those to ask for, each once.
fn unknown(ctx: &Ctx, addresses: &[&Address]) -> Result<Vec<Address>> {
    let keys = ctx.world().keys(ctx.organisation())?;
    let mut wanted: Vec<([u8; 32], Address)> = Vec::new();
    for address in addresses {
        let token = keys.blind("address", &address.fold());
        if wanted.iter().all(|(known, _)| *known != token) {
            wanted.push((token, (*address).clone()));
        }
    }
    let (organisation, now) = (ctx.organisation(), ctx.now());
    ctx.world().store.read(move |tx| {
        let mut unknown = Vec::new();
        for (token, address) in &wanted {
            let rows = table::of_address(tx, organisation, token)?;
            let is_new = !is_covered(&rows, now)
                && key_lookups::find(tx, organisation, token, now)?.is_none();
            if is_new && unknown.len() < limits::KEY_LOOKUP_ADDRESSES_MAX {
                unknown.push(address.clone());
            }
        }
        Ok(unknown)
    })
}

/// A key that came another way is in use.
fn is_covered(rows: &[RecipientKey], now: Timestamp) -> bool {
    rows.iter().any(|row| {
        let in_time = row.starts_at <= now && row.expires_at.is_none_or(|end| end > now);
        let is_used = row.kind == KeyFor::Pgp && row.standing == KeyStanding::Active && in_time;
        is_used && (row.pinned || row.source != KeySource::Wkd)
    })
}

impl Question {
    fn of(address: &Address) -> Self {
        let wkd::Lookup { advanced, direct } = wkd::lookup(address);
        Self { advanced, direct }
    }
}

/// What one reply means.
struct Answered {
    address: Address,
    answer: KeyAnswer,
    lines: Vec<Line>,
}

impl Answered {
    fn of(address: Address, reply: Reply, now: Timestamp) -> Self {
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
            address,
            answer,
            lines,
        }
    }

    fn keep(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let token = token_of(ctx, &self.address)?;
        let (organisation, now) = (ctx.organisation(), ctx.now());
        let rows = table::of_address(tx, organisation, &token)?;
        // Another way was quicker.
        let is_late = is_covered(&rows, now);
        for line in &self.lines {
            match line {
                Line::Found(found) if !is_late => drop(taken(ctx, tx, found, BY_DOMAIN)?),
                Line::Refused { key, why } if *why == TakenAs::Revoked => {
                    take_back(ctx, tx, key, BY_DOMAIN)?;
                }
                _ => {}
            }
        }
        let counts_for = match self.answer {
            KeyAnswer::Found => limits::KEY_FOUND_FOR,
            KeyAnswer::None => limits::KEY_NONE_FOR,
            KeyAnswer::Fault => limits::KEY_FAULT_FOR,
        };
        key_lookups::note(tx, organisation, &token, self.answer, now.plus(counts_for))
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
