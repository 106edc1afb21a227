//! Dialogues, properties and whole messages, through the public face only.

mod client_dialogues;
mod properties;
mod script;
mod server_dialogues;
mod smuggling;
mod suspect;
