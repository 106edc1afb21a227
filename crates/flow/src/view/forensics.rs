//! What the header of a message says of its way, for whoever doubts it: one that is stored, or one that
//! somebody was sent elsewhere.

use ctx::{Action, Ctx, Event};
use mail::forensics::{Forensics, examine};
use model::{Code, Error, MessageId, Phi, Result};

use super::HeaderCheck;
use super::headers::own_checks;
use crate::Flow;
use crate::content::load;

/// Of a message that is brought.
const OCTETS_MAX: usize = 1_000_000;

/// A header, judged.
pub struct JudgedHeader {
    /// What was verified when it came in; empty for what did not come in by mail, or not to us.
    pub on_arrival: Vec<HeaderCheck>,
    pub found: Forensics,
}

impl Flow {
    /// Of a stored message. The opening is recorded before a word is given.
    ///
    /// # Errors
    /// As for [`Flow::parsed`].
    pub fn judge_headers(&self, ctx: &Ctx, id: MessageId) -> Result<Phi<JudgedHeader>> {
        self.allow_parts(ctx, id)?;
        ctx.open_phi(Event::new("message.headers_opened").message(id))?;
        let content = load(ctx, id)?.content(ctx)?;
        let message = mail::parse(&content)?;
        Ok(Phi::new(JudgedHeader {
            on_arrival: own_checks(&message, &self.settings().hostname),
            found: examine(&content)?,
        }))
    }

    /// Of octets that the caller brings. They are not kept, and nothing in them is believed.
    ///
    /// # Errors
    /// `message_too_large` above 1 MB.
    pub fn judge_brought_headers(&self, ctx: &Ctx, wire: &[u8]) -> Result<Phi<JudgedHeader>> {
        ctx.allow(Action::MessageOpen, &ctx.own("message"))?;
        if wire.len() > OCTETS_MAX {
            return Err(Error::new(Code::MessageTooLarge));
        }
        Ok(Phi::new(JudgedHeader {
            on_arrival: Vec::new(),
            found: examine(wire)?,
        }))
    }
}
