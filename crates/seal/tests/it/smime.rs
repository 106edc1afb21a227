//! S/MIME: who can read, who signed, and what is not opened.

mod hostile;
mod messages;
mod persons;
mod round_trips;
mod structure;
mod trust;
