//! Our signatures before a verifier that others wrote.

extern crate caduceus_seal as seal;

mod dmarc;
mod names;
mod signatures;
mod vectors;
mod verifier;
