//! Schemas of the shared words and ids, made from the words themselves.

use flow::detectors::{CheckDigit, DetectorState, HitClass};
use flow::feedback::Opinion;
use flow::inbound::SuspicionKind;
use flow::keys::{KeyHealth, TakenAs};
use flow::view::WaitsFor;
use model::{
    AnchorKind, AnchorState, ArchiveCheckState, ArrivalState, BounceClass, CustodianState, Demand,
    DirectoryStep, DirectoryTls, DisposalState, DisposedState, HoldState, KeyFor, KeySource,
    KeyStanding, Kind, LiftReason, MatterState, Method, Mode, Origin, PhiLevel, Purpose,
    RecipientClass, RecipientState, RefusalScope, Restriction, RevocationDoubt, RevocationReason,
    RevocationState, RevocationUse, Stream, SuppressionReason, SuppressionSource,
};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

fn closed(words: impl IntoIterator<Item = &'static str>, about: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
        .description(Some(about))
        .build()
}

fn closed_or_null(words: impl IntoIterator<Item = &'static str>, about: &str) -> Object {
    let words = words.into_iter().map(serde_json::Value::from);
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(words.chain([serde_json::Value::Null])))
        .description(Some(about))
        .build()
}

pub(crate) fn method() -> Object {
    closed(
        Method::ALL.iter().map(|w| w.word()),
        "How the message reaches this recipient.",
    )
}
/// What a sender may ask for: stronger than policy would choose, never weaker.
pub(crate) const METHODS_DEMANDED: [Method; 5] = [
    Method::Tls,
    Method::TlsOrDrop,
    Method::Pgp,
    Method::Smime,
    Method::Portal,
];

pub(crate) fn method_demanded() -> Object {
    let about = "At least this protection, whatever policy would choose. Policy may still choose a stronger one.";
    closed(METHODS_DEMANDED.iter().map(|w| w.word()), about)
}
pub(crate) fn demand() -> Object {
    closed(
        Demand::ALL.iter().map(|w| w.word()),
        "What the connection must achieve before anything is sent.",
    )
}
pub(crate) fn kind() -> Object {
    closed(
        Kind::ALL.iter().map(|w| w.word()),
        "Which address field named the recipient.",
    )
}
pub(crate) fn state() -> Object {
    closed(
        RecipientState::ALL.iter().map(|w| w.word()),
        "Where this recipient stands.",
    )
}
pub(crate) fn arrival_state() -> Object {
    closed(
        ArrivalState::ALL.iter().map(|w| w.word()),
        "What became of it.",
    )
}
pub(crate) fn concern() -> Object {
    closed(
        ["none", "banner", "quarantine"],
        "Whether its readers are warned, or somebody looks at it before anybody reads it.",
    )
}
pub(crate) fn suspicion() -> Object {
    closed(
        SuspicionKind::ALL.iter().map(|kind| kind.word()),
        "What looks wrong.",
    )
}
pub(crate) fn risk() -> Object {
    closed(
        ["normal", "raised", "high", "critical"],
        "How unusual the sending is.",
    )
}
pub(crate) fn rung() -> Object {
    closed(
        ["observe", "slow", "hold", "known_only", "no_phi", "suspend"],
        "What it may do no more: each includes the ones before it.",
    )
}
pub(crate) fn mode() -> Object {
    closed(
        Mode::ALL.iter().map(|w| w.word()),
        "`test`: no mail leaves. Chosen by the key.",
    )
}
pub(crate) fn origin() -> Object {
    closed(
        Origin::ALL.iter().map(|w| w.word()),
        "Which door the message came in by.",
    )
}
pub(crate) fn stream() -> Object {
    closed(
        Stream::ALL.iter().map(|w| w.word()),
        "Transactional mail never waits behind marketing. Default: transactional.",
    )
}

