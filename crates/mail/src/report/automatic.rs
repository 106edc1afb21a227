//! Whether a message was written by a program (RFC 3834), so that nobody takes it for an answer and
//! nothing answers it.

use crate::message::Message;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Automatic {
    /// A person wrote it, as far as can be told.
    No,
    /// An absence note or another automatic answer.
    Reply,
    /// A list, a newsletter, or anything else a program sends on its own.
    Generated,
}

impl Automatic {
    pub const fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Reply => "reply",
            Self::Generated => "generated",
        }
    }
}

/// `null_sender`: it came with `<>`.
pub fn automatic(message: &Message<'_>, null_sender: bool) -> Automatic {
    let word = |name: &str| {
        let value = message.header(name).unwrap_or_default();
        let first = value.split([';', ' ']).next().unwrap_or_default();
        first.trim().to_ascii_lowercase()
    };
    // RFC 3834 §5: anything but "no" means a program.
    match word("auto-submitted").as_str() {
        "" | "no" => {}
        "auto-replied" | "auto-notified" => return Automatic::Reply,
        _ => return Automatic::Generated,
    }
    let present = |name: &str| message.header(name).is_some();
    if present("x-autoreply") || present("x-autorespond") || word("x-precedence") == "auto_reply" {
        return Automatic::Reply;
    }
    match word("precedence").as_str() {
        "auto_reply" => return Automatic::Reply,
        "bulk" | "junk" | "list" => return Automatic::Generated,
        _ => {}
    }
    if present("list-id") || present("list-unsubscribe") {
        return Automatic::Generated;
    }
    if null_sender {
        return Automatic::Reply;
    }
    Automatic::No
}
