//! One message of the archive: what it says as safe text, to whom and how it went, until when it is kept and by what.
//!
//! That it was opened is on the record before a word of it shows.

use axum::http::StatusCode;
use axum::response::Response;
use flow::archive::ArchivedRecipient;
use model::{Kind, MessageId, Method, Origin, RecipientState, Result, Timestamp};
use records::Preview;
use serde::Serialize;

use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::pages::portal::thread::Letter;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct ArchiveMessage {
    pub id: String,
    pub at: Timestamp,
    pub subject: Option<String>,
    /// Of the envelope.
    pub from: Option<String>,
    pub origin: Origin,
    pub octets: u64,
    pub recipients: Vec<Recipient>,
    pub letter: Letter,
    pub files: Vec<File>,
    /// Words below `unread`.
    pub unread: Vec<String>,
    pub keeping: Option<Keeping>,
    pub holds: Vec<Hold>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Recipient {
    pub href: String,
    pub address: String,
    pub kind: Kind,
    pub method: Method,
    pub state: RecipientState,
    pub rule: String,
    /// Its proof, where the letter left the house.
    pub proof_href: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct File {
    pub name: String,
    pub octets: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Keeping {
    pub classes: Vec<String>,
    pub state: &'static str,
    /// `2033-11`
    pub month: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Hold {
    pub id: String,
    pub why: &'static str,
}

/// GET `/console/archive/{id}`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let preview = run(move || records.preview(&ctx, id)).await?;
    let mut page = ArchiveMessage::of(&preview);
    if !desk.takes_proof() {
        let all = page.recipients.iter_mut();
        all.for_each(|one| one.proof_href = None);
    }
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

impl ArchiveMessage {
    fn of(preview: &Preview) -> Self {
        let (archived, id) = (&preview.archived, preview.message);
        let entry = &archived.entry;
        let mut letter = Letter::of(entry, "");
        letter.from = Some(entry.sender_name.clone().unwrap_or_default());
        letter.files.clear();
        let stays = archived.origin.stays_here();
        let files = entry.files.iter().map(|file| File {
            name: file.name.clone(),
            octets: file.octets,
        });
        Self {
            id: id.to_string(),
            at: preview.at,
            subject: entry
                .subject
                .clone()
                .filter(|subject| !subject.trim().is_empty()),
            from: archived.from.clone(),
            origin: archived.origin,
            octets: archived.octets,
            recipients: archived
                .recipients
                .iter()
                .map(|one| Recipient::of(id, one, stays))
                .collect(),
            letter,
            files: files.collect(),
            unread: super::message::unread(&preview.unread.iter().cloned().collect()),
            keeping: preview.keeping.as_ref().map(|item| Keeping {
                classes: item.classes.clone(),
                state: item.state.word(),
                month: item
                    .month
                    .map(|(year, month)| format!("{year:04}-{month:02}")),
            }),
            holds: preview.holds.iter().map(Hold::of).collect(),
        }
    }
}

impl Recipient {
    fn of(message: MessageId, one: &ArchivedRecipient, stays: bool) -> Self {
        Self {
            href: format!("/console/messages/{message}?to={}", one.id),
            address: one.address.clone(),
            kind: one.kind,
            method: one.method,
            state: one.state,
            rule: one.decided_by.clone(),
            proof_href: (!stays).then(|| format!("/console/proof/{}", one.id)),
        }
    }
}

impl Hold {
    fn of(by: &records::holds::HeldBy) -> Self {
        Self {
            id: by.hold.to_string(),
            why: by.why.word(),
        }
    }
}

impl Page for ArchiveMessage {
    const TEMPLATE: &'static str = "pages/console/archive_message.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Archive;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
