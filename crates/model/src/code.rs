//! The registry of stable error codes: one row each, mapped once to HTTP and to SMTP.
//!
//! `docs/reference/codes.md` is generated from it and golden: removing or renaming a code breaks
//! clients, so the test makes it visible.

/// Whose fault it is. Our own faults are always temporary towards the sender (DESIGN §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request: sending it again unchanged gives the same answer.
    Caller,
    /// The caller is not, or not well enough, known, or may not.
    Permission,
    /// Ours: retry later, nothing was accepted.
    Ours,
}

/// An SMTP answer: code, enhanced status (RFC 3463), text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmtpReply {
    pub code: u16,
    pub enhanced: &'static str,
}

/// One row of the published table.
#[derive(Clone, Copy, Debug)]
pub struct CodeRow {
    pub code: Code,
    pub word: &'static str,
    pub fault: Fault,
    pub http: u16,
    pub smtp: SmtpReply,
    pub title: &'static str,
    pub remedy: &'static str,
}

macro_rules! codes {
    ($($variant:ident $word:literal $fault:ident $http:literal $smtp:literal $enhanced:literal $title:literal $remedy:literal;)*) => {
        /// A stable error code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($variant),* }
        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];
            pub const fn row(self) -> CodeRow {
                match self {
                    $(Code::$variant => CodeRow {
                        code: self, word: $word, fault: Fault::$fault, http: $http,
                        smtp: SmtpReply { code: $smtp, enhanced: $enhanced },
                        title: $title, remedy: $remedy,
                    },)*
                }
            }
        }
    };
}

