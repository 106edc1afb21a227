//! What a message says, for the decision: texts out of MIME, findings out of texts.
//!
//! Runs outside any transaction. Invariant: what could not be read is in `unscannable`, never
//! silently clean.

use ctx::Ctx;
use model::{Address, Result};
use phi::{Findings, PartKind};

use crate::Flow;

pub(crate) struct Scanned {
    pub findings: Findings,
    pub subject: Option<String>,
    pub from_name: Option<String>,
    pub author: Option<Address>,
    pub message_id: Option<String>,
    pub files: Vec<FoundFile>,
}

pub(crate) struct FoundFile {
    pub part: usize,
    pub name: String,
    pub content_type: String,
    pub octets: u64,
}

/// What a message says, taken out of its octets: made where they are parsed anyway.
pub(crate) struct Reading {
    texts: Vec<mail::TextPart>,
    subject: Option<String>,
    from_name: Option<String>,
    author: Option<Address>,
    message_id: Option<String>,
    files: Vec<FoundFile>,
    unreadable: Vec<(mail::PartName, &'static str)>,
}

impl Reading {
    pub(crate) fn of(message: &mail::Message<'_>) -> Self {
        let (from_name, author) = match message.from().into_iter().next() {
            Some((name, address)) => (name, Some(address)),
            None => (None, None),
        };
        Self {
            texts: message.texts(),
            subject: message.subject().map(str::to_owned),
            from_name,
            author,
            message_id: message.message_id().map(str::to_owned),
            files: message.attachments().into_iter().map(found).collect(),
            unreadable: message.unreadable(),
        }
    }
}

fn found(file: mail::Part) -> FoundFile {
    FoundFile {
        part: file.index,
        name: file
            .name
            .unwrap_or_else(|| format!("file-{}", file.index + 1)),
        content_type: file.content_type,
        octets: file.bytes.len() as u64,
    }
}

pub(crate) fn scan(flow: &Flow, ctx: &Ctx, reading: Reading) -> Result<Scanned> {
    let texts = &reading.texts;
    let parts: Vec<(PartKind, &str)> = texts
        .iter()
        .map(|t| (kind_of(t.part), t.text.as_str()))
        .collect();
    let blinder = ctx.world().keys(ctx.organisation())?.blinder("finding");
    let mut findings = flow.scanner().scan(&parts, &|value| blinder.token(value));
    for file in &reading.files {
        let read = texts
            .iter()
            .any(|t| t.part == mail::PartName::Attachment(file.part));
        if !read {
            findings
                .unscannable
                .push((file.part, "no_text_extractor".to_owned()));
        }
    }
    for (part, because) in &reading.unreadable {
        let (at, word) = match *part {
            mail::PartName::Attachment(at) => (at, (*because).to_owned()),
            mail::PartName::Body(at) => (at, format!("body_{because}")),
            _ => (0, (*because).to_owned()),
        };
        findings.unscannable.push((at, word));
    }
    Ok(Scanned {
        findings,
        subject: reading.subject,
        from_name: reading.from_name,
        author: reading.author,
        message_id: reading.message_id,
        files: reading.files,
    })
}

fn kind_of(part: mail::PartName) -> PartKind {
    match part {
        mail::PartName::Subject => PartKind::Subject,
        mail::PartName::Header(_) => PartKind::Header,
        mail::PartName::Body(_) => PartKind::Body,
        mail::PartName::Attachment(_) => PartKind::Attachment,
    }
}
