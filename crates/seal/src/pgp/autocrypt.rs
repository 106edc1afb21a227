//! Autocrypt level 1: keys that travel in a field of ordinary mail.
//!
//! Gossip is not believed: a key is its owner's word alone. Invariant: a field counts only for the one
//! address in From, and two fields that both could count are none (§2.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::Address;

use super::PublicKey;

/// Level 1 §2.1.1: no more than ten kilobytes.
const FIELD_OCTETS_MAX: usize = 10 * 1024;
/// Lines of a folded field; RFC 5322 §2.1.1 asks for at most 78 characters.
const LINE_OCTETS: usize = 68;

/// Whether the owner asks for encryption when both sides do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    None,
    Mutual,
}

/// What a sender's field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub preference: Preference,
    pub key: PublicKey,
}

/// The offer in a message's `Autocrypt` fields (their values, unfolded or not) from that author.
pub fn read<'a>(fields: impl Iterator<Item = &'a [u8]>, from: &Address) -> Option<Offer> {
    let mut offers = fields.filter_map(|field| parse(field, from));
    let first = offers.next()?;
    offers.next().is_none().then_some(first)
}

/// The field with its name and last line end, to be put before a message. `None` when the key's
/// necessary parts are too large for it.
pub fn field(address: &Address, key: &PublicKey, preference: Preference) -> Option<Vec<u8>> {
    let key = key.only(address)?;
    let mut out = format!("Autocrypt: addr={};", address.as_str());
    if preference == Preference::Mutual {
        out.push_str(" prefer-encrypt=mutual;");
    }
    out.push_str("\r\n keydata=");
    for (index, line) in BASE64
        .encode(key.binary())
        .as_bytes()
        .chunks(LINE_OCTETS)
        .enumerate()
    {
        if index > 0 {
            out.push_str("\r\n ");
        }
        out.extend(line.iter().map(|byte| char::from(*byte)));
    }
    out.push_str("\r\n");
    (out.len() <= FIELD_OCTETS_MAX).then(|| out.into_bytes())
}

fn parse(field: &[u8], from: &Address) -> Option<Offer> {
    if field.len() > FIELD_OCTETS_MAX {
        return None;
    }
    let text = std::str::from_utf8(field).ok()?;
    let mut address = None;
    let mut preference = Preference::None;
    let mut key = None;
    for attribute in text.split(';') {
        // base64 may end in signs of equality: only the first one divides
        let Some((name, value)) = attribute.split_once('=') else {
            if attribute.trim().is_empty() {
                continue;
            }
            return None;
        };
        match name.trim() {
            "addr" => address = Some(Address::parse(value.trim()).ok()?),
            "prefer-encrypt" if value.trim() == "mutual" => preference = Preference::Mutual,
            // other wishes than this one count as none (§2.1.1)
            "prefer-encrypt" => {}
            "keydata" => key = Some(key_in(value)?),
            // an attribute that we do not know is critical unless it begins with a line
            name if name.starts_with('_') => {}
            _ => return None,
        }
    }
    let is_authors = address.is_some_and(|address| address.fold() == from.fold());
    let key = key.filter(|_| is_authors)?;
    Some(Offer { preference, key })
}

fn key_in(value: &str) -> Option<PublicKey> {
    let text: String = value.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let keys = PublicKey::parse_all(&BASE64.decode(text).ok()?).ok()?;
    keys.into_iter().next()
}
