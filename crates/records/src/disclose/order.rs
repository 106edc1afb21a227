//! What a package is made of: which messages, what was left out, and the options that make it the same again.

use std::collections::BTreeSet;

use ctx::Ctx;
use model::{Code, Error, ExportId, MessageId, Mode, OrganisationId, Result, Timestamp, limits};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::exports::Export;
use store::tables::postings::{self, Window};
use store::tables::{messages, organisations, records, retention_items};
use vault::OpenedKey;

use super::{ExportView, NewExport, Which};
use crate::Records;
use crate::archive::{Gap, Held, first_position};
use crate::export::{Exclusion, Format, Reason};
use crate::holds::Sort;
use crate::search::plan::plan;
use crate::search::query::{Why, parse};
use crate::search::tokens::Tokens;

/// Letters of a password: 120 bits of chance.
const PASSWORD_LETTERS: usize = 24;

/// Asked for, and looked up.
pub(super) struct Order {
    pub messages: Vec<MessageId>,
    /// How each went to each of its recipients, in their order: that may change, the package may not.
    methods: Vec<Vec<String>>,
    left_out: Vec<LeftOut>,
    asked: String,
    gap: Gap,
    new: NewExport,
    house: String,
}

/// What is sealed with a package.
#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    pub recipient: String,
    pub purpose: String,
    pub asked: String,
    pub house: String,
    pub author: String,
    pub formats: Vec<String>,
    pub left_out: Vec<LeftOut>,
    pub accepted: u64,
    pub archived: u64,
    pub partial: u64,
    pub methods: Vec<Vec<String>>,
    pub password: String,
    pub salt: [u8; 16],
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct LeftOut {
    message: String,
    /// `part2`, `unreadable`
    why: String,
}

