//! `/v1/registry`: the organisation's patients as keyed tokens. One file each.

pub(super) mod clear;
pub(super) mod import;
pub(super) mod show;
