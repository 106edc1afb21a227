//! Mail that comes in: who takes it, what it is, and what it changes.
//!
//! `mta` asks for a [`Door`] at RCPT, gathers DNS for an [`Examination`], and hands the whole message to
//! `take_in`. Invariants: only addresses that lead somewhere have a door, so nothing is accepted that
//! would have to be returned (no backscatter); a bounce, complaint or report counts only for what our
//! own signed address names; of what others return nothing is kept but codes.

mod address;
mod aggregate;
mod arrival;
mod door;
mod examine;
mod familiar;
mod frequent;
mod grey;
mod mailbox;
mod message;
mod quarantine;
mod refused;
mod told;

use std::sync::Arc;

use ctx::Ctx;
use model::{Address, Code, Domain, MessageId, RequestId, Result, Timestamp, limits};
use store::Tx;
use store::tables::idempotency;

use crate::Flow;

pub(crate) use address::{reply_address, return_path};
pub use arrival::Looked;
pub use door::Door;
pub use examine::Examination;
pub(crate) use familiar::Kept as FamiliarKept;
pub use mail::suspect::SuspicionKind;
pub(crate) use quarantine::is_closed;
pub use quarantine::{ArrivalFilter, ArrivalPage, ArrivalRow, Caution, Fate, Suspected};
pub use seal::dns::{Ask, Found, Known};
pub use seal::results::Results;

/// How an installation takes mail. Without it nothing comes in, and bounces go to the senders.
#[derive(Clone)]
pub struct InboundSettings {
    /// The domain of return paths, reply and report addresses; its MX is this service.
    pub domain: Domain,
    /// Whether letters without a Reply-To of their own ask for answers to come back here.
    pub replies: bool,
    /// Whether strangers are asked to come back later before they may write to people here.
    pub greylist: bool,
}

/// A whole message from the MX.
pub struct Incoming {
    /// One for each recipient that was accepted.
    pub doors: Vec<Door>,
    pub from: Option<Address>,
    /// What the client called itself.
    pub helo: String,
    /// RFC 3848: `ESMTP`, or `ESMTPS` when encrypted.
    pub with: &'static str,
    pub content: Vec<u8>,
    pub results: Results,
    /// What engines beside us found; nothing where none was asked.
    pub looked: Looked,
}

/// What one recipient's share of a message changes; it may run more than once.
type Effect = Box<dyn Fn(&mut Tx<'_>) -> Result<()> + Send + Sync>;

impl Flow {
    /// Blocks until all of it is durable. Gives a name for the client.
    ///
    /// # Errors
    /// `mail_loop`, `mime_invalid`, `author_refused`, `author_unchecked`, `action_forbidden` when the
    /// content is not what the address is for, the store's. On any error nothing was changed, but that a copy of
    /// what its author's domain disowns, or what has no one author, is kept as rejected.
    pub fn take_in(&self, incoming: Incoming) -> Result<String> {
        let effects = match self.effects(&incoming) {
            Err(error) if refused::is_kept(error.code()) => {
                self.keep_refused(&incoming, error.code())?;
                return Err(error);
            }
            effects => effects?,
        };
        let request = RequestId::mint(self.world().now(), self.world().rng.as_ref());
        self.world()
            .store
            .write(move |tx| effects.iter().try_for_each(|effect| effect(tx)))?;
        self.ring();
        Ok(request.to_string())
    }

    fn effects(&self, incoming: &Incoming) -> Result<Vec<Effect>> {
        let parsed = mail::parse(&incoming.content)?;
        if parsed.received_count() > limits::RECEIVED_FIELDS_MAX {
            return Err(Code::MailLoop.into());
        }
        let mut effects: Vec<Effect> = Vec::new();
        for door in &incoming.doors {
            match door {
                Door::Bounce(path) => effects.push(told::bounce(self, path, incoming)?),
                Door::Complaints => effects.push(told::complaint(self, incoming)?),
                Door::Reports(of) => effects.push(aggregate::effect(self, of, incoming)?),
                Door::Reply(to) => effects.push(message::reply(self, to, &parsed, incoming)?),
                Door::Mailbox(to) => effects.push(message::letter(self, to, &parsed, incoming)?),
            }
        }
        Ok(effects)
    }
}

/// Forgets who was not seen for long.
pub(crate) fn tidy(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    grey::tidy(tx, now)?;
    frequent::forget_before(tx, now.minus(limits::SENDER_KNOWN_KEEP))?;
    store::tables::arrivals::forget_senders(tx, now.minus(limits::SENDER_KNOWN_KEEP))
}

/// True the first time: a client that did not hear our answer sends again.
fn once(ctx: &Ctx, tx: &mut Tx<'_>, what: &str, message: MessageId) -> Result<bool> {
    let token = ctx
        .world()
        .keys_in(tx, ctx.organisation())?
        .blind("inbound", what);
    if idempotency::find(tx, ctx.organisation(), "inbound", &token)?.is_some() {
        return Ok(false);
    }
    let row = idempotency::Earlier {
        body_hash: [0; 32],
        message,
        created_at: ctx.now(),
    };
    idempotency::insert(tx, ctx.organisation(), "inbound", &token, &row)?;
    Ok(true)
}

/// The settings, or `recipient_unknown`: without them there is nobody here.
fn settings(flow: &Flow) -> Result<&InboundSettings> {
    let settings = flow.settings().inbound.as_ref();
    settings.ok_or_else(|| Code::RecipientUnknown.into())
}

/// A context as large as an effect needs.
fn system(flow: &Flow, organisation: model::OrganisationId) -> Arc<Ctx> {
    Arc::new(flow.world().system(organisation))
}
