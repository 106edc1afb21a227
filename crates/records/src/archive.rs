//! Archive: messages that were accepted, into postings and the lexicon.
//!
//! What waits is read from the database, so a crash repeats work and loses none. A batch is one commit:
//! postings, records, new words, and that they wait no more. Two nodes may take the same message: the one whose
//! commit takes it away has archived it.

mod lexicon;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use ctx::{Action, Ctx};
use flow::archive::{Filed, FiledPlace};
use model::limits::{ARCHIVE_BATCH_WORDS_MAX, ARCHIVE_WORDS_MAX};
use model::{Code, Error, MessageId, Mode, OrganisationId, Result, Timestamp};
use store::tables::postings::{self, Placed, Posting};
use store::tables::records::{self, Record, RecordState};
use store::tables::{archive_heads, lexicon_pieces};
use store::{Engine, Tx};

use crate::Records;
use crate::search::tokens::{Field, MARKS, Tokens};
use crate::search::words::words;

pub use store::tables::records::{Gap, Unread};

pub(crate) use lexicon::{Held, Shared};

/// Messages of one commit.
const BATCH: usize = 64;

/// Positions of one second: a message more goes to the next one.
const OF_SECOND: i64 = 1 << 12;

/// A message in words that are keyed already.
struct Indexed {
    message: MessageId,
    at: Timestamp,
    posting: Posting,
    /// Every word of it with its places, in clear: for the lexicon alone.
    said: BTreeMap<String, u8>,
    unread: BTreeSet<String>,
    words: u64,
}

impl Records {
    /// Archives some of what waits, the oldest first; gives how many. Those that fail are passed over and
    /// tried again by the next call.
    ///
    /// # Errors
    /// The database's, or the first of those that failed where none was archived.
    pub fn archive(&self) -> Result<usize> {
        let mut last = MessageId::from_bytes([0; 16]);
        let mut failed = None;
        loop {
            let asked = self
                .flow
                .world()
                .store
                .read(move |tx| records::asked(tx, last, BATCH))?;
            let Some((newest, _)) = asked.last() else {
                return failed.map_or(Ok(0), Err);
            };
            last = *newest;
            let mut done = 0;
            let mut by_owner = BTreeMap::<OrganisationId, Vec<MessageId>>::new();
            for (message, organisation) in asked {
                by_owner.entry(organisation).or_default().push(message);
            }
            for (organisation, messages) in by_owner {
                match self.archive_some(organisation, &messages, &mut failed) {
                    Ok(some) => done += some,
                    Err(error) => _ = failed.get_or_insert(error),
                }
            }
            if done > 0 {
                self.unsettled.store(true, Ordering::Relaxed);
                return Ok(done);
            }
        }
    }

    /// Works on the index while nothing waits, so that a search looks into few of its segments. Gives whether there is
    /// more to do.
    ///
    /// # Errors
    /// The database's.
    pub fn settle_index(&self) -> Result<bool> {
        let store = &self.flow.world().store;
        // A commit twice a second for nothing would cost a sync each.
        if store.engine() == Engine::Postgres || !self.unsettled.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let more = store.write(postings::settle)?;
        self.unsettled.store(more, Ordering::Relaxed);
        Ok(more)
    }

    /// How many were accepted and how many of them can be found.
    ///
    /// # Errors
    /// `action_forbidden`; the database's.
    pub fn gap(&self, ctx: &Ctx) -> Result<Gap> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        // A test key learns nothing of live mail, not even how much there is.
        if ctx.mode() == Mode::Test {
            return Err(Code::ActionForbidden.into());
        }
        let of = ctx.organisation();
        self.flow.world().store.read(move |tx| records::gap(tx, of))
    }

    /// Messages of which not all can be found, newest first, below a position; and where the next page begins.
    ///
    /// # Errors
    /// `action_forbidden`; the database's.
    pub fn unread(
        &self,
        ctx: &Ctx,
        below: Option<i64>,
        rows: usize,
    ) -> Result<(Vec<Unread>, Option<i64>)> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        if ctx.mode() == Mode::Test {
            return Err(Code::ActionForbidden.into());
        }
        let (of, below) = (ctx.organisation(), below.unwrap_or(i64::MAX));
        let mut found = self
            .flow
            .world()
            .store
            .read(move |tx| records::unread(tx, of, below, rows + 1))?;
        let more = found.len() > rows;
        found.truncate(rows);
        let next = found.last().filter(|_| more).map(|one| one.position);
        Ok((found, next))
    }

    fn archive_some(
        &self,
        of: OrganisationId,
        messages: &[MessageId],
        failed: &mut Option<Error>,
    ) -> Result<usize> {
        let mut indexed = self.index_some(of, messages, failed)?;
        if indexed.is_empty() {
            return Ok(0);
        }
        let world = self.flow.world();
        let shared = self.lexicon(of);
        let mut held = Held::take(&shared);
        held.learn(world, of)?;
        let piece = match held.words().is_full() {
            false => held.piece(world, of, indexed.iter().flat_map(|one| &one.said))?,
            true => {
                let all = indexed.iter_mut();
                all.for_each(|one| _ = one.unread.insert("limit_lexicon".to_owned()));
                None
            }
        };
        let count = indexed.len();
        let now = world.now();
        let written = piece.as_ref().map(|piece| piece.row.clone());
        let prunings = held.prunings();
        let done = world.store.write(move |tx| {
            if !archive_heads::commit(tx, of, prunings)? {
                return Ok(false);
            }
            for one in &indexed {
                write(tx, of, one, now)?;
            }
            let mut row = written.iter();
            row.try_for_each(|row| lexicon_pieces::insert(tx, row))?;
            Ok(true)
        })?;
        if !done {
            // Another node pruned the lexicon: words that were known are not.
            return Ok(0);
        }
        if let Some(piece) = piece {
            held.keep(piece);
        }
        held.join(world, of)?;
        Ok(count)
    }

    /// As many of them as one commit should hold; the others wait for the next one.
    fn index_some(
        &self,
        of: OrganisationId,
        messages: &[MessageId],
        failed: &mut Option<Error>,
    ) -> Result<Vec<Indexed>> {
        let world = self.flow.world();
        let ctx = world.system(of);
        let tokens = |mode| Tokens::of(world, of, mode);
        let (live, test) = (tokens(Mode::Live)?, tokens(Mode::Test)?);
        let (mut indexed, mut words) = (Vec::new(), 0);
        for message in messages {
            if words > ARCHIVE_BATCH_WORDS_MAX {
                break;
            }
            let one = match self.flow.filed(&ctx, *message) {
                Ok(filed) if filed.mode == Mode::Live => index(filed, &live),
                Ok(filed) => index(filed, &test),
                // It will open no better the next time.
                Err(error) if is_final(error.code()) => {
                    tracing::warn!(message = %message, code = %error.code(), "a message cannot be searched");
                    unopened(*message)
                }
                Err(error) => {
                    tracing::warn!(message = %message, code = %error.code(), "a message waits to be archived");
                    failed.get_or_insert(error);
                    continue;
                }
            };
            words += one.words;
            indexed.push(one);
        }
        Ok(indexed)
    }
}

