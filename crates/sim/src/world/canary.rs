//! Words planted in a message, so that it can be told wherever a part of it turns up.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

use crate::kit::SimRng;

const MARK: &[u8] = b"Kanari";
/// The mark at the beginning of something in base64.
const MARK_BASE64: &[u8] = b"S2FuYXJp";
const LETTERS: usize = 12;

/// A word that no other message holds. Letters only: digits could be taken for an identifier.
pub(crate) fn new(chance: &SimRng) -> String {
    let mut word = String::from_utf8_lossy(MARK).into_owned();
    for _ in 0..LETTERS {
        word.push(char::from(*chance.pick(b"abcdefghijklmnop")));
    }
    word
}

/// Every planted word in these bytes: plain, or where base64 begins with one. Bytes that end in the
/// middle of a word do not hold it.
pub(crate) fn find(bytes: &[u8]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let plain = memmem::find_iter(bytes, MARK).map(|at| bytes.get(at..at + MARK.len() + LETTERS));
    found.extend(plain.flatten().filter_map(word));
    for at in memmem::find_iter(bytes, MARK_BASE64) {
        let decoded = bytes
            .get(at..at + 24)
            .and_then(|text| STANDARD.decode(text).ok());
        found.extend(decoded.as_deref().and_then(word));
    }
    found
}

fn word(bytes: &[u8]) -> Option<String> {
    let letters = bytes.strip_prefix(MARK)?;
    let whole = letters.iter().all(|b| (b'a'..=b'p').contains(b));
    whole.then(|| String::from_utf8_lossy(bytes).into_owned())
}