pub(crate) fn bounce_class() -> Object {
    closed_or_null(
        BounceClass::ALL.iter().map(|w| w.word()),
        "What a refusal means.",
    )
}
pub(crate) fn refusal_scope() -> Object {
    closed_or_null(
        RefusalScope::ALL.iter().map(|w| w.word()),
        "How far a refusal reaches. Only `recipient` ever suppresses an address.",
    )
}
pub(crate) fn suppressed() -> Object {
    closed_or_null(
        SuppressionReason::ALL.iter().map(|w| w.word()),
        "Why the address would get nothing, whatever the method says; null when it would.",
    )
}
pub(crate) fn suppression_reason() -> Object {
    closed(
        SuppressionReason::ALL.iter().map(|w| w.word()),
        "Why no mail goes to the address.",
    )
}
pub(crate) fn suppression_source() -> Object {
    closed(
        SuppressionSource::ALL.iter().map(|w| w.word()),
        "By which way it came here.",
    )
}
pub(crate) fn lift_reason() -> Object {
    closed(
        LiftReason::ALL.iter().map(|w| w.word()),
        "Why it is lifted.",
    )
}

/// `system` is the program's own.
pub(crate) fn purposes() -> impl Iterator<Item = Purpose> {
    Purpose::ALL
        .iter()
        .copied()
        .filter(|purpose| *purpose != Purpose::System)
}
pub(crate) fn purpose() -> Object {
    closed(
        purposes().map(Purpose::word),
        "Why it is sent. Default: treatment.",
    )
}
pub(crate) fn purpose_shown() -> Object {
    closed(Purpose::ALL.iter().map(|w| w.word()), "Why it was sent.")
}
pub(crate) fn level() -> Object {
    closed(
        PhiLevel::ALL.iter().map(|w| w.word()),
        "How sure detection is that the message holds PHI.",
    )
}

pub(crate) fn stream_shown() -> Object {
    closed(
        Stream::ALL.iter().map(|w| w.word()),
        "Transactional mail never waits behind marketing.",
    )
}
pub(crate) fn why_waiting() -> Object {
    closed(
        flow::view::Why::ALL.iter().map(|w| w.word()),
        "Why it is not finished.",
    )
}
pub(crate) fn grade() -> Object {
    closed(
        people::health::Grade::ALL.iter().map(|w| w.word()),
        "How bad it is.",
    )
}
pub(crate) fn grade_or_null() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("`ok`, `warn` or `fail`."))
        .build()
}

/// A moment as RFC 3339.
pub(crate) fn moment() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .examples(["2026-11-21T14:03:07.125Z"])
        .build()
}
pub(crate) fn moment_or_null() -> Object {
    let types = vec![Type::String, Type::Null];
    ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::from_iter(types))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .build()
}

