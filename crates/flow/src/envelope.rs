//! What is kept of a message beside its content, sealed: who, to whom, subject, files.

use std::collections::BTreeMap;

use mail::smtp::{Dsn, Notify};
use model::{Address, AttachmentId, Code, Error, Kind, MessageId, Result};
use serde::{Deserialize, Serialize};
use vault::OpenedKey;

/// Plain only inside the program.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Envelope {
    pub from: Option<String>,
    pub from_name: Option<String>,
    /// The first address of the From field: whose domain signs.
    pub author: Option<String>,
    pub subject: Option<String>,
    /// The Message-ID field, for threading and reports.
    pub message_id: Option<String>,
    /// Trace fields that go above the content.
    pub added: String,
    pub tags: Vec<String>,
    pub metadata: BTreeMap<String, String>,
    pub files: Vec<FileFacts>,
    #[serde(default)]
    pub transport: Transport,
    #[serde(default, skip_serializing_if = "Terms::is_usual")]
    pub terms: Terms,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<CapturedFacts>,
}

/// What is known of a message that did not go through us.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CapturedFacts {
    /// Whom it was for, as its header fields or its journal say: nobody of them is given anything.
    pub participants: Vec<(Kind, String)>,
    /// One of the organisation's own people wrote it.
    pub outgoing: bool,
    /// Whose mailbox it was in.
    pub custodian: Option<String>,
}

/// What was asked of reports beside NOTIFY (RFC 3461), which stands with each recipient. RET is not
/// kept: no report of ours returns more than header fields, whatever was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Terms {
    pub envid: Option<String>,
    /// By the recipient's position.
    pub orcpts: BTreeMap<u32, String>,
    /// Written by a program or for a list: nobody is told of anything (RFC 3834 §2).
    pub quiet: bool,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct FileFacts {
    pub id: AttachmentId,
    /// The part's index in the content.
    pub part: usize,
    pub name: String,
    pub content_type: String,
    pub octets: u64,
}

/// What the sender said about TLS on the way (RFC 8689).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    #[default]
    Usual,
    /// REQUIRETLS: every hop must promise it.
    Required,
    /// `TLS-Required: No`: rather delivered than held up by the receiving domain's own TLS policy.
    Optional,
}

/// Return path and forward path of one delivery.
#[derive(Serialize, Deserialize)]
pub(crate) struct Route {
    pub from: Option<String>,
    pub to: String,
    #[serde(default)]
    pub transport: Transport,
    /// What a server that knows DSN is asked, as [`Notify`] words it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notify: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orcpt: Option<String>,
}

impl Route {
    pub fn new(from: Option<&Address>, to: &Address, transport: Transport, dsn: &Dsn) -> Self {
        Self {
            from: from.map(|a| a.as_str().to_owned()),
            to: to.as_str().to_owned(),
            transport,
            notify: dsn.notify.words(),
            envid: dsn.envid.clone(),
            orcpt: dsn.orcpt.clone(),
        }
    }
    pub fn dsn(&self) -> Dsn {
        Dsn {
            notify: Notify::read(&self.notify),
            envid: self.envid.clone(),
            orcpt: self.orcpt.clone(),
        }
    }
}

impl Terms {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
    /// What the next server is asked for one recipient.
    pub fn dsn(&self, position: u32, notify: &str) -> Dsn {
        if self.quiet {
            return Dsn::default();
        }
        Dsn {
            notify: Notify::read(notify),
            envid: self.envid.clone(),
            orcpt: self.orcpts.get(&position).cloned(),
        }
    }
}

impl Envelope {
    pub fn sender(&self) -> Result<Option<Address>> {
        self.from.as_deref().map(Address::parse).transpose()
    }
    pub fn author(&self) -> Result<Option<Address>> {
        self.author.as_deref().map(Address::parse).transpose()
    }
}

pub(crate) fn seal_json<T: Serialize>(
    value: &T,
    key: &OpenedKey,
    place: (&str, &str, &[u8; 16]),
    rng: &dyn model::seams::Rng,
) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(value).map_err(|e| Error::new(Code::Internal).because(e))?;
    key.seal(&vault::aad(place.0, place.1, place.2), &plain, rng)
}

pub(crate) fn open_json<T: for<'de> Deserialize<'de>>(
    sealed: &[u8],
    key: &OpenedKey,
    place: (&str, &str, &[u8; 16]),
) -> Result<T> {
    let plain = key.open(&vault::aad(place.0, place.1, place.2), sealed)?;
    // The cause is dropped on purpose: serde's message can quote what it failed on.
    serde_json::from_slice(&plain).map_err(|_| Error::new(Code::StoredDataInvalid))
}

pub(crate) fn open_envelope(sealed: &[u8], key: &OpenedKey, id: MessageId) -> Result<Envelope> {
    open_json(sealed, key, ("messages", "sealed_envelope", id.as_bytes()))
}
