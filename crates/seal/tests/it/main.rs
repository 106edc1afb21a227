//! Our signatures before a verifier that others wrote; S/MIME before OpenSSL's own.

extern crate caduceus_seal as seal;

mod dmarc;
mod names;
mod protected;
mod signatures;
mod smime;
mod vectors;
mod verifier;
