//! Why a time stamp was not had, or says nothing.
//!
//! Invariant: nothing that an authority wrote is in it, only what was wrong.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampError {
    /// No answer or token that can be read.
    Unreadable,
    TooLarge,
    /// The authority refused; its status (RFC 3161 §2.4.2).
    Refused(u8),
    /// It is about other octets, or by another digest than SHA-256.
    OtherImprint,
    /// It answers another question.
    OtherNonce,
    /// The certificate that signed was not sent along.
    NoCertificate,
    /// The certificate is not for time stamps alone.
    WrongUsage,
    /// The signature names another certificate, or none.
    OtherCertificate,
    WeakKey,
    WeakDigest,
    Unsupported,
    /// The signature does not hold.
    Tampered,
    /// The time is not within the certificate's.
    OutsideValidity,
    /// The time is still to come.
    Future,
    /// No chain to an authority that was given.
    UnknownAuthority,
}

impl StampError {
    pub const ALL: [Self; 15] = [
        Self::Unreadable,
        Self::TooLarge,
        Self::Refused(2),
        Self::OtherImprint,
        Self::OtherNonce,
        Self::NoCertificate,
        Self::WrongUsage,
        Self::OtherCertificate,
        Self::WeakKey,
        Self::WeakDigest,
        Self::Unsupported,
        Self::Tampered,
        Self::OutsideValidity,
        Self::Future,
        Self::UnknownAuthority,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "stamp_unreadable",
            Self::TooLarge => "stamp_too_large",
            Self::Refused(_) => "stamp_refused",
            Self::OtherImprint => "stamp_other_imprint",
            Self::OtherNonce => "stamp_other_nonce",
            Self::NoCertificate => "stamp_no_certificate",
            Self::WrongUsage => "stamp_wrong_usage",
            Self::OtherCertificate => "stamp_other_certificate",
            Self::WeakKey => "stamp_weak_key",
            Self::WeakDigest => "stamp_weak_digest",
            Self::Unsupported => "stamp_unsupported",
            Self::Tampered => "stamp_tampered",
            Self::OutsideValidity => "stamp_outside_validity",
            Self::Future => "stamp_future",
            Self::UnknownAuthority => "stamp_unknown_authority",
        }
    }
}

impl std::fmt::Display for StampError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl std::error::Error for StampError {}

impl From<crate::smime::SmimeError> for StampError {
    fn from(error: crate::smime::SmimeError) -> Self {
        use crate::smime::SmimeError;
        match error {
            SmimeError::TooLarge => Self::TooLarge,
            SmimeError::Unsupported => Self::Unsupported,
            _ => Self::Unreadable,
        }
    }
}
