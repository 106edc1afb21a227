//! Mailboxes: what a file cannot show.

use caduceus_records::import::{Format, Import, Limits, recognise};

use crate::kit::{case, read, text};

#[test]
fn formats_are_told_by_content() {
    let told = |octets: &[u8]| recognise(octets);
    assert_eq!(told(b"PK\x03\x04"), Some(Format::Zip));
    assert_eq!(told(b"\x1f\x8b\x08"), Some(Format::Gzip));
    assert_eq!(told(b"!BDN"), Some(Format::Pst));
    assert_eq!(told(&case("apple.emlx")), Some(Format::Emlx));
    assert_eq!(told(&case("alone.eml")), Some(Format::Message));
    assert_eq!(told(&case("thunderbird.mbox")), Some(Format::Mbox));
    assert_eq!(told(&case("note.txt")), None);
    assert_eq!(told(b""), None);
}

#[test]
fn a_message_is_the_same_in_every_line_end_of_its_container() {
    let found = read(case("thunderbird.mbox"));
    assert!(text(&found[0]).ends_with("From here to there is text.\r\n"));
    assert!(
        found
            .iter()
            .all(|one| text(one).starts_with("X-Mozilla-Status: "))
    );
}

#[test]
fn the_key_is_the_digest_of_the_octets() {
    let found = read(b"Subject: x\n\nabc".to_vec());
    // printf 'Subject: x\n\nabc' | sha256sum
    let wanted = "61b5cda3c259a9996bd75e7c96cc992859a08079353efa5adaf61189d764520f";
    assert_eq!(hex::encode(found[0].key()), wanted);
    assert_eq!(found[0].key(), read(b"Subject: x\n\nabc".to_vec())[0].key());
    assert_ne!(found[0].key(), read(b"Subject: x\n\nabd".to_vec())[0].key());
}

#[test]
fn progress_is_readable_on_the_way() {
    let octets = case("plain_mboxo.mbox");
    let length = octets.len() as u64;
    let mut import =
        Import::of_file(std::io::Cursor::new(octets), "x", Limits::default()).expect("opens");
    assert_eq!(import.progress().messages, 0);
    let first = import.next().expect("a message");
    assert_eq!(import.progress().messages, 1);
    assert_eq!(import.progress().octets, first.octets.len() as u64);
    assert_eq!(import.by_ref().count(), 1);
    assert_eq!(import.progress().messages, 2);
    assert_eq!(import.progress().problems, 0);
    assert!(import.progress().read >= length);
}

#[test]
fn a_length_that_lies_in_every_message_costs_no_more_than_one() {
    // Moved in memory once a message, this would take minutes.
    let one = "From a@b Mon Jan  7 09:08:07 2019\nSubject: x\nContent-Length: 20000000\n\ny\n\n";
    let octets = one.repeat(100_000).into_bytes();
    assert_eq!(read(octets).len(), 100_000);
}