impl Records {
    /// # Errors
    /// As [`Records::disclose`].
    pub(super) fn order(&self, ctx: &Ctx, new: &NewExport) -> Result<Order> {
        let new = NewExport {
            recipient: words(&new.recipient, "/recipient")?,
            purpose: words(&new.purpose, "/purpose")?,
            ..new.clone()
        };
        let (wanted, asked) = self.wanted(ctx, &new.which)?;
        let (of, own) = (ctx.organisation(), wanted.clone());
        let (octets, part2, gap, house) = ctx.world().store.read(move |tx| {
            let (mut octets, mut part2) = (0, BTreeSet::new());
            for id in &own {
                let row = messages::load(tx, *id, of)?;
                octets += row.octets;
                if is_part2(&row.findings)? || is_so_classed(tx, of, *id)? {
                    part2.insert(*id);
                }
            }
            let house = organisations::find(tx, of)?.ok_or(Code::NotFound)?;
            Ok((octets, part2, records::gap(tx, of)?, house.name))
        })?;
        if wanted.len() > limits::EXPORT_MESSAGES_MAX || octets > limits::EXPORT_OCTETS_MAX {
            return Err(Error::new(Code::FieldInvalid).at("/messages").advising(
                "An export holds 2,000 messages and 50,000,000 octets at most. Make several of fewer days.",
            ));
        }
        let (mut messages, mut methods, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for id in wanted {
            let found = match part2.contains(&id) && !new.with_part2 {
                true => Err(Reason::Part2),
                false => self.readable(ctx, id)?,
            };
            match found {
                Ok(how) => {
                    messages.push(id);
                    methods.push(how);
                }
                Err(why) => left_out.push(LeftOut {
                    message: id.to_string(),
                    why: why.word().to_owned(),
                }),
            }
        }
        if messages.is_empty() {
            return Err(Error::new(Code::FieldInvalid).at("/messages").advising(
                "No message is left to export: nothing was found, or all of it is left out.",
            ));
        }
        Ok(Order {
            messages,
            methods,
            left_out,
            asked,
            gap,
            new,
            house,
        })
    }

    /// How a message went to each recipient. What does not open is left out and named.
    fn readable(
        &self,
        ctx: &Ctx,
        id: MessageId,
    ) -> Result<std::result::Result<Vec<String>, Reason>> {
        use Code::{KeyDestroyed, SealBroken, StoredDataInvalid};
        match self.flow.kept(ctx, id) {
            Ok(kept) => {
                let methods = kept
                    .recipients
                    .iter()
                    .map(|(.., method)| (*method).to_owned());
                Ok(Ok(methods.collect()))
            }
            Err(error) if matches!(error.code(), KeyDestroyed | SealBroken | StoredDataInvalid) => {
                Ok(Err(Reason::Unreadable))
            }
            Err(error) => Err(error),
        }
    }

    /// Messages, oldest first, each once, and how they were asked for.
    fn wanted(&self, ctx: &Ctx, which: &Which) -> Result<(Vec<MessageId>, String)> {
        let most = limits::EXPORT_MESSAGES_MAX + 1;
        let (found, asked) = match which {
            Which::None => return Err(Error::new(Code::FieldMissing).at("/messages")),
            Which::These(these) => (these.clone(), "messages by their ids".to_owned()),
            Which::Search {
                query,
                since,
                until,
            } => {
                let days = [since, until].map(|at| at.map_or("-".to_owned(), Timestamp::rfc3339));
                let asked = format!("{query} [{} to {}]", days[0], days[1]);
                (self.found(ctx, query, (*since, *until), most)?, asked)
            }
            Which::Hold(id) => {
                let mut all = Vec::new();
                for sort in [Sort::Covered, Sort::Unreadable] {
                    let mut before = None;
                    while all.len() < most {
                        let page =
                            self.hold_keeps(ctx, *id, sort, before, limits::PAGE_ROWS_MAX)?;
                        all.extend(page.messages.into_iter().map(|(message, _)| message));
                        before = page.next;
                        if before.is_none() {
                            break;
                        }
                    }
                }
                (all, format!("what {id} keeps"))
            }
        };
        // Ids grow with time.
        let once: BTreeSet<MessageId> = found.into_iter().collect();
        Ok((once.into_iter().collect(), asked))
    }

    fn found(
        &self,
        ctx: &Ctx,
        query: &str,
        (since, until): (Option<Timestamp>, Option<Timestamp>),
        most: usize,
    ) -> Result<Vec<MessageId>> {
        let unclear = |why: Why| {
            Error::new(Code::FieldInvalid)
                .at("/query")
                .advising(why.advice())
        };
        let query = parse(query).map_err(|error| unclear(error.why))?;
        let (world, of) = (self.flow.world(), ctx.organisation());
        let tokens = Tokens::of(world, of, Mode::Live)?;
        let shared = self.lexicon(of);
        let what = {
            let mut held = Held::take(&shared);
            held.learn(world, of)?;
            plan(&query, held.words(), &tokens).map_err(|_| unclear(Why::TooBroad))?
        };
        let window = Window {
            first: since.map_or(i64::MIN, first_position),
            last: until.map_or(i64::MAX, |at| first_position(at).saturating_sub(1)),
            rows: most,
        };
        world.store.read(move |tx| {
            let positions = postings::find(tx, &what, window)?;
            let each = positions.into_iter().map(|position| {
                let found = records::at(tx, of, position)?;
                found
                    .map(|(message, _)| message)
                    .ok_or_else(|| Error::new(Code::StoredDataInvalid))
            });
            each.collect()
        })
    }
}

impl Order {
    pub(super) fn made(&self, ctx: &Ctx) -> Result<Written> {
        let mut salt = [0; 16];
        ctx.world().rng.fill(&mut salt);
        let mut formats = self.new.formats.clone();
        formats.sort_unstable();
        formats.dedup();
        Ok(Written {
            recipient: self.new.recipient.clone(),
            purpose: self.new.purpose.clone(),
            asked: self.asked.clone(),
            house: self.house.clone(),
            author: ctx.actor().to_owned(),
            formats: formats.iter().map(|one| one.word().to_owned()).collect(),
            left_out: self.left_out.clone(),
            accepted: self.gap.accepted,
            archived: self.gap.archived,
            partial: self.gap.partial,
            methods: self.methods.clone(),
            password: password(ctx),
            salt,
        })
    }
}

impl Written {
    pub(super) fn sealed(&self, ctx: &Ctx, key: &OpenedKey, id: ExportId) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(self).map_err(|e| Error::new(Code::Internal).because(e))?;
        key.seal(&aad(id), &plain, ctx.world().rng.as_ref())
    }

