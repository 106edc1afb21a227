//! Closed sets of facts, each with its stable word in rules, traces and stored facts.

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
            pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)* }
            impl $name {
                pub const ALL: &'static [Self] = &[$(Self::$variant),*];
                pub const WORDS: &'static [&'static str] = &[$($word),*];
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
        )*
    };
}
pub(crate) use words;

words! {
    /// What earlier deliveries showed of the recipient's mail servers.
    TlsKnown {
        Unknown = "unknown", Verified = "verified",
        /// TLS missing, or its certificate did not verify.
        Broken = "broken",
    }
    /// Whether the mail leaves or comes in.
    Direction { Out = "out", In = "in", }
    /// How unusual the sending is, by what watches it.
    Risk {
        Normal = "normal", Raised = "raised", High = "high",
        /// Looks like a stolen key or account: nothing of it leaves.
        Critical = "critical",
    }
    /// What a recipient is to the organisation.
    RecipientClass {
        Patient = "patient", Provider = "provider", Staff = "staff", Vendor = "vendor",
        Unknown = "unknown",
    }
    /// How the recipient wishes to be written to (45 CFR 164.522(b)).
    Channel {
        Plain = "plain", Tls = "tls", Portal = "portal", Smime = "smime", Pgp = "pgp",
    }
    /// What the organisation agreed not to disclose to this recipient (45 CFR 164.522(a)).
    Restriction {
        /// Nothing about the patient.
        All = "all",
        /// Nothing for payment or health care operations, such as to a plan where the patient paid in
        /// full (45 CFR 164.522(a)(1)(vi)).
        PaymentOperations = "payment_operations",
    }
    /// What is known of a recipient's key or certificate.
    KeyState { None = "none", Usable = "usable", Expired = "expired", Revoked = "revoked",
        /// The organisation uses none that is not known to hold.
        Unconfirmed = "unconfirmed",
    }
    /// The day in the organisation's own time zone.
    Weekday {
        Monday = "monday", Tuesday = "tuesday", Wednesday = "wednesday", Thursday = "thursday",
        Friday = "friday", Saturday = "saturday", Sunday = "sunday",
    }
    /// What must travel with a disclosure.
    Notice {
        /// The statement of 42 CFR 2.32 on redisclosure.
        Part2 = "part_2",
    }
}
