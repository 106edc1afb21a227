//! The body of a message, shared by sending and dry run: what clients write, and how it becomes a
//! draft.
//!
//! `flow` checks the limits of a letter; here are checked those that only JSON knows, and pointers
//! are turned back into the client's own fields.

mod places;

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ctx::Ctx;
use flow::{Draft, DraftFile, DraftRecipient, Letter, Transport};
use model::{Code, Error, Kind, Method, Origin, Purpose, Result, Stream, Timestamp, limits};
use serde::Deserialize;
use utoipa::ToSchema;

use self::places::Places;
use super::mailbox::{self, Mailbox};
use crate::json::{self, Pairs};
use crate::{ApiState, schema};

const BODY: [Code; 20] = [
    Code::JsonInvalid,
    Code::ContentTypeUnsupported,
    Code::FieldUnknown,
    Code::FieldType,
    Code::FieldMissing,
    Code::FieldInvalid,
    Code::RecipientsMissing,
    Code::RecipientsTooMany,
    Code::AddressInvalid,
    Code::HeaderInjection,
    Code::NameInvalid,
    Code::HeaderForbidden,
    Code::MessageTooLarge,
    Code::AttachmentTypeMismatch,
    Code::Base64Invalid,
    Code::MimeInvalid,
    Code::LineTooLong,
    Code::DateInvalid,
    Code::PolicyBlocked,
    Code::SenderForbidden,
];
pub(super) const CODES: &[Code] = &BODY;

/// The codes of a letter, and two more.
pub(super) const fn codes_and(more: [Code; 2]) -> [Code; 22] {
    let mut all = [more[0]; 22];
    all[1] = more[1];
    let mut at = 0;
    while at < BODY.len() {
        all[at + 2] = BODY[at];
        at += 1;
    }
    all
}

/// A message. It needs `from`, at least one recipient, and a text, an HTML body or a file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Message, example = json!({
    "from": {"address": "nurse@clinic.example", "name": "Clinic"},
    "to": [{"address": "pat@mail.example", "name": "Pat"}],
    "subject": "Your appointment",
    "text": "Please come fasting.",
    "tags": ["reminder"]
}))]
pub(crate) struct LetterBody<'a> {
    /// An address that the app may send as.
    from: Mailbox,
    /// Where answers go.
    #[schema(format = Email)]
    reply_to: Option<String>,
    /// At most 100 recipients over to, cc and bcc.
    #[serde(default)]
    #[schema(max_items = 100)]
    to: Vec<Mailbox>,
    #[serde(default)]
    #[schema(max_items = 100)]
    cc: Vec<Mailbox>,
    /// Shown to nobody else.
    #[serde(default)]
    #[schema(max_items = 100)]
    bcc: Vec<Mailbox>,
    /// At most 998 octets, no control characters. Replaced on its way where it would show PHI.
    #[serde(default)]
    #[schema(max_length = 998)]
    subject: String,
    /// The plain form.
    text: Option<String>,
    /// The HTML form. With `text` both travel, as alternatives.
    html: Option<String>,
    #[serde(default)]
    #[schema(schema_with = schema::headers, required = false)]
    headers: Pairs,
    #[serde(default, borrow)]
    #[schema(max_items = 50)]
    attachments: Vec<AttachmentBody<'a>>,
    /// Words to find messages by; they do not travel.
    #[serde(default)]
    #[schema(max_items = 20)]
    tags: Vec<String>,
    #[serde(default)]
    #[schema(schema_with = schema::metadata, required = false)]
    metadata: Pairs,
    #[schema(schema_with = schema::stream, required = false)]
    stream: Option<Stream>,
    #[schema(schema_with = schema::purpose, required = false)]
    purpose: Option<Purpose>,
    /// 0 is most urgent. Default: 4.
    #[schema(minimum = 0, maximum = 9)]
    priority: Option<u8>,
    /// Not before this moment (RFC 3339), at most 90 days ahead.
    #[schema(format = DateTime, example = "2026-11-21T14:00:00-05:00")]
    send_at: Option<String>,
    #[schema(schema_with = schema::method_demanded, required = false)]
    method: Option<Method>,
    /// The sender says that it holds no PHI: health words alone then do not raise its protection; what
    /// counts as PHI, special records and what cannot be read still do. Needs the scope `message.attest`; on record with the
    /// message.
    #[serde(default)]
    attest_no_phi: bool,
    /// REQUIRETLS (RFC 8689): every server on the way must promise TLS, else it is returned.
    #[serde(default)]
    require_tls: bool,
    /// `TLS-Required: No` (RFC 8689): rather delivered than held up by the receiving domain's own TLS
    /// policy. Never below what the decision demands; not together with `require_tls`.
    #[serde(default)]
    tls_optional: bool,
}

/// A file to attach.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Attachment)]
pub(crate) struct AttachmentBody<'a> {
    #[schema(example = "results.pdf", max_length = 255)]
    name: String,
    /// The type that the bytes have; another one is refused.
    #[schema(example = "application/pdf")]
    content_type: String,
    /// Standard base64 with padding.
    #[serde(borrow)]
    #[schema(value_type = String, content_encoding = "base64")]
    content: Text<'a>,
}

/// Text that stays in the body it came in: files are large.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The draft, and the hash of the body that an idempotency key binds.
pub(super) fn draft(state: &ApiState, ctx: &Ctx, body: &[u8]) -> Result<(Draft, [u8; 32])> {
    let read: LetterBody<'_> = json::from_slice(body)?;
    let places = Places::of(&read);
    let letter = letter(read)?;
    let draft = state
        .flow
        .draft_from_letter(ctx, letter)
        .map_err(|error| places.restore(error))?;
    Ok((draft, sha256(body)))
}

