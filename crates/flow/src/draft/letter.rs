//! A draft from structured fields: what the API, the console and the portal take.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ctx::{Action, Ctx};
use model::{
    Address, Code, Error, Kind, MessageId, Method, Origin, Purpose, Result, Stream, ThreadId,
    Timestamp, limits,
};

use super::{Draft, DraftRecipient, sha256, trigger};
use crate::Flow;
use crate::envelope::{Terms, Transport};

/// Fields as a client gives them, types already right.
pub struct Letter {
    pub origin: Origin,
    pub from: Address,
    pub from_name: Option<String>,
    pub reply_to: Option<Address>,
    pub recipients: Vec<DraftRecipient>,
    pub subject: String,
    pub text: Option<String>,
    pub html: Option<String>,
    pub files: Vec<DraftFile>,
    pub headers: Vec<(String, String)>,
    pub tags: Vec<String>,
    pub metadata: BTreeMap<String, String>,
    pub stream: Stream,
    pub purpose: Purpose,
    pub priority: u8,
    pub send_at: Option<Timestamp>,
    /// Honoured only for apps that an administrator allowed to declare it.
    pub declared_no_phi: bool,
    /// The sender says that it holds no PHI: only for those with `message.attest`.
    pub attested: bool,
    pub demanded: Option<Method>,
    /// What is asked of TLS on the way (RFC 8689).
    pub transport: Transport,
    /// The conversation it continues, and the Message-ID it answers.
    pub thread: Option<(ThreadId, Option<String>)>,
}

/// A file to attach.
pub struct DraftFile {
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

impl Flow {
    /// # Errors
    /// The limits' codes with a pointer, `header_injection`, `attachment_type_mismatch`,
    /// `sender_forbidden`.
    pub fn draft_from_letter(&self, ctx: &Ctx, letter: Letter) -> Result<Draft> {
        ctx.allow(Action::MessageSend, &ctx.own("message"))?;
        if letter.attested {
            super::may_attest(ctx, "/attest_no_phi")?;
        }
        check(ctx, &letter)?;
        self.may_send_as(ctx, &letter.from)?;
        self.compose_draft(ctx, letter)
    }

    /// The same without asking who may: for letters that the program itself writes.
    pub(crate) fn compose_draft(&self, ctx: &Ctx, mut letter: Letter) -> Result<Draft> {
        let (now, rng) = (ctx.now(), ctx.world().rng.as_ref());
        let id = MessageId::mint(now, rng);
        let body_hash = fingerprint(&letter);
        if letter.reply_to.is_none() && matches!(letter.origin, Origin::Api | Origin::Console) {
            letter.reply_to = crate::inbound::reply_address(self, ctx, id)?;
        }
        let house = crate::decide::house(self, ctx)?;
        let found = trigger::take_from_letter(&house.triggers, &mut letter);
        let (demanded, trigger) = super::with_trigger(letter.demanded, found);
        let content = self.compose(ctx, id, &letter)?;
        if content.len() > limits::MESSAGE_OCTETS_MAX {
            return Err(Code::MessageTooLarge.into());
        }
        let with = if letter.origin == Origin::Api {
            "HTTPS"
        } else {
            "local"
        };
        let added =
            mail::received_line(&self.settings().hostname, None, with, &id.to_string(), now);
        let thread = letter
            .thread
            .map_or_else(|| ThreadId::mint(now, rng), |(thread, _)| thread);
        Ok(Draft {
            id,
            thread,
            origin: letter.origin,
            stream: letter.stream,
            purpose: letter.purpose,
            priority: letter.priority,
            send_at: letter.send_at,
            declared_no_phi: letter.declared_no_phi
                || self
                    .settings()
                    .are_declared_free(std::iter::once(&letter.from)),
            attested: letter.attested,
            demanded,
            trigger,
            from: Some(letter.from),
            recipients: letter.recipients,
            body_hash,
            content_sha256: None,
            content,
            added,
            tags: letter.tags,
            metadata: letter.metadata,
            transport: letter.transport,
            terms: Terms::default(),
            reading: None,
            captured: None,
        })
    }

