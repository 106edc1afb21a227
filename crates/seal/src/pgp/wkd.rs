//! Web Key Directory (draft-koch-openpgp-webkey-service): where a domain keeps its people's keys.
//!
//! Names and answers only; asking is the network's. Invariant: of an answer only keys that name the
//! asked address are taken, and of those only that name.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use model::{Address, limits};

use super::{PgpError, PublicKey};

/// Where to ask, in this order: `direct` only when the host of `advanced` does not exist (§3.1).
#[derive(Clone, PartialEq, Eq)]
pub struct Lookup {
    pub advanced: String,
    pub direct: String,
}

/// Addresses of people do not belong into logs.
impl std::fmt::Debug for Lookup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lookup(..)")
    }
}

pub fn lookup(address: &Address) -> Lookup {
    let domain = address.domain().as_str();
    let hash = hash(address.local());
    let local = percent_encoded(address.local());
    Lookup {
        advanced: format!(
            "https://openpgpkey.{domain}/.well-known/openpgpkey/{domain}/hu/{hash}?l={local}"
        ),
        direct: format!("https://{domain}/.well-known/openpgpkey/hu/{hash}?l={local}"),
    }
}

/// Where a domain says how its directory works (§4.5); that the file is there says there is one.
pub fn policy(domain: &model::Domain) -> Lookup {
    let domain = domain.as_str();
    Lookup {
        advanced: format!("https://openpgpkey.{domain}/.well-known/openpgpkey/{domain}/policy"),
        direct: format!("https://{domain}/.well-known/openpgpkey/policy"),
    }
}

/// The name of a key's file: SHA-1 in z-base-32 of the local part, its ASCII letters in lower case
/// (§3.1). Nothing rests on the hash being strong.
pub fn hash(local: &str) -> String {
    let lower = local.to_ascii_lowercase();
    zbase32(digest(&SHA1_FOR_LEGACY_USE_ONLY, lower.as_bytes()).as_ref())
}

/// The keys of an answer that are the asked address's. An answer is binary (§3.1); some servers send
/// armor all the same.
pub fn answer(body: &[u8], address: &Address) -> Result<Vec<PublicKey>, PgpError> {
    if body.len() > limits::PGP_KEYS_OCTETS_MAX {
        return Err(PgpError::TooLarge);
    }
    let keys = PublicKey::parse_all(body)?;
    Ok(keys.iter().filter_map(|key| key.only(address)).collect())
}

/// RFC 6189 §5.1.6: five bits a letter, the first bits first.
fn zbase32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";
    let mut out = String::new();
    let mut bits = 0_u32;
    let mut held = 0_u32;
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xFFFF;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        out.push(char::from(LETTERS[(held << (5 - bits) & 31) as usize]));
    }
    out
}

/// RFC 3986 §2.1: all but the unreserved.
fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
