//! The columns that DAT and CSV share, one row a document.
//!
//! Attachments repeat what a reviewer sorts by of their message; what they are themselves (name, type, size,
//! digests, paths) is their own.

use chrono::{DateTime, Utc};
use model::Timestamp;

use super::{Family, Part, Recipient};

pub const COLUMNS: [&str; 29] = [
    "DOCID",
    "PARENT_DOCID",
    "BEGBATES",
    "ENDBATES",
    "BEGATTACH",
    "ENDATTACH",
    "CUSTODIAN",
    "DOCTYPE",
    "DIRECTION",
    "FROM",
    "TO",
    "CC",
    "BCC",
    "METHODS",
    "SUBJECT",
    "DATESENT",
    "DATERECEIVED",
    "MESSAGEID",
    "RECORDCLASS",
    "HOLDS",
    "DECISIONS",
    "LOGINDEX",
    "FILENAME",
    "MIMETYPE",
    "FILESIZE",
    "MD5HASH",
    "SHA256HASH",
    "NATIVEFILE",
    "TEXTFILE",
];

/// How the parts of a list are kept apart in one cell.
const LIST: &str = "; ";

/// One row for each document of the family.
pub fn rows(family: &Family<'_>) -> impl Iterator<Item = [String; COLUMNS.len()]> {
    let none = family.documents.first().map(|document| (document, None));
    let attachments = family
        .attachments()
        .map(|(document, part)| (document, Some(part)));
    none.into_iter()
        .chain(attachments)
        .map(move |(document, part)| row(family, document, part))
}

fn row(
    family: &Family<'_>,
    document: &super::Document,
    part: Option<&Part>,
) -> [String; COLUMNS.len()] {
    let item = family.item;
    let owned = |text: &str| text.to_owned();
    [
        document.control.clone(),
        document.parent.clone().unwrap_or_default(),
        document.control.clone(),
        document.control.clone(),
        owned(family.first()),
        owned(family.last()),
        item.custodian.clone(),
        owned(if part.is_some() {
            "Attachment"
        } else {
            "Email"
        }),
        owned(item.direction.word()),
        item.from.clone(),
        addresses(&item.to),
        addresses(&item.cc),
        addresses(&item.bcc),
        methods(family),
        item.subject.clone(),
        date(item.sent_at),
        date(item.received_at),
        item.message_id.clone(),
        item.record_class.clone(),
        item.holds.join(LIST),
        item.decisions.join(LIST),
        item.log_index
            .map(|index| index.to_string())
            .unwrap_or_default(),
        part.map_or_else(
            || format!("{}.eml", document.control),
            |part| part.name.clone(),
        ),
        part.map_or("message/rfc822", |part| &part.media_type)
            .to_owned(),
        document.digests.octets.to_string(),
        document.digests.md5.clone(),
        document.digests.sha256.clone(),
        document.native.clone(),
        document.text.clone().unwrap_or_default(),
    ]
}

/// Where `NATIVEFILE` begins: the columns from here on are paths inside the package.
pub const PATHS_FROM: usize = COLUMNS.len() - 2;

pub fn addresses(recipients: &[Recipient]) -> String {
    let addresses: Vec<&str> = recipients.iter().map(|r| r.address.as_str()).collect();
    addresses.join(LIST)
}

fn methods(family: &Family<'_>) -> String {
    let item = family.item;
    let all = item.to.iter().chain(&item.cc).chain(&item.bcc);
    let pairs: Vec<String> = all
        .filter_map(|r| Some(format!("{}={}", r.address, r.method.as_ref()?)))
        .collect();
    pairs.join(LIST)
}

pub fn date(at: Option<Timestamp>) -> String {
    at.map(Timestamp::rfc3339).unwrap_or_default()
}

/// As the calendar has it, UTC; its first moment for what is outside of it.
pub fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.micros()).unwrap_or_default()
}
