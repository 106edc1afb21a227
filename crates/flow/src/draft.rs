//! Draft: what someone wants sent, checked as far as it can be without storing anything.
//!
//! Made from a structured [`Letter`] (API, console, portal) or from raw octets (SMTP). Invariant: a
//! `Draft` is within every limit, its sender is one the actor may use, and its octets are a message
//! that parses.

mod letter;
mod raw;
mod sender;
pub(crate) mod trigger;

use std::collections::BTreeMap;

use model::{
    Address, Kind, MessageId, Method, Origin, Purpose, Result, Stream, ThreadId, Timestamp,
};

use ctx::{Action, Ctx};

use crate::envelope::{CapturedFacts, Terms, Transport};
use crate::scan::Reading;

pub(crate) use letter::check_files;
pub use letter::{DraftFile, Letter};
pub use raw::Arrival;

/// A recipient as the sender named it.
#[derive(Clone)]
pub struct DraftRecipient {
    pub kind: Kind,
    pub address: Address,
    pub name: Option<String>,
    /// RFC 3461 words, comma-separated; empty is the default.
    pub notify: String,
}

/// Ready to be accepted.
pub struct Draft {
    pub(crate) id: MessageId,
    pub(crate) thread: ThreadId,
    pub(crate) origin: Origin,
    pub(crate) stream: Stream,
    pub(crate) purpose: Purpose,
    pub(crate) priority: u8,
    pub(crate) send_at: Option<Timestamp>,
    pub(crate) declared_no_phi: bool,
    /// Its sender says that it holds no PHI, and may say so.
    pub(crate) attested: bool,
    pub(crate) demanded: Option<Method>,
    /// The organisation's trigger that asked for a method, in the words of its setting.
    pub(crate) trigger: Option<String>,
    /// The return path; `None` is the null reverse-path.
    pub(crate) from: Option<Address>,
    pub(crate) recipients: Vec<DraftRecipient>,
    /// The message: header fields and body, CRLF.
    pub(crate) content: Vec<u8>,
    /// Of `content`, where it is known already.
    pub(crate) content_sha256: Option<[u8; 32]>,
    /// Trace fields that go above it when it leaves.
    pub(crate) added: String,
    pub(crate) tags: Vec<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) transport: Transport,
    pub(crate) terms: Terms,
    /// What an idempotency key binds: a hash of what was submitted.
    pub(crate) body_hash: [u8; 32],
    /// What `content` says, where it was parsed already.
    pub(crate) reading: Option<Reading>,
    /// Of what did not go through us.
    pub(crate) captured: Option<CapturedFacts>,
}

/// # Errors
/// `action_forbidden` for whom no administrator lets say so.
fn may_attest(ctx: &Ctx, place: &'static str) -> Result<()> {
    let allowed = ctx.allow(Action::MessageAttest, &ctx.own("message"));
    allowed.map_err(|error| error.at(place))
}

/// What was asked for openly, or by a trigger where that is stronger; and the trigger.
fn with_trigger(
    demanded: Option<Method>,
    found: Option<trigger::Found>,
) -> (Option<Method>, Option<String>) {
    match (demanded, found) {
        (demanded, None) => (demanded, None),
        (Some(asked), Some(found)) if policy::strength(asked) >= policy::strength(found.method) => {
            (Some(asked), Some(found.label))
        }
        (_, Some(found)) => (Some(found.method), Some(found.label)),
    }
}

impl Draft {
    pub fn id(&self) -> MessageId {
        self.id
    }
    pub(crate) fn take_reading(&mut self, flow: &crate::Flow) -> Result<Reading> {
        match self.reading.take() {
            Some(reading) => Ok(reading),
            None => Ok(Reading::of(flow.extractor(), &mail::parse(&self.content)?)),
        }
    }
    /// Overrides the hash that an idempotency key binds, when the edge saw the exact request body.
    pub fn bind(mut self, body_hash: [u8; 32]) -> Self {
        self.body_hash = body_hash;
        self
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha256_of(&[bytes])
}

/// Of the pieces as if they stood in one.
pub(crate) fn sha256_of(pieces: &[&[u8]]) -> [u8; 32] {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for piece in pieces {
        context.update(piece);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}
