//! The list of the queue page: what waits, why, and until when. Ids, codes and times; no address and no domain,
//! whoever looks.

use ctx::{Action, Ctx};
use model::{DeliveryId, Demand, MessageId, RecipientId, Result, Stream, Timestamp, limits};
use store::tables::waiting as rows;

use super::cursor;
use crate::Flow;

/// Why a delivery is not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// An attempt is under way.
    Running,
    /// It is due and its turn comes.
    Ready,
    /// It is to leave later.
    Scheduled,
    /// The other side asked for another time, or could not be reached.
    Deferred,
    /// The answer to the final dot never came; it may have arrived.
    Ambiguous,
    /// Something failed on our side.
    OurFault,
}

impl Why {
    pub const ALL: &'static [Self] = &[
        Self::Running,
        Self::Ready,
        Self::Scheduled,
        Self::Deferred,
        Self::Ambiguous,
        Self::OurFault,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Scheduled => "scheduled",
            Self::Deferred => "deferred",
            Self::Ambiguous => "ambiguous",
            Self::OurFault => "our_fault",
        }
    }
}

/// One delivery that is not finished.
pub struct Waiting {
    pub id: DeliveryId,
    pub message: MessageId,
    pub recipient: RecipientId,
    /// `letter`, `notice`, `code` or `report`.
    pub role: String,
    pub stream: Stream,
    pub priority: u8,
    pub demand: Demand,
    pub why: Why,
    pub attempts: u32,
    pub since: Timestamp,
    /// When it is tried next; past when its turn comes.
    pub next_at: Timestamp,
    /// After that it is given up, and its sender hears of it.
    pub until: Timestamp,
    /// The last reply's code and enhanced status.
    pub reply_code: Option<u16>,
    pub reply_enhanced: Option<String>,
}

/// How many are how far, of this organisation and mode.
#[derive(Clone, Debug)]
pub struct Summary {
    pub running: u64,
    pub ready: u64,
    pub scheduled: u64,
    pub retrying: u64,
    /// When the oldest that is due was made.
    pub oldest: Option<Timestamp>,
    /// There are more than were counted.
    pub more: bool,
}

pub struct WaitingPage {
    pub summary: Summary,
    /// Those that are next come first.
    pub rows: Vec<Waiting>,
    pub next: Option<String>,
}

impl Flow {
    /// `rows` is capped at 200.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn waiting(
        &self,
        ctx: &Ctx,
        stream: Option<Stream>,
        after: Option<&str>,
        rows: usize,
    ) -> Result<WaitingPage> {
        ctx.allow(Action::QueueRead, &ctx.own("queue"))?;
        let rows = rows.clamp(1, limits::PAGE_ROWS_MAX);
        let after = after.map(cursor::decode).transpose()?;
        let after = after.map(|(at, id)| (at, DeliveryId::from_bytes(id)));
        let (own, now) = ((ctx.organisation(), ctx.mode()), ctx.now());
        self.world().store.read(move |tx| {
            let counted = rows::count(tx, own, now)?;
            let mut found = rows::list(tx, own, stream, after, rows + 1)?;
            let more = found.len() > rows;
            found.truncate(rows);
            let last = found.last().filter(|_| more);
            let next = last.map(|d| cursor::encode(d.due_at, d.id.as_bytes()));
            let rows = found.into_iter().map(|d| shown(d, now)).collect();
            Ok(WaitingPage {
                summary: summary(&counted),
                rows,
                next,
            })
        })
    }
}

fn summary(counted: &rows::Counted) -> Summary {
    let all = counted.running + counted.ready + counted.scheduled + counted.retrying;
    Summary {
        running: counted.running,
        ready: counted.ready,
        scheduled: counted.scheduled,
        retrying: counted.retrying,
        oldest: counted.oldest,
        more: all >= rows::COUNTED_MAX,
    }
}

fn shown(d: rows::Waiting, now: Timestamp) -> Waiting {
    let why = match (d.state.as_str(), d.outcome.as_deref()) {
        ("running", _) => Why::Running,
        ("ambiguous", _) | (_, Some("ambiguous")) => Why::Ambiguous,
        (_, Some("our_fault")) => Why::OurFault,
        (_, Some(_)) => Why::Deferred,
        (_, None) if d.due_at > now => Why::Scheduled,
        (_, None) => Why::Ready,
    };
    Waiting {
        id: d.id,
        message: d.message,
        recipient: d.recipient,
        role: d.role,
        stream: d.stream,
        priority: d.priority,
        demand: d.demand,
        why,
        attempts: d.attempts,
        since: d.created_at,
        next_at: d.due_at,
        until: d.expires_at,
        reply_code: d.reply_code,
        reply_enhanced: d.reply_enhanced,
    }
}
