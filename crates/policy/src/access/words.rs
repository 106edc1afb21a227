//! Roles and actions, each with the word that the schema, the console and API scopes use.

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
        )*
    };
}

words! {
    /// What a person is trusted with; one may hold several.
    Role {
        /// Runs the installation: people, apps, domains, settings. Reads no message content.
        Administrator = "administrator",
        /// Answers for the use of PHI: reads content and the audit log, releases held mail.
        Compliance = "compliance",
        /// Works with patients: sends, reads, replies.
        Staff = "staff",
        /// Checks: audit log, proofs and metadata, changes nothing.
        Auditor = "auditor",
        /// Builds software against the API: apps and their keys, metadata of messages.
        Developer = "developer",
        /// Reviews what data-loss prevention holds, and drafts its rules.
        DlpAdmin = "dlp_admin",
        /// Is told what is held and may look at the reasons.
        DlpNotified = "dlp_notified",
        /// May say of a message that it holds no PHI; nothing else by this alone.
        Attester = "attester",
    }
    /// Everything that is asked for. An app's scope is one of these words.
    Action {
        MessageSend = "message.send",
        /// Say that what is sent holds no PHI, so that health words alone do not raise its protection.
        MessageAttest = "message.attest",
        /// Who, when, which way, what happened: no content.
        MessageRead = "message.read",
        /// Subject, text and attachments.
        MessageOpen = "message.open",
        /// Whom a message went to, without its content.
        MessageAddresses = "message.addresses",
        MessageReply = "message.reply",
        MessageCancel = "message.cancel",
        MessageList = "message.list",
        AuditRead = "audit.read",
        ProofDownload = "proof.download",
        /// One's own: recovery codes.
        AccountManage = "account.manage",
        UserManage = "user.manage",
        AppManage = "app.manage",
        /// API keys of apps. Encryption keys are rotated on the command line only.
        KeyManage = "key.manage",
        /// Health of sending domains: what DNS shows, which records to publish.
        DomainRead = "domain.read",
        DomainManage = "domain.manage",
        /// What waits, why and until when; what was ordered about it.
        QueueRead = "queue.read",
        /// Suspend, bounce, expire, rebind and transfer waiting mail.
        QueueManage = "queue.manage",
        /// Webhooks: where they lead, what they hear, what was told to them.
        WebhookManage = "webhook.manage",
        SettingsRead = "settings.read",
        SettingsManage = "settings.manage",
        /// Which addresses get no mail any more, and why.
        SuppressionRead = "suppression.read",
        SuppressionManage = "suppression.manage",
        /// Who an address belongs to, what its owner prefers and what was agreed with them.
        CorrespondentRead = "correspondent.read",
        CorrespondentManage = "correspondent.manage",
        /// Which rules hold a message, what was found and where: no content.
        QuarantineRead = "quarantine.read",
        /// Let a held message go as its rules say. Never one's own.
        QuarantineRelease = "quarantine.release",
        QuarantineReject = "quarantine.reject",
        /// Let a message go against a rule that refuses it. Never one's own.
        QuarantineOverride = "quarantine.override",
        /// An organisation's own rules.
        RulesRead = "rules.read",
        /// Drafts, their tests and simulations: nothing takes effect by it.
        RulesEdit = "rules.edit",
        RulesActivate = "rules.activate",
        /// The organisation's own detectors: what each looks for.
        DetectorRead = "detector.read",
        /// Add, change, switch off and remove them, from the next message on.
        DetectorManage = "detector.manage",
        /// Certificates and OpenPGP keys of recipients and users.
        EncryptionManage = "encryption.manage",
        /// The registry of patients: how many are known; taking them in, destroying it.
        RegistryRead = "registry.read",
        RegistryManage = "registry.manage",
        /// Find messages of the whole organisation by what they say; every search is on the record.
        ArchiveSearch = "archive.search",
        /// Packages of messages for somebody outside, and to whom messages were disclosed so.
        ArchiveExport = "archive.export",
        /// Take older archives in, as records.
        ArchiveImport = "archive.import",
        /// Matters, legal holds and what they keep.
        HoldRead = "hold.read",
        /// Open matters, place holds, ask for their release, put notices on record.
        HoldManage = "hold.manage",
        /// Agree to a release that somebody else asked for. Never one's own.
        HoldRelease = "hold.release",
        /// How long records are kept, by which rules and why.
        RetentionRead = "retention.read",
        /// Set profile and classes, propose rules, feed days of patients, correct classes.
        RetentionManage = "retention.manage",
        /// Approve a rule that somebody else proposed. Never one's own.
        RetentionApprove = "retention.approve",
        /// Ask that what is due be destroyed; call a disposal off. People alone.
        DisposalManage = "disposal.manage",
        /// Agree to a disposal that somebody else asked for. Never one's own.
        DisposalApprove = "disposal.approve",
        /// Who sends unusually, and why.
        AnomalyRead = "anomaly.read",
        /// End a restriction that unusual sending led to.
        AnomalyRelease = "anomaly.release",
        /// Say that a finding was wrong or missing.
        FeedbackGive = "feedback.give",
        /// What people said about findings, and how detection does on it.
        FeedbackRead = "feedback.read",
    }
}
