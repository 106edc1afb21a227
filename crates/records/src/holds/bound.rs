//! Which holds bind a record.
//!
//! A plan turns the scopes of all holds into tokens beforehand, since that needs the open lexicon; who destroys by it
//! asks in the same transaction whether it still stands. What cannot be told counts as held: a search that stands for too much, a file that could not be read, a message that did not open.

use std::collections::BTreeSet;

use ctx::Ctx;
use model::{
    HoldId, LexiconPieceId, MatterId, MessageId, Mode, OrganisationId, Result, Timestamp, limits,
};
use retention::Class;
use store::Tx;
use store::tables::holds as table;
use store::tables::postings::{self, Find, Token, Window};
use store::tables::records::{self, Filing, RecordState};
use store::tables::{archive_heads, lexicon_pieces, retention_items};

use super::scope::Scope;
use super::shown;
use crate::Records;
use crate::archive::Held;
use crate::search::lexicon::Lexicon;
use crate::search::plan::{plan, simple};
use crate::search::query::Query;
use crate::search::tokens::Tokens;

/// A hold that keeps a record, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldBy {
    pub hold: HoldId,
    pub matter: MatterId,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its scope has no words and covers it.
    InScope,
    Matched,
    /// Not all of it can be read, or the search stands for too much.
    Unreadable,
}

