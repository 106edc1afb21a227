//! What the archive promises, on both engines; archives of old mail, read from their outside.

extern crate caduceus_records as records;

mod anchors;
mod archive;
mod archives;
mod captures;
mod cases;
mod checks;
mod disclose;
mod disposal;
mod disposal_orders;
mod excerpts;
mod folders;
mod holds;
mod house;
mod keeping;
mod kit;
mod limits;
mod mailboxes;
mod previews;
mod properties;
mod pst;
mod store;
mod twin;
