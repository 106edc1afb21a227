//! `/v1/matters`: disputes and inquiries for whose sake records are kept. One file each.

pub(super) mod close;
pub(super) mod list;
pub(super) mod open;
