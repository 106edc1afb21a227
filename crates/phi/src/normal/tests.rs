//! Reading and places of text that is not plain ASCII.

use super::*;

/// The source text under the place of `needle` in the reading.
fn under<'a>(source: &'a str, needle: &str) -> &'a str {
    let normal = Normal::of(source);
    let start = memchr::memmem::find(normal.bytes(), needle.as_bytes()).expect("it reads so");
    let (start, len) = normal.place(&(start..start + needle.len()));
    &source[start..start + len]
}

#[test]
fn ascii_is_read_in_place() {
    let normal = Normal::of("MRN 12");
    assert!(matches!(normal.bytes, Cow::Borrowed(_)));
    assert_eq!(normal.place(&(4..6)), (4, 2));
}

#[test]
fn places_lead_back_to_the_source() {
    assert_eq!(under("é ssn １２３‐4", "123-4"), "１２３‐4");
    assert_eq!(under("x\u{200b}1\u{200b}2\u{200b}y", "12"), "1\u{200b}2");
    assert_eq!(under("año", "ano"), "año");
    assert_eq!(under("日本 7", "7"), "7");
}

/// What a reader sees is what is read, however it was written.
#[test]
fn letters_that_only_look_otherwise_read_as_they_look() {
    for (written, seen) in [
        ("𝐝𝐢𝐚𝐛𝐞𝐭𝐞𝐬", "diabetes"),
        ("②①⑨-⓪9", "219-09"),
        ("ⓗⒾⓥ", "hIv"),
        ("dіаbеtеѕ", "diabetes"),
        ("ΗΙV", "HIV"),
        ("di\u{e0061}abetes\u{e007f}", "diabetes"),
    ] {
        let normal = Normal::of(written);
        assert_eq!(normal.bytes(), seen.as_bytes(), "{written}");
        assert_eq!(as_read(written), seen);
    }
}

#[test]
fn letters_of_other_scripts_stay() {
    let normal = Normal::of("日本");
    assert_eq!(normal.bytes(), "日本".as_bytes());
    assert_eq!(normal.place(&(0..3)), (0, 3));
    assert!(!normal.is_garbled());
}

#[test]
fn every_digit_block_reads_as_ascii() {
    for zero in ZEROS {
        let text: String = (0..10)
            .filter_map(|value| char::from_u32(zero + value))
            .collect();
        assert_eq!(Normal::of(&text).bytes(), b"0123456789", "block {zero:x}");
    }
}

#[test]
fn mostly_replacement_characters_is_garbled() {
    assert!(Normal::of("\u{fffd}\u{fffd}ab").is_garbled());
    assert!(!Normal::of("a name with one \u{fffd} in it").is_garbled());
}
