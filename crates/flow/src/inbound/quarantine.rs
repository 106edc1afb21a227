//! What came in for people: the list with its searches, what a reader is warned of, and who decides about
//! what is in quarantine.
//!
//! A release lets staff read it and makes its sender known; a deletion destroys its key. Invariant: words and
//! ids alone show here; content in quarantine opens to reviewers only, on the record.

use ctx::{Action, Ctx, Event, PrincipalKind};
use mail::suspect::{self, Banner, Language, Suspicion};
use model::{
    ArrivalState, Code, Domain, Error, MessageId, Origin, RecipientState, Result, Timestamp, limits,
};
use store::tables::arrivals::{self, Arrival, Wanted};
use store::tables::{messages, recipients};

use super::arrival::{Stored, domain_token, know};
use crate::Flow;
use crate::held::checked;
use crate::view::{cursor, live_only, reachable};

/// Which of what came in.
#[derive(Clone, Debug, Default)]
pub struct ArrivalFilter {
    pub state: Option<ArrivalState>,
    /// A word of what looks wrong, such as `look_alike_domain`.
    pub word: Option<String>,
    /// Of the author, exactly; of names below a registered one, any.
    pub domain: Option<Domain>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

pub struct ArrivalPage {
    pub rows: Vec<ArrivalRow>,
    pub next: Option<String>,
}

/// What was found about one message, and what became of it.
#[derive(Clone, Debug)]
pub struct ArrivalRow {
    pub id: MessageId,
    pub created_at: Timestamp,
    pub concern: String,
    pub state: ArrivalState,
    /// The heaviest first.
    pub suspicions: Vec<Suspected>,
    /// Names of signatures and advice, as engines gave them.
    pub named: Vec<String>,
    /// When somebody decided, and who.
    pub decided: Option<(Timestamp, String)>,
}

/// One thing that looks wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspected {
    pub word: String,
    pub weight: u32,
    /// `subject`, `header`, `body` or `attachment` and its number.
    pub place: String,
}

/// What a reader is told above the message, in both languages.
#[derive(Clone, Debug)]
pub struct Caution {
    pub english: Banner,
    pub spanish: Banner,
}

/// What is decided about a message in quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Release,
    Delete,
}

impl Flow {
    /// Newest first.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn arrivals(
        &self,
        ctx: &Ctx,
        filter: &ArrivalFilter,
        after: Option<&str>,
        rows: usize,
    ) -> Result<ArrivalPage> {
        ctx.allow(Action::QuarantineRead, &ctx.own("arrival"))?;
        live_only(ctx)?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let before = after.map(cursor::decode).transpose()?;
        let before = before.map(|(at, id)| (at, MessageId::from_bytes(id)));
        let domain = filter.domain.as_ref();
        let wanted = Wanted {
            state: filter.state,
            word: filter.word.clone(),
            domain: domain
                .map(|domain| domain_token(ctx, Some(domain)))
                .transpose()?,
            since: filter.since,
            until: filter.until,
        };
        let organisation = ctx.organisation();
        let mut found = self
            .world()
            .store
            .read(move |tx| arrivals::list(tx, organisation, &wanted, before, rows + 1))?;
        let more = found.len() > rows;
        found.truncate(rows);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| cursor::encode(last.created_at, last.message.as_bytes()));
        let rows = found.iter().map(ArrivalRow::of).collect::<Result<_>>()?;
        Ok(ArrivalPage { rows, next })
    }

    /// How many are in quarantine.
    pub fn quarantined_count(&self, ctx: &Ctx) -> Result<u64> {
        ctx.allow(Action::QuarantineRead, &ctx.own("arrival"))?;
        let organisation = ctx.organisation();
        let store = &self.world().store;
        store.read(move |tx| arrivals::waiting(tx, organisation))
    }

    /// # Errors
    /// `not_found` for what did not come in.
    pub fn arrival(&self, ctx: &Ctx, id: MessageId) -> Result<ArrivalRow> {
        ctx.allow(Action::QuarantineRead, &ctx.own("arrival"))?;
        let organisation = ctx.organisation();
        let store = &self.world().store;
        let found = store.read(move |tx| arrivals::find(tx, id, organisation))?;
        ArrivalRow::of(&found.ok_or_else(|| Error::new(Code::NotFound))?)
    }

    /// Releases what is in quarantine, or takes it out of everybody's sight. A release needs a reason, which is sealed
    /// with the message; what is deleted stays in the archive, as long as the law and holds say, for reviewers alone.
    ///
    /// # Errors
    /// `not_found`; `state_conflict` when it is in quarantine no more; `field_missing` or `field_invalid`
    /// at `/reason`.
    pub fn decide_arrival(&self, ctx: &Ctx, id: MessageId, fate: Fate, reason: &str) -> Result<()> {
        let organisation = ctx.organisation();
        let store = &self.world().store;
        let row = store.read(move |tx| messages::load(tx, id, organisation))?;
        ctx.allow(fate.action(), &reachable(ctx, &row)?)?;
        let reason = match fate {
            Fate::Release => checked(reason)?,
            Fate::Delete => String::new(),
        };
        let actor = ctx.clone();
        store.write(move |tx| {
            let row = arrivals::find(tx, id, organisation)?;
            let row = row.ok_or_else(|| Error::new(Code::NotFound))?;
            let (now, who) = (actor.now(), actor.actor());
            if !arrivals::decide(tx, (id, organisation), fate.state(), (now, who))? {
                return Err(Code::StateConflict.into());
            }
            for r in recipients::of_message(tx, id)? {
                let from = RecipientState::Quarantined;
                recipients::move_state(tx, r.id, from, fate.recipient(), now)?;
            }
            let event = Event::new(fate.event()).message(id);
            match fate {
                Fate::Release => {
                    know(tx, &row, now)?;
                    let key = actor.world().item_key(tx, organisation, id.as_bytes())?;
                    let event = event.payload(reason.clone().into_bytes(), &key);
                    actor.record(tx, event).map(drop)
                }
                Fate::Delete => actor.record(tx, event).map(drop),
            }
        })
    }

    /// Whoever opens content that is in quarantine, or was deleted from it, reviews it; software does not.
    ///
    /// # Errors
    /// `action_forbidden` for everybody else.
    pub(crate) fn allow_quarantined(&self, ctx: &Ctx, row: &messages::Message) -> Result<()> {
        if row.origin != Origin::Inbound {
            return Ok(());
        }
        let (id, organisation) = (row.id, row.organisation);
        let store = &self.world().store;
        match store.read(move |tx| arrivals::find(tx, id, organisation))? {
            Some(found) if is_closed(found.state) => {
                if matches!(ctx.principal().kind, PrincipalKind::App { .. }) {
                    return Err(Code::ActionForbidden.into());
                }
                ctx.allow(Action::QuarantineRead, &reachable(ctx, row)?)
            }
            _ => Ok(()),
        }
    }
}

