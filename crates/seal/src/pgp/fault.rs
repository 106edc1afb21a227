//! What can be wrong with OpenPGP input, in stable words and without a value in them.

/// Why a message, a signature or a key file was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PgpError {
    /// It is not OpenPGP, or broken: the author's fault.
    Malformed,
    /// Larger, deeper or of more parts than we take.
    TooLarge,
    /// A version or algorithm that we do not speak.
    Unsupported,
    /// There is nothing encrypted in it.
    NotEncrypted,
    /// Encrypted without integrity protection (RFC 9580 §5.7): it is not opened.
    NotProtected,
    /// The protection does not hold: it was changed on the way, or by somebody who wants an oracle.
    Tampered,
    /// None of the keys given can open it.
    NoKey,
    /// The secret key's password is missing or wrong.
    Locked,
    /// A key given may not do what was asked.
    Key(KeyFault),
    /// What was to be made could not be made: our fault.
    Failed,
}

impl PgpError {
    pub fn word(self) -> &'static str {
        match self {
            Self::Malformed => "pgp_malformed",
            Self::TooLarge => "pgp_too_large",
            Self::Unsupported => "pgp_unsupported",
            Self::NotEncrypted => "pgp_not_encrypted",
            Self::NotProtected => "pgp_not_protected",
            Self::Tampered => "pgp_tampered",
            Self::NoKey => "pgp_no_key",
            Self::Locked => "pgp_locked",
            Self::Key(fault) => fault.word(),
            Self::Failed => "pgp_failed",
        }
    }
}

impl std::fmt::Display for PgpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl std::error::Error for PgpError {}

/// Why a key cannot be used, for the purpose and at the time asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFault {
    Expired,
    Revoked,
    /// Made later than now.
    NotYetValid,
    /// No valid signature of its own says what it is for.
    Unbound,
    NoEncryptionKey,
    NoSigningKey,
    /// Too short a key, or an algorithm that is broken.
    WeakAlgorithm,
}

impl KeyFault {
    pub fn word(self) -> &'static str {
        match self {
            Self::Expired => "pgp_key_expired",
            Self::Revoked => "pgp_key_revoked",
            Self::NotYetValid => "pgp_key_not_yet_valid",
            Self::Unbound => "pgp_key_unbound",
            Self::NoEncryptionKey => "pgp_key_cannot_encrypt",
            Self::NoSigningKey => "pgp_key_cannot_sign",
            Self::WeakAlgorithm => "pgp_key_weak",
        }
    }
}

impl From<KeyFault> for PgpError {
    fn from(fault: KeyFault) -> Self {
        Self::Key(fault)
    }
}
