//! Outside anchors: once a day the newest checkpoint of each audit log leaves the house, as a line of a file, to an
//! authority that stamps it with the time (RFC 3161), and by mail.
//!
//! Whoever holds the signing key can write another history; not one that leads to what others hold already. A
//! checkpoint says a size and a root hash, and nothing of anybody. Invariants: a checkpoint is on record before it
//! leaves; what fails is tried again with growing pauses, for a day in vain it is told; a token is believed by the
//! authorities that the operator gave, or not kept.

use std::sync::Arc;
use std::time::Duration;

use ctx::{Action, Ctx, Event};
use flow::{DraftRecipient, Letter, Transport};
use model::{
    Address, AnchorKind, AnchorState, Code, Error, Kind, Mode, OrganisationId, Origin, Purpose,
    Result, Stream, Timestamp,
};
use seal::stamp::{Authorities, Question};
use store::tables::anchors as table;

use crate::Records;
use crate::holds::Listed;

pub use store::tables::anchors::Anchor;

const DAY_SECS: i64 = 86_400;
/// After the first failure; twice as long after each, up to the longest.
const PAUSE: Duration = Duration::from_secs(60);
const PAUSE_MAX: Duration = Duration::from_secs(3_600);
/// Tried in one round.
const ROUND: usize = 100;

/// Where checkpoints go; nowhere unless the operator says so.
#[derive(Clone, Default)]
pub struct Anchors {
    pub to_file: bool,
    /// Believed to stamp.
    pub authorities: Option<Arc<Authorities>>,
    pub mail: Vec<Address>,
}

impl Anchors {
    fn kinds(&self) -> impl Iterator<Item = AnchorKind> {
        let given = [
            (AnchorKind::File, self.to_file),
            (AnchorKind::Authority, self.authorities.is_some()),
            (AnchorKind::Mail, !self.mail.is_empty()),
        ];
        given
            .into_iter()
            .filter_map(|(kind, is)| is.then_some(kind))
    }

    pub fn is_off(&self) -> bool {
        self.kinds().next().is_none()
    }
}

/// What the world outside does with a checkpoint; a fault is a word.
pub trait Outside: Send + Sync {
    /// Appends to the organisation's file, unless it is there, and returns when it is on disk.
    fn append(&self, of: OrganisationId, note: &str) -> Result<(), &'static str>;
    /// Posts a question to the authority.
    fn ask(&self, question: &[u8]) -> Result<Vec<u8>, &'static str>;
}

/// What is shown of anchors.
pub struct AnchorPage {
    pub rows: Vec<Anchor>,
    pub next: Option<String>,
    /// Whether checkpoints leave at all.
    pub is_off: bool,
}

impl Records {
    pub fn with_anchors(mut self, anchors: Anchors) -> Self {
        self.anchors = Arc::new(anchors);
        self
    }

    /// One round: what is to leave today is written down, what is due is tried. Gives how many left.
    ///
    /// # Errors
    /// The database's.
    pub fn anchor(&self, outside: &dyn Outside) -> Result<usize> {
        if self.anchors.is_off() {
            return Ok(0);
        }
        let world = self.flow.world();
        let mut oldest = Duration::ZERO;
        for of in world.organisations()? {
            for kind in self.anchors.kinds() {
                self.write_down(of, kind)?;
            }
            let last = world.store.read(move |tx| table::last_done(tx, of))?;
            oldest = oldest.max(last.map_or(Duration::MAX, |at| world.now().since(at)));
        }
        let now = world.now();
        let due = world.store.read(move |tx| table::due(tx, now, ROUND))?;
        let mut left = 0;
        for one in due {
            left += usize::from(self.try_one(outside, one)?);
        }
        metrics::gauge!("anchor_age_seconds").set(oldest.as_secs_f64().min(AGE_MAX));
        Ok(left)
    }

    /// Anchors of the organisation, newest first.
    ///
    /// # Errors
    /// `action_forbidden`; `cursor_invalid`.
    pub fn anchors(&self, ctx: &Ctx, after: Option<&str>, rows: usize) -> Result<AnchorPage> {
        ctx.allow(Action::ProofDownload, &ctx.own("anchor"))?;
        if ctx.mode() == Mode::Test {
            return Err(Code::ActionForbidden.into());
        }
        let behind = after.map(behind).transpose()?;
        let (day, kind) = behind.unwrap_or((i64::MAX, String::new()));
        let of = ctx.organisation();
        let list = move |tx: &mut store::Tx<'_>| table::list(tx, of, (day, &kind), rows + 1);
        let found = ctx.world().store.read(list)?;
        let end = |last: &Anchor| format!("{}.{}", last.day, last.kind.word());
        let Listed { rows, next } = Listed::of(found, rows, end);
        Ok(AnchorPage {
            rows,
            next,
            is_off: self.anchors.is_off(),
        })
    }

