//! Who may do what: roles as Cedar policy templates, boundaries as `forbid`.
//!
//! `ctx` turns every use case into one question. Cedar skips a policy whose evaluation errs, so a
//! failing `forbid` would let through: here any error denies. An organisation's rules on who may send
//! what to whom are asked in `send`, by `decide` alone. Invariant: an allowed verdict had no error, no
//! `forbid`, and at least one role's or scope's `permit`.

mod engine;
mod entity;
mod send;
mod words;

pub use engine::{Engine, Verdict};
pub use send::SEND_LIMITS_MAX;
pub(crate) use send::{SendLimit, SendLimits, SendTo, Side, Stop};
pub use words::{Action, Role};

use model::{OrganisationId, RecipientId};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The id on the wire: `usr_…`, `app_…`, `rcp_…` or `system`.
    pub id: String,
    pub organisation: OrganisationId,
    pub kind: PrincipalKind,
    /// Whether this sign-in proved a second factor. Asked of users only.
    pub second_factor: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    User(Vec<Role>),
    /// Scopes are words of [`Action`]; only the actions that make sense for software count.
    App {
        scopes: Vec<String>,
    },
    /// Someone who proved control of a recipient's mailbox.
    Reader(RecipientId),
    /// The program itself: jobs and the command line on the server.
    System,
}

/// What is asked about: one thing, or the collection of a kind in an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    pub organisation: OrganisationId,
    /// `message`, `audit_log`, `user`, `app`, `api_key`, `domain`, `settings`.
    pub kind: &'static str,
    /// The id of who sent or made it, where that matters.
    pub owner: Option<String>,
    /// The one recipient it is about, where a reader asks.
    pub recipient: Option<RecipientId>,
}
