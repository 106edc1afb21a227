//! OpenPGP: which keys may be used, what is opened, what stays closed.

mod forge;
mod keys;
mod mail;
mod messages;
mod sop;
mod world;
