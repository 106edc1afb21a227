//! Whether a certificate is one that DANE names (RFC 7672 §3, RFC 7671 §5).
//!
//! Usage 3 (the server's own key or certificate): the match is all, name and time count for nothing.
//! Usage 2 (an authority's): a chain to the matched authority, the name and the time must hold.
//! Invariant: a record of another usage, or with a digest of another length, never matches.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use model::{Domain, Tlsa};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

const TRUST_ANCHOR: u8 = 2;
const END_ENTITY: u8 = 3;

/// Whether mail can use a record: one of the two DANE usages, a known selector, and a digest of its
/// proper length. PKIX-TA and PKIX-EE are not used in mail (RFC 7672 §3.1.3).
pub fn is_usable(record: &Tlsa) -> bool {
    let length = match record.matching {
        0 => !record.data.is_empty(),
        1 => record.data.len() == 32,
        2 => record.data.len() == 64,
        _ => false,
    };
    matches!(record.usage, TRUST_ANCHOR | END_ENTITY) && record.selector <= 1 && length
}

/// Whether the chain is the one that one of the records names. `names` are those accepted with an
/// authority's record.
pub fn matches(
    records: &[Tlsa],
    (leaf, rest): (&CertificateDer<'_>, &[CertificateDer<'_>]),
    names: &[&Domain],
    provider: &Arc<CryptoProvider>,
    now: UnixTime,
) -> bool {
    records
        .iter()
        .filter(|record| is_usable(record))
        .any(|record| match record.usage {
            END_ENTITY => is_named(record, leaf),
            _ => anchors(record, rest).iter().any(|anchor| {
                leads_to(anchor, (leaf, rest), names, provider, now).unwrap_or(false)
            }),
        })
}

fn is_named(record: &Tlsa, certificate: &CertificateDer<'_>) -> bool {
    let selected = match record.selector {
        0 => Some(certificate.as_ref()),
        _ => public_key(certificate),
    };
    selected.is_some_and(|selected| match record.matching {
        0 => selected == record.data,
        1 => digest(&SHA256, selected).as_ref() == record.data,
        _ => digest(&SHA512, selected).as_ref() == record.data,
    })
}

fn public_key<'a>(certificate: &'a CertificateDer<'_>) -> Option<&'a [u8]> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    Some(parsed.tbs_certificate.subject_pki.raw)
}

/// The authorities a record names: of those that were sent, and a whole certificate in the record.
fn anchors(record: &Tlsa, sent: &[CertificateDer<'_>]) -> Vec<CertificateDer<'static>> {
    let mut found: Vec<_> = sent
        .iter()
        .filter(|certificate| is_named(record, certificate))
        .map(|certificate| certificate.clone().into_owned())
        .collect();
    if (record.selector, record.matching) == (0, 0) {
        found.push(CertificateDer::from(record.data.clone()));
    }
    found
}

fn leads_to(
    anchor: &CertificateDer<'static>,
    (leaf, rest): (&CertificateDer<'_>, &[CertificateDer<'_>]),
    names: &[&Domain],
    provider: &Arc<CryptoProvider>,
    now: UnixTime,
) -> Option<bool> {
    let mut roots = RootCertStore::empty();
    roots.add(anchor.clone()).ok()?;
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .ok()?;
    Some(names.iter().any(|name| {
        ServerName::try_from(name.as_str()).is_ok_and(|name| {
            verifier
                .verify_server_cert(leaf, rest, &name, &[], now)
                .is_ok()
        })
    }))
}

#[cfg(test)]
mod tests;