fn id(prefix: &str, about: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(format!("^{prefix}_[0-7][0-9A-HJKMNP-TV-Z]{{25}}$")))
        .description(Some(about))
        .examples([format!("{prefix}_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")])
        .build()
}
pub(crate) fn message_id() -> Object {
    id("msg", "The message.")
}
pub(crate) fn export_id() -> Object {
    id("exp", "A package of messages for somebody outside.")
}
pub(crate) fn matter_id() -> Object {
    id("mat", "A dispute or inquiry.")
}
pub(crate) fn disposal_id() -> Object {
    id("dis", "Records that are destroyed together.")
}
pub(crate) fn saved_search_id() -> Object {
    id("svs", "A saved search.")
}
pub(crate) fn anchor_kind() -> Object {
    closed(
        AnchorKind::ALL.iter().map(|w| w.word()),
        "Where a checkpoint left the house to.",
    )
}
pub(crate) fn anchor_state() -> Object {
    closed(
        AnchorState::ALL.iter().map(|w| w.word()),
        "How far a checkpoint is on its way out.",
    )
}
pub(crate) fn archive_check_state() -> Object {
    closed(
        ArchiveCheckState::ALL.iter().map(|w| w.word()),
        "What a nightly check of the archive gave.",
    )
}
pub(crate) fn hold_id() -> Object {
    id("hld", "A legal hold.")
}
pub(crate) fn recipient_id() -> Object {
    id("rcp", "One recipient of one message.")
}
pub(crate) fn suppression_id() -> Object {
    id("sup", "An address that gets no more mail of one stream.")
}
pub(crate) fn opinion() -> Object {
    closed(
        Opinion::ALL.iter().map(|w| w.word()),
        "What detection got wrong.",
    )
}
pub(crate) fn waits_for() -> Object {
    closed(
        WaitsFor::ALL.iter().map(|w| w.word()),
        "Whom it waits for: anyone who may decide, or a second person because one agreed.",
    )
}
pub(crate) fn correspondent_id() -> Object {
    id("cor", "What is on record about an address.")
}
pub(crate) fn recipient_key_id() -> Object {
    id("rky", "A recipient's key.")
}
pub(crate) fn authority_id() -> Object {
    id("aut", "An authority whose certificates are believed.")
}
pub(crate) fn directory_id() -> Object {
    id("dir", "A directory that is asked for certificates.")
}
pub(crate) fn directory_tls() -> Object {
    closed(
        DirectoryTls::ALL.iter().map(|w| w.word()),
        "TLS from the first octet on, or after the server agreed to it.",
    )
}
pub(crate) fn directory_step() -> Object {
    closed(
        DirectoryStep::ALL.iter().map(|w| w.word()),
        "How far asking it got: only `searched` went well.",
    )
}
pub(crate) fn own_key_id() -> Object {
    id("oky", "A key of the organisation's own.")
}
pub(crate) fn own_key_standing() -> Object {
    closed(
        [KeyStanding::Active, KeyStanding::Retired].map(KeyStanding::word),
        "Whether it is used. What was encrypted to a `retired` key still opens.",
    )
}
pub(crate) fn recipient_key_id_or_null() -> Object {
    let mut id = recipient_key_id();
    id.schema_type = SchemaType::from_iter([Type::String, Type::Null]);
    id
}
pub(crate) fn key_for() -> Object {
    closed(
        KeyFor::ALL.iter().map(|w| w.word()),
        "Which kind of encryption it is for.",
    )
}
pub(crate) fn key_source() -> Object {
    closed(
        KeySource::ALL.iter().map(|w| w.word()),
        "How it came to us.",
    )
}
pub(crate) fn key_standing() -> Object {
    closed(
        KeyStanding::ALL.iter().map(|w| w.word()),
        "What the organisation makes of it: mail is encrypted to `active` keys alone.",
    )
}
pub(crate) fn key_health() -> Object {
    closed(
        KeyHealth::ALL.map(KeyHealth::word),
        "Whether mail can be encrypted to it now. `ends_soon`: for 30 days at most. `unconfirmed`: only certificates \
         that are known to hold are used, and this one is not.",
    )
}
pub(crate) fn revocation_use() -> Object {
    closed(
        RevocationUse::ALL.iter().map(|w| w.word()),
        "What is made of revocation.",
    )
}
pub(crate) fn revocation_state() -> Object {
    closed(
        RevocationState::ALL.iter().map(|w| w.word()),
        "`due`: nobody was asked yet. `unknown`: who was asked did not say. `unnamed`: it names nobody to ask.",
    )
}
pub(crate) fn revocation_because() -> Object {
    let reasons = RevocationReason::ALL.iter().map(|w| w.word());
    let doubts = RevocationDoubt::ALL.iter().map(|w| w.word());
    closed(
        [""].into_iter().chain(reasons).chain(doubts),
        "Why it was revoked, or why that is not known; empty otherwise.",
    )
}
pub(crate) fn key_taken() -> Object {
    closed(
        TakenAs::ALL.map(TakenAs::word),
        "`added` or `updated`, else why it is not on record or not used.",
    )
}
pub(crate) fn yes() -> Object {
    closed(["yes"], "Left out: no.")
}
pub(crate) fn detector_id() -> Object {
    id("det", "A detector that the organisation wrote.")
}
pub(crate) fn detector_state() -> Object {
    closed(
        DetectorState::ALL.iter().map(|w| w.word()),
        "Whether mail is read by it.",
    )
}
pub(crate) fn matter_state() -> Object {
    closed(
        MatterState::ALL.iter().map(|w| w.word()),
        "Whether it may have holds.",
    )
}
pub(crate) fn disposal_state() -> Object {
    closed(
        DisposalState::ALL.iter().map(|w| w.word()),
        "Where it is on its way: whoever asked for it, another person has to agree.",
    )
}
pub(crate) fn disposed_state() -> Object {
    closed(
        DisposedState::ALL.iter().map(|w| w.word()),
        "What became of a record of a disposal.",
    )
}
pub(crate) fn hold_state() -> Object {
    closed(
        HoldState::ALL.iter().map(|w| w.word()),
        "Where it is on its way: whoever asked for a release, another person has to agree.",
    )
}
pub(crate) fn custodian_state() -> Object {
    closed(
        CustodianState::ALL.iter().map(|w| w.word()),
        "What a custodian knows of a hold.",
    )
}
pub(crate) fn hit_class() -> Object {
    closed(
        HitClass::ALL.iter().map(|w| w.word()),
        "What a hit says: PHI alone, PHI with health context, a weak sign, or health context. Record numbers say it \
         themselves.",
    )
}
const CHECK: &str = "How the last digit follows from the others: Luhn's, by eleven with weights 2 to 7, or with \
                     weights that rise.";
