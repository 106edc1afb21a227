//! Sealing: what is put around a message so that others can check or only one can read it.
//!
//! Bytes in, bytes out; no clock, no DNS, no storage of keys. Today: DKIM. Invariant: the message
//! itself is never changed, only fields put before it.

pub mod dkim;
