//! The certificate as JSON: two spaces of indent, fields in one order, a newline at the end.

use model::Result;
use serde::{Deserialize, Serialize};

use super::{Body, Certificate, Item, Shown};
use crate::Broken;
use crate::bundle::BundleEntry;
use crate::digest::{base64, unbase64_hash};
use crate::note::Verifier;

pub(crate) const FORMAT: &str = "caduceus-disposal/v1";
/// Ten thousand records take some four million octets.
const OCTETS_MAX: usize = 32 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    format: String,
    status: String,
    body: Body,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    records: Option<Vec<Item>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    record: Option<OneForm>,
    log: String,
    checkpoint: String,
    entries: Vec<EntryForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OneForm {
    index: u64,
    item: Item,
    proof: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryForm {
    index: u64,
    leaf: String,
    proof: Vec<String>,
}

pub(super) fn encode(certificate: &Certificate, is_final: bool) -> Result<Vec<u8>> {
    let (records, record) = match &certificate.shown {
        Shown::All(items) => (Some(items.clone()), None),
        Shown::One(index, item, path) => {
            let one = OneForm {
                index: *index,
                item: item.as_ref().clone(),
                proof: path.iter().map(|hash| base64(hash)).collect(),
            };
            (None, Some(one))
        }
    };
    let entry = |entry: &BundleEntry| EntryForm {
        index: entry.index,
        leaf: String::from_utf8_lossy(&entry.leaf).into_owned(),
        proof: entry.proof.iter().map(|hash| base64(hash)).collect(),
    };
    let form = Form {
        format: FORMAT.to_owned(),
        status: status(is_final).to_owned(),
        body: certificate.body.clone(),
        records,
        record,
        log: certificate.log.to_string(),
        checkpoint: certificate.checkpoint.clone(),
        entries: certificate.entries.iter().map(entry).collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&form).map_err(|_| Broken::Format.here())?;
    bytes.push(b'\n');
    Ok(bytes)
}

const fn status(is_final: bool) -> &'static str {
    match is_final {
        true => "final",
        false => "provisional",
    }
}

pub(super) fn parse(bytes: &[u8]) -> Result<Certificate> {
    if bytes.len() > OCTETS_MAX {
        return Err(Broken::Format.here());
    }
    // serde's own words may quote the input, so only the place is kept.
    let form: Form = serde_json::from_slice(bytes)
        .map_err(|e| Broken::Format.at(format!("/line/{}", e.line())))?;
    if form.format != FORMAT {
        return Err(Broken::Format.at("/format"));
    }
    let log = Verifier::parse(&form.log).map_err(|_| Broken::Format.at("/log"))?;
    let entries = form.entries.iter().map(entry).collect::<Option<Vec<_>>>();
    let certificate = Certificate {
        body: form.body,
        shown: shown(form.records, form.record)?,
        log,
        checkpoint: form.checkpoint,
        entries: entries.ok_or(Broken::Format.at("/entries"))?,
    };
    let is_final = certificate.entries.len() > 1;
    if form.status != status(is_final) {
        return Err(Broken::Claim.at("/status"));
    }
    let again = encode(&certificate, is_final)?;
    if again != bytes {
        let same = again.iter().zip(bytes).take_while(|(a, b)| a == b);
        let line = 1 + same.filter(|(byte, _)| **byte == b'\n').count();
        return Err(Broken::Format.at(format!("/line/{line}")));
    }
    Ok(certificate)
}

fn shown(records: Option<Vec<Item>>, record: Option<OneForm>) -> Result<Shown> {
    match (records, record) {
        (Some(items), None) => Ok(Shown::All(items)),
        (None, Some(one)) => {
            let path = hashes(&one.proof).ok_or(Broken::Format.at("/record/proof"))?;
            Ok(Shown::One(one.index, Box::new(one.item), path))
        }
        _ => Err(Broken::Format.at("/records")),
    }
}

fn hashes(texts: &[String]) -> Option<Vec<crate::Hash>> {
    texts.iter().map(|text| unbase64_hash(text)).collect()
}

fn entry(form: &EntryForm) -> Option<BundleEntry> {
    Some(BundleEntry {
        index: form.index,
        leaf: form.leaf.clone().into_bytes(),
        proof: hashes(&form.proof)?,
        opened: None,
    })
}