pub(crate) const fn is_final(code: Code) -> bool {
    matches!(
        code,
        Code::StoredDataInvalid | Code::KeyDestroyed | Code::SealBroken
    )
}

/// By its id it is of the second in which it was accepted.
fn unopened(message: MessageId) -> Indexed {
    Indexed {
        message,
        at: message.minted_at(),
        posting: Posting::default(),
        said: BTreeMap::new(),
        unread: BTreeSet::from(["unopened".to_owned()]),
        words: 0,
    }
}

/// Puts a message where it is found, unless another node did.
fn write(tx: &mut Tx<'_>, of: OrganisationId, one: &Indexed, now: Timestamp) -> Result<()> {
    if !records::answered(tx, one.message)? {
        return Ok(());
    }
    let position = free_position(tx, one.at)?;
    postings::insert(tx, position, &one.posting)?;
    let record = Record {
        message: one.message,
        organisation: of,
        position,
        state: match one.unread.is_empty() {
            true => RecordState::Whole,
            false => RecordState::Partial,
        },
        unread: one
            .unread
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" "),
        words: one.words,
        archived_at: now,
    };
    records::insert(tx, &record)?;
    store::tables::retention_items::insert(tx, one.message, of)
}

/// Where messages of this time begin; a part of a second counts as the whole.
pub(crate) const fn first_position(at: Timestamp) -> i64 {
    at.secs().saturating_mul(OF_SECOND)
}

/// The first free position of a second, or of the next that has one.
fn free_position(tx: &mut Tx<'_>, at: Timestamp) -> Result<i64> {
    let mut first = first_position(at);
    loop {
        let end = first
            .checked_add(OF_SECOND)
            .ok_or(Error::new(Code::Internal))?;
        match records::last_below(tx, first, end)? {
            None => return Ok(first),
            Some(last) if last + 1 < end => return Ok(last + 1),
            Some(_) => first = end,
        }
    }
}

fn index(filed: Filed, tokens: &Tokens) -> Indexed {
    let mut posting = Posting::default();
    let mut said = BTreeMap::<String, u8>::new();
    let mut count = 0;
    let mut known = BTreeMap::new();
    for (place, text) in &filed.texts {
        let field = field(*place);
        let column = &mut posting.columns[field.column()];
        if !column.is_empty() {
            column.push(Placed::Gap);
        }
        words(text, |word| {
            if count >= ARCHIVE_WORDS_MAX {
                return;
            }
            let token = match known.get(&(field, word.to_owned())) {
                Some(token) => *token,
                None => {
                    let token = tokens.word(field, word);
                    known.insert((field, word.to_owned()), token);
                    *said.entry(word.to_owned()).or_default() |= field.bit();
                    token
                }
            };
            column.push(Placed::Token(token));
            count += 1;
        });
    }
    let mut unread = filed.unread;
    if count >= ARCHIVE_WORDS_MAX {
        unread.insert("limit_words".to_owned());
    }
    let marks = &mut posting.columns[MARKS];
    marks.push(Placed::Token(tokens.every()));
    for (kind, word) in &filed.marks {
        marks.extend([Placed::Gap, Placed::Token(tokens.mark(kind, word))]);
    }
    Indexed {
        message: filed.message,
        at: filed.at,
        posting,
        said,
        unread,
        words: count,
    }
}

pub(crate) const fn field(place: FiledPlace) -> Field {
    match place {
        FiledPlace::Subject => Field::Subject,
        FiledPlace::Body => Field::Body,
        FiledPlace::From => Field::From,
        FiledPlace::To => Field::To,
        FiledPlace::File => Field::File,
    }
}
