//! Submission (RFC 6409, RFC 8314): mail from the organisation's own software.

mod certificate;
mod conversation;
mod slots;
mod socket;

pub use certificate::server_tls;
