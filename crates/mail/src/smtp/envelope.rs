//! The words of an envelope: who sends, who receives, and what they ask for (RFC 5321, 1870, 3461,
//! 6152, 6531, 8689).

use model::Address;

/// The reverse path of MAIL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mailbox {
    /// `<>`: nobody is to be told about failures (RFC 5321 §4.5.5).
    Null,
    Address(Address),
}

/// RET of RFC 3461 §4.3: how much a failure notice may return. Ours return headers at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ret {
    Full,
    Headers,
}

/// Parameters of MAIL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailParams {
    /// Declared octets (RFC 1870); a hint, checked against the limit at once.
    pub size: Option<u64>,
    pub body_8bit: bool,
    pub utf8: bool,
    pub requiretls: bool,
    pub ret: Option<Ret>,
    /// Decoded from xtext, printable ASCII, at most 100 octets.
    pub envid: Option<String>,
}

/// NOTIFY of RFC 3461 §4.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notify {
    /// Not said: failures are told, delays may be.
    #[default]
    Unspecified,
    Never,
    On {
        success: bool,
        failure: bool,
        delay: bool,
    },
}

impl Notify {
    pub fn wants_success(self) -> bool {
        matches!(self, Self::On { success: true, .. })
    }
    pub fn wants_failure(self) -> bool {
        matches!(self, Self::Unspecified | Self::On { failure: true, .. })
    }
    pub fn wants_delay(self) -> bool {
        matches!(self, Self::Unspecified | Self::On { delay: true, .. })
    }

    /// The words of the parameter, comma-separated; empty when it was not said.
    pub fn words(self) -> String {
        let (success, failure, delay) = match self {
            Self::Unspecified => return String::new(),
            Self::Never => return "NEVER".to_owned(),
            Self::On {
                success,
                failure,
                delay,
            } => (success, failure, delay),
        };
        let all = [(success, "SUCCESS"), (failure, "FAILURE"), (delay, "DELAY")];
        let said = all.into_iter().filter(|(on, _)| *on).map(|(_, word)| word);
        said.collect::<Vec<_>>().join(",")
    }

    /// What [`Notify::words`] wrote.
    pub fn read(words: &str) -> Self {
        let says = |word| words.split(',').any(|said| said == word);
        match words {
            "" => Self::Unspecified,
            _ if says("NEVER") => Self::Never,
            _ => Self::On {
                success: says("SUCCESS"),
                failure: says("FAILURE"),
                delay: says("DELAY"),
            },
        }
    }
}

/// What the sender wants to hear of one recipient, as it is passed on to a server that knows DSN.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dsn {
    pub notify: Notify,
    /// The sender's own name for the transaction; only said on encrypted connections.
    pub envid: Option<String>,
    /// `rfc822;…`, not in xtext.
    pub orcpt: Option<String>,
}

impl Dsn {
    /// Nobody is to hear anything.
    pub fn never() -> Self {
        Self {
            notify: Notify::Never,
            ..Self::default()
        }
    }
}

/// RFC 3461 §4: `+`, `=` and what is not graphic ASCII become `+` and two hexadecimal digits.
pub(super) fn xtext(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for octet in text.bytes() {
        match octet {
            b'!'..=b'~' if !matches!(octet, b'+' | b'=') => out.push(char::from(octet)),
            _ => out.push_str(&format!("+{octet:02X}")),
        }
    }
    out
}

/// Parameters of RCPT.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RcptParams {
    pub notify: Notify,
    /// `rfc822;…` as given, xtext decoded, at most 500 octets.
    pub orcpt: Option<String>,
}
