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

pub(crate) fn scan(flow: &Flow, ctx: &Ctx, content: &[u8]) -> Result<Scanned> {
    let message = mail::parse(content)?;
    let texts = message.texts();
    let parts: Vec<(PartKind, &str)> = texts
        .iter()
        .map(|t| (kind_of(t.part), t.text.as_str()))
        .collect();
    let blinder = ctx.world().keys(ctx.organisation())?.blinder("finding");
    let mut findings = flow.scanner().scan(&parts, &|value| blinder.token(value));
    let attachments = message.attachments();
    for file in &attachments {
        let read = texts
            .iter()
            .any(|t| t.part == mail::PartName::Attachment(file.index));
        if !read {
            findings
                .unscannable
                .push((file.index, "no_text_extractor".to_owned()));
        }
    }
    let files = attachments
        .iter()
        .map(|f| FoundFile {
            part: f.index,
            name: f
                .name
                .clone()
                .unwrap_or_else(|| format!("file-{}", f.index + 1)),
            content_type: f.content_type.clone(),
            octets: f.bytes.len() as u64,
        })
        .collect();
    let (from_name, author) = match message.from().into_iter().next() {
        Some((name, address)) => (name, Some(address)),
        None => (None, None),
    };
    Ok(Scanned {
        findings,
        subject: message.subject().map(str::to_owned),
        from_name,
        author,
        message_id: message.message_id().map(str::to_owned),
        files,
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
