//! Our signatures before a verifier that others wrote.

mod signatures;
mod verifier;
