//! One message: where each recipient stands, what happened, why this way, and the proof of it.
//!
//! The page shows one recipient's timeline, decision and evidence at a time, because each has its
//! own. The content stays sealed until someone with the right asks for it, which is recorded.

use model::{Kind, Method, Mode, Origin, PhiLevel, Purpose, RecipientState, Stream, Timestamp};
use serde::Serialize;

use super::inbound_decide::Wrong;
use crate::pages::portal::thread::Letter;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct MessagePage {
    pub id: String,
    /// Only once the content is open.
    pub subject: Option<String>,
    pub about: About,
    pub recipients: Vec<Recipient>,
    /// Index into `recipients` of the one shown below.
    pub chosen: usize,
    pub timeline: Vec<Step>,
    pub why: Option<Why>,
    /// What was decided besides the way.
    pub besides: Besides,
    /// What was found, by place.
    pub found: Vec<Found>,
    pub labels: Vec<String>,
    /// Why parts could not be read.
    pub unread: Vec<String>,
    /// A word below `advice`: what its sender can do where policy stopped it.
    pub advice: Option<&'static str>,
    /// Where somebody decides about it, for who may.
    pub decide_href: Option<String>,
    /// Whether this visitor may say what detection got wrong, and what was said.
    pub gives_opinion: bool,
    pub opinion: Option<&'static str>,
    /// What a reader is told of what came in; none where nothing looks wrong.
    pub caution: Option<Caution>,
    pub attempts: Vec<Attempt>,
    /// What can be proved of it, in the words of the proof; none of what came in.
    pub standing: Option<Standing>,
    pub content: Content,
    pub replies: Vec<Reply>,
    /// How many recipients a cancel would stop; none when there are none or it is not allowed.
    pub cancellable: Option<u64>,
    pub cancelled: Option<u64>,
    /// What destroyed it, and proves so.
    pub disposal_href: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct About {
    pub sender: Option<String>,
    pub actor: String,
    pub origin: Origin,
    pub mode: Mode,
    pub purpose: Purpose,
    pub stream: Stream,
    pub level: PhiLevel,
    /// Kinds of findings and how often.
    pub findings: Vec<(String, u64)>,
    pub octets: u64,
    pub files: u64,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Serialize)]
pub struct Recipient {
    pub id: String,
    pub number: u64,
    /// The address, once the content is open.
    pub address: Option<String>,
    pub kind: Kind,
    pub state: RecipientState,
    pub method: Method,
    /// Where the page with this recipient shown is.
    pub href: String,
    pub proof_href: Option<String>,
}

/// One step of the way, from accepted to opened.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Key below `step`.
    pub word: &'static str,
    pub progress: Progress,
    pub at: Option<Timestamp>,
    pub facts: Vec<Fact>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    Done,
    Waiting,
    Failed,
    Skipped,
}

/// A named piece of evidence.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// Key below `fact`.
    pub name: &'static str,
    pub value: Value,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "is", rename_all = "snake_case")]
pub enum Value {
    /// A key of the catalogue: `method.tls`.
    Word(String),
    /// Shown as it is: an id, a code, a host.
    Exact(String),
    /// Long and copied rather than read.
    Hash(String),
    Octets(u64),
    At(Timestamp),
}

impl Fact {
    pub fn word(name: &'static str, section: &str, word: &str) -> Self {
        Self {
            name,
            value: Value::Word(format!("{section}.{word}")),
        }
    }
    pub fn at(name: &'static str, at: Timestamp) -> Self {
        Self {
            name,
            value: Value::At(at),
        }
    }
    pub fn exact(name: &'static str, value: impl Into<String>) -> Self {
        Self {
            name,
            value: Value::Exact(value.into()),
        }
    }
    pub fn hash(name: &'static str, hex: impl Into<String>) -> Self {
        Self {
            name,
            value: Value::Hash(hex.into()),
        }
    }
}

/// The stored decision, as policy wrote it.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// What was decided, also when the delivery moved to the portal afterwards.
    pub method: Method,
    /// When the demanded protection was not to be had.
    pub moved: Option<Timestamp>,
    pub rule: String,
    pub name: String,
    pub rules_version: String,
    pub facts: Vec<(String, String)>,
    pub rules: Vec<Rule>,
    pub would_change: Vec<String>,
}

/// A warning above what came in, in both languages.
#[derive(Clone, Debug, Serialize)]
pub struct Caution {
    pub en: Warning,
    pub es: Warning,
    /// It is likely harmful.
    pub harmful: bool,
    /// What looks wrong, and where.
    pub wrong: Vec<Wrong>,
    /// What engines named.
    pub named: Vec<String>,
    /// Where somebody decides about it, for who may; none once it is decided.
    pub decide_href: Option<String>,
    /// Nobody else reads it.
    pub quarantined: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Warning {
    pub heading: &'static str,
    pub reasons: Vec<&'static str>,
    pub advice: &'static str,
}

/// The level of proof and its fixed sentences, in both languages.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    pub level: &'static str,
    pub en: Vec<&'static str>,
    pub es: Vec<&'static str>,
}

/// What was decided besides the way it goes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Besides {
    pub redact: bool,
    /// Words below `warning`, or of an organisation's own.
    pub warnings: Vec<String>,
    /// Words below `notice_of_law`.
    pub notices: Vec<String>,
    /// Rules in shadow mode, each with the way it would have chosen.
    pub shadow: Vec<(String, Method)>,
}

/// What was found in one place.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// A word below `found_at`.
    pub place: &'static str,
    /// The file's number, from 1; 0 where it is none.
    pub file: u32,
    /// A word below `spot`, and its number.
    pub spot: Option<(String, u32)>,
    /// Kinds and how often.
    pub kinds: Vec<(String, u64)>,
    /// The organisation's own detectors among what found it, and how often.
    pub detectors: Vec<(String, u64)>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    pub id: String,
    pub name: String,
    pub matched: bool,
    pub effect: String,
    pub because: String,
    /// The organisation's reason for a rule of its own.
    pub why: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    pub number: u64,
    pub at: Timestamp,
    /// Key of the catalogue.
    pub outcome: String,
    pub good: bool,
    pub facts: Vec<Fact>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    Sealed {
        open_action: String,
    },
    MayNot,
    Opened {
        at: Timestamp,
        letter: Letter,
    },
    /// Its key was destroyed.
    Destroyed,
}

/// An answer of a reader: a message of its own, sealed until opened.
#[derive(Clone, Debug, Serialize)]
pub struct Reply {
    pub at: Timestamp,
    pub href: String,
    pub letter: Option<Letter>,
}

impl Page for MessagePage {
    const TEMPLATE: &'static str = "pages/console/message.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Messages;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod ask;
mod caution;
mod fill;
mod samples;
mod timeline;

pub(in crate::pages::console) use fill::{found, unread};

pub use ask::{file, open, proof, say, sealed_again, show};
