//! Whether a certificate was revoked: what its issuer's list (RFC 5280 §5) or responder (RFC 6960) says of it.
//!
//! Octets in, verdict out: who is asked and how is somebody else's. Invariant: nobody but the issuer, or a responder
//! that the issuer named, says anything of a certificate; what is not about it, not signed or not of now says nothing.

mod answer;
mod list;
mod places;

use model::{RevocationDoubt, RevocationReason, Timestamp, limits};

pub use answer::{ask_responder, judge_answer};
pub use list::RevocationList;
pub use places::Places;

const SKEW: std::time::Duration = limits::REVOCATION_SKEW;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Good {
        made_at: Timestamp,
        /// Its issuer says something newer by then.
        until: Timestamp,
    },
    /// Also by a list or answer that is over: what was withdrawn does not come back by waiting.
    Revoked {
        made_at: Timestamp,
        at: Timestamp,
        reason: RevocationReason,
    },
    Unknown(RevocationDoubt),
}

/// By the numbers of CRLReason.
fn reason(number: i64) -> RevocationReason {
    match number {
        1 => RevocationReason::KeyCompromise,
        2 | 10 => RevocationReason::AuthorityCompromise,
        3 => RevocationReason::AffiliationChanged,
        4 => RevocationReason::Superseded,
        5 => RevocationReason::Ceased,
        6 => RevocationReason::Hold,
        9 => RevocationReason::PrivilegeWithdrawn,
        _ => RevocationReason::Unspecified,
    }
}
