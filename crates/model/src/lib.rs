//! The nouns of Caduceus: ids, time, addresses, sealed values, limits, codes and seams.
//!
//! Everything else imports this crate and this crate imports nothing of ours. It does no I/O, reads
//! no clock and draws no chance. Invariant: a type here that holds PHI or a secret has no `Display`,
//! no `Serialize`, and a `Debug` that shows its kind only.

mod address;
mod code;
mod error;
mod id;
pub mod limits;
mod outcome;
mod sealed;
pub mod seams;
mod time;
mod words;

pub use address::{Address, Domain};
pub use code::{Code, CodeRow, Fault, SmtpReply};
pub use error::{Error, Result};
pub use id::*;
pub use outcome::{Evidence, Outcome, RefusalScope, ReplyText, TlsFacts};
pub use sealed::{Access, Phi, Secret};
pub use time::Timestamp;
pub use words::{
    Demand, Kind, Method, Mode, Origin, PhiLevel, Purpose, RecipientState, Severity, Stream,
};