/// Whether reviewers alone open it.
pub(crate) fn is_closed(state: ArrivalState) -> bool {
    match state {
        ArrivalState::Quarantined | ArrivalState::Deleted | ArrivalState::Rejected => true,
        ArrivalState::Passed | ArrivalState::Released => false,
    }
}

impl Fate {
    fn action(self) -> Action {
        match self {
            Self::Release => Action::QuarantineRelease,
            Self::Delete => Action::QuarantineReject,
        }
    }
    fn state(self) -> ArrivalState {
        match self {
            Self::Release => ArrivalState::Released,
            Self::Delete => ArrivalState::Deleted,
        }
    }
    fn recipient(self) -> RecipientState {
        match self {
            Self::Release => RecipientState::Notified,
            Self::Delete => RecipientState::Blocked,
        }
    }
    fn event(self) -> &'static str {
        match self {
            Self::Release => "message.quarantine_released",
            Self::Delete => "message.quarantine_deleted",
        }
    }
}

impl ArrivalRow {
    pub(crate) fn of(row: &Arrival) -> Result<Self> {
        let stored: Stored =
            serde_json::from_str(&row.found).map_err(|_| Error::new(Code::StoredDataInvalid))?;
        let suspicions = stored.suspicions.into_iter().map(|one| Suspected {
            word: one.word,
            weight: one.weight,
            place: one.place,
        });
        Ok(Self {
            id: row.message,
            created_at: row.created_at,
            concern: row.concern.clone(),
            state: row.state,
            suspicions: suspicions.collect(),
            named: stored.named,
            decided: row.decided.clone(),
        })
    }

    /// What a reader is told; none where nothing calls for it.
    pub fn caution(&self) -> Option<Caution> {
        let known = self.suspicions.iter().filter_map(Suspected::read);
        let known: Vec<Suspicion> = known.collect();
        Some(Caution {
            english: suspect::banner(&known, Language::English)?,
            spanish: suspect::banner(&known, Language::Spanish)?,
        })
    }
}

impl Suspected {
    /// None for a word that an earlier version knew.
    fn read(&self) -> Option<Suspicion> {
        let kind = suspect::SuspicionKind::from_word(&self.word)?;
        Some(Suspicion {
            weight: self.weight,
            ..Suspicion::of_whole(kind)
        })
    }
}
