//! The bundle as JSON: two spaces of indent, fields in one order, a newline at the end.

use model::{MessageId, OrganisationId, RecipientId, Result};
use serde::{Deserialize, Serialize};

use super::{Bundle, BundleEntry, Claim, Opened};
use crate::Broken;
use crate::digest::{base64, unbase64, unbase64_hash};
use crate::note::Verifier;

pub(super) const FORMAT: &str = "caduceus-proof/v1";
/// Far more than the entries of one recipient need.
const OCTETS_MAX: usize = 16 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    format: String,
    claim: String,
    summary: Vec<String>,
    organisation: OrganisationId,
    message: MessageId,
    recipient: RecipientId,
    log: String,
    checkpoint: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    stamp: Option<String>,
    entries: Vec<EntryForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryForm {
    index: u64,
    leaf: String,
    proof: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    opened: Option<OpenedForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenedForm {
    salt: String,
    payload: String,
}

pub(super) fn encode(bundle: &Bundle) -> Vec<u8> {
    let form = Form {
        format: FORMAT.to_owned(),
        claim: bundle.claim.word().to_owned(),
        summary: bundle.summary.clone(),
        organisation: bundle.organisation,
        message: bundle.message,
        recipient: bundle.recipient,
        log: bundle.log.to_string(),
        checkpoint: bundle.checkpoint.clone(),
        stamp: bundle.stamp.as_deref().map(base64),
        entries: bundle.entries.iter().map(encode_entry).collect(),
    };
    let mut bytes =
        serde_json::to_vec_pretty(&form).expect("strings, numbers and lists have a JSON form");
    bytes.push(b'\n');
    bytes
}

fn encode_entry(entry: &BundleEntry) -> EntryForm {
    EntryForm {
        index: entry.index,
        // A leaf is ASCII JSON; one that is not cannot have passed `Bundle::new` or `parse`.
        leaf: String::from_utf8_lossy(&entry.leaf).into_owned(),
        proof: entry.proof.iter().map(|hash| base64(hash)).collect(),
        opened: entry.opened.as_ref().map(|opened| OpenedForm {
            salt: hex::encode(opened.salt),
            payload: base64(&opened.payload),
        }),
    }
}

pub(super) fn parse(bytes: &[u8]) -> Result<Bundle> {
    if bytes.len() > OCTETS_MAX {
        return Err(Broken::Format.here());
    }
    // serde's own words may quote the input, so only the place is kept.
    let form: Form = serde_json::from_slice(bytes)
        .map_err(|e| Broken::Format.at(format!("/line/{}", e.line())))?;
    if form.format != FORMAT {
        return Err(Broken::Format.at("/format"));
    }
    let claim = Claim::from_word(&form.claim).ok_or(Broken::Claim.at("/claim"))?;
    let log = Verifier::parse(&form.log).map_err(|_| Broken::Format.at("/log"))?;
    let entries = form
        .entries
        .iter()
        .enumerate()
        .map(parse_entry)
        .collect::<Result<Vec<_>>>()?;
    let stamp = match &form.stamp {
        None => None,
        Some(text) => Some(unbase64(text).ok_or(Broken::Format.at("/stamp"))?),
    };
    let bundle = Bundle {
        organisation: form.organisation,
        message: form.message,
        recipient: form.recipient,
        log,
        checkpoint: form.checkpoint,
        stamp,
        entries,
        claim,
        summary: form.summary,
    };
    let again = encode(&bundle);
    if again != bytes {
        let same = again.iter().zip(bytes).take_while(|(a, b)| a == b);
        let line = 1 + same.filter(|(byte, _)| **byte == b'\n').count();
        return Err(Broken::Format.at(format!("/line/{line}")));
    }
    Ok(bundle)
}

fn parse_entry((n, form): (usize, &EntryForm)) -> Result<BundleEntry> {
    let broken = |part: &str| Broken::Format.at(format!("/entries/{n}/{part}"));
    let proof = form
        .proof
        .iter()
        .map(|text| unbase64_hash(text))
        .collect::<Option<Vec<_>>>();
    let opened = match &form.opened {
        None => None,
        Some(opened) => Some(parse_opened(opened).ok_or_else(|| broken("opened"))?),
    };
    Ok(BundleEntry {
        index: form.index,
        leaf: form.leaf.clone().into_bytes(),
        proof: proof.ok_or_else(|| broken("proof"))?,
        opened,
    })
}

fn parse_opened(form: &OpenedForm) -> Option<Opened> {
    let salt = hex::decode(&form.salt).ok()?.try_into().ok()?;
    Some(Opened {
        salt,
        payload: unbase64(&form.payload)?,
    })
}
