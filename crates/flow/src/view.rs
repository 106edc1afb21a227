//! What API and console show. Metadata needs `message.read`; anything a person wrote needs
//! `message.open` and is recorded before it is shown.

mod advice;
mod audit;
mod cancel;
mod content;
pub mod cursor;
mod events;
mod forensics;
mod found;
mod headers;
mod held;
mod list;
mod message;
mod overview;
mod parsed;
mod proof;
mod queue;
mod reschedule;
mod standing;
mod stream;
mod waiting;

pub use advice::Advice;
pub use audit::{AuditPage, AuditRow, AuditState};
pub use content::ContentView;
pub use events::{EventPage, EventView};
pub use forensics::JudgedHeader;
pub(crate) use found::found_at;
pub use found::{FoundAt, Place};
pub use headers::{HeaderCheck, HeaderHop, HeaderSeal, HeadersView};
pub use held::{HeldFilter, HeldPage, HeldRow, Holding, WaitsFor};
pub use list::{MessagePage, MessageRow};
pub use message::{AttemptView, MessageView, RecipientView};
pub(crate) use message::{live_only, reachable, trace};
pub use overview::Overview;
pub use parsed::{Parsed, ParsedContent, ParsedFile};
pub use queue::{QueueLine, QueueView};
pub use standing::Standing;
pub use store::tables::messages::Filter;
pub use stream::{StreamFilter, TracedRecipient};
pub use waiting::{Summary, Waiting, WaitingPage, Why};
