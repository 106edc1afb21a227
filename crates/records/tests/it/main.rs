//! What the archive promises, on both engines.

extern crate caduceus_records as records;

mod archive;
mod house;
mod twin;