    fn write_down(&self, of: OrganisationId, kind: AnchorKind) -> Result<()> {
        let world = self.flow.world();
        let now = world.now();
        let day = now.secs().div_euclid(DAY_SECS);
        let newest = world.store.read(move |tx| table::newest(tx, of, kind))?;
        if newest.as_ref().is_some_and(|newest| newest.day >= day) {
            return Ok(());
        }
        let head = match world.ledger_state(of) {
            // Nothing is in the log yet.
            Err(error) if error.code() == Code::NotFound => return Ok(()),
            head => head?,
        };
        let one = Anchor {
            organisation: of,
            kind,
            day,
            size: head.size,
            checkpoint: head.checkpoint,
            state: AnchorState::Waiting,
            tries: 0,
            next_at: now,
            fault: String::new(),
            token: None,
            at: None,
        };
        let ctx = world.system(of);
        world.store.write(move |tx| {
            let written = table::insert(tx, &one)?;
            let stale = newest
                .iter()
                .filter(|one| one.state == AnchorState::Waiting);
            for old in stale.filter(|_| written) {
                table::fault(tx, old, &old.fault, AnchorState::Failed)?;
                let event = told("anchor.failed", old).fact("fault", &old.fault);
                ctx.record(tx, event)?;
            }
            Ok(())
        })
    }

    fn try_one(&self, outside: &dyn Outside, one: Anchor) -> Result<bool> {
        let world = self.flow.world();
        let pause = PAUSE.saturating_mul(1 << one.tries.min(10)).min(PAUSE_MAX);
        let (next_at, taken) = (world.now().plus(pause), one.clone());
        if !world
            .store
            .write(move |tx| table::begin_try(tx, &taken, next_at))?
        {
            return Ok(false);
        }
        let gone = match one.kind {
            AnchorKind::File => outside
                .append(one.organisation, &one.checkpoint)
                .map(|()| (None, world.now())),
            AnchorKind::Authority => self.stamp(outside, &one),
            AnchorKind::Mail => self.post(&one).map(|()| (None, world.now())),
        };
        let ctx = world.system(one.organisation);
        match gone {
            Ok((token, at)) => world.store.write(move |tx| {
                let done = table::done(tx, &one, token.as_deref(), at)?;
                if done {
                    ctx.record(tx, told("anchor.made", &one))?;
                }
                Ok(done)
            }),
            Err(word) => {
                tracing::warn!(
                    kind = one.kind.word(),
                    fault = word,
                    "a checkpoint stays in the house"
                );
                world.store.write(move |tx| {
                    table::fault(tx, &one, word, AnchorState::Waiting)?;
                    Ok(false)
                })
            }
        }
    }

    fn stamp(
        &self,
        outside: &dyn Outside,
        one: &Anchor,
    ) -> Result<(Option<Vec<u8>>, Timestamp), &'static str> {
        let world = self.flow.world();
        let authorities = self.anchors.authorities.as_ref().ok_or("off")?;
        let question = Question::about(one.checkpoint.as_bytes(), world.rng.as_ref());
        let answer = outside.ask(&question.request())?;
        let judged = question.read(&answer).and_then(|token| {
            let stamp = token.verify(one.checkpoint.as_bytes(), authorities, world.now())?;
            Ok((token, stamp))
        });
        let (token, stamp) = judged.map_err(|error| error.word())?;
        Ok((Some(token.der().to_vec()), stamp.before))
    }

    /// One letter to each of them, once: a second try repeats the same submission.
    fn post(&self, one: &Anchor) -> Result<(), &'static str> {
        let ctx = self.flow.world().system(one.organisation);
        for (number, to) in self.anchors.mail.iter().enumerate() {
            let key = format!("anchor-{}-{number}", one.day);
            let sent = self
                .flow
                .system_sender(&ctx)
                .and_then(|from| self.flow.draft_from_letter(&ctx, letter(from, to, one)))
                .and_then(|draft| self.flow.submit(&ctx, draft, Some(&key)));
            sent.map_err(|error| error.code().word())?;
        }
        Ok(())
    }
}

/// A gauge has a number for *never*: ten years.
const AGE_MAX: f64 = 315_360_000.0;

fn behind(after: &str) -> Result<(i64, String)> {
    let read = || {
        let (day, kind) = after.split_once('.')?;
        AnchorKind::from_word(kind)?;
        Some((day.parse().ok()?, kind.to_owned()))
    };
    read().ok_or_else(|| Error::new(Code::CursorInvalid).at("/after"))
}

fn told(kind: &'static str, one: &Anchor) -> Event<'static> {
    Event::new(kind)
        .fact("anchor", one.kind.word())
        .fact("day", one.day)
        .fact("size", one.size)
}

fn letter(from: Address, to: &Address, one: &Anchor) -> Letter {
    let text = format!(
        "Keep this letter: it holds a signed checkpoint of an audit log.\r\n\
         Whoever changes the log later cannot make it fit these lines.\r\n\r\n{}\r\n\
         Conserve esta carta: contiene un punto de control firmado de un registro.\r\n\
         Quien cambie el registro despu\u{e9}s no puede hacer que coincida con estas l\u{ed}neas.\r\n",
        one.checkpoint.replace('\n', "\r\n")
    );
    Letter {
        origin: Origin::System,
        from,
        from_name: None,
        reply_to: None,
        recipients: vec![DraftRecipient {
            kind: Kind::To,
            address: to.clone(),
            name: None,
            notify: String::new(),
        }],
        subject: format!("Checkpoint {} of an audit log", one.size),
        text: Some(text),
        html: None,
        files: Vec::new(),
        headers: Vec::new(),
        tags: Vec::new(),
        metadata: Default::default(),
        stream: Stream::Transactional,
        purpose: Purpose::Operations,
        priority: 4,
        send_at: None,
        declared_no_phi: true,
        attested: true,
        demanded: None,
        transport: Transport::Usual,
        thread: None,
    }
}
