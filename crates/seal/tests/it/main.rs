//! Our signatures before a verifier that others wrote; S/MIME before OpenSSL's own.
//! Our signatures before a verifier that others wrote; keys and messages that go wrong.

extern crate caduceus_seal as seal;

mod dmarc;
mod names;
mod pgp;
mod protected;
mod signatures;
mod smime;
mod stamp;
mod vectors;
mod verifier;
