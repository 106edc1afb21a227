//! A reader's reply: once per message, into the same thread, kept here for the organisation's staff.

use std::sync::Arc;

use ctx::Event;
use model::{Address, Code, Error, Kind, Method, Origin, Purpose, Result, Stream};
use store::tables::{messages, portal, recipients};

use crate::accept::{insert, prepare};
use crate::content::load;
use crate::decide::decide;
use crate::draft::{DraftFile, DraftRecipient, Letter, check_files};
use crate::{Flow, Transport};

pub struct Reply {
    pub text: String,
    pub files: Vec<DraftFile>,
}

impl Flow {
    /// # Errors
    /// `state_conflict` when the reader replied before; the letter's codes for its parts.
    pub fn portal_reply(&self, visit: &str, reply: Reply) -> Result<()> {
        let (ctx, notice, _) = self.reader_of(visit)?;
        if reply.text.trim().is_empty() && reply.files.is_empty() {
            return Err(Error::new(Code::FieldMissing).at("/text"));
        }
        check_files(&reply.files)?;
        let main = load(&ctx, notice.message)?;
        let row = main.recipients.iter().find(|r| r.id == notice.recipient);
        let from = main.address(row.ok_or_else(|| Error::new(Code::NotFound))?)?;
        let house = crate::notice::house(self, &ctx)?;
        let to = main.envelope.sender()?.unwrap_or(house.sender);
        let subject = format!(
            "Re: {}",
            main.envelope.subject.as_deref().unwrap_or_default()
        );
        let answered = main.envelope.message_id.clone();
        let letter = letter(reply, from, to, subject, (main.message.thread, answered));
        let draft = self.compose_draft(&ctx, letter)?;
        let message = draft.id();
        let decided = Arc::new(decide(self, &ctx, prepare(self, &ctx, draft)?)?);
        let reader = ctx.clone();
        ctx.world().store.write(move |tx| {
            let now = reader.now();
            if !portal::mark_replied(tx, notice.id, now)? {
                return Err(Code::StateConflict.into());
            }
            let receipt = insert(&reader, tx, &decided)?;
            // It stays here: nothing is sealed for the wire, staff read it in the console.
            messages::advance(
                tx,
                message,
                messages::Stage::Decided,
                messages::Stage::Enqueued,
            )?;
            for r in &receipt.recipients {
                recipients::move_method(tx, r.id, Method::Portal)?;
                recipients::move_state(tx, r.id, r.state, model::RecipientState::Notified, now)?;
            }
            let event = Event::new("portal.replied")
                .message(notice.message)
                .recipient(notice.recipient)
                .about(message)
                .fact("reply_id", message);
            reader.record(tx, event).map(drop)
        })
    }
}

fn letter(
    reply: Reply,
    from: Address,
    to: Address,
    subject: String,
    thread: (model::ThreadId, Option<String>),
) -> Letter {
    let subject: String = subject
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect();
    let to = DraftRecipient {
        kind: Kind::To,
        address: to,
        name: None,
        notify: String::new(),
    };
    Letter {
        origin: Origin::Portal,
        from,
        from_name: None,
        reply_to: None,
        recipients: vec![to],
        subject,
        text: Some(reply.text),
        html: None,
        files: reply.files,
        headers: Vec::new(),
        tags: Vec::new(),
        metadata: std::collections::BTreeMap::new(),
        stream: Stream::Transactional,
        purpose: Purpose::Treatment,
        priority: 4,
        send_at: None,
        declared_no_phi: false,
        attested: false,
        demanded: None,
        transport: Transport::Usual,
        thread: Some(thread),
    }
}
