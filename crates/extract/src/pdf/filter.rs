//! Stream filters (ISO 32000-2 §7.4).
//!
//! Invariant: every filter's output is counted; a filter for pictures ends the chain and says which
//! one it was.

use super::file::File;
use super::object::{Dict, Object};
use crate::extracted::Because;
use crate::pack::{Packing, unpack_quietly};
use crate::session::Session;

mod lzw;
mod predict;

const FILTERS_MAX: usize = 8;

/// The data, and the picture filter that is left to undo.
pub(super) fn decode(
    session: &mut Session<'_>,
    place: &str,
    file: &File<'_>,
    dict: &Dict,
    data: &[u8],
) -> (Vec<u8>, Option<Vec<u8>>) {
    let named = dict.find("Filter").or_else(|| dict.find("F"));
    let filters = file.list(named);
    let parameters = file.list(dict.find("DecodeParms").or_else(|| dict.find("DP")));
    if filters.is_empty() {
        let counted = session.budget.work(data.len() / 16);
        session.or_lost(place, counted);
        return (data.to_vec(), None);
    }
    let mut data = std::borrow::Cow::Borrowed(data);
    for (index, filter) in filters.iter().take(FILTERS_MAX).enumerate() {
        let Object::Name(name) = file.resolve(filter) else {
            continue;
        };
        let parameters = file.dict(parameters.get(index));
        let out = match name.as_slice() {
            b"FlateDecode" | b"Fl" => flate(session, place, &data, &parameters, file),
            b"LZWDecode" | b"LZW" => {
                let early = file.number(parameters.find("EarlyChange")) != Some(0.0);
                let out = lzw::decode(session, place, &data, early);
                predict::undo(out, &parameters, file)
            }
            b"ASCIIHexDecode" | b"AHx" => hex(&data),
            b"ASCII85Decode" | b"A85" => ascii85(&data),
            b"RunLengthDecode" | b"RL" => runs(session, place, &data),
            b"Crypt" => continue,
            _ => return (data.into_owned(), Some(name)),
        };
        data = out.into();
    }
    if filters.len() > FILTERS_MAX {
        session.lost(place, Because::LimitDepth);
    }
    (data.into_owned(), None)
}

fn flate(
    session: &mut Session<'_>,
    place: &str,
    data: &[u8],
    parameters: &Dict,
    file: &File<'_>,
) -> Vec<u8> {
    let (out, end) = unpack_quietly(session, Packing::Zlib, data);
    match end {
        Ok(()) => {}
        // Many writers leave the checksum out; their readers do not mind.
        Err(Because::Truncated | Because::Malformed) if !out.is_empty() => {}
        Err(because) => session.lost(place, because),
    }
    predict::undo(out, parameters, file)
}

fn hex(data: &[u8]) -> Vec<u8> {
    let digits = data.iter().take_while(|b| **b != b'>');
    let digits: Vec<u8> = digits
        .filter_map(|b| char::from(*b).to_digit(16))
        .map(|digit| digit.to_le_bytes()[0])
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0))
        .collect()
}

fn ascii85(data: &[u8]) -> Vec<u8> {
    let (mut out, mut group, mut count) = (Vec::new(), 0_u32, 0_usize);
    for octet in data {
        match octet {
            b'z' if count == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(octet - b'!'));
                count += 1;
                if count == 5 {
                    out.extend(group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            b'~' => break,
            _ => {}
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        out.extend(&group.to_be_bytes()[..count - 1]);
    }
    out
}

fn runs(session: &mut Session<'_>, place: &str, data: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(length) = data.get(at) {
        let length = usize::from(*length);
        match length {
            128 => break,
            0..128 => {
                let end = data.len().min(at + 2 + length);
                out.extend(&data[at + 1..end]);
                at = end;
            }
            _ => {
                let Some(octet) = data.get(at + 1) else { break };
                out.extend(std::iter::repeat_n(*octet, 257 - length));
                at += 2;
            }
        }
    }
    session.unpacked(out.len());
    if session.budget.expanded == 0 {
        session.lost(place, Because::LimitExpanded);
        out.clear();
    }
    out
}
