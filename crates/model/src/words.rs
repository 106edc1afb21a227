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
    /// What a connection was held to, strongest last.
    TlsPolicy {
        /// Nothing: TLS where it was offered, whoever answered.
        None = "none",
        /// The certificate of a known authority, since our own decision demands it.
        Pkix = "pkix",
        /// The receiving domain's MTA-STS policy (RFC 8461).
        Sts = "sts",
        /// The receiving host's TLSA records, proved by DNSSEC (RFC 7672).
        Dane = "dane",
    }
    /// What a probe found at a domain's mail servers.
    ProbeState {
        /// TLS with a certificate that verified.
        Verified = "verified",
        /// TLS, and the certificate did not verify.
        Unverified = "unverified",
        /// No TLS was offered.
        Plain = "plain",
        /// No server could be reached, or DNS could not tell.
        Unreachable = "unreachable",
        /// The domain takes no mail, or does not exist.
        NoMail = "no_mail",
        /// It was not asked, or did not answer in time.
        Unknown = "unknown",
    }
    /// What an MTA-STS policy asks of senders (RFC 8461 §5).
    StsMode {
        /// Nothing any more.
        None = "none",
        /// To report what `enforce` would have stopped.
        Testing = "testing",
        /// To deliver only to its hosts, over verified TLS.
        Enforce = "enforce",
    }
    /// Which queue discipline and reputation a message belongs to.
    Stream { Transactional = "transactional", Marketing = "marketing", }
    /// Why the mail is sent; its lawful basis hangs on it.
    Purpose {
        Treatment = "treatment", Payment = "payment", Operations = "operations",
        Marketing = "marketing", System = "system",
    }
    /// Whom an address belongs to, as far as an organisation recorded it.
    RecipientClass {
        /// An individual, or who acts for one: the address itself identifies a patient.
        Patient = "patient",
        /// Someone who treats, at another organisation.
        Provider = "provider",
        /// One of our own.
        Staff = "staff",
        /// A health plan, a laboratory, an accountant: anyone else the organisation works with.
        Vendor = "vendor",
        Unknown = "unknown",
    }
    /// Which kind of encryption a key is for.
    KeyFor { Smime = "smime", Pgp = "pgp", }
    /// How a recipient's key came to us.
    KeySource {
        /// Somebody of the organisation brought it.
        Upload = "upload",
        /// Signed mail brought it.
        Harvest = "harvest",
        /// The Autocrypt field of mail brought it.
        Autocrypt = "autocrypt",
        /// The address's own domain gave it, when it was asked (Web Key Directory).
        Wkd = "wkd",
        /// A directory that the organisation recorded gave it, when it was asked (LDAP).
        Ldap = "ldap",
    }
    /// What a domain answered that was asked for somebody's key.
    KeyAnswer {
        Found = "found",
        /// It has none, or none that can be used.
        None = "none",
        /// It did not answer in time, or not as it should.
        Fault = "fault",
    }
    /// What is known of a certificate's revocation.
    RevocationState {
        /// Nobody was asked yet.
        Due = "due",
        Good = "good",
        Revoked = "revoked",
        /// Who was asked did not say, or not so that it counts.
        Unknown = "unknown",
        /// It names nobody who could be asked.
        Unnamed = "unnamed",
    }
    /// Why a certificate was revoked (RFC 5280 §5.3.1).
    RevocationReason {
        Unspecified = "unspecified",
        KeyCompromise = "key_compromise",
        AuthorityCompromise = "authority_compromise",
        AffiliationChanged = "affiliation_changed",
        Superseded = "superseded",
        Ceased = "ceased",
        /// For now: a later list may say that it holds again.
        Hold = "hold",
        PrivilegeWithdrawn = "privilege_withdrawn",
    }
    /// Why nothing is known of a certificate's revocation.
    RevocationDoubt {
        /// Its issuer is neither on record nor to be had where the certificate says.
        NoIssuer = "no_issuer",
        NotReached = "not_reached",
        Unreadable = "unreadable",
        WrongSigner = "wrong_signer",
        /// A list of certificates that others issued too.
        Indirect = "indirect",
        /// A list for other certificates, some reasons, or changes alone.
        Partial = "partial",
        /// Past its own end.
        Stale = "stale",
        /// Of a moment that is not yet.
        Early = "early",
        /// Who should know does not.
        NotKnown = "not_known",
    }
    /// What an organisation makes of revocation.
    RevocationUse {
        /// Mail is encrypted only to certificates that are known to hold.
        Require = "require",
        /// Asked; what is revoked is not used, and what is not known counts as before.
        Prefer = "prefer",
        /// Nobody is asked and nothing counts.
        Ignore = "ignore",
    }
    /// How a connection to a directory is encrypted; there is no other way.
    DirectoryTls {
        /// From the first octet on.
        Ldaps = "ldaps",
        /// After the server agreed (RFC 4511 §4.14).
        StartTls = "starttls",
    }
    /// How far asking a directory got.
    DirectoryStep {
        /// No such name, nobody answers there, or its address may not be asked.
        NotReached = "not_reached",
        /// No TLS, or with a certificate that is not believed.
        NotSecured = "not_secured",
        /// It refused the name or the password.
        NotBound = "not_bound",
        /// It did not search, or not as it should.
        NotSearched = "not_searched",
        Searched = "searched",
    }
    /// What the organisation makes of a recipient's key.
    KeyStanding {
        /// Mail may be encrypted to it.
        Active = "active",
        /// It came with mail and nobody vouches for it yet.
        Waiting = "waiting",
        /// Somebody said that it is not to be used.
        Refused = "refused",
        /// It was used, and is not any more.
        Retired = "retired",
    }
    /// What someone asked for and the organisation agreed to (45 CFR 164.522). Order is strictness.
    Restriction {
        /// Only by the portal: another place or means of communication.
        PortalOnly = "portal_only",
        /// Nothing for payment or operations (45 CFR 164.522(a)(1)(vi)): a plan where the patient paid in full.
        PaymentOperations = "payment_operations",
        /// Nothing that may hold PHI.
        NoPhi = "no_phi",
        /// Nothing at all by mail.
        NoMail = "no_mail",
    }
    /// Whether real mail may leave. Chosen by the key, visible in the key and in every answer.
    Mode { Live = "live", Test = "test", }
    /// Which door a message came in by.
    Origin {
        Api = "api", Smtp = "smtp", Console = "console", Portal = "portal", System = "system", Inbound = "inbound",
        /// Out of an older archive: it never went through us.
        Imported = "imported",
        /// A copy that another mail system gave for the archive.
        Journal = "journal",
    }
    /// How an import of an older archive stands.
    ImportState {
        /// Something of it is left to take.
        Running = "running",
        Done = "done", Cancelled = "cancelled",
    }
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
        /// It came in, looks harmful, and nobody reads it before somebody decided.
        Quarantined = "quarantined",
    }
    /// What became of a message that came in.
    ArrivalState {
        /// Staff read it, with a warning where one is due.
        Passed = "passed",
        Quarantined = "quarantined",
        /// It was in quarantine, and somebody let it go.
        Released = "released",
        /// It was in quarantine, and somebody took it out of sight; the archive keeps it.
        Deleted = "deleted",
        /// Its sender was told no while it listened; a copy is kept that reviewers alone open.
        Rejected = "rejected",
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
    /// How far a refusal reaches. Only `Recipient` may ever lead to suppression.
    RefusalScope {
        /// This mailbox, and nobody else's.
        Recipient = "recipient",
        /// The recipient's domain or its mail servers.
        Domain = "domain",
        /// The address our connection came from: another source may be heard.
        OurAddress = "our_address",
        /// Our sending domain: its reputation, SPF, DKIM or DMARC.
        OurDomain = "our_domain",
        /// This message, whoever sends it from wherever.
        Content = "content",
        /// This connection or this service of ours, with no more known.
        Us = "us",
    }
    /// What kind of refusal it was. The words are those that operators of KumoMTA have in their
    /// dashboards.
    BounceClass {
        InvalidRecipient = "InvalidRecipient", BadDomain = "BadDomain",
        InactiveMailbox = "InactiveMailbox", InvalidSender = "InvalidSender",
        QuotaIssues = "QuotaIssues", NoAnswerFromHost = "NoAnswerFromHost",
        BadConnection = "BadConnection", DnsFailure = "DNSFailure",
        RoutingErrors = "RoutingErrors", TransientFailure = "TransientFailure",
        MessageExpired = "MessageExpired", ProtocolErrors = "ProtocolErrors",
        AuthenticationFailed = "AuthenticationFailed", PolicyRelated = "PolicyRelated",
        SpamBlock = "SpamBlock", SpamContent = "SpamContent", RelayDenied = "RelayDenied",
        ContentRelated = "ContentRelated", VirusRelated = "VirusRelated",
        TooManyRecipients = "TooManyRecipients", Uncategorized = "Uncategorized",
    }
    /// What a refusal asks for.
    BounceAction {
        /// End this delivery and count it against the mailbox.
        Suppress = "suppress",
        /// Try again as the schedule says.
        Retry = "retry",
        /// This source is not wanted there; another one may be.
        RetryElsewhere = "retry_elsewhere",
        /// Slow down towards this provider.
        BackOff = "back_off",
        /// End this delivery; nothing follows for anybody else.
        Fail = "fail",
        /// The mailbox is full: wait longer, and count it when the delivery ends.
        QuotaWait = "quota_wait",
    }
    /// Why no mail goes to an address any more.
    SuppressionReason {
        /// Its server said that there is no such mailbox.
        UnknownUser = "unknown_user",
        /// The mailbox is disabled or nobody's any more.
        Inactive = "inactive_mailbox",
        /// The mailbox stayed full.
        Full = "mailbox_full",
        /// Its reader called a message spam.
        Complaint = "complaint",
        /// Its reader left the list.
        Unsubscribed = "unsubscribed",
        /// Someone here decided it.
        Manual = "manual",
    }
    /// Why a suppression was lifted.
    LiftReason {
        /// The mailbox takes mail again.
        MailboxWorks = "mailbox_works",
        /// Its reader asked for mail.
        ReaderAsked = "reader_asked",
        Mistake = "mistake", Other = "other",
    }
    /// By which way a suppression came here.
    SuppressionSource {
        Bounce = "bounce", Complaint = "complaint", Unsubscribe = "unsubscribe",
        Manual = "manual", Import = "import",
    }
    /// Whether a matter may have holds.
    MatterState { Open = "open", Closed = "closed", }
    /// Where a legal hold is on its way.
    HoldState {
        Active = "active",
        /// Somebody asked for its release.
        ReleaseAsked = "release_asked",
        /// A second person agreed; it binds until its delay is over.
        Released = "released",
    }
    /// What a custodian of a hold knows of it.
    CustodianState { Untold = "untold", Told = "told", Acknowledged = "acknowledged", }
    /// Where a disposal is on its way.
    DisposalState {
        /// What is due is being put together.
        Listing = "listing",
        /// Somebody asked for it, and a second person may look and agree.
        Proposed = "proposed",
        /// A second person agreed; it cools off.
        Approved = "approved",
        /// Its records are being destroyed.
        Destroying = "destroying",
        /// The words that stood in them alone are being taken out of the lexicon.
        Pruning = "pruning",
        /// Done; backups may still hold keys.
        Provisional = "provisional",
        /// Done, and no backup can hold a key any more.
        Final = "final",
        /// Somebody called it off before it began, or nothing was left of it.
        Refused = "refused",
    }
    /// What becomes of a record of a disposal.
    DisposedState {
        Listed = "listed",
        Destroyed = "destroyed",
        Spared = "spared",
    }
    /// Why a record of a disposal was not destroyed.
    SparedFor {
        /// A legal hold keeps it.
        Held = "held",
        /// It is not due by what binds now, or its day is not known.
        NotDue = "not_due",
        /// A delivery of it is open, somebody outside may still read it, or a package with it can still be taken.
        InUse = "in_use",
        /// It is not in the archive, or not as it was listed.
        Gone = "gone",
        /// The disposal was called off.
        Refused = "refused",
    }
    /// Where a checkpoint of an audit log left the house to.
    AnchorKind {
        /// A file, in a folder that somebody else can copy.
        File = "file",
        /// An authority that stamps its digest with the time (RFC 3161).
        Authority = "rfc3161",
        /// Somebody's mailbox, such as counsel's.
        Mail = "mail",
    }
    /// How far a checkpoint is on its way out.
    AnchorState {
        Waiting = "waiting",
        Done = "done",
        /// Not before a newer one took its place.
        Failed = "failed",
    }
    /// What the nightly comparison of the archive with accepted mail gave.
    ArchiveCheckState {
        /// Everything that was accepted can be found, but for what is explained.
        Whole = "whole",
        /// Something waits for longer than it should.
        Late = "late",
        /// Something that was accepted is missing, in the archive or in its index.
        Torn = "torn",
    }
    /// How loud an audit entry is.
    Severity { Info = "info", Notice = "notice", Warning = "warning", }
}

impl Origin {
    /// Written by someone outside and kept here for staff: nothing of it is sent.
    pub fn stays_here(self) -> bool {
        matches!(self, Self::Portal | Self::Inbound)
    }
    /// It did not go through us and is a record alone: nobody is sent anything of it.
    pub fn is_captured(self) -> bool {
        matches!(self, Self::Imported | Self::Journal)
    }
}
