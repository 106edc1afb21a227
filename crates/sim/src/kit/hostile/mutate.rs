//! One input out of known ones: bytes, lines, numbers and nesting changed.

use super::{OCTETS_MAX, SimRng};

/// What stands between things, and what stands nowhere by right.
const BREAKS: [&[u8]; 24] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"\r\n\r\n",
    b"\r\n.\r\n",
    b"\r\n \t",
    b" ",
    b"\t",
    b"\"",
    b"'",
    b"\\",
    b"\x7f",
    // No UTF-8, cut UTF-8, overlong, a byte order mark, what turns text around, a combining flood.
    b"\xff",
    b"\xc3",
    b"\xc0\xaf",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"\xcc\x81\xcc\x81\xcc\x81",
    b"=?utf-8?q?=00?=",
    b"%00",
    b"%s",
    b"${x}",
    b"../",
];
/// What a count, a length or a time should not be.
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "00",
    "1e9",
    "255",
    "256",
    "65535",
    "65536",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999",
];
/// What opens without being closed.
const OPENINGS: [&str; 10] = [
    "(",
    "[",
    "{",
    "<a>",
    "<!--",
    "<![CDATA[",
    "{\"a\":",
    "--b\r\n",
    "a.",
    "\"",
];

pub(super) fn mutate(seeds: &[Vec<u8>], words: &[&str], chance: &SimRng) -> Vec<u8> {
    let mut bytes = seeds
        .first()
        .map_or_else(Vec::new, |_| chance.pick(seeds).clone());
    for _ in 0..=chance.below(6) {
        change(&mut bytes, seeds, words, chance);
        bytes.truncate(OCTETS_MAX);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str], chance: &SimRng) {
    let at = place(chance, bytes.len());
    match chance.below(14) {
        0 => set(bytes, at, u8::try_from(chance.below(256)).unwrap_or(0)),
        1 => {
            let bit = 1 << chance.below(8);
            let changed = bytes.get(at).map_or(0, |byte| byte ^ bit);
            set(bytes, at, changed);
        }
        2 => drop(bytes.drain(at..end(bytes, at, 40, chance))),
        3 => bytes.truncate(at),
        4 => {
            let piece = bytes[at..end(bytes, at, 200, chance)].to_vec();
            insert(bytes, place(chance, bytes.len()), &piece);
        }
        5 => splice(bytes, at, chance.pick::<Vec<u8>>(seeds), chance),
        6 => insert(bytes, at, chance.pick::<&[u8]>(&BREAKS)),
        7 if !words.is_empty() => insert(bytes, at, chance.pick(words).as_bytes()),
        8 => number(bytes, at, chance.pick::<&str>(&NUMBERS)),
        9 => insert(
            bytes,
            at,
            &chance.pick(&OPENINGS).as_bytes().repeat(many(chance)),
        ),
        10 => {
            let byte = bytes.get(at).copied().unwrap_or(b'a');
            insert(bytes, at, &[byte].repeat(many(chance)));
        }
        11 => lines(bytes, chance),
        12 => {
            let to = end(bytes, at, 60, chance);
            bytes[at..to].iter_mut().for_each(|byte| *byte ^= 0x20);
        }
        _ => {
            let to = end(bytes, at, 60, chance);
            bytes[at..to].reverse();
        }
    }
}

fn place(chance: &SimRng, below: usize) -> usize {
    let bound = u64::try_from(below).unwrap_or(0) + 1;
    usize::try_from(chance.below(bound)).unwrap_or(0)
}

fn end(bytes: &[u8], at: usize, most: usize, chance: &SimRng) -> usize {
    (at + place(chance, most)).min(bytes.len())
}

/// Mostly a few, sometimes thousands: limits lie there.
fn many(chance: &SimRng) -> usize {
    let most = *chance.pick(&[3, 40, 200, 1_100, 9_000]);
    place(chance, most) + 1
}

fn set(bytes: &mut [u8], at: usize, to: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = to;
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    let at = at.min(bytes.len());
    drop(bytes.splice(at..at, piece.iter().copied()));
}

/// The rest of another input, from anywhere in it.
fn splice(bytes: &mut Vec<u8>, at: usize, other: &[u8], chance: &SimRng) {
    let from = place(chance, other.len());
    bytes.truncate(at);
    bytes.extend_from_slice(&other[from..]);
}

/// Puts a number where the next one stands, or here.
fn number(bytes: &mut Vec<u8>, at: usize, text: &str) {
    let found = bytes[at..].iter().position(u8::is_ascii_digit);
    let from = found.map_or(at, |found| at + found);
    let digits = bytes[from..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    drop(bytes.splice(from..from + digits, text.bytes()));
}

/// A line again, many times, or in another's place.
fn lines(bytes: &mut Vec<u8>, chance: &SimRng) {
    let mut all: Vec<Vec<u8>> = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if all.is_empty() {
        return;
    }
    let (a, b) = (place(chance, all.len() - 1), place(chance, all.len() - 1));
    match chance.below(3) {
        0 => all.swap(a, b),
        1 => {
            let line = all[a].clone();
            let again = std::iter::repeat_n(line, many(chance).min(2_000));
            drop(all.splice(b..b, again));
        }
        _ => drop(all.remove(a)),
    }
    *bytes = all.concat();
}
