//! Every limit of the product, in one place. Each is asserted where input enters and documented in
//! the API reference. Sizes are octets unless the name says otherwise.

use std::time::Duration;

/// RFC 5321 §4.5.3.1.2, less the trailing dot.
pub const DOMAIN_OCTETS_MAX: usize = 253;
/// RFC 5321 §4.5.3.1.1.
pub const LOCAL_PART_OCTETS_MAX: usize = 64;
/// RFC 5321 §4.5.3.1.4 with the room RFC 6531 and ESMTP parameters ask for.
pub const SMTP_COMMAND_OCTETS_MAX: usize = 2_048;
/// What a peer may say in one line and in one reply; RFC 5321 §4.5.3.1.5 allows 512 to a line.
pub const SMTP_REPLY_LINE_OCTETS_MAX: usize = 2_048;
pub const SMTP_REPLY_OCTETS_MAX: usize = 16 * 1_024;
/// How much of a peer's text is kept.
pub const SMTP_REPLY_TEXT_CHARS_MAX: usize = 500;
/// RFC 3461 §4.4 and §4.2.
pub const ENVID_OCTETS_MAX: usize = 100;
pub const ORCPT_OCTETS_MAX: usize = 500;
/// RFC 5321 §4.5.3.1.6: 998 and CRLF.
pub const TEXT_LINE_OCTETS_MAX: usize = 1_000;
/// AUTH lines carry base64 (RFC 4954 §4).
pub const AUTH_LINE_OCTETS_MAX: usize = 12_288;
/// RFC 8461 §3.2 suggests it for an MTA-STS policy; and how long its host may take.
pub const STS_POLICY_OCTETS_MAX: usize = 64 * 1024;
pub const STS_FETCH_WAIT: Duration = Duration::from_secs(60);
/// A whole message as submitted or as built by the API.
pub const MESSAGE_OCTETS_MAX: usize = 36 * 1024 * 1024;
/// A request body of the API: the message limit and base64's third.
pub const API_BODY_OCTETS_MAX: usize = 50 * 1024 * 1024;
/// Values in one JSON body: more than any message needs, few enough that a small body cannot become
/// a large tree.
pub const API_JSON_VALUES_MAX: usize = 10_000;
/// RFC 5321 §4.5.3.1.8 asks for at least 100.
pub const RECIPIENTS_MAX: usize = 100;
pub const ATTACHMENTS_MAX: usize = 50;
pub const CUSTOM_HEADERS_MAX: usize = 20;
pub const HEADER_NAME_OCTETS_MAX: usize = 76;
pub const HEADER_VALUE_OCTETS_MAX: usize = 998;
pub const SUBJECT_OCTETS_MAX: usize = 998;
pub const DISPLAY_NAME_OCTETS_MAX: usize = 200;
pub const FILE_NAME_OCTETS_MAX: usize = 255;
/// Patients in one list for the registry.
pub const REGISTRY_LINES_MAX: usize = 2_000_000;
/// Patients of one organisation in its registry.
pub const REGISTRY_PATIENTS_MAX: usize = 5_000_000;
/// Registries of patients in memory together; one is kept whatever its size.
pub const REGISTRIES_OCTETS_MAX: usize = 512 * 1_024 * 1_024;
/// Why somebody released or rejected a held message.
pub const REASON_CHARS_MAX: usize = 500;
/// What a consent to disclosures covers, as it travels with each of them (42 CFR 2.32(b)).
pub const CONSENT_SCOPE_CHARS_MAX: usize = 1_000;
pub const TAGS_MAX: usize = 20;
pub const TAG_OCTETS_MAX: usize = 100;
pub const METADATA_KEYS_MAX: usize = 20;
pub const METADATA_VALUE_OCTETS_MAX: usize = 500;
pub const IDEMPOTENCY_KEY_OCTETS_MAX: usize = 256;
pub const IDEMPOTENCY_KEEP: Duration = Duration::from_secs(7 * 86_400);
pub const SEND_AT_AHEAD_MAX: Duration = Duration::from_secs(90 * 86_400);
pub const MIME_DEPTH_MAX: usize = 32;
pub const MIME_PARTS_MAX: usize = 1_000;
/// Received fields after which a message is looping (RFC 5321 §6.3 asks for at least 100).
pub const RECEIVED_FIELDS_MAX: usize = 100;
/// Findings of one kind listed for a message; counts and level see all.
pub const FINDINGS_PER_KIND_MAX: usize = 200;
/// Distinct values counted to tell how many patients a message is about.
pub const PATIENTS_COUNTED_MAX: usize = 100_000;
/// Look-ups in the patient registry for one text.
pub const REGISTRY_LOOKUPS_MAX: usize = 20_000;
/// An organisation's own detectors, the octets of one and the words of one.
pub const PATTERNS_MAX: usize = 200;
pub const PATTERN_OCTETS_MAX: usize = 1_000;
pub const PATTERN_WORDS_MAX: usize = 500;
pub const SMTP_SESSIONS_MAX: usize = 500;
/// From one client address, so that one broken client leaves room for the others.
pub const SMTP_SESSIONS_PER_IP_MAX: usize = 50;
/// Messages on their way in, of all submission sessions together: one more octet is answered 452.
pub const SMTP_OCTETS_IN_MEMORY_MAX: usize = 256 * 1024 * 1024;
/// Addresses of mail servers tried in one attempt: a domain with many dead hosts must not hold a
/// slot for hours.
pub const MX_ADDRESSES_TRIED_MAX: usize = 10;
/// Questions to DNS that the evidence of one attempt tells of, records of one answer, and octets of
/// one record; the key of RSA with 8,192 bits fits.
pub const DNS_QUESTIONS_TOLD_MAX: usize = 24;
pub const DNS_RECORDS_TOLD_MAX: usize = 16;
pub const DNS_RECORD_TOLD_OCTETS_MAX: usize = 2_048;
/// Octets of all records that the receiving domain has a hand in: its owner writes into our audit log.
pub const DNS_TOLD_OCTETS_MAX: usize = 8 * 1024;
/// How long the end of an attempt waits for what DNS says of our own DKIM keys, which is asked beside it.
pub const DKIM_RECORD_WAIT: Duration = Duration::from_secs(2);
pub const SMTP_ERRORS_PER_SESSION_MAX: u32 = 20;
/// RFC 5321 §4.5.3.2.7.
pub const SMTP_COMMAND_WAIT: Duration = Duration::from_secs(300);
/// RFC 5321 §4.5.3.2.6: after the final dot the sender waits ten minutes.
pub const SMTP_FINAL_REPLY_WAIT: Duration = Duration::from_secs(600);
/// After which a sender who did not decline is told once that a message still waits.
pub const DELAY_REPORT_AFTER: Duration = Duration::from_secs(4 * 3_600);
/// Reports to one sender in an hour: software that writes to a dead list is not answered without end.
pub const REPORTS_PER_HOUR_MAX: u32 = 200;
pub const DELIVERY_LIFETIME: Duration = Duration::from_secs(2 * 86_400);
/// Deliveries that a node holds in memory unless its configuration says otherwise; some 500 octets each.
pub const DELIVERIES_IN_MEMORY_MAX: usize = 200_000;
/// How long an order about the queue may last, and how long its reason may be.
pub const ORDER_DURATION_MAX: Duration = Duration::from_secs(30 * 86_400);
/// Orders that one organisation may have in force: all nodes obey all of them.
pub const ORDERS_IN_FORCE_MAX: u64 = 100;
pub const ORDER_REASON_OCTETS_MAX: usize = 1_000;
/// Longer than an attempt may take, its ten minutes after the final dot included.
pub const DELIVERY_LEASE: Duration = Duration::from_secs(1_800);
/// Letters just sealed, and messages just accepted, that wait in memory for their next stage. What
/// does not fit is read back from the database.
pub const FRESH_OCTETS_MAX: usize = 64 * 1024 * 1024;
pub const PAGE_ROWS: usize = 50;
pub const PAGE_ROWS_MAX: usize = 200;
pub const CODE_WAIT: Duration = Duration::from_secs(600);
pub const CODE_TRIES_MAX: u32 = 5;
pub const CODES_PER_HOUR_MAX: u32 = 6;
pub const VISIT_IDLE_MAX: Duration = Duration::from_secs(1_800);
/// A visit ends so long after the code was entered, however busy its reader.
pub const VISIT_AGE_MAX: Duration = Duration::from_secs(8 * 3_600);
/// Sessions, visits and codes are kept so long after they began.
pub const ENDED_KEEP: Duration = Duration::from_secs(2 * 86_400);
/// A blob outside the database that no row names after so long was left by a commit that failed.
pub const ORPHAN_KEEP: Duration = Duration::from_secs(86_400);
pub const NOTICE_LIFETIME: Duration = Duration::from_secs(90 * 86_400);
pub const SESSION_IDLE_MAX: Duration = Duration::from_secs(900);
pub const SESSION_AGE_MAX: Duration = Duration::from_secs(12 * 3_600);
pub const SIGN_IN_TRIES_MAX: u32 = 5;
/// Wrong attempts are forgotten so long after the last one.
pub const SIGN_IN_FORGET: Duration = Duration::from_secs(3_600);
/// For one key's wrong sign-ins there is an audit entry this often at most; it says how many.
pub const SIGN_IN_NOTE_EVERY: Duration = Duration::from_secs(60);
/// Codes for someone who lost the second factor.
pub const RECOVERY_CODES: usize = 10;
pub const SIGN_IN_LOCK: Duration = Duration::from_secs(900);
/// Passwords hashed at once; one more sign-in is told to wait.
pub const PASSWORD_HASHES_MAX: usize = 16;
/// NIST SP 800-63B asks for at least 8; we ask for 12.
pub const PASSWORD_CHARS_MIN: usize = 12;
pub const PASSWORD_CHARS_MAX: usize = 256;
/// Of one organisation.
pub const WEBHOOKS_MAX: u64 = 50;
pub const WEBHOOK_URL_OCTETS_MAX: usize = 2_048;
pub const WEBHOOK_DESCRIPTION_CHARS_MAX: usize = 200;
/// Under way at once for one endpoint, on all nodes together: a slow receiver holds up nobody else.
pub const WEBHOOK_SENDS_MAX: usize = 8;
/// A receiver answers within this, whole.
pub const WEBHOOK_WAIT: Duration = Duration::from_secs(15);
/// What a receiver may answer; a longer answer counts as none.
pub const WEBHOOK_ANSWER_OCTETS_MAX: usize = 64 * 1024;
/// Longer than a try may take; then another process may send it.
pub const WEBHOOK_LEASE: Duration = Duration::from_secs(120);
/// How long a former secret may go on signing.
pub const WEBHOOK_OVERLAP_MAX: Duration = Duration::from_secs(7 * 86_400);
/// An endpoint that took nothing for so long is paused.
pub const WEBHOOK_FAILING_MAX: Duration = Duration::from_secs(5 * 86_400);
/// Ended deliveries can be replayed for so long.
pub const WEBHOOK_KEEP: Duration = Duration::from_secs(30 * 86_400);
/// C2SP tlog-tiles: an entry is length-prefixed by 16 bits.
pub const LEDGER_ENTRY_OCTETS_MAX: usize = 65_535;
/// Blobs above this leave the database for the blob folder or bucket.
pub const BLOB_INLINE_OCTETS_MAX: usize = 256 * 1024;
/// Free space below which submission answers 452/503 and keeps what it has.
pub const DISK_FREE_OCTETS_MIN: u64 = 64 * 1024 * 1024;
/// A report of another system, unpacked; the largest seen are a few MiB.
pub const REPORT_OCTETS_MAX: usize = 20 * 1024 * 1024;
/// A report about TLS among them: counts by reason, a few KiB each.
pub const TLS_REPORT_OCTETS_MAX: usize = 2 * 1024 * 1024;
/// Lines of one report that are kept.
pub const REPORT_ROWS_MAX: usize = 5_000;
/// How long bounces and complaints about a letter, and answers to it, find their way back.
pub const RETURN_PATH_LIFETIME: Duration = Duration::from_secs(90 * 86_400);
/// Messages that were refused once their content was here and that an organisation keeps, in 24 hours; beyond it the
/// attempt alone is on record.
pub const REFUSED_PER_DAY_MAX: u64 = 2_000;
/// Octets of such messages, in the same time.
pub const REFUSED_OCTETS_PER_DAY_MAX: u64 = 512 * 1024 * 1024;
/// Messages that one client network may hand to the MX in a minute.
pub const MX_MESSAGES_PER_MINUTE_MAX: u32 = 120;
/// Unknown recipients that one client network may ask the MX for in a minute; then it is told to come
/// back later, whomever it asks for.
pub const MX_UNKNOWN_PER_MINUTE_MAX: u32 = 30;
/// What an engine beside us (clamd, rspamd) may take for one message, waiting for its turn included, and
/// messages that are looked at at a time.
pub const ENGINE_WAIT: Duration = Duration::from_secs(60);
pub const ENGINE_MESSAGES_MAX: usize = 16;
/// Signatures of viruses older than this are a fault that `caduceus doctor` tells of.
pub const VIRUS_SIGNATURES_AGE_MAX: Duration = Duration::from_secs(3 * 86_400);
/// Messages a minute of a sender who is slowed.
pub const RISK_SLOWED_PER_MINUTE_MAX: u32 = 6;
/// Recipients of one sender that are looked up each minute: was anything sent there before?
pub const RISK_LOOK_UPS_MAX: usize = 1_000;
/// Senders, of all organisations, that are restricted or send unusually at a time.
pub const RISK_WATCHED_MAX: usize = 5_000;
/// Bounces and complaints that wait, in memory, to count for their senders; more count for nobody.
pub const RISK_HEARD_MAX: usize = 20_000;
/// Networks of one sender that are remembered; the one least lately met is forgotten first.
pub const RISK_NETWORKS_MAX: usize = 64;
/// Programs of one sender that are remembered.
pub const RISK_AGENTS_MAX: usize = 32;
/// Letters of a program's name that tell it from others.
pub const AGENT_LETTERS_MAX: usize = 64;
/// The highest fixed limit of a sender, for an hour or a day.
pub const SENDING_CAP_MAX: u32 = 10_000_000;
/// Days for which a release expects what was unusual.
pub const RISK_EXPECTED_DAYS_MAX: u32 = 30;
/// Who has not written to a mailbox for so long is a stranger again.
pub const SENDER_KNOWN_KEEP: Duration = Duration::from_secs(400 * 86_400);
/// Message-IDs in In-Reply-To and References that are looked for among our own.
pub const ANSWERED_IDS_MAX: usize = 50;
/// Colleagues whose names are compared with those of strangers who write.
pub const STAFF_NAMES_MAX: usize = 2_000;
/// Domains of those who answer an organisation's mail that are kept, to tell look-alikes by.
pub const FREQUENT_DOMAINS_MAX: usize = 500;
/// How long domains and names that strangers may pass for are kept in memory.
pub const FAMILIAR_KEEP: Duration = Duration::from_secs(60);
/// Questions to DNS about one message that comes in, and the time all of them may take.
pub const MX_LOOKUPS_MAX: usize = 100;
pub const MX_LOOKUPS_WAIT: Duration = Duration::from_secs(30);
/// Reports of receivers about a sending domain.
pub const DOMAIN_REPORTS_KEEP: Duration = Duration::from_secs(90 * 86_400);
/// Lines of one import of suppressed addresses, and its octets.
pub const SUPPRESSION_IMPORT_ROWS_MAX: usize = 100_000;
pub const SUPPRESSION_IMPORT_OCTETS_MAX: usize = 25 * 1024 * 1024;
/// Rows of one export of suppressed addresses that is one answer: as many as an import takes. The command
/// line writes all there are, a page at a time.
pub const SUPPRESSION_EXPORT_ROWS_MAX: usize = 100_000;
/// Rows of one export of the list of messages.
pub const MESSAGE_EXPORT_ROWS_MAX: usize = 10_000;
/// What became of an import can be seen for so long.
pub const SUPPRESSION_IMPORT_KEEP: Duration = Duration::from_secs(30 * 86_400);
/// Refused lines that are named with their reason; those that follow are counted.
pub const SUPPRESSION_IMPORT_REFUSED_SHOWN_MAX: usize = 200;
/// Bounces that count together: older ones are forgotten.
pub const SUPPRESSION_STRIKES_WINDOW: Duration = Duration::from_secs(30 * 86_400);
/// Words and header fields that an organisation has recognised in what it sends.
pub const TRIGGERS_MAX: usize = 50;
/// A file of keys; the addresses that one of its keys is taken for; the keys that one address has.
pub const KEY_FILE_OCTETS_MAX: usize = 1024 * 1024;
pub const KEY_ADDRESSES_MAX: usize = 20;
pub const KEYS_PER_ADDRESS_MAX: usize = 20;
/// Keys of an organisation's own addresses and of itself; how long one that is made here lasts.
pub const OWN_KEYS_MAX: usize = 1_000;
pub const OWN_KEY_LIFETIME: Duration = Duration::from_secs(2 * 365 * 86_400);
/// Authorities that one organisation believes.
pub const AUTHORITIES_MAX: usize = 200;
/// A key that mail brings again is noted at most so often.
pub const KEY_SEEN_EVERY: Duration = Duration::from_secs(86_400);
/// A key that ends within this time is pointed out.
pub const KEY_WARNING: Duration = Duration::from_secs(30 * 86_400);
/// Keys looked up at recipients' domains: how long a message waits for all of them together, how many addresses of
/// one message and how many messages at one time are asked for, and how long each kind of answer counts.
pub const KEY_LOOKUP_WAIT: Duration = Duration::from_secs(4);
pub const KEY_LOOKUP_ADDRESSES_MAX: usize = 10;
pub const KEY_LOOKUPS_AT_ONCE_MAX: usize = 16;
pub const KEY_FOUND_FOR: Duration = Duration::from_secs(86_400);
pub const KEY_NONE_FOR: Duration = Duration::from_secs(6 * 3_600);
pub const KEY_FAULT_FOR: Duration = Duration::from_secs(3_600);
/// Directories (LDAP) of one organisation, the domains that one is asked for, the octets of its texts and of the
/// authorities that its server is held against.
pub const DIRECTORIES_MAX: usize = 4;
pub const DIRECTORY_DOMAINS_MAX: usize = 50;
pub const DIRECTORY_TEXT_OCTETS_MAX: usize = 500;
pub const DIRECTORY_ROOTS_OCTETS_MAX: usize = 64 * 1024;
/// Entries that a directory is asked for, and octets read from it in all.
pub const DIRECTORY_ENTRIES_MAX: usize = 10;
pub const DIRECTORY_ANSWER_OCTETS_MAX: usize = 512 * 1024;
/// Revocation of recipients' certificates: one is asked about again after this time, or when the list or answer is over;
/// after failures after the first of these times, then twice as long each time, up to the other.
pub const REVOCATION_CHECK_EVERY: Duration = Duration::from_secs(12 * 3_600);
pub const REVOCATION_RETRY_FIRST: Duration = Duration::from_secs(300);
pub const REVOCATION_RETRY_MAX: Duration = Duration::from_secs(6 * 3_600);
/// How far another's clock may stand from ours, and for how long what is over still counts.
pub const REVOCATION_SKEW: Duration = Duration::from_secs(300);
/// Certificates asked about together, how long one round of a node goes on, and for how long no other node asks about
/// what one took up.
pub const REVOCATIONS_AT_ONCE_MAX: usize = 16;
pub const REVOCATION_ROUND: Duration = Duration::from_secs(300);
pub const REVOCATION_LEASE: Duration = Duration::from_secs(900);
/// Octets of a revocation list, of lists kept in memory, and for how long they are; octets of an answer, of an issuer's
/// certificates; how long one of them may take.
pub const REVOCATION_LIST_OCTETS_MAX: usize = 32 * 1024 * 1024;
pub const REVOCATION_LISTS_OCTETS_MAX: usize = 64 * 1024 * 1024;
pub const REVOCATION_LIST_KEEP: Duration = Duration::from_secs(3_600);
pub const REVOCATION_LIST_WAIT: Duration = Duration::from_secs(30);
pub const REVOCATION_ANSWER_OCTETS_MAX: usize = 64 * 1024;
pub const REVOCATION_ANSWER_WAIT: Duration = Duration::from_secs(10);
/// OpenPGP keys taken in one file, answer or header field.
pub const PGP_KEYS_OCTETS_MAX: usize = 1024 * 1024;
pub const PGP_KEYS_MAX: usize = 200;
/// A key's own signatures that are checked: what stands behind them is as if it were not there.
pub const PGP_SELF_SIGNATURES_MAX: usize = 300;
/// Keys that one message is encrypted to.
pub const PGP_RECIPIENTS_MAX: usize = 500;
/// Signatures over one message.
pub const PGP_SIGNATURES_MAX: usize = 20;
/// Packets in one layer, and compressed layers within one another.
pub const PGP_PACKETS_MAX: usize = 1_000;
pub const PGP_DEPTH_MAX: usize = 8;
/// An OpenPGP message as it comes: a message and base64's third.
pub const PGP_MESSAGE_OCTETS_MAX: usize = MESSAGE_OCTETS_MAX / 2 * 3;
/// What one message may become while it is unpacked, all its layers together.
pub const PGP_UNPACKED_OCTETS_MAX: usize = 2 * PGP_MESSAGE_OCTETS_MAX;
/// Words of one message that can be found; words of the messages that one commit archives, beyond the last of them;
/// octets of all different words of one archive.
pub const ARCHIVE_WORDS_MAX: u64 = 1_000_000;
pub const ARCHIVE_BATCH_WORDS_MAX: u64 = 200_000;
pub const ARCHIVE_LEXICON_OCTETS_MAX: usize = 1_000_000_000;
/// Messages of one export, and octets of their contents; days for which it can be taken; characters of its recipient
/// and of its purpose.
pub const EXPORT_MESSAGES_MAX: usize = 2_000;
pub const EXPORT_OCTETS_MAX: u64 = 50_000_000;
pub const EXPORT_DAYS: u32 = 7;
pub const EXPORT_WORDS_CHARS_MAX: usize = 500;
/// Custodians of one legal hold; holds of an organisation that bind; characters of a matter's name.
pub const HOLD_CUSTODIANS_MAX: usize = 200;
pub const HOLDS_BINDING_MAX: usize = 1_000;
pub const MATTER_NAME_CHARS_MAX: usize = 200;
/// Days for which what makes records due earlier waits after it was approved: rules, profile, classes.
pub const RETENTION_COOLING_DAYS: u32 = 14;
/// Lines of one list of patients' days.
pub const RETENTION_ANCHOR_LINES_MAX: usize = 100_000;
/// Days for which a hold still binds after its release was agreed to.
pub const HOLD_RELEASE_DAYS: u32 = 30;
/// Records of one disposal; those kept by a hold that it names one by one; records shown as a sample.
pub const DISPOSAL_RECORDS_MAX: usize = 10_000;
pub const DISPOSAL_HELD_MAX: usize = 1_000;
pub const DISPOSAL_SAMPLE: usize = 20;
/// Days between the approval of a disposal and its begin.
pub const DISPOSAL_COOLING_DAYS: u32 = 14;
/// Days after which no backup of the database may hold a key that was destroyed, unless the configuration says
/// otherwise.
pub const BACKUP_DAYS: u32 = 30;
/// Searches that the people of an organisation keep; characters of what one is called.
pub const SAVED_SEARCHES_MAX: usize = 500;
pub const SAVED_SEARCH_NAME_CHARS_MAX: usize = 100;
/// Phrases that all parts of a search stand for together.
pub const SEARCH_PHRASES_MAX: usize = 16_384;
/// Octets of a search of the archive; words, phrases and marks in it; brackets within brackets.
pub const SEARCH_OCTETS_MAX: usize = 2_000;
pub const SEARCH_PARTS_MAX: usize = 64;
pub const SEARCH_DEPTH_MAX: usize = 16;
/// Words of a phrase; words between two that are near each other, and words of each of the two.
pub const SEARCH_PHRASE_WORDS_MAX: usize = 100;
pub const SEARCH_NEAR_WORDS_MAX: u32 = 50;
pub const SEARCH_NEAR_PHRASE_WORDS_MAX: usize = 20;
/// Letters that must be given of a word whose other letters are `*` or `?`.
pub const SEARCH_PATTERN_LETTERS_MIN: usize = 2;
/// Words that one part of a search may stand for.
pub const SEARCH_EXPANSIONS_MAX: usize = 1_024;
/// How far a peer's clock may be ahead of ours.
pub const PGP_CLOCK_SKEW: Duration = Duration::from_secs(300);
/// What one exported package numbers, in eight digits.
pub const EXPORT_DOCUMENTS_MAX: u64 = 99_999_999;
/// What stands before the number.
pub const EXPORT_PREFIX_OCTETS_MAX: usize = 16;
/// What of an attachment's name stands in the name of its file.
pub const EXPORT_NAME_OCTETS_MAX: usize = 80;
/// Of a locked package: at 5 bits a letter 120 bits, which PBKDF2's 1,000 rounds of that format need.
pub const EXPORT_PASSWORD_OCTETS_MIN: usize = 24;
