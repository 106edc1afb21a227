//! Submit: one draft through accept, decide and, where it succeeds at once, seal, into one commit. The
//! answer to the sender comes after this commit and never before.
//!
//! Sealing before the answer saves a commit and two rows of the outbox. What cannot be sealed is
//! accepted all the same and left to the outbox (`after`), which tells the sender if it never can be.

use std::sync::Arc;

use ctx::{Came, Ctx};
use model::{Code, Error, Fault, MessageId, Method, RecipientState, Result, Timestamp, limits};
use store::tables::{events, idempotency, messages, recipients};
use store::{Pending, Tx};

use crate::Flow;
use crate::accept::{Receipt, ReceiptRecipient, insert, prepare};
use crate::decide::{Decided, decide};
use crate::draft::Draft;
use crate::enqueue::{Queued, hand_over, insert_letters};
use crate::seal::{Sealed, seal_decided};

/// Notices to the portal that are made before the answer.
const NOTICES_AT_ONCE_MAX: usize = 4;

/// A submission whose commit is under way. Dropping it does not stop the commit: what it put into
/// the queue is then found by the next beat.
#[must_use = "only its end says whether the message was accepted"]
pub struct Submitting(Commit);

enum Commit {
    /// This idempotency key was answered before.
    Known(Receipt),
    UnderWay(Submitted, Pending<Committed>),
}

/// What the end of a commit needs.
struct Submitted {
    flow: Flow,
    came: Option<Arc<Came>>,
    decided: Arc<Decided>,
    sealed: Option<Arc<Sealed>>,
    /// The commit may have put deliveries into the queue that the dispatcher was not told of.
    unsure: bool,
    /// When the commit was asked for.
    began: Timestamp,
}

/// The receipt, and what came into the queue with it.
type Committed = (Receipt, Queued);

impl Submitting {
    /// Blocks until the message is durable.
    pub fn wait(self) -> Result<Receipt> {
        match self.0 {
            Commit::Known(receipt) => Ok(receipt),
            Commit::UnderWay(submitted, committed) => submitted.end(committed.wait()),
        }
    }
    /// The same without a thread.
    pub async fn ended(self) -> Result<Receipt> {
        match self.0 {
            Commit::Known(receipt) => Ok(receipt),
            Commit::UnderWay(submitted, committed) => submitted.end(committed.await),
        }
    }
}

impl Submitted {
    /// Hands the message on to its next stage.
    fn end(mut self, committed: Result<Committed>) -> Result<Receipt> {
        let ours = |error: &Error| error.code().row().fault == Fault::Ours;
        self.unsure &= committed.as_ref().is_err_and(ours);
        let (receipt, queued) = committed?;
        if !receipt.repeated {
            let origin = self.decided.message().origin;
            crate::measure::accepted(self.flow.world(), self.began, origin);
            crate::risk::accepted(&self.flow, self.came.as_deref(), &self.decided, &receipt);
        }
        match &self.sealed {
            _ if receipt.repeated => {}
            // What is in memory says that all are to be sealed; the database knows better.
            _ if any_is(&receipt, RecipientState::Suppressed) => self.flow.ring(),
            Some(sealed) => {
                hand_over(&self.flow, sealed, queued);
                // Somebody may have to be told that it waits.
                if any_is(&receipt, RecipientState::Held) {
                    self.flow.ring();
                }
            }
            None => {
                let (fresh, octets) = (self.decided.fresh(), self.decided.octets());
                self.flow.accepted().put(receipt.message, fresh, octets);
                self.flow.ring();
            }
        }
        Ok(receipt)
    }
}

impl Drop for Submitted {
    fn drop(&mut self) {
        if self.unsure {
            self.flow.dispatcher().note_unsure();
        }
    }
}

impl Flow {
    /// Blocks until the message is durable.
    ///
    /// # Errors
    /// Policy's and the store's codes; on any error nothing was accepted.
    pub fn submit(&self, ctx: &Ctx, draft: Draft, idempotency: Option<&str>) -> Result<Receipt> {
        self.submit_later(ctx, draft, idempotency)?.wait()
    }

    /// The same, for a caller that awaits the commit.
    pub fn submit_later(
        &self,
        ctx: &Ctx,
        draft: Draft,
        idempotency: Option<&str>,
    ) -> Result<Submitting> {
        let key = idempotency
            .map(|key| idempotency_key(ctx, key, draft.body_hash))
            .transpose()?;
        if let Some(key) = &key
            && let Some(earlier) = find_earlier(ctx, key)?
        {
            return Ok(Submitting(Commit::Known(earlier)));
        }
        let span = tracing::debug_span!("accept", message = %draft.id);
        let _accepting = span.enter();
        crate::risk::before_reading(self, ctx)?;
        let accepted = prepare(self, ctx, draft)?;
        crate::risk::once_read(self, ctx, &accepted)?;
        let stream = accepted.draft.stream;
        let decided = decide(self, ctx, accepted).inspect_err(|error| {
            if error.code() == Code::PolicyBlocked {
                crate::risk::refused(self, ctx, stream);
            }
        });
        let mut decided = decided?;
        let sealed = self.seal_at_once(ctx, &decided);
        if sealed.is_some() {
            decided.sealed_at_once();
        }
        let submitted = Submitted {
            flow: self.clone(),
            came: ctx.came().cloned(),
            decided: Arc::new(decided),
            unsure: sealed.is_some(),
            began: self.world().now(),
            sealed,
        };
        let committed = commit(ctx, &submitted, key);
        Ok(Submitting(Commit::UnderWay(submitted, committed)))
    }

