//! Feedback: what people say about what detection found, and how detection does on what they said.
//!
//! "Not PHI" and "missed PHI" name messages, which stay sealed where they are; the evaluation opens them,
//! scans them again and counts. Nothing learns by itself. Invariant: no value, address or subject leaves
//! an evaluation.

use ctx::{Action, Ctx, Event};
use model::{Code, Error, MessageId, PhiLevel, Result, Timestamp, limits};
use store::tables::{messages, reviews};

use crate::Flow;
use crate::view::{cursor, reachable};

/// What somebody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// It was taken for PHI and is none.
    NotPhi,
    /// It holds PHI that was not found.
    MissedPhi,
}

impl Opinion {
    pub const ALL: &'static [Self] = &[Self::NotPhi, Self::MissedPhi];

    pub const fn word(self) -> &'static str {
        match self {
            Self::NotPhi => "not_phi",
            Self::MissedPhi => "missed_phi",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.word() == word)
    }
}

pub struct FeedbackRow {
    pub message: MessageId,
    pub actor: String,
    pub opinion: Opinion,
    /// What detection had said.
    pub level: PhiLevel,
    pub at: Timestamp,
}

pub struct FeedbackPage {
    pub rows: Vec<FeedbackRow>,
    pub next: Option<String>,
}

/// How detection does now on what people said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// Called PHI by people; of these found now.
    pub phi: u32,
    pub phi_found: u32,
    /// Called free of PHI by people; of these flagged now.
    pub free: u32,
    pub free_flagged: u32,
    /// Destroyed meanwhile, or not to be read.
    pub gone: u32,
}

impl Flow {
    /// Says it, in place of what this person said before.
    ///
    /// # Errors
    /// `not_found` for a message of another organisation.
    pub fn say(&self, ctx: &Ctx, id: MessageId, opinion: Opinion) -> Result<()> {
        let organisation = ctx.organisation();
        let store = &self.world().store;
        let row = store.read(move |tx| messages::load(tx, id, organisation))?;
        ctx.allow(Action::FeedbackGive, &reachable(ctx, &row)?)?;
        let level = PhiLevel::from_word(&row.level).ok_or(Code::StoredDataInvalid)?;
        let ctx2 = ctx.clone();
        store.write(move |tx| {
            let said = reviews::Feedback {
                organisation,
                message: id,
                actor: ctx2.actor().to_owned(),
                verdict: opinion.word().to_owned(),
                level,
                at: ctx2.now(),
            };
            reviews::say(tx, &said)?;
            let event = Event::new("message.feedback").message(id);
            let event = event.fact("opinion", opinion.word()).fact("level", level);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// What was said, newest first.
    pub fn feedback(&self, ctx: &Ctx, after: Option<&str>, rows: usize) -> Result<FeedbackPage> {
        ctx.allow(Action::FeedbackRead, &ctx.own("feedback"))?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, MessageId::from_bytes(id)));
        let mut found = said(ctx, before, rows + 1)?;
        let more = found.len() > rows;
        found.truncate(rows);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| cursor::encode(last.at, last.message.as_bytes()));
        Ok(FeedbackPage { rows: found, next })
    }

    /// Scans again what people had an opinion of. `progress` hears how many are done.
    pub fn evaluate_feedback(
        &self,
        ctx: &Ctx,
        progress: &mut dyn FnMut(u32),
    ) -> Result<Evaluation> {
        ctx.allow(Action::FeedbackRead, &ctx.own("feedback"))?;
        let (mut sum, mut done, mut before) = (Evaluation::default(), 0, None);
        loop {
            let rows = said(ctx, before, limits::PAGE_ROWS_MAX)?;
            let Some(last) = rows.last() else {
                return Ok(sum);
            };
            before = Some((last.at, last.message));
            for row in &rows {
                sum.count(row.opinion, self.level_now(ctx, row.message));
                done += 1;
                progress(done);
            }
        }
    }

    fn level_now(&self, ctx: &Ctx, id: MessageId) -> Option<PhiLevel> {
        let content = crate::content::load(ctx, id).and_then(|stored| stored.content(ctx));
        let content = content.ok()?;
        let message = mail::parse(&content).ok()?;
        let reading = crate::scan::Reading::of(self.extractor(), &message);
        let scanned = crate::scan::scan(self, ctx, reading).ok()?;
        let findings = scanned.findings;
        let doubt = !findings.unscannable.is_empty();
        Some(findings.level.max(if doubt {
            PhiLevel::Likely
        } else {
            PhiLevel::None
        }))
    }
}

impl Evaluation {
    fn count(&mut self, opinion: Opinion, level: Option<PhiLevel>) {
        let Some(level) = level else {
            self.gone += 1;
            return;
        };
        let flagged = u32::from(level >= PhiLevel::Likely);
        match opinion {
            Opinion::MissedPhi => {
                self.phi += 1;
                self.phi_found += flagged;
            }
            Opinion::NotPhi => {
                self.free += 1;
                self.free_flagged += flagged;
            }
        }
    }
}

fn said(
    ctx: &Ctx,
    before: Option<(Timestamp, MessageId)>,
    rows: usize,
) -> Result<Vec<FeedbackRow>> {
    let organisation = ctx.organisation();
    let found = ctx
        .world()
        .store
        .read(move |tx| reviews::list(tx, organisation, before, rows))?;
    let rows = found.into_iter().map(|row| {
        Ok(FeedbackRow {
            message: row.message,
            actor: row.actor,
            opinion: Opinion::from_word(&row.verdict)
                .ok_or_else(|| Error::new(Code::StoredDataInvalid))?,
            level: row.level,
            at: row.at,
        })
    });
    rows.collect()
}
