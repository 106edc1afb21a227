//! Tampering with a bundle: any byte at all, and the changes a forger would really make.

use caduceus_ledger::bundle::{Bundle, Report};
use caduceus_ledger::note::Signer;
use caduceus_ledger::{Broken, checkpoint, tree};
use model::{MessageId, RecipientId, Result};

use crate::world::{HOST, Log, broken, bundle_of, delivered, noise, organisation, step};

fn check(bytes: &[u8]) -> Result<Report> {
    Bundle::parse(bytes)?.verify(None)
}

#[test]
fn every_changed_byte_is_noticed_and_placed() {
    let mut bytes = bundle_of(&delivered()[..2])
        .1
        .expect("a valid bundle")
        .encode();
    check(&bytes).expect("unchanged it holds");
    for at in 0..bytes.len() {
        for mask in [0x01, 0x02, 0x20, 0x80] {
            bytes[at] ^= mask;
            let (what, _) =
                broken(check(&bytes)).unwrap_or_else(|| panic!("byte {at} xor {mask} passed"));
            assert!(!what.says().is_empty());
            bytes[at] ^= mask;
        }
    }
}

#[test]
fn every_cut_and_every_addition_is_noticed() {
    let bytes = bundle_of(&delivered()[..2])
        .1
        .expect("a valid bundle")
        .encode();
    for end in 0..bytes.len() {
        assert!(broken(check(&bytes[..end])).is_some(), "cut at {end}");
    }
    for at in 0..=bytes.len() {
        for byte in [b' ', b'\n', b'0'] {
            let mut longer = bytes.clone();
            longer.insert(at, byte);
            // A space beside a space is the same text again only if it is the same bytes.
            assert!(
                longer == bytes || broken(check(&longer)).is_some(),
                "{byte} added at {at}"
            );
        }
    }
}

type Edit = dyn Fn(&mut serde_json::Value);