fn letter(body: LetterBody<'_>) -> Result<Letter> {
    check_size(&body)?;
    let from = body.from.address("/from")?;
    let reply_to = body
        .reply_to
        .as_deref()
        .map(|text| mailbox::parse(text, "/reply_to"))
        .transpose()?;
    let mut recipients = Vec::new();
    for (kind, named) in [
        (Kind::To, body.to),
        (Kind::Cc, body.cc),
        (Kind::Bcc, body.bcc),
    ] {
        for (i, mailbox) in named.into_iter().enumerate() {
            let address = mailbox.address(&format!("/{kind}/{i}"))?;
            recipients.push(DraftRecipient {
                kind,
                address,
                name: mailbox.name,
                notify: String::new(),
            });
        }
    }
    let purpose = body.purpose.unwrap_or(Purpose::Treatment);
    if !schema::purposes().any(|allowed| allowed == purpose) {
        return Err(Error::new(Code::FieldInvalid).at("/purpose"));
    }
    if body
        .method
        .is_some_and(|method| !schema::METHODS_DEMANDED.contains(&method))
    {
        return Err(Error::new(Code::FieldInvalid).at("/method"));
    }
    let transport = match (body.require_tls, body.tls_optional) {
        (true, true) => return Err(Error::new(Code::FieldInvalid).at("/tls_optional")),
        (true, false) => Transport::Required,
        (false, true) => Transport::Optional,
        (false, false) => Transport::Usual,
    };
    Ok(Letter {
        origin: Origin::Api,
        from,
        from_name: body.from.name,
        reply_to,
        recipients,
        subject: body.subject,
        text: body.text,
        html: body.html,
        files: files(body.attachments)?,
        headers: headers(body.headers)?,
        tags: body.tags,
        metadata: metadata(body.metadata)?,
        stream: body.stream.unwrap_or(Stream::Transactional),
        purpose,
        priority: body.priority.unwrap_or(4),
        send_at: body.send_at.as_deref().map(send_at).transpose()?,
        declared_no_phi: false,
        attested: body.attest_no_phi,
        demanded: body.method,
        transport,
        thread: None,
    })
}

/// A message is never smaller than what it is made of: nothing is decoded or composed in vain.
fn check_size(body: &LetterBody<'_>) -> Result<()> {
    let texts = [&body.text, &body.html]
        .into_iter()
        .flatten()
        .map(String::len);
    let files = body
        .attachments
        .iter()
        .map(|file| file.content.0.len() / 4 * 3);
    let octets: usize = texts.chain(files).sum();
    if octets > limits::MESSAGE_OCTETS_MAX {
        Err(Code::MessageTooLarge.into())
    } else {
        Ok(())
    }
}

fn send_at(text: &str) -> Result<Timestamp> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| Error::new(Code::DateInvalid).at("/send_at"))
}

fn files(given: Vec<AttachmentBody<'_>>) -> Result<Vec<DraftFile>> {
    if given.len() > limits::ATTACHMENTS_MAX {
        return Err(Error::new(Code::FieldInvalid).at("/attachments"));
    }
    let read = |(i, file): (usize, AttachmentBody<'_>)| {
        let at = |code: Code, field: &str| Error::new(code).at(format!("/attachments/{i}/{field}"));
        if file.content_type.chars().any(char::is_control) {
            return Err(at(Code::HeaderInjection, "content_type"));
        }
        if !is_media_type(&file.content_type) {
            return Err(at(Code::FieldInvalid, "content_type"));
        }
        let bytes = STANDARD
            .decode(file.content.0.as_bytes())
            .map_err(|_| at(Code::Base64Invalid, "content"))?;
        Ok(DraftFile {
            name: file.name,
            content_type: file.content_type,
            bytes,
        })
    };
    given.into_iter().enumerate().map(read).collect()
}

/// `type/subtype`, with parameters of printable ASCII (RFC 6838 §4.2).
fn is_media_type(text: &str) -> bool {
    let is_token = |t: &str| {
        !t.is_empty()
            && t.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    let (essence, params) = text.split_once(';').unwrap_or((text, ""));
    text.len() <= 200
        && essence
            .trim()
            .split_once('/')
            .is_some_and(|(kind, sub)| is_token(kind) && is_token(sub))
        && params.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
}

fn headers(given: Pairs) -> Result<Vec<(String, String)>> {
    for (name, _) in &given.0 {
        if name.chars().any(char::is_control) {
            return Err(Error::new(Code::HeaderInjection).at("/headers"));
        }
        let token = name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if name.is_empty() || !token || name.len() > limits::HEADER_NAME_OCTETS_MAX {
            return Err(Error::new(Code::FieldInvalid).at("/headers"));
        }
    }
    Ok(given.0)
}

fn metadata(given: Pairs) -> Result<BTreeMap<String, String>> {
    for (name, _) in &given.0 {
        if name.chars().any(char::is_control) {
            return Err(Error::new(Code::HeaderInjection).at("/metadata"));
        }
        if name.is_empty() || name.len() > limits::TAG_OCTETS_MAX {
            return Err(Error::new(Code::FieldInvalid).at("/metadata"));
        }
    }
    Ok(given.0.into_iter().collect())
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let mut out = [0; 32];
    out.copy_from_slice(digest.as_ref());
    out
}
