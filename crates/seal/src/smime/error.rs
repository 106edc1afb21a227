//! Why S/MIME could not be read or written.
//!
//! Invariant: no value of a message, a name or a key is in it, only what was wrong with which.

use model::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmimeError {
    /// No CMS, certificate, key or list that can be read.
    Unreadable,
    /// Nested deeper than any sender needs.
    TooDeep,
    /// Above [`model::limits::MESSAGE_OCTETS_MAX`].
    TooLarge,
    /// More certificates, signers or recipients than we look at.
    TooMany,
    /// An algorithm or form that we do not take part in.
    Unsupported,
    /// Encrypted, but to no key that was given.
    NotForUs,
    /// Encrypted to us, and what came out is not what went in.
    Damaged,
    /// Not encrypted, or not signed, though asked to open or verify it.
    NotProtected,
    /// Only a part is encrypted: nothing of it is opened.
    Mixed,
    WrongPassword,
    /// Key and certificate are not of each other, or one is missing.
    NoKey,
    /// The recipient's certificate is not for encryption.
    CannotEncrypt,
    /// The sender's certificate is not for signing.
    CannotSign,
    /// The library failed where the input cannot be blamed.
    Library,
}

impl SmimeError {
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "smime_unreadable",
            Self::TooDeep => "smime_too_deep",
            Self::TooLarge => "smime_too_large",
            Self::TooMany => "smime_too_many",
            Self::Unsupported => "smime_unsupported",
            Self::NotForUs => "smime_not_for_us",
            Self::Damaged => "smime_damaged",
            Self::NotProtected => "smime_not_protected",
            Self::Mixed => "smime_mixed",
            Self::WrongPassword => "smime_wrong_password",
            Self::NoKey => "smime_no_key",
            Self::CannotEncrypt => "smime_cannot_encrypt",
            Self::CannotSign => "smime_cannot_sign",
            Self::Library => "smime_library",
        }
    }

    pub fn fault(self) -> Fault {
        match self {
            Self::Library => Fault::Ours,
            _ => Fault::Caller,
        }
    }
}

impl std::fmt::Display for SmimeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl std::error::Error for SmimeError {}

/// What OpenSSL says of its own work. Its words may quote the input, so they end here.
impl From<openssl::error::ErrorStack> for SmimeError {
    fn from(_: openssl::error::ErrorStack) -> Self {
        Self::Library
    }
}
