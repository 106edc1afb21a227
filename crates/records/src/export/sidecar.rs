//! What is known about a message, as JSON: beside its native, and one line of the JSON lines.

use serde::Serialize;

use super::columns::date;
use super::{Digests, Direction, Family, Recipient, Unreadable};

#[derive(Serialize)]
pub(super) struct Sidecar<'a> {
    control: &'a str,
    id: &'a str,
    custodian: &'a str,
    direction: Direction,
    sent_at: Option<String>,
    received_at: Option<String>,
    envelope_from: &'a str,
    from: &'a str,
    to: &'a [Recipient],
    cc: &'a [Recipient],
    bcc: &'a [Recipient],
    subject: &'a str,
    message_id: &'a str,
    record_class: &'a str,
    holds: &'a [String],
    decisions: &'a [String],
    log_index: Option<u64>,
    native: &'a str,
    text: Option<&'a str>,
    #[serde(flatten)]
    digests: &'a Digests,
    attachments: Vec<Attached<'a>>,
    unreadable: &'a [Unreadable],
}

#[derive(Serialize)]
struct Attached<'a> {
    control: &'a str,
    name: &'a str,
    media_type: &'a str,
    native: &'a str,
    text: Option<&'a str>,
    #[serde(flatten)]
    digests: &'a Digests,
}

impl<'a> Sidecar<'a> {
    /// `None` for a family without a document, which [`super::write`] never makes.
    pub fn of(family: &Family<'a>) -> Option<Self> {
        let (item, document) = (family.item, family.documents.first()?);
        let attachments = family.attachments().map(|(document, part)| Attached {
            control: &document.control,
            name: &part.name,
            media_type: &part.media_type,
            native: &document.native,
            text: document.text.as_deref(),
            digests: &document.digests,
        });
        Some(Self {
            control: &document.control,
            id: &item.id,
            custodian: &item.custodian,
            direction: item.direction,
            sent_at: item.sent_at.map(|at| date(Some(at))),
            received_at: item.received_at.map(|at| date(Some(at))),
            envelope_from: &item.envelope_from,
            from: &item.from,
            to: &item.to,
            cc: &item.cc,
            bcc: &item.bcc,
            subject: &item.subject,
            message_id: &item.message_id,
            record_class: &item.record_class,
            holds: &item.holds,
            decisions: &item.decisions,
            log_index: item.log_index,
            native: &document.native,
            text: document.text.as_deref(),
            digests: &document.digests,
            attachments: attachments.collect(),
            unreadable: &item.unreadable,
        })
    }
}
