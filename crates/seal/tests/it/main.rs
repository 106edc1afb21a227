//! Our signatures before a verifier that others wrote; keys and messages that go wrong.

extern crate caduceus_seal as seal;

mod dmarc;
mod names;
mod pgp;
mod signatures;
mod vectors;
mod verifier;