impl Why {
    pub const fn word(self) -> &'static str {
        match self {
            Self::InScope => "in_scope",
            Self::Matched => "matched",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Words that narrow a scope, in tokens.
#[derive(Clone)]
pub(super) enum Narrow {
    Not,
    To(Find),
    /// More words than can be looked up: nothing is told apart by them.
    Unknown,
}

/// One hold as tokens.
#[derive(Clone)]
pub(super) struct Bind {
    pub hold: table::Hold,
    pub people: Narrow,
    pub words: Narrow,
    /// Record classes; empty where they do not narrow it.
    pub classes: BTreeSet<String>,
    /// Stands in every message.
    every: Token,
}

/// All holds as tokens, and what they were made of.
#[derive(Clone)]
pub(crate) struct Plan {
    organisation: OrganisationId,
    version: u64,
    pieces: BTreeSet<LexiconPieceId>,
    live: Vec<Bind>,
    test: Vec<Bind>,
}

impl Records {
    /// What binds now, for [`Plan::holds`].
    pub(crate) fn plan_holds(&self, of: OrganisationId) -> Result<Plan> {
        let world = self.flow.world();
        let ctx = world.system(of);
        let (version, scopes) = world.store.read(move |tx| {
            let version = archive_heads::holds(tx, of)?;
            let holds = table::binding(tx, of, ctx.now(), limits::HOLDS_BINDING_MAX + 1)?;
            let scopes = holds.into_iter().map(|hold| {
                let (scope, ..) = shown::opened(&ctx, tx, &hold)?;
                Ok((hold, scope))
            });
            Ok((version, scopes.collect::<Result<Vec<_>>>()?))
        })?;
        let shared = self.lexicon(of);
        let mut held = Held::take(&shared);
        held.learn(world, of)?;
        let binds = |mode| -> Result<Vec<Bind>> {
            let tokens = Tokens::of(world, of, mode)?;
            let binds = scopes
                .iter()
                .map(|(hold, scope)| bind(hold, scope, held.words(), &tokens));
            binds.collect()
        };
        Ok(Plan {
            organisation: of,
            version,
            pieces: held.pieces(),
            live: binds(Mode::Live)?,
            test: binds(Mode::Test)?,
        })
    }

    /// Which holds keep a message now.
    ///
    /// # Errors
    /// `not_found` for what is not in the archive.
    pub fn held_by(&self, ctx: &Ctx, message: MessageId) -> Result<Vec<HeldBy>> {
        let each = self.each_held_by(ctx, &[message])?;
        Ok(each.into_iter().flatten().collect())
    }

    /// Which holds keep each of some messages now.
    ///
    /// # Errors
    /// `not_found` for what is not in the archive.
    pub fn each_held_by(&self, ctx: &Ctx, messages: &[MessageId]) -> Result<Vec<Vec<HeldBy>>> {
        super::reads(ctx)?;
        let (of, now) = (ctx.organisation(), ctx.now());
        let (plan, messages) = (self.plan_holds(of)?, messages.to_vec());
        ctx.world().store.read(move |tx| {
            let held = messages.iter().map(|message| {
                let record = records::filing(tx, of, *message)?;
                let record = record.ok_or_else(|| model::Error::new(model::Code::NotFound))?;
                plan.holds(tx, &record, now)
            });
            held.collect()
        })
    }

    /// # Errors
    /// `field_invalid` at `/query` for what stands for more words than can be looked up.
    pub(super) fn is_plannable(&self, ctx: &Ctx, scope: &Scope) -> Result<()> {
        let Some(query) = Scope::asked(&scope.query)? else {
            return Ok(());
        };
        let (world, of) = (self.flow.world(), ctx.organisation());
        let tokens = Tokens::of(world, of, ctx.mode())?;
        let shared = self.lexicon(of);
        let mut held = Held::take(&shared);
        held.learn(world, of)?;
        match narrow(Some(&query), held.words(), &tokens) {
            Narrow::Unknown => Err(model::Error::new(model::Code::FieldInvalid)
                .at("/query")
                .advising(crate::search::query::Why::TooBroad.advice())),
            _ => Ok(()),
        }
    }

    /// One hold as tokens, for showing what it keeps.
    pub(super) fn plan_hold(&self, ctx: &Ctx, hold: &table::Hold, scope: &Scope) -> Result<Bind> {
        let (world, of) = (self.flow.world(), ctx.organisation());
        let tokens = Tokens::of(world, of, Mode::Live)?;
        let shared = self.lexicon(of);
        let mut held = Held::take(&shared);
        held.learn(world, of)?;
        bind(hold, scope, held.words(), &tokens)
    }
}

fn bind(hold: &table::Hold, scope: &Scope, words: &Lexicon, tokens: &Tokens) -> Result<Bind> {
    let people = Scope::people(&scope.custodians);
    let query = Scope::asked(&scope.query)?;
    Ok(Bind {
        hold: hold.clone(),
        people: narrow(people.as_ref(), words, tokens),
        words: narrow(query.as_ref(), words, tokens),
        classes: scope.classes.iter().cloned().collect(),
        every: tokens.every(),
    })
}

fn narrow(query: Option<&Query>, words: &Lexicon, tokens: &Tokens) -> Narrow {
    match query.map(|query| plan(query, words, tokens)) {
        None => Narrow::Not,
        Some(Ok(find)) => Narrow::To(find),
        Some(Err(_)) => Narrow::Unknown,
    }
}

impl Plan {
    /// Whether no hold was placed or moved on, and no word came, since it was made; nobody changes a hold before
    /// this transaction ends.
    pub(crate) fn stands(&self, tx: &mut Tx<'_>) -> Result<bool> {
        if !archive_heads::lock_holds(tx, self.organisation, self.version)? {
            return Ok(false);
        }
        let pieces = lexicon_pieces::ids(tx, self.organisation)?;
        Ok(pieces.iter().all(|piece| self.pieces.contains(piece)))
    }

    /// Whether a hold tells records apart by their classes: then what is reckoned has to be what binds now.
    pub(crate) fn names_classes(&self) -> bool {
        let mut all = self.live.iter().chain(&self.test);
        all.any(|bind| !bind.classes.is_empty())
    }

    /// The holds that bind a record.
    pub(crate) fn holds(
        &self,
        tx: &mut Tx<'_>,
        record: &Filing,
        now: Timestamp,
    ) -> Result<Vec<HeldBy>> {
        let mut all = Vec::new();
        let binds = match record.mode {
            Mode::Live => &self.live,
            Mode::Test => &self.test,
        };
        for bind in binds.iter().filter(|bind| bind.hold.binds(now)) {
            if let Some(why) = bind.covers(tx, record)? {
                all.push(HeldBy {
                    hold: bind.hold.id,
                    matter: bind.hold.matter,
                    why,
                });
            }
        }
        Ok(all)
    }
}

impl Bind {
    /// Why it covers a record, where it does.
    pub(super) fn covers(&self, tx: &mut Tx<'_>, record: &Filing) -> Result<Option<Why>> {
        if !self.is_in_days(record.created_at) {
            return Ok(None);
        }
        let theirs = match &self.people {
            Narrow::Not | Narrow::Unknown => true,
            Narrow::To(people) => record.hides_names() || has(tx, people, record)?,
        };
        if !theirs {
            return Ok(None);
        }
        let classed = self.classed(tx, record.message)?;
        if classed == Classed::Other {
            return Ok(None);
        }
        let why = match &self.words {
            Narrow::Not => Some(Why::InScope),
            Narrow::Unknown => Some(Why::Unreadable),
            Narrow::To(words) if has(tx, words, record)? => Some(Why::Matched),
            Narrow::To(_) if record.state == RecordState::Partial => Some(Why::Unreadable),
            Narrow::To(_) => None,
        };
        Ok(match classed {
            Classed::Unknown => why.map(|_| Why::Unreadable),
            Classed::Within | Classed::Other => why,
        })
    }

    /// Whether its record class is one of the scope's.
    pub(super) fn classed(&self, tx: &mut Tx<'_>, message: MessageId) -> Result<Classed> {
        if self.classes.is_empty() {
            return Ok(Classed::Within);
        }
        let of = self.hold.organisation;
        let Some(item) = retention_items::find(tx, of, message)? else {
            return Ok(Classed::Unknown);
        };
        let current = retention_items::work(tx, of)?.map_or(0, |(generation, _)| generation);
        let mut own = item.classes.split_whitespace();
        Ok(match own.any(|class| self.classes.contains(class)) {
            true => Classed::Within,
            // Reckoned by rules that bind no more, or nobody knows what it is.
            false if item.generation < current || is_unknown(&item) => Classed::Unknown,
            false => Classed::Other,
        })
    }

    /// What it covers by words and names, as one search.
    pub(super) fn what(&self) -> Find {
        let both = [&self.people, &self.words].into_iter();
        let mut all: Vec<Find> = both
            .filter_map(|one| match one {
                Narrow::To(find) => Some(find.clone()),
                Narrow::Not | Narrow::Unknown => None,
            })
            .collect();
        if all.is_empty() {
            all.push(Find::Phrase(vec![self.every]));
        }
        simple(Find::And(all))
    }

    fn is_in_days(&self, at: Timestamp) -> bool {
        self.hold.since.is_none_or(|since| since <= at)
            && self.hold.until.is_none_or(|until| at < until)
    }
}

/// A record beside the classes of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Classed {
    Within,
    Other,
    /// Nobody knows yet: it counts as held.
    Unknown,
}

fn is_unknown(item: &retention_items::Item) -> bool {
    let unclassified = Class::Unclassified.word();
    let mut own = item.classes.split_whitespace().peekable();
    own.peek().is_none() || own.any(|class| class == unclassified)
}

pub(super) fn has(tx: &mut Tx<'_>, what: &Find, record: &Filing) -> Result<bool> {
    let window = Window {
        first: record.position,
        last: record.position,
        rows: 1,
    };
    Ok(!postings::find(tx, what, window)?.is_empty())
}