pub(crate) fn check_digit() -> Object {
    closed(CheckDigit::ALL.iter().map(|w| w.word()), CHECK)
}
pub(crate) fn check_digit_or_null() -> Object {
    closed_or_null(CheckDigit::ALL.iter().map(|w| w.word()), CHECK)
}
pub(crate) fn recipient_class() -> Object {
    closed(
        RecipientClass::ALL.iter().map(|w| w.word()),
        "Whom the address belongs to. A patient's address is itself an identifier.",
    )
}
pub(crate) fn preference_or_null() -> Object {
    closed_or_null(
        [
            Method::Plain,
            Method::Tls,
            Method::Portal,
            Method::Pgp,
            Method::Smime,
        ]
        .map(Method::word),
        "How mail is wanted; null: as policy decides.",
    )
}
pub(crate) fn restriction_or_null() -> Object {
    closed_or_null(
        Restriction::ALL.iter().map(|w| w.word()),
        "What was agreed not to be sent (45 CFR 164.522).",
    )
}
pub(crate) fn thread_id() -> Object {
    id("thr", "The conversation.")
}
pub(crate) fn delivery_id() -> Object {
    id("dlv", "One delivery to one recipient.")
}
pub(crate) fn event_id() -> Object {
    id("evt", "The event; the same id stands in the audit log.")
}
pub(crate) fn webhook_id() -> Object {
    id("whk", "The webhook.")
}
pub(crate) fn webhook_state() -> Object {
    closed(
        flow::hooks::HookState::ALL.map(flow::hooks::HookState::word),
        "`active` sends, `paused` keeps what happens until later, `off` lets it pass.",
    )
}
pub(crate) fn webhook_delivery_state() -> Object {
    closed(
        flow::hooks::DeliveryState::ALL.map(flow::hooks::DeliveryState::word),
        "`waiting` was never answered, `retrying` is tried again, `dead` was given up.",
    )
}
pub(crate) fn attempt_id() -> Object {
    id("att", "One try of one delivery.")
}
pub(crate) fn attachment_id() -> Object {
    id("file", "A file of a message.")
}

pub(crate) fn order_id() -> Object {
    id("ord", "The order.")
}
pub(crate) fn order_act() -> Object {
    closed(
        ["suspend", "bounce", "expire", "rebind", "transfer"],
        "What happens to the mail it covers.",
    )
}

/// How many by word.
pub(crate) fn counts() -> Object {
    let count = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(RefOr::<Schema>::from(count.build())))
        .build()
}
fn texts(about: &str) -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String);
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(RefOr::<Schema>::from(text.build())))
        .description(Some(about))
        .build()
}
pub(crate) fn headers() -> Object {
    texts("At most 20 further header fields, by name. Fields that the service writes are refused.")
}
pub(crate) fn metadata() -> Object {
    texts("Up to 20 values of at most 500 octets, by name; they do not travel.")
}
pub(crate) fn facts() -> Object {
    texts("Neutral words, codes and counts.")
}
