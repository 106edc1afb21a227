//! ZIP, tar and gzip around mail.

use std::io::Write;

use caduceus_records::import::Problem;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use crate::kit::{case, read};

pub fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(octets).expect("memory");
    packer.finish().expect("memory")
}

pub fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = Vec::new();
    for (name, content) in entries {
        let mut header = [0_u8; 512];
        header[..name.len().min(100)].copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|octet| u32::from(*octet)).sum();
        header[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        header[154] = 0;
        file.extend_from_slice(&header);
        file.extend_from_slice(content);
        file.resize(file.len().next_multiple_of(512), 0);
    }
    file.resize(file.len() + 1_024, 0);
    file
}

pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
        packer.write_all(content).expect("memory");
        let packed = packer.finish().expect("memory");
        let at = u32::try_from(file.len()).expect("small").to_le_bytes();
        let sizes = [packed.len(), content.len()]
            .map(|size| u32::try_from(size).expect("small").to_le_bytes());
        let name_length = u16::try_from(name.len()).expect("short").to_le_bytes();
        let common = [
            &[20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &sizes[0][..],
            &sizes[1],
            &name_length,
            &[0, 0],
        ]
        .concat();
        file.extend([&b"PK\x03\x04"[..], &common, name.as_bytes(), &packed].concat());
        directory.extend(
            [
                &b"PK\x01\x02\x14\x00"[..],
                &common,
                &[0; 10],
                &at,
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let start = u32::try_from(file.len()).expect("small").to_le_bytes();
    let size = u32::try_from(directory.len()).expect("small").to_le_bytes();
    let count = u16::try_from(entries.len()).expect("few").to_le_bytes();
    [
        &file[..],
        &directory,
        b"PK\x05\x06\0\0\0\0",
        &count,
        &count,
        &size,
        &start,
        &[0, 0],
    ]
    .concat()
}

#[test]
fn mail_in_archives_is_found_and_places_say_where() {
    let (eml, mbox) = (case("alone.eml"), case("takeout.mbox"));
    let entries: &[(&str, &[u8])] = &[
        ("../../etc/passwd", &eml),
        ("Takeout/Mail/All.mbox", &mbox),
        ("x.html", b"<html>"),
    ];
    for packed in [zip(entries), tar(entries), gzip(&tar(entries))] {
        let found = read(packed);
        let places: Vec<_> = found.iter().map(|one| one.place.file.as_str()).collect();
        let all = "a.file/Takeout/Mail/All.mbox";
        assert_eq!(
            places,
            ["a.file/../../etc/passwd", all, all, "a.file/x.html"]
        );
        assert_eq!(found[0].octets, eml);
        assert_eq!(found[2].place.number, 2);
        assert_eq!(found[3].problems, [Problem::NotMail]);
    }
}

#[test]
fn a_mailbox_in_gzip_is_a_mailbox() {
    let plain = read(case("takeout.mbox"));
    assert!(read(gzip(&case("takeout.mbox"))) == plain);
}

#[test]
fn archives_in_archives_down_to_the_limit() {
    let eml = case("alone.eml");
    let inner = zip(&[("a.eml", &eml)]);
    let found = read(tar(&[("one.zip", &inner)]));
    assert_eq!((found.len(), &found[0].octets), (1, &eml));
    let mut deep = inner;
    for _ in 0..10 {
        deep = zip(&[("deeper.zip", &deep)]);
    }
    assert_eq!(read(deep)[0].problems, [Problem::TooDeep]);
}

#[test]
fn what_is_cut_or_hidden_is_said() {
    let mbox = case("takeout.mbox").repeat(50);
    let packed = gzip(&mbox);
    let cut = read(packed[..packed.len() / 2].to_vec());
    assert!(
        cut.last()
            .expect("something")
            .problems
            .contains(&Problem::Truncated)
    );
    let whole = tar(&[("a.mbox", &mbox)]);
    let cut = read(whole[..2_000].to_vec());
    assert!(
        cut.iter()
            .any(|one| one.problems.contains(&Problem::Truncated))
    );
    let mut locked = zip(&[("a.mbox", &mbox)]);
    let entry = locked
        .windows(4)
        .rposition(|four| four == b"PK\x01\x02")
        .expect("a directory");
    locked[entry + 8] |= 1;
    assert_eq!(read(locked)[0].problems, [Problem::Encrypted]);
}

#[test]
fn long_names_of_both_kinds() {
    let long = "n".repeat(150);
    let eml = case("alone.eml");
    let mut gnu = tar(&[
        ("././@LongLink", format!("{long}\0").as_bytes()),
        ("short", &eml),
    ]);
    retype(&mut gnu, b'L');
    assert_eq!(read(gnu)[0].place.file, format!("a.file/{long}"));
    let record = format!("161 path={long}\n");
    let mut pax = tar(&[("PaxHeader", record.as_bytes()), ("short", &eml)]);
    retype(&mut pax, b'x');
    assert_eq!(read(pax)[0].place.file, format!("a.file/{long}"));
}

fn retype(tar: &mut [u8], kind: u8) {
    tar[156] = kind;
    tar[148..156].fill(b' ');
    let sum: u32 = tar[..512].iter().map(|octet| u32::from(*octet)).sum();
    tar[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    tar[154] = 0;
}
