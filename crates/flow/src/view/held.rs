//! What waits for a person: each message with the rules that hold it and who agreed to its release already.

use std::collections::BTreeSet;

use ctx::{Action, Ctx, PrincipalKind};
use model::{Error, MessageId, PhiLevel, RecipientState, Result, Timestamp, limits};
use policy::{OrgRules, Trace};
use store::Tx;
use store::tables::{messages, recipients, reviews};

use super::{Filter, cursor};
use crate::Flow;
use crate::besides::Besides;
use crate::risk::is_restricted;

/// Pages of the database looked at for one page of a filtered list.
const LOOKS_MAX: usize = 10;

/// Which of them.
#[derive(Clone, Debug, Default)]
pub struct HeldFilter {
    /// Held by this rule.
    pub rule: Option<String>,
    pub waits_for: Option<WaitsFor>,
}

/// Whom a held message waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// Anybody who may decide.
    Anyone,
    /// One agreed; somebody else has to.
    SecondPerson,
}

impl WaitsFor {
    pub const ALL: &'static [Self] = &[Self::Anyone, Self::SecondPerson];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::SecondPerson => "second_person",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.word() == word)
    }
}

pub struct HeldPage {
    pub rows: Vec<HeldRow>,
    pub next: Option<String>,
}

pub struct HeldRow {
    pub id: MessageId,
    pub created_at: Timestamp,
    /// Who sent it.
    pub actor: String,
    pub level: PhiLevel,
    /// Recipients that are held.
    pub held: u32,
    pub holding: Holding,
    seen: bool,
}

/// Why something is held, and what a release takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// Id, name and reason of each rule that holds it.
    pub rules: Vec<(String, String, String)>,
    pub second_person: bool,
    /// Words of roles that are told.
    pub notify: Vec<String>,
    /// Who agreed to a release already.
    pub agreed: Vec<String>,
}

impl Holding {
    /// Of one recipient.
    pub(super) fn of(tx: &mut Tx<'_>, r: &recipients::Recipient, trace: &Trace) -> Result<Self> {
        let quarantine = Besides::of(r)?.quarantine;
        let (by, second_person, notify) = match quarantine {
            Some(quarantine) => (quarantine.by, quarantine.second_person, quarantine.notify),
            None => (vec![trace.decided_by.clone()], false, Vec::new()),
        };
        let rules = by.into_iter().map(|id| {
            let step = trace.steps.iter().find(|step| step.rule == id);
            let (name, why) = step
                .map(|s| (s.name.clone(), s.why.clone()))
                .unwrap_or_default();
            (id, name, why)
        });
        Ok(Self {
            rules: rules.collect(),
            second_person,
            notify,
            agreed: reviews::approvals(tx, r.id)?,
        })
    }

    /// A release of one message while all its sender sends is held takes two people.
    pub(super) fn of_sender(self, restricted: bool) -> Self {
        Self {
            second_person: self.second_person || restricted,
            ..self
        }
    }

    fn join(&mut self, other: Self) {
        self.second_person |= other.second_person;
        for rule in other.rules {
            if !self.rules.iter().any(|(id, ..)| *id == rule.0) {
                self.rules.push(rule);
            }
        }
        let all: BTreeSet<String> = self.agreed.drain(..).chain(other.agreed).collect();
        self.agreed = all.into_iter().collect();
        let all: BTreeSet<String> = self.notify.drain(..).chain(other.notify).collect();
        self.notify = all.into_iter().collect();
    }

    pub fn waits_for(&self) -> WaitsFor {
        match self.second_person && !self.agreed.is_empty() {
            true => WaitsFor::SecondPerson,
            false => WaitsFor::Anyone,
        }
    }
}

impl HeldFilter {
    fn fits(&self, row: &HeldRow) -> bool {
        let wanted = |id: &String| row.holding.rules.iter().any(|(rule, ..)| rule == id);
        row.seen
            && self.rule.as_ref().is_none_or(wanted)
            && self.waits_for.is_none_or(|w| w == row.holding.waits_for())
    }
}

impl Flow {
    /// Newest first. Software sees its own messages; people see what they may review and what they sent themselves. A filtered page may hold
    /// fewer rows than there are to come; `next` says whether there are more to look at.
    pub fn held(
        &self,
        ctx: &Ctx,
        filter: HeldFilter,
        after: Option<&str>,
        rows: usize,
    ) -> Result<HeldPage> {
        ctx.allow(Action::MessageList, &ctx.own("message"))?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let first = before.map(|(at, id)| (at, MessageId::from_bytes(id)));
        let rules = crate::decide::house(self, ctx)?.rules.clone();
        let (ctx, flow) = (ctx.clone(), self.clone());
        self.world().store.read(move |tx| {
            let own = rules.organisation();
            let (mut before, mut found) = (first, Vec::<HeldRow>::new());
            for _ in 0..LOOKS_MAX {
                let looked = look(&ctx, tx, (before, rows + 1), own)?;
                let ended = looked.len() <= rows;
                for mut row in looked {
                    let restricted = is_restricted(&flow, ctx.organisation(), &row.actor);
                    row.holding = row.holding.of_sender(restricted);
                    if found.len() == rows {
                        return Ok(page(found, before));
                    }
                    before = Some((row.created_at, row.id));
                    found.extend(Some(row).filter(|row| filter.fits(row)));
                }
                if ended {
                    return Ok(page(found, None));
                }
            }
            Ok(page(found, before))
        })
    }
}

fn page(rows: Vec<HeldRow>, next: Option<(Timestamp, MessageId)>) -> HeldPage {
    let next = next.map(|(at, id)| cursor::encode(at, id.as_bytes()));
    HeldPage { rows, next }
}

fn look(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    (before, rows): (Option<(Timestamp, MessageId)>, usize),
    own: &OrgRules,
) -> Result<Vec<HeldRow>> {
    let filter = Filter {
        state: Some(RecipientState::Held),
        ..Filter::default()
    };
    let actor = match ctx.principal().kind {
        PrincipalKind::App { .. } => ctx.actor().to_owned(),
        _ => String::new(),
    };
    let whose = (actor.as_str(), ctx.mode());
    let found = messages::list(tx, ctx.organisation(), filter, whose, before, rows)?;
    found
        .iter()
        .map(|message| row(ctx, tx, message, own))
        .collect()
}

/// Why a message is held is between its sender and those who review it.
pub(super) fn may_see_why(ctx: &Ctx, message: &messages::Message) -> bool {
    let app = matches!(ctx.principal().kind, PrincipalKind::App { .. });
    app || ctx.may_see(Action::QuarantineRead, &super::message::resource(message))
}

fn row(ctx: &Ctx, tx: &mut Tx<'_>, message: &messages::Message, own: &OrgRules) -> Result<HeldRow> {
    let wrong = || Error::new(model::Code::StoredDataInvalid);
    let (mut held, mut holding) = (0, Holding::default());
    for r in recipients::of_message(tx, message.id)? {
        if r.state == RecipientState::Held {
            held += 1;
            let trace = super::message::trace(&r, own)?;
            holding.join(Holding::of(tx, &r, &trace)?);
        }
    }
    Ok(HeldRow {
        id: message.id,
        created_at: message.created_at,
        actor: message.actor.clone(),
        level: PhiLevel::from_word(&message.level).ok_or_else(wrong)?,
        seen: may_see_why(ctx, message),
        held,
        holding,
    })
}