    /// For the audit log: all but what opens the package.
    pub(super) fn payload(&self, messages: &[MessageId]) -> Result<Vec<u8>> {
        let messages: Vec<String> = messages.iter().map(ToString::to_string).collect();
        let told = serde_json::json!({
            "recipient": self.recipient, "purpose": self.purpose, "asked": self.asked,
            "messages": messages, "left_out": self.left_out,
        });
        serde_json::to_vec(&told).map_err(|e| Error::new(Code::Internal).because(e))
    }

    pub(super) fn formats(&self) -> Vec<Format> {
        let all = Format::ALL.into_iter();
        all.filter(|one| self.formats.iter().any(|word| word == one.word()))
            .collect()
    }

    pub(super) fn exclusions(&self) -> Vec<Exclusion> {
        let one = |left: &LeftOut| Exclusion {
            id: left.message.clone(),
            reason: match left.why.as_str() {
                "part2" => Reason::Part2,
                _ => Reason::Unreadable,
            },
            note: String::new(),
        };
        self.left_out.iter().map(one).collect()
    }
}

pub(super) fn opened(ctx: &Ctx, tx: &mut Tx<'_>, row: &Export) -> Result<Written> {
    let key = ctx
        .world()
        .item_key(tx, row.organisation, row.id.as_bytes())?;
    let plain = key.open(&aad(row.id), &row.sealed_order)?;
    // The cause is dropped on purpose: it can quote what it failed on.
    serde_json::from_slice(&plain).map_err(|_| Error::new(Code::StoredDataInvalid))
}

pub(super) fn view(ctx: &Ctx, tx: &mut Tx<'_>, row: &Export) -> Result<ExportView> {
    let written = opened(ctx, tx, row)?;
    Ok(ExportView {
        id: row.id,
        recipient: written.recipient,
        purpose: written.purpose,
        asked: written.asked,
        messages: row.messages,
        left_out: written.left_out.len(),
        author: row.author.clone(),
        created_at: row.created_at,
        ends_at: row.ends_at,
        taken: row.taken,
    })
}

/// Whether rules or a person classed it so.
fn is_so_classed(tx: &mut Tx<'_>, of: OrganisationId, id: MessageId) -> Result<bool> {
    let item = retention_items::find(tx, of, id)?;
    let is_so = |classes: String| classes.split(' ').any(|class| class == "substance_use");
    Ok(item.is_some_and(|item| is_so(item.classes)))
}

/// Whether the scan labelled it as of treatment for substance use.
fn is_part2(findings: &str) -> Result<bool> {
    #[derive(Deserialize)]
    struct Labelled {
        #[serde(default)]
        labels: BTreeSet<String>,
    }
    let found: Labelled =
        serde_json::from_str(findings).map_err(|_| Error::new(Code::StoredDataInvalid))?;
    Ok(found.labels.contains("substance_use"))
}

fn aad(id: ExportId) -> Vec<u8> {
    vault::aad("exports", "sealed_order", id.as_bytes())
}

/// Letters and digits that nobody takes for each other, in groups of four.
fn password(ctx: &Ctx) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";
    let mut chance = [0; PASSWORD_LETTERS];
    ctx.world().rng.fill(&mut chance);
    let letter = |octet: &u8| char::from(LETTERS[usize::from(octet & 31)]);
    chance.iter().map(letter).collect()
}

fn words(text: &str, at: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::new(Code::FieldMissing).at(at));
    }
    let long = text.chars().count() > limits::EXPORT_WORDS_CHARS_MAX;
    if long || text.chars().any(model::is_hidden) {
        return Err(Error::new(Code::FieldInvalid).at(at));
    }
    Ok(text.to_owned())
}
