//! The closed sets everyone shares, each with its stable word on the wire and in the database.

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $name { $($(#[$vdoc])* $variant,)* }
            impl $name {
                pub const ALL: &'static [Self] = &[$(Self::$variant),*];
                pub const fn word(self) -> &'static str {
                    match self { $(Self::$variant => $word),* }
                }
                pub fn from_word(word: &str) -> Option<Self> {
                    match word { $($word => Some(Self::$variant),)* _ => None }
                }
            }
            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(self.word())
                }
            }
            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                    s.serialize_str(self.word())
                }
            }
            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                    let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                    Self::from_word(&text).ok_or_else(|| serde::de::Error::custom(concat!("not a ", stringify!($name))))
                }
            }
        )*
    };
}

words! {
    /// How a message reaches one recipient. Order is strength, weakest first, for those that send.
    Method {
        /// Opportunistic TLS: only for mail declared free of PHI, or by a patient's recorded choice.
        Plain = "plain",
        /// Verified TLS or nothing: no portal copy is made.
        TlsOrDrop = "tls_or_drop",
        /// TLS ≥ 1.2 with a certificate valid for the MX; below that the delivery moves to the portal.
        Tls = "tls",
        /// A notice without PHI travels; the message stays here.
        Portal = "portal",
        /// Encrypted to the recipient's OpenPGP key.
        Pgp = "pgp",
        /// Encrypted to the recipient's S/MIME certificate.
        Smime = "smime",
        /// Kept for a person to decide.
        Hold = "hold",
        /// Refused by policy.
        Block = "block",
    }
    /// What the wire must have achieved before DATA may be sent.
    Demand {
        /// TLS when offered. Only for deliveries whose decided method is `plain`, notices and codes.
        Opportunistic = "opportunistic",
        /// TLS ≥ 1.2 and a certificate valid for the MX host name (RFC 6125) from a trusted authority.
        VerifiedTls = "verified_tls",
    }
    /// Which queue discipline and reputation a message belongs to.
    Stream { Transactional = "transactional", Marketing = "marketing", }
    /// Why the mail is sent; its lawful basis hangs on it.
    Purpose {
        Treatment = "treatment", Payment = "payment", Operations = "operations",
        Marketing = "marketing", System = "system",
    }
    /// Whether real mail may leave. Chosen by the key, visible in the key and in every answer.
    Mode { Live = "live", Test = "test", }
    /// Which door a message came in by.
    Origin { Api = "api", Smtp = "smtp", Console = "console", Portal = "portal", System = "system", }
    /// Which address field named the recipient. `bcc` never shows in what others get.
    Kind { To = "to", Cc = "cc", Bcc = "bcc", }
    /// Where one recipient stands. The sum over all states equals what was accepted.
    RecipientState {
        /// Decided, sealed or waiting for its next attempt.
        Queued = "queued",
        /// The recipient's server answered 250 at the demanded protection.
        Delivered = "delivered",
        /// A notice was delivered; the message waits here to be read.
        Notified = "notified",
        /// Read in the portal by someone who proved control of the mailbox.
        PickedUp = "picked_up",
        Bounced = "bounced", Suppressed = "suppressed", Recalled = "recalled",
        Expired = "expired", Held = "held", Blocked = "blocked",
        /// Cancelled by the sender before it left.
        Cancelled = "cancelled",
    }
    /// How sure detection is that a message holds PHI. Order is certainty, least first.
    PhiLevel {
        /// No health context and no strong identifier.
        None = "none",
        /// Health context without an identifier beside it, or a strong identifier without context.
        Weak = "weak",
        /// Identifier and health context together (phi.md §7, message verdict).
        Likely = "likely",
        /// An identifier that is PHI by itself, such as a medical record number.
        Certain = "certain",
    }
    /// How loud an audit entry is.
    Severity { Info = "info", Notice = "notice", Warning = "warning", }
}
