//! Sealing: what is put around a message so that others can check or only one can read it.
//!
//! Signing what leaves (DKIM, ARC) and checking what comes in (SPF, DKIM, DMARC, ARC); time stamps
//! by others ([`stamp`]). Bytes in,
//! bytes out; no clock, no sockets (DNS is what `dns::Known` holds), no storage of keys. Invariant:
//! a message that leaves is never changed, only fields put before it.

pub mod arc;
pub mod dkim;
pub mod dmarc;
pub mod dns;
mod entity;
pub mod pgp;
pub mod protected;
pub mod results;
mod signature;
pub mod smime;
pub mod spf;
pub mod stamp;
mod tags;
