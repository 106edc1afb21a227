//! `/v1/archive`: what was sent and received, kept and found. One file each.

pub(super) mod gap;
pub(super) mod search;
pub(super) mod unread;
