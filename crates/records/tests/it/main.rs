//! Archives of old mail, read from their outside.

mod archives;
mod cases;
mod folders;
mod kit;
mod limits;
mod mailboxes;
mod properties;
mod pst;
mod store;
