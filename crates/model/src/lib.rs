//! The nouns of Caduceus: ids, time, addresses, sealed values, limits, codes and seams.
//!
//! Everything else imports this crate and this crate imports nothing of ours. It does no I/O, reads
//! no clock and draws no chance. Invariant: a type here that holds PHI or a secret has no `Display`,
//! no `Serialize`, and a `Debug` that shows its kind only.

mod address;
mod code;
mod dns;
mod error;
pub mod events;
mod id;
pub mod limits;
mod metric;
mod outcome;
mod sealed;
pub mod seams;
mod text;
mod time;
mod tls;
mod words;

pub use address::{Address, Domain};
pub use code::{Code, CodeRow, Fault, SmtpReply};
pub use dns::{DnsKind, DnsSeen, DnsStanding};
pub use error::{Error, Result};
pub use id::*;
pub use metric::{METRICS, Metric, MetricKind};
pub use outcome::{Evidence, Outcome, ReplyText, TlsFacts, Verdict};
pub use sealed::{Access, Phi, Secret};
pub use text::is_hidden;
pub use time::Timestamp;
pub use tls::{Floor, PolicyFacts, StsPolicy, TlsGoal, TlsProbe, TlsSession, Tlsa, Trust};
pub use words::{
    AnchorKind, AnchorState, ArchiveCheckState, ArrivalState, BounceAction, BounceClass,
    CustodianState, Demand, DirectoryStep, DirectoryTls, DisposalState, DisposedState, HoldState,
    ImportState, KeyAnswer, KeyFor, KeySource, KeyStanding, Kind, LiftReason, MatterState, Method,
    Mode, Origin, PhiLevel, ProbeState, Purpose, RecipientClass, RecipientState, RefusalScope,
    Restriction, RevocationDoubt, RevocationReason, RevocationState, RevocationUse, Severity,
    SparedFor, Stream, StsMode, SuppressionReason, SuppressionSource, TlsPolicy,
};