    fn compose(&self, ctx: &Ctx, id: MessageId, letter: &Letter) -> Result<Vec<u8>> {
        let mut boundary_seed = [0; 16];
        ctx.world().rng.fill(&mut boundary_seed);
        let message_id = format!("<{id}@{}>", self.settings().hostname);
        let named = |kind: Kind| {
            let of_kind = letter.recipients.iter().filter(move |r| r.kind == kind);
            of_kind
                .map(|r| (r.name.as_deref(), &r.address))
                .collect::<Vec<_>>()
        };
        let attachments: Vec<_> = letter
            .files
            .iter()
            .map(|f| mail::ComposePart {
                name: &f.name,
                content_type: &f.content_type,
                bytes: &f.bytes,
                inline_id: None,
            })
            .collect();
        // RFC 8689 §5: the field is how servers after the next hear of it.
        let mut headers = Cow::Borrowed(&letter.headers);
        let said = |(name, _): &(String, String)| name.eq_ignore_ascii_case("tls-required");
        if letter.transport == Transport::Optional && !letter.headers.iter().any(said) {
            headers
                .to_mut()
                .push(("TLS-Required".to_owned(), "No".to_owned()));
        }
        mail::compose(&mail::Compose {
            from: (letter.from_name.as_deref(), &letter.from),
            reply_to: letter.reply_to.as_ref(),
            to: named(Kind::To),
            cc: named(Kind::Cc),
            subject: &letter.subject,
            text: letter.text.as_deref(),
            html: letter.html.as_deref(),
            attachments: &attachments,
            headers: &headers,
            message_id: &message_id,
            in_reply_to: letter
                .thread
                .as_ref()
                .and_then(|(_, answered)| answered.as_deref()),
            date: ctx.now(),
            boundary_seed,
            auto_submitted: false,
        })
    }
}

/// What was asked for, without what we add: the same letter has the same fingerprint, so that an
/// idempotency key can tell a retry from another message.
fn fingerprint(letter: &Letter) -> [u8; 32] {
    let people: Vec<_> = letter
        .recipients
        .iter()
        .map(|r| (r.kind, r.address.as_str(), &r.name, &r.notify))
        .collect();
    let files: Vec<_> = letter
        .files
        .iter()
        .map(|f| (&f.name, &f.content_type, hex::encode(sha256(&f.bytes))))
        .collect();
    let from = (
        letter.from.as_str(),
        &letter.from_name,
        letter.reply_to.as_ref().map(Address::as_str),
    );
    let said = (
        &letter.subject,
        &letter.text,
        &letter.html,
        &letter.headers,
        &letter.tags,
        &letter.metadata,
    );
    let how = (
        letter.stream,
        letter.purpose,
        letter.priority,
        letter.send_at,
        letter.declared_no_phi,
        letter.attested,
        letter.demanded,
        letter.transport,
    );
    let thread = letter
        .thread
        .as_ref()
        .map(|(thread, answered)| (thread, answered));
    sha256(
        serde_json::json!([from, people, said, files, how, thread])
            .to_string()
            .as_bytes(),
    )
}

fn check(ctx: &Ctx, letter: &Letter) -> Result<()> {
    if letter.recipients.is_empty() {
        return Err(Code::RecipientsMissing.into());
    }
    if letter.recipients.len() > limits::RECIPIENTS_MAX {
        return Err(Code::RecipientsTooMany.into());
    }
    let at = |code: Code, pointer: String| Err(Error::new(code).at(pointer));
    if letter.text.is_none() && letter.html.is_none() && letter.files.is_empty() {
        return at(Code::FieldMissing, "/text".into());
    }
    text_field("/subject", &letter.subject, limits::SUBJECT_OCTETS_MAX)?;
    if let Some(name) = &letter.from_name {
        name_field("/from/name", name, limits::DISPLAY_NAME_OCTETS_MAX)?;
    }
    for (i, r) in letter.recipients.iter().enumerate() {
        if let Some(name) = &r.name {
            name_field(
                &format!("/recipients/{i}/name"),
                name,
                limits::DISPLAY_NAME_OCTETS_MAX,
            )?;
        }
    }
    if letter.priority > 9 {
        return at(Code::FieldInvalid, "/priority".into());
    }
    if matches!(
        letter.demanded,
        Some(Method::Hold | Method::Block | Method::Plain)
    ) {
        return at(Code::FieldInvalid, "/method".into());
    }
    if let Some(send_at) = letter.send_at
        && send_at > ctx.now().plus(limits::SEND_AT_AHEAD_MAX)
    {
        return at(Code::DateInvalid, "/send_at".into());
    }
    check_extras(letter)?;
    check_files(&letter.files)
}

fn check_extras(letter: &Letter) -> Result<()> {
    let at = |code: Code, pointer: String| Err(Error::new(code).at(pointer));
    if letter.headers.len() > limits::CUSTOM_HEADERS_MAX {
        return at(Code::FieldInvalid, "/headers".into());
    }
    for (i, (name, value)) in letter.headers.iter().enumerate() {
        if name.is_empty() || name.len() > limits::HEADER_NAME_OCTETS_MAX {
            return at(Code::FieldInvalid, format!("/headers/{i}/name"));
        }
        text_field(
            &format!("/headers/{i}/value"),
            value,
            limits::HEADER_VALUE_OCTETS_MAX,
        )?;
    }
    if letter.tags.len() > limits::TAGS_MAX {
        return at(Code::FieldInvalid, "/tags".into());
    }
    for (i, tag) in letter.tags.iter().enumerate() {
        text_field(&format!("/tags/{i}"), tag, limits::TAG_OCTETS_MAX)?;
    }
    if letter.metadata.len() > limits::METADATA_KEYS_MAX {
        return at(Code::FieldInvalid, "/metadata".into());
    }
    for value in letter.metadata.values() {
        text_field("/metadata", value, limits::METADATA_VALUE_OCTETS_MAX)?;
    }
    Ok(())
}

pub(crate) fn check_files(files: &[DraftFile]) -> Result<()> {
    if files.len() > limits::ATTACHMENTS_MAX {
        return Err(Error::new(Code::FieldInvalid).at("/attachments"));
    }
    for (i, file) in files.iter().enumerate() {
        name_field(
            &format!("/attachments/{i}/name"),
            &file.name,
            limits::FILE_NAME_OCTETS_MAX,
        )?;
        // RFC 2045 §6.4: composite types take no encoding of their own, so they cannot be attached so.
        let composite = ["multipart/", "message/"]
            .iter()
            .any(|kind| file.content_type.to_ascii_lowercase().starts_with(kind));
        if composite || !mail::type_matches(&file.content_type, &file.bytes) {
            return Err(Error::new(Code::AttachmentTypeMismatch)
                .at(format!("/attachments/{i}/content_type")));
        }
    }
    Ok(())
}

fn text_field(pointer: &str, value: &str, octets_max: usize) -> Result<()> {
    if value.chars().any(char::is_control) {
        return Err(Error::new(Code::HeaderInjection).at(pointer));
    }
    if value.len() > octets_max {
        return Err(Error::new(Code::FieldInvalid).at(pointer));
    }
    Ok(())
}

/// A name is shown beside others: it may not look like one it is not.
fn name_field(pointer: &str, value: &str, octets_max: usize) -> Result<()> {
    text_field(pointer, value, octets_max)?;
    if value.chars().any(model::is_hidden) {
        return Err(Error::new(Code::NameInvalid).at(pointer));
    }
    Ok(())
}
