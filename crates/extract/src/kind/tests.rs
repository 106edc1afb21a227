use super::{FileKind, marks};
use crate::extracted::Mark;
use crate::extractor::Claim;

#[test]
fn a_file_is_what_its_octets_say() {
    let mut iso = vec![0; 32_769];
    iso.extend(b"CD001");
    let cases: &[(&[u8], &str)] = &[
        (b"", "empty"),
        (b"\0\x01\x02\x03binary\xff\xfe\0\0", "unknown"),
        (b"%PDF-1.7\n", "pdf"),
        (b"junk before %PDF-1.4", "pdf"),
        (b"PK\x03\x04....", "zip"),
        (b"PK\x03\x04 a stored %PDF-1.7", "zip"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"{\\rtf1 a}", "rtf"),
        (b"<!DOCTYPE html><p>x", "html"),
        (
            b"<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\">",
            "ccda",
        ),
        (
            b"<?xml version=\"1.0\"?><Patient xmlns=\"http://hl7.org/fhir\">",
            "fhir",
        ),
        (b"<?xml version='1.0'?><note>", "xml"),
        (b"{\"resourceType\":\"Patient\"}", "fhir"),
        (b"[1,2]", "json"),
        (b"MSH|^~\\&|LAB|", "hl7"),
        (b"ISA*00*          *00*          *ZZ*", "x12"),
        (b"BEGIN:VCARD\r\nVERSION:4.0", "card"),
        (
            b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\n\r\nhi",
            "message",
        ),
        (b"Dear colleague: thank you", "text"),
        (b"\xff\xfeh\0e\0l\0l\0o\0", "text"),
        (b"-----BEGIN PGP MESSAGE-----\n", "pgp"),
        (b"\x7fELF\x02\x01", "executable"),
        (b"L\0\0\0\x01\x14\x02\0", "shortcut"),
        (&iso, "disk_image"),
    ];
    for (octets, kind) in cases {
        assert_eq!(
            FileKind::of(octets).word(),
            *kind,
            "{:?}",
            &octets[..octets.len().min(20)]
        );
    }
}

#[test]
fn a_claim_is_compared_and_never_believed() {
    let pdf: &[u8] = b"%PDF-1.7";
    let exe = b"MZ"
        .iter()
        .copied()
        .chain([0; 58])
        .chain([0x40, 0, 0, 0])
        .chain(*b"PE\0\0");
    let exe: Vec<u8> = exe.collect();
    let cases: &[(&str, &str, &[u8], &[Mark])] = &[
        ("a.pdf", "application/pdf", pdf, &[]),
        ("a.png", "image/png", pdf, &[Mark::NameMismatch]),
        ("note.txt", "text/plain", b"<html>hello", &[]),
        (
            "note.txt",
            "text/plain",
            b"PK\x03\x04",
            &[Mark::NameMismatch],
        ),
        (
            "scan.pdf.exe",
            "",
            &exe,
            &[Mark::Executable, Mark::DoubleExtension],
        ),
        (
            "scan.pdf",
            "",
            &exe,
            &[Mark::Executable, Mark::NameMismatch],
        ),
        ("cod\u{202e}fdp.txt", "", b"x", &[Mark::NameMismatch]),
        ("run.js", "", b"var a = 1", &[Mark::Script]),
        ("old.doc", "", b"{\\rtf1", &[]),
        ("plan.iso", "", b"hello", &[Mark::DiskImage]),
    ];
    for (name, content_type, octets, expected) in cases {
        let claim = Claim { name, content_type };
        let mut found = marks(FileKind::of(octets), &claim);
        found.dedup();
        assert_eq!(&found, expected, "{name}");
    }
}
