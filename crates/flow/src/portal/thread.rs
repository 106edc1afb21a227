//! Reading: the message a visit is for, and the replies that follow it. Opening is a receipt.

use ctx::{Ctx, Event};
use model::{AttachmentId, Code, Error, MessageId, RecipientState, Result, Timestamp};
use store::Tx;
use store::tables::{arrivals, messages, portal, recipients};

use crate::Flow;
use crate::content::{Stored, load};

/// A conversation as its reader sees it, oldest first.
pub struct ThreadView {
    pub organisation: String,
    pub language: String,
    pub zone: String,
    pub entries: Vec<ThreadEntry>,
    /// A reader replies once to a message.
    pub may_reply: bool,
    pub expires_at: Timestamp,
    /// Statements that travel with the first message.
    pub notices: Vec<String>,
}

pub struct ThreadEntry {
    pub id: MessageId,
    /// Whether the reader wrote it.
    pub own: bool,
    pub sender_name: Option<String>,
    pub subject: Option<String>,
    pub sent_at: Timestamp,
    pub text: Option<String>,
    pub html: Option<String>,
    pub files: Vec<FileView>,
}

#[derive(Clone)]
pub struct FileView {
    pub id: AttachmentId,
    pub name: String,
    pub content_type: String,
    pub octets: u64,
}

/// A file to download.
pub struct PortalFile {
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

impl Flow {
    /// Opens the thread; the first time is the receipt.
    pub fn portal_thread(&self, visit: &str) -> Result<ThreadView> {
        let (ctx, notice, _) = self.reader_of(visit)?;
        note_reading(self, &ctx, &notice)?;
        let main = load(&ctx, notice.message)?;
        let house = crate::notice::house(self, &ctx)?;
        let mut entries = vec![entry(&ctx, &main)?];
        for reply in replies_of(&ctx, &main, &notice)? {
            match load(&ctx, reply).and_then(|reply| entry(&ctx, &reply)) {
                // Destroyed when its time was over: the rest of the thread stays.
                Err(error) if error.code() == Code::KeyDestroyed => {}
                reply => entries.push(reply?),
            }
        }
        let notices = match main.recipients.iter().find(|r| r.id == notice.recipient) {
            Some(row) => crate::seal::statements(&ctx, row)?,
            None => Vec::new(),
        };
        let said = notices.iter().map(|said| said.text(&house.language));
        Ok(ThreadView {
            notices: said.collect(),
            organisation: house.name,
            language: house.language,
            zone: house.zone,
            entries,
            may_reply: notice.replied_at.is_none(),
            expires_at: notice.expires_at,
        })
    }

    pub fn portal_file(&self, visit: &str, id: AttachmentId) -> Result<PortalFile> {
        let (ctx, notice, _) = self.reader_of(visit)?;
        let main = load(&ctx, notice.message)?;
        let mut known = vec![notice.message];
        known.extend(replies_of(&ctx, &main, &notice)?);
        for message in known {
            let stored = match load(&ctx, message) {
                Err(error) if error.code() == Code::KeyDestroyed => continue,
                stored => stored?,
            };
            if let Some(found) = stored.envelope.files.iter().find(|f| f.id == id) {
                let file = extract(&ctx, &stored, found.part)?;
                let event = Event::new("portal.downloaded")
                    .message(message)
                    .recipient(notice.recipient)
                    .about(id);
                let reader = ctx.clone();
                ctx.world()
                    .store
                    .write(move |tx| reader.record(tx, event.clone()).map(drop))?;
                return Ok(file);
            }
        }
        Err(Error::new(Code::NotFound))
    }
}

/// State, receipt and audit entry in one commit, before a word is shown.
fn note_reading(flow: &Flow, ctx: &Ctx, notice: &portal::Notice) -> Result<()> {
    let (id, message, recipient) = (notice.id, notice.message, notice.recipient);
    let (reader, now) = (ctx.clone(), ctx.now());
    flow.world().store.write(move |tx| {
        let first = portal::mark_opened(tx, id, now)?;
        for from in [RecipientState::Notified, RecipientState::Queued] {
            recipients::move_state(tx, recipient, from, RecipientState::PickedUp, now)?;
        }
        let event = Event::new("portal.read")
            .message(message)
            .recipient(recipient)
            .fact("first", first);
        reader.record(tx, event).map(drop)
    })
}

/// The reader's own replies: other recipients of the same message never show.
fn replies_of(ctx: &Ctx, main: &Stored, notice: &portal::Notice) -> Result<Vec<MessageId>> {
    let (thread, organisation) = (main.message.thread, ctx.organisation());
    let actor = notice.recipient.to_string();
    ctx.world().store.read(move |tx| {
        let mut own = Vec::new();
        for m in messages::thread(tx, thread, organisation)? {
            if m.origin.stays_here() && m.actor == actor && is_shown(tx, &m)? {
                own.push(m.id);
            }
        }
        Ok(own)
    })
}

/// An answer by mail that looks harmful may be somebody else's: its reader sees it once it is released.
fn is_shown(tx: &mut Tx<'_>, message: &messages::Message) -> Result<bool> {
    let found = arrivals::find(tx, message.id, message.organisation)?;
    Ok(!found.is_some_and(|a| crate::inbound::is_closed(a.state)))
}

pub(super) fn entry(ctx: &Ctx, stored: &Stored) -> Result<ThreadEntry> {
    let content = stored.content(ctx)?;
    let message = mail::parse(&content)?;
    let files = stored.envelope.files.iter().map(|f| FileView {
        id: f.id,
        name: f.name.clone(),
        content_type: f.content_type.clone(),
        octets: f.octets,
    });
    Ok(ThreadEntry {
        id: stored.message.id,
        own: stored.message.origin.stays_here(),
        sender_name: stored
            .envelope
            .from_name
            .clone()
            .or_else(|| stored.envelope.from.clone()),
        subject: stored.envelope.subject.clone(),
        sent_at: stored.message.created_at,
        text: message.body_text(),
        html: message.body_html(),
        files: files.collect(),
    })
}

pub(super) fn extract(ctx: &Ctx, stored: &Stored, part: usize) -> Result<PortalFile> {
    let content = stored.content(ctx)?;
    let found = mail::parse(&content)?
        .attachments()
        .into_iter()
        .find(|p| p.index == part);
    let file = found.ok_or_else(|| Error::new(Code::NotFound))?;
    let facts = stored.envelope.files.iter().find(|f| f.part == part);
    Ok(PortalFile {
        name: facts.map_or_else(|| "file".to_owned(), |f| f.name.clone()),
        content_type: file.content_type,
        bytes: file.bytes,
    })
}
