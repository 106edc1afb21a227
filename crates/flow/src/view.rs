//! What API and console show. Metadata needs `message.read`; anything a person wrote needs
//! `message.open` and is recorded before it is shown.

mod audit;
mod cancel;
mod content;
mod cursor;
mod events;
mod list;
mod message;
mod overview;
mod proof;

pub use audit::{AuditPage, AuditRow, AuditState};
pub use content::ContentView;
pub use events::{EventPage, EventView};
pub use list::{MessagePage, MessageRow};
pub use message::{AttemptView, MessageView, RecipientView};
pub use overview::Overview;
pub use store::tables::messages::Filter;
