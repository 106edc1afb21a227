//! S/MIME: who can read, who signed, and what is not opened.

mod hostile;
mod messages;
mod persons;
mod revocation;
mod round_trips;
mod structure;
mod trust;
