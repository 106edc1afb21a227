//! The ledger from outside: standards' vectors, exhaustive small trees, large ones by property,
//! tampering, and an independent implementation.

mod audit;
mod bundle;
mod bundle_tamper;
mod checkpoint;
mod dns;
mod entry;
mod hostile;
mod note;
mod offline;
mod peer_go;
mod proof;
mod standing;
mod tile;
mod tree;
mod world;
