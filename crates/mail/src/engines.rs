//! Engines that others wrote and that look at mail for us: what is said to them, what they answer.
//!
//! Machines of bytes without sockets; `mta` carries the bytes. An engine's answer is an input, our
//! policy decides. Invariant: an answer that cannot be read, is too long or says that something was
//! not looked at is never "clean".

pub mod clamd;
pub mod rspamd;

/// Why an engine's answer says nothing about the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// It ended before it said anything whole.
    Cut,
    /// Longer than any answer we know.
    TooLong,
    /// Not in its protocol.
    Garbled,
    /// It says that it could not look at all of it: a limit, a lock.
    NotLookedAt,
    /// It says that it failed.
    Failed,
}

impl NoAnswer {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::TooLong => "too_long",
            Self::Garbled => "garbled",
            Self::NotLookedAt => "not_looked_at",
            Self::Failed => "failed",
        }
    }
}

/// A name that an engine gave to what it found, without anything that could carry text of the mail.
fn plain_name(name: &str) -> Option<String> {
    const NAME_OCTETS_MAX: usize = 100;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/');
    let fits = (1..=NAME_OCTETS_MAX).contains(&name.len()) && name.bytes().all(plain);
    fits.then(|| name.to_owned())
}