impl Code {
    /// The word on the wire, for example `recipient_invalid`.
    pub const fn word(self) -> &'static str {
        self.row().word
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

codes! {
    // What was sent to us
    JsonInvalid "json_invalid" Caller 400 554 "5.6.0" "The body is not valid JSON" "Send one JSON object, UTF-8, with Content-Type: application/json.";
    FieldUnknown "field_unknown" Caller 422 554 "5.6.0" "The body has a field this endpoint does not know" "Remove the field or correct its name; the reference lists them.";
    FieldType "field_type" Caller 422 554 "5.6.0" "A field has the wrong type" "Send the type that the reference names.";
    FieldMissing "field_missing" Caller 422 554 "5.6.0" "A required field is missing" "Add the field.";
    FieldInvalid "field_invalid" Caller 422 554 "5.6.0" "A field's value is not allowed" "See the field's limits in the reference.";
    QueryInvalid "query_invalid" Caller 400 501 "5.5.4" "A query parameter is unknown or malformed" "See the endpoint's parameters in the reference.";
    ContentTypeUnsupported "content_type_unsupported" Caller 415 554 "5.6.1" "This content type is not accepted here" "Send application/json.";
    IdInvalid "id_invalid" Caller 404 550 "5.1.1" "This is not an id" "Use the id exactly as it was given to you.";
    NotFound "not_found" Caller 404 550 "5.1.1" "There is no such thing, or you may not see it" "Check the id and the key's organisation and rights.";
    MethodNotAllowed "method_not_allowed" Caller 405 502 "5.5.1" "The resource does not take this method" "See the reference.";
    RecipientsMissing "recipients_missing" Caller 422 554 "5.5.1" "The message has no recipient" "Name at least one recipient in to, cc or bcc.";
    RecipientsTooMany "recipients_too_many" Caller 422 452 "4.5.3" "The message has too many recipients" "Send at most 100 recipients a message; split the rest.";
    AddressInvalid "address_invalid" Caller 422 553 "5.1.3" "An address is not valid" "Write local@domain, without display name or comment.";
    DomainInvalid "domain_invalid" Caller 422 553 "5.1.2" "A domain name is not valid" "Write a DNS name such as clinic.example.";
    HeaderInjection "header_injection" Caller 422 554 "5.6.0" "A field holds a line break or control character" "Remove CR, LF and other control characters from names, subjects and header values.";
    NameInvalid "name_invalid" Caller 422 553 "5.1.3" "A name holds characters that hide or reorder text" "Remove control characters, line separators and direction overrides from names of people and files.";
    HeaderForbidden "header_forbidden" Caller 422 554 "5.6.0" "This header may not be set" "Use the field made for it, or leave it to the service.";
    MessageTooLarge "message_too_large" Caller 413 552 "5.3.4" "The message is over the size limit" "Send at most 36 MiB; share larger files by a portal link.";
    ExportTooLarge "export_too_large" Caller 422 554 "5.3.4" "The list is longer than one export holds" "Narrow it by its filter, read it a page at a time, or export it on the server by caduceus admin.";
    AttachmentTypeMismatch "attachment_type_mismatch" Caller 422 554 "5.6.1" "An attachment is not what its type says" "Declare the type that the bytes have.";
    Base64Invalid "base64_invalid" Caller 422 554 "5.6.0" "Content is not valid base64" "Use standard base64 with padding (RFC 4648 §4).";
    KeyFileInvalid "key_file_invalid" Caller 422 554 "5.6.0" "The file holds no certificate or OpenPGP key that can be read" "Send public keys alone: PEM, DER, PKCS#7 or OpenPGP, up to 1 MiB.";
    MimeInvalid "mime_invalid" Caller 422 554 "5.6.0" "The message's structure cannot be read" "Send well-formed MIME (RFC 2045–2049) within the limits of parts and depth.";
    LineEndings "line_endings" Caller 422 550 "5.6.0" "Lines must end in CRLF" "A bare CR or LF, or a NUL, was found; such mail is refused because it enables smuggling.";
    LineTooLong "line_too_long" Caller 422 500 "5.5.2" "A line is too long" "Keep text lines within 998 octets and commands within the limit (RFC 5321 §4.5.3.1).";
    MailLoop "mail_loop" Caller 422 554 "5.4.6" "The message has passed too many servers" "Break the forwarding loop.";
    DateInvalid "date_invalid" Caller 422 554 "5.6.0" "A time is not valid or out of range" "Use RFC 3339 with offset, at most 90 days ahead.";
    CursorInvalid "cursor_invalid" Caller 400 501 "5.5.4" "The page cursor is not valid" "Start again from the first page.";
    IdempotencyKeyInvalid "idempotency_key_invalid" Caller 400 501 "5.5.4" "The idempotency key is empty, too long or not printable" "Send 1–256 printable ASCII characters.";
    IdempotencyMismatch "idempotency_mismatch" Caller 409 554 "5.5.0" "This idempotency key was used with another body" "Use a new key for a new message; nothing was sent.";
    StateConflict "state_conflict" Caller 409 554 "5.5.0" "The thing is no longer in a state that allows this" "Read its state again.";
    SecondPersonNeeded "second_person_needed" Caller 409 554 "5.7.1" "A rule asks for two people, and you agreed already" "Ask somebody else who may release it.";
    RecipientUnknown "recipient_unknown" Caller 404 550 "5.1.1" "There is no such mailbox here" "Check the address; one that we made is good for a limited time.";
    SenderUnreachable "sender_unreachable" Caller 422 550 "5.7.27" "The sender's domain takes no mail" "Send from a domain without a null MX (RFC 7505).";
    PolicyBlocked "policy_blocked" Caller 422 550 "5.7.1" "The organisation's policy refuses this message" "See the decision's trace by a dry run.";
    // Who sent it
    CredentialsMissing "credentials_missing" Permission 401 530 "5.7.0" "Credentials are required" "Send Authorization: Bearer KEY, or Basic, or sign in.";
    CredentialsInvalid "credentials_invalid" Permission 401 535 "5.7.8" "The credentials are not valid" "Check the key or password; an expired or revoked key also gives this answer.";
    AuthNeedsTls "auth_needs_tls" Permission 403 538 "5.7.11" "Signing in needs an encrypted connection" "Use port 465, or STARTTLS first.";
    SessionExpired "session_expired" Permission 401 535 "5.7.8" "The session has ended" "Sign in again; you will return to where you were.";
    SecondFactorInvalid "second_factor_invalid" Permission 401 535 "5.7.8" "The code is not valid" "Enter the newest code; each works once.";
    SignInLocked "sign_in_locked" Permission 429 454 "4.7.0" "Too many wrong attempts" "Wait 15 minutes; an administrator can unlock earlier.";
    PasswordWeak "password_weak" Permission 422 554 "5.7.0" "The password is too easy to guess" "Use at least 12 characters that are not a common password.";
    CodeExpired "code_expired" Permission 401 535 "5.7.8" "The one-time code is wrong, used or too old" "Ask for a new code.";
    CsrfInvalid "csrf_invalid" Permission 403 554 "5.7.0" "The form is stale" "Open the page again and repeat; nothing was changed.";
    SenderForbidden "sender_forbidden" Permission 403 553 "5.7.1" "These credentials may not send as this address" "Send from an address of a domain the app may use.";
    ActionForbidden "action_forbidden" Permission 403 550 "5.7.1" "You may not do this" "Ask an administrator of your organisation.";
    RateLimited "rate_limited" Permission 429 450 "4.7.0" "Too many requests" "Wait for the time in Retry-After.";
    AuthorRefused "author_refused" Permission 403 550 "5.7.26" "The author's domain did not authorise this message" "Send through the domain's own servers, or sign with its DKIM key (RFC 9989).";
    AuthorUnclear "author_unclear" Permission 403 550 "5.7.1" "The message does not name exactly one author" "Send it with one From field that holds one address (RFC 5322 §3.6.2).";
    SendingSlowed "sending_slowed" Permission 429 451 "4.7.1" "Sending by these credentials is slowed, since it is unusual" "Wait for the time in Retry-After; an administrator can release it in the console.";
    SendingRestricted "sending_restricted" Permission 403 451 "4.7.1" "Sending by these credentials is restricted until somebody looks at it, since it is unusual" "Write to known recipients, without PHI; an administrator can release it in the console.";
    SendingSuspended "sending_suspended" Permission 403 454 "4.7.0" "Sending by these credentials is suspended until somebody looks at it, since it looks like misuse" "Ask an administrator, who can release it in the console.";
    ContentHarmful "content_harmful" Permission 403 550 "5.7.1" "The message carries a virus or is spam" "Look at the machine that sent it; a message that was judged wrongly can be sent by another way.";
    Greylisted "greylisted" Permission 429 451 "4.7.1" "Strangers are asked to come back later" "Send again after a minute, as mail servers do by themselves.";
    // Our side
    StoreUnavailable "store_unavailable" Ours 503 451 "4.3.0" "The database cannot take this now" "Retry later; nothing was accepted.";
    StoreFull "store_full" Ours 503 452 "4.3.1" "Storage is full" "Retry later; nothing was accepted. Operators: free space, then it recovers by itself.";
    MemoryFull "memory_full" Ours 503 452 "4.3.1" "There is no room for this message now" "Retry later; too many large messages were arriving at once, and nothing was accepted.";
    StoredDataInvalid "stored_data_invalid" Ours 500 451 "4.3.0" "Stored data cannot be read" "Report the reference code to the operator.";
    StoreNewer "store_newer" Ours 500 451 "4.3.0" "The database was written by a newer version" "Run the newer program, or restore a backup made by this one.";
    StoreLocked "store_locked" Ours 500 451 "4.3.0" "Another process uses this data directory" "Stop the process named in the message, or use PostgreSQL for several nodes.";
    KeyMissing "key_missing" Ours 500 451 "4.3.0" "The root key is missing" "Put the key file back; caduceus doctor says where it is expected.";
    KeyPermissions "key_permissions" Ours 500 451 "4.3.0" "The root key file can be read by others" "chmod 600 the file and make its owner the service user.";
    KeyWrong "key_wrong" Ours 500 451 "4.3.0" "The root key does not open this data" "Use the key this data was made with; caduceus doctor compares their fingerprints.";
    KeyDestroyed "key_destroyed" Caller 410 550 "5.7.0" "The content was destroyed" "Its record remains in the audit log; the content is gone for good.";
    SealBroken "seal_broken" Ours 500 451 "4.3.0" "Sealed data fails its integrity check" "Report the reference code to the operator; the data was altered or damaged.";
    Overloaded "overloaded" Ours 503 421 "4.3.2" "The service is busy" "Retry after the time in Retry-After.";
    Timeout "timeout" Ours 503 421 "4.4.2" "The request took too long" "Retry; with an idempotency key a repeat is safe.";
    LedgerBroken "ledger_broken" Ours 500 451 "4.3.0" "The audit log does not verify" "Stop and investigate: caduceus doctor names the first entry that differs.";
    EngineUnavailable "engine_unavailable" Ours 503 451 "4.3.0" "The message cannot be looked at for viruses or spam now" "Send again later; nothing was accepted.";
    AuthorUnchecked "author_unchecked" Ours 503 451 "4.4.3" "The author's domain cannot be checked now" "Send again later; DNS did not answer.";
    ConfigInvalid "config_invalid" Ours 500 451 "4.3.5" "The configuration is not valid" "Correct the named setting.";
    Internal "internal" Ours 500 451 "4.3.0" "Something failed on our side" "Retry later; report the reference code if it stays.";
}

#[cfg(test)]
mod tests;