/// Changes the JSON and writes it as a careful forger would: in the canonical form.
fn edited(edit: &Edit) -> Option<(Broken, String)> {
    let text = bundle_of(&delivered()).1.expect("a valid bundle").encode();
    // A value of its own type keeps the order of fields, which `serde_json::Value` may not.
    let mut form: Form = serde_json::from_slice(&text).expect("JSON");
    let mut value = serde_json::to_value(&form).expect("JSON");
    edit(&mut value);
    form = serde_json::from_value(value).expect("the edit keeps the shape");
    let mut bytes = serde_json::to_vec_pretty(&form).expect("JSON");
    bytes.push(b'\n');
    broken(check(&bytes))
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Form {
    format: String,
    claim: String,
    summary: Vec<String>,
    organisation: String,
    message: String,
    recipient: String,
    log: String,
    checkpoint: String,
    entries: Vec<EntryForm>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct EntryForm {
    index: u64,
    leaf: String,
    proof: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    opened: Option<OpenedForm>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct OpenedForm {
    salt: String,
    payload: String,
}

fn on_entries(edit: impl Fn(&mut Vec<serde_json::Value>) + 'static) -> Box<Edit> {
    Box::new(move |v| edit(v["entries"].as_array_mut().expect("a list")))
}

#[test]
fn an_unedited_file_passes_the_same_way() {
    assert_eq!(edited(&|_| {}), None);
}

/// Each edit, what is found broken, and where.
#[test]
fn a_forgers_edits_are_named() {
    let replace = |pointer: &'static str, from: &'static str, to: &'static str| {
        move |v: &mut serde_json::Value| {
            let text = v.pointer_mut(pointer).expect("it is there");
            *text = text
                .as_str()
                .expect("a string")
                .replacen(from, to, 1)
                .into();
        }
    };
    let other_recipient = RecipientId::from_bytes([4; 16]).to_string();
    let other_message = MessageId::from_bytes([4; 16]).to_string();
    let other_key = Signer::from_seed("mail.clinic.example/other", &[1; 32]).expect("a valid name");
    let other_key = other_key.verifier().to_string();
    let cases: Vec<(&str, Box<Edit>, Broken, &str)> = vec![
        (
            "a higher claim",
            Box::new(replace("/claim", "S2", "S4")),
            Broken::Claim,
            "/claim",
        ),
        (
            "a lower claim",
            Box::new(replace("/claim", "S2", "S0")),
            Broken::Claim,
            "/claim",
        ),
        (
            "no such claim",
            Box::new(replace("/claim", "S2", "S9")),
            Broken::Claim,
            "/claim",
        ),
        (
            "a kinder summary",
            Box::new(replace("/summary/0", "does not prove", "proves")),
            Broken::Summary,
            "/summary",
        ),
        (
            "a line left out",
            Box::new(|v| drop(v["summary"].as_array_mut().map(|a| a.pop()))),
            Broken::Summary,
            "/summary",
        ),
        (
            "another format",
            Box::new(replace("/format", "v1", "v2")),
            Broken::Format,
            "/format",
        ),
        (
            "an edited fact",
            Box::new(replace("/entries/3/leaf", "250", "550")),
            Broken::Inclusion,
            "/entries/3",
        ),
        (
            "an edited time",
            Box::new(replace("/entries/0/leaf", "2026", "2025")),
            Broken::Inclusion,
            "/entries/0",
        ),
        (
            "another place",
            Box::new(|v| v["entries"][1]["index"] = 1.into()),
            Broken::Inclusion,
            "/entries/1",
        ),
        (
            "an edited hash",
            Box::new(|v| v["entries"][1]["proof"][0] = format!("{}=", "A".repeat(43)).into()),
            Broken::Inclusion,
            "/entries/1",
        ),
        (
            "a hash left out",
            Box::new(|v| drop(v["entries"][2]["proof"].as_array_mut().map(|a| a.pop()))),
            Broken::Inclusion,
            "/entries/2",
        ),
        (
            "other content",
            Box::new(replace("/entries/0/opened/payload", "e", "f")),
            Broken::Commitment,
            "/entries/0/opened",
        ),
        (
            "another salt",
            Box::new(replace("/entries/0/opened/salt", "0", "1")),
            Broken::Commitment,
            "/entries/0/opened",
        ),
        (
            "content of another entry",
            Box::new(|v| v["entries"][1]["opened"] = v["entries"][0]["opened"].clone()),
            Broken::Commitment,
            "/entries/1/opened",
        ),
        (
            "content withheld",
            Box::new(|v| drop(v["entries"][0].as_object_mut().map(|o| o.remove("opened")))),
            Broken::Summary,
            "/summary",
        ),
        (
            "an entry left out",
            on_entries(|a| drop(a.remove(1))),
            Broken::Summary,
            "/summary",
        ),
        (
            "the last entry left out",
            on_entries(|a| drop(a.pop())),
            Broken::Claim,
            "/claim",
        ),
        (
            "the acceptance left out",
            on_entries(|a| drop(a.remove(0))),
            Broken::NoAcceptance,
            "/entries",
        ),
        (
            "entries swapped",
            on_entries(|a| a.swap(1, 2)),
            Broken::Order,
            "/entries/2",
        ),
        (
            "an entry doubled",
            on_entries(|a| a.insert(1, a[1].clone())),
            Broken::Order,
            "/entries/2",
        ),
        (
            "another recipient",
            Box::new(move |v| v["recipient"] = other_recipient.clone().into()),
            Broken::Subject,
            "/entries/0/leaf",
        ),
        (
            "another message",
            Box::new(move |v| v["message"] = other_message.clone().into()),
            Broken::Subject,
            "/entries/0/leaf",
        ),
        (
            "a larger tree",
            Box::new(replace("/checkpoint", "\n27\n", "\n28\n")),
            Broken::Signature,
            "/checkpoint",
        ),
        (
            "another log's name",
            Box::new(replace("/checkpoint", "mail.", "main.")),
            Broken::Signature,
            "/checkpoint",
        ),
        (
            "an idle signature added",
            Box::new(|v| {
                let text = v["checkpoint"].as_str().expect("a string").to_owned();
                v["checkpoint"] = format!("{text}\u{2014} witness.example AAAAAAAA\n").into();
            }),
            Broken::Format,
            "/checkpoint",
        ),
        (
            "another key",
            Box::new(move |v| v["log"] = other_key.clone().into()),
            Broken::Unsigned,
            "/checkpoint",
        ),
        (
            "a broken key",
            Box::new(replace("/log", "+", "-")),
            Broken::Format,
            "/log",
        ),
    ];
    for (name, edit, what, pointer) in cases {
        assert_eq!(edited(&*edit), Some((what, pointer.to_owned())), "{name}");
    }
}

/// The forger who has his own log and key makes a file that is consistent with itself. The key one
/// trusts, or any other bundle of the real log, exposes it.
#[test]
fn a_forged_log_needs_the_real_key() {
    let (real, _) = bundle_of(&delivered());
    let name = checkpoint::origin(HOST, organisation());
    let mut forged = Log {
        signer: Signer::from_seed(&name, &[66; 32]).expect("a valid name"),
        ..Log::new(&name)
    };
    forged.append(noise(2));
    let steps = [
        step(1, "message.accepted", &[]),
        step(2, "portal.read", &[]),
    ];
    forged.append(
        steps
            .iter()
            .map(|e| e.encode().expect("a valid entry"))
            .collect(),
    );
    let entries = vec![forged.evidence(2, None), forged.evidence(3, None)];
    let bundle = Bundle::new(
        crate::world::message(),
        crate::world::recipient(),
        forged.key(),
        forged.signed(),
        entries,
    );
    let bundle = bundle.expect("consistent with itself");

    let report = bundle.verify(None).expect("consistent with itself");
    assert!(
        report
            .statements
            .iter()
            .any(|s| s.contains("until then the file shows only"))
    );
    assert_eq!(
        broken(bundle.verify(Some(&real.key()))),
        Some((Broken::OtherKey, "/log".to_owned()))
    );
}

/// A checkpoint of another organisation's log, signed by its own key, does not serve.
#[test]
fn another_organisations_log_is_refused() {
    let mut log = Log::new(&checkpoint::origin(
        HOST,
        model::OrganisationId::from_bytes([77; 16]),
    ));
    log.append(vec![
        step(1, "message.accepted", &[])
            .encode()
            .expect("a valid entry"),
    ]);
    assert_eq!(tree::root(1, &log.tiles).expect("tiles"), log.tree.root());
    let entries = vec![log.evidence(0, None)];
    let bundle = Bundle::new(
        crate::world::message(),
        crate::world::recipient(),
        log.key(),
        log.signed(),
        entries,
    );
    assert_eq!(
        broken(bundle),
        Some((Broken::OtherLog, "/checkpoint".to_owned()))
    );
}