    /// What fails here is accepted all the same: the outbox asks for it again, and tells the sender
    /// where it never succeeds.
    fn seal_at_once(&self, ctx: &Ctx, decided: &Decided) -> Option<Arc<Sealed>> {
        let notices = decided
            .recipients()
            .iter()
            .filter(|r| r.method == Method::Portal);
        // Each notice is signed: the answer does not wait for many.
        if !self.settings().seal_at_once || notices.count() > NOTICES_AT_ONCE_MAX {
            return None;
        }
        seal_decided(self, ctx, decided).ok().map(Arc::new)
    }
}

struct Idempotency {
    scope: String,
    token: [u8; 32],
    body_hash: [u8; 32],
}

fn idempotency_key(ctx: &Ctx, key: &str, body_hash: [u8; 32]) -> Result<Idempotency> {
    let printable = key.bytes().all(|b| (0x21..=0x7E).contains(&b));
    if key.is_empty() || key.len() > limits::IDEMPOTENCY_KEY_OCTETS_MAX || !printable {
        return Err(Code::IdempotencyKeyInvalid.into());
    }
    let token = ctx
        .world()
        .keys(ctx.organisation())?
        .blind("idempotency", key);
    Ok(Idempotency {
        scope: format!("{} {}", ctx.actor(), ctx.mode()),
        token,
        body_hash,
    })
}

/// Saves the work of scanning for a plain retry; the transaction decides again.
fn find_earlier(ctx: &Ctx, key: &Idempotency) -> Result<Option<Receipt>> {
    let (ctx2, scope, token, body) = (ctx.clone(), key.scope.clone(), key.token, key.body_hash);
    ctx.world()
        .store
        .read(move |tx| earlier(&ctx2, tx, &scope, &token, &body))
}

fn earlier(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    scope: &str,
    token: &[u8; 32],
    body: &[u8; 32],
) -> Result<Option<Receipt>> {
    let Some(found) = idempotency::find(tx, ctx.organisation(), scope, token)? else {
        return Ok(None);
    };
    if found.created_at.plus(limits::IDEMPOTENCY_KEEP) < ctx.now() {
        return Ok(None);
    }
    if &found.body_hash != body {
        return Err(Code::IdempotencyMismatch.into());
    }
    let message = messages::load(tx, found.message, ctx.organisation())?;
    let rows = recipients::of_message(tx, message.id)?;
    let recipients = rows
        .iter()
        .map(|r| ReceiptRecipient {
            id: r.id,
            kind: r.kind,
            method: r.method,
            state: r.state,
        })
        .collect();
    let (mode, created_at) = (message.mode, message.created_at);
    Ok(Some(Receipt {
        message: message.id,
        mode,
        created_at,
        recipients,
        repeated: true,
    }))
}

/// Commit 1, with commit 2 in it where the message is sealed already.
fn commit(ctx: &Ctx, submitted: &Submitted, key: Option<Idempotency>) -> Pending<Committed> {
    let (ctx2, flow) = (ctx.clone(), submitted.flow.clone());
    let (decided, sealed) = (submitted.decided.clone(), submitted.sealed.clone());
    ctx.world().store.write_later(move |tx| {
        if let Some(key) = &key {
            if let Some(receipt) = earlier(&ctx2, tx, &key.scope, &key.token, &key.body_hash)? {
                return Ok((receipt, Queued::new()));
            }
            let (message, created_at) = (decided.accepted().draft.id, ctx2.now());
            idempotency::forget_one(tx, ctx2.organisation(), &key.scope, &key.token)?;
            let row = idempotency::Earlier {
                body_hash: key.body_hash,
                message,
                created_at,
            };
            idempotency::insert(tx, ctx2.organisation(), &key.scope, &key.token, &row)?;
        }
        let receipt = insert(&ctx2, tx, &decided)?;
        let queued = match &sealed {
            // What is sealed is for all of them; the outbox seals for those that are left.
            Some(_) if any_is(&receipt, RecipientState::Suppressed) => {
                seal_later(&ctx2, tx, receipt.message)?;
                Queued::new()
            }
            Some(sealed) => insert_letters(&flow, &ctx2, tx, sealed)?,
            None => Queued::new(),
        };
        Ok((receipt, queued))
    })
}

fn any_is(receipt: &Receipt, wanted: RecipientState) -> bool {
    let mut states = receipt.recipients.iter().map(|r| r.state);
    states.any(|state| state == wanted)
}

fn seal_later(ctx: &Ctx, tx: &mut Tx<'_>, message: MessageId) -> Result<()> {
    let (from, to) = (messages::Stage::Enqueued, messages::Stage::Decided);
    messages::advance(tx, message, from, to)?;
    let topic = crate::after::SEAL;
    events::push(tx, topic, ctx.organisation(), message.as_bytes(), ctx.now()).map(drop)
}
