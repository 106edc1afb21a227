//! What small packages look like.

use std::io::Write;

use model::Secret;
use model::limits::{
    EXPORT_DOCUMENTS_MAX as DOCUMENTS_MAX, EXPORT_PASSWORD_OCTETS_MIN as PASSWORD_OCTETS_MIN,
};

use super::samples::*;
use crate::export::*;

fn two() -> Vec<Item> {
    let mut first = item(
        "rec_1",
        b"Subject: Results\r\n\r\nFrom here on\r\n>From there\r\n",
    );
    first.text = Some("From here on".to_owned());
    first.subject = "Results: \u{fe}, Drug\u{ae}\nand \"more\"".to_owned();
    first.attachments = vec![attached("../scan.pdf", b"%PDF"), attached("CON", b"x")];
    first.unreadable = vec![Unreadable {
        part: "2".to_owned(),
        why: "encrypted".to_owned(),
    }];
    vec![first, item("rec_2", b"Subject: b\r\n\r\nb")]
}

#[test]
fn a_package_has_its_folders_and_every_file_is_summed() {
    let (kept, done) = kept(two(), &Format::ALL);
    let paths: Vec<&str> = kept.0.keys().map(String::as_str).collect();
    let expected = [
        "SHA256SUMS",
        "load/README.txt",
        "load/documents.csv",
        "load/edrm.xml",
        "load/load.dat",
        "load/messages.jsonl",
        "load/messages.mbox",
        "manifest.json",
        "natives/CAD-00000001.eml",
        "natives/CAD-00000001.json",
        "natives/CAD-00000002__scan.pdf",
        "natives/CAD-00000003__CON",
        "natives/CAD-00000004.eml",
        "natives/CAD-00000004.json",
        "reports/custody.csv",
        "reports/declaration-902.txt",
        "reports/exclusions.csv",
        "text/CAD-00000001.txt",
        "text/CAD-00000002.txt",
        "text/CAD-00000003.txt",
    ];
    assert_eq!(paths, expected);
    assert_eq!((done.items, done.documents), (2, 4));
    let sums = kept.text("SHA256SUMS");
    assert_eq!(sums.lines().count(), paths.len() - 1);
    for line in sums.lines() {
        let (sha256, path) = line.split_once("  ").expect("as made here");
        assert_eq!(Digests::of(&kept.0[path]).sha256, sha256, "{path}");
    }
    assert_eq!(Digests::of(sums.as_bytes()).sha256, done.sums_sha256);
    assert!(
        kept.text("reports/declaration-902.txt")
            .contains(&done.manifest_sha256)
    );
    assert!(kept.text("reports/exclusions.csv").contains("\"'=cmd\""));
}

#[test]
fn natives_are_the_octets_that_were_kept() {
    let items = two();
    let octets = items[0].octets.clone();
    let (kept, _) = kept(items, &[]);
    assert_eq!(kept.0["natives/CAD-00000001.eml"], octets);
    assert_eq!(kept.0["natives/CAD-00000002__scan.pdf"], b"%PDF");
}

#[test]
fn digests_are_those_of_the_standards() {
    let digests = Digests::of(b"abc");
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digests.sha256, sha256);
    assert_eq!(digests.md5, "900150983cd24fb0d6963f7d28e17f72");
}

#[test]
fn mbox_quotes_from_at_every_depth() {
    let (kept, _) = kept(two(), &[Format::Mboxrd]);
    let expected = "From nurse@clinic.example Mon Sep 21 14:13:20 2026\n\
         Subject: Results\r\n\r\n>From here on\r\n>>From there\r\n\n\
         From nurse@clinic.example Mon Sep 21 14:13:20 2026\nSubject: b\r\n\r\nb\n\n";
    assert_eq!(kept.text("load/messages.mbox"), expected);
}

#[test]
fn dat_keeps_families_together() {
    let (kept, _) = kept(two(), &[Format::Dat]);
    let dat = kept.text("load/load.dat");
    let lines: Vec<&str> = dat
        .strip_prefix('\u{feff}')
        .expect("as made here")
        .split_terminator("\r\n")
        .collect();
    assert_eq!(lines.len(), 5);
    let cells =
        |line: &str| -> Vec<String> { line.split('\u{14}').map(|cell| cell.to_owned()).collect() };
    let head = cells(lines[0]);
    let column = |name: &str| {
        head.iter()
            .position(|h| *h == format!("þ{name}þ"))
            .expect("as made here")
    };
    let rows: Vec<Vec<String>> = lines[1..].iter().map(|line| cells(line)).collect();
    let cell = |row: usize, name: &str| rows[row][column(name)].clone();
    assert_eq!(cell(1, "PARENT_DOCID"), "þCAD-00000001þ");
    assert_eq!(
        (cell(1, "BEGATTACH"), cell(1, "ENDATTACH")),
        ("þCAD-00000001þ".into(), "þCAD-00000003þ".into())
    );
    assert_eq!(
        (cell(3, "BEGATTACH"), cell(3, "ENDATTACH")),
        ("þCAD-00000004þ".into(), "þCAD-00000004þ".into())
    );
    assert_eq!(cell(0, "SUBJECT"), "þResults: þþ, Drug(R)®and \"more\"þ");
    assert_eq!(cell(0, "NATIVEFILE"), "þnatives\\CAD-00000001.emlþ");
    assert_eq!(cell(0, "DATESENT"), "þ2026-09-21T14:13:20.000Zþ");
    assert_eq!(cell(0, "METHODS"), "þpat@mail.example=portalþ");
}

#[test]
fn edrm_names_documents_files_and_relationships() {
    let (kept, _) = kept(two(), &[Format::Edrm]);
    let xml = kept.text("load/edrm.xml");
    for piece in [
        "<Document DocID=\"CAD-00000002\" DocType=\"File\" MimeType=\"application/pdf\">",
        "<ExternalFile FilePath=\"natives\" FileName=\"CAD-00000001.eml\" FileSize=\"47\" Hash=\"",
        "<Relationship Type=\"Attachment\" ParentDocId=\"CAD-00000001\" ChildDocId=\"CAD-00000003\"/>",
        "<Custodian>Nurse One</Custodian>",
        "TagValue=\"Results: þ, Drug®&#10;and &quot;more&quot;\"",
    ] {
        assert!(xml.contains(piece), "{piece}");
    }
}

#[test]
fn the_same_input_gives_the_same_octets() {
    assert_eq!(zipped(two()), zipped(two()));
    let doubled = [Format::Csv, Format::Dat, Format::Csv];
    assert_eq!(
        kept(two(), &doubled).0.0,
        kept(two(), &[Format::Dat, Format::Csv]).0.0
    );
}

#[test]
fn a_message_that_changes_meanwhile_fails_the_export() {
    struct Changing(u64);
    impl Source for Changing {
        fn count(&self) -> u64 {
            1
        }
        fn item(&mut self, _: u64) -> model::Result<Item> {
            self.0 += 1;
            Ok(item("rec_1", self.0.to_string().as_bytes()))
        }
    }
    let options = options(&[Format::Jsonl]);
    let fault = write(
        &mut Kept::default(),
        &mut Changing(0),
        &matter(),
        &options,
        &[],
    );
    assert!(matches!(fault, Err(Fault::Changed { index: 0 })));
}

#[test]
fn proofs_of_one_name_are_refused() {
    let proof = |name: &str| Proof {
        name: name.to_owned(),
        octets: Vec::new(),
    };
    let proofs = [proof("a/Leaf"), proof("a_leaf")];
    let fault = write(
        &mut Kept::default(),
        &mut Items(two()),
        &matter(),
        &options(&[]),
        &proofs,
    );
    assert!(matches!(fault, Err(Fault::ProofName)));
}

#[test]
fn numbers_end_and_prefixes_are_plain() {
    let mut options = options(&[]);
    options.first = DOCUMENTS_MAX;
    let fault = write(
        &mut Kept::default(),
        &mut Items(two()),
        &matter(),
        &options,
        &[],
    );
    assert!(matches!(fault, Err(Fault::TooMany)));
    options.prefix = "../".to_owned();
    let fault = write(
        &mut Kept::default(),
        &mut Items(two()),
        &matter(),
        &options,
        &[],
    );
    assert!(matches!(fault, Err(Fault::Prefix)));
}

#[test]
fn locked_packages_ask_for_a_long_password() {
    let short = Secret::new("p".repeat(PASSWORD_OCTETS_MIN - 1));
    assert!(Locked::new(Vec::new(), "package.zip", &short, [7; 16], at()).is_err());
    let long = Secret::new("p".repeat(PASSWORD_OCTETS_MIN));
    let mut locked =
        Locked::new(Vec::new(), "package.zip", &long, [7; 16], at()).expect("as made here");
    locked.write_all(&[9; 10_000]).expect("as made here");
    let octets = locked.finish().expect("as made here");
    assert!(
        !octets.windows(16).any(|w| w == [9; 16]),
        "nines show through"
    );
}

#[test]
fn a_folder_is_not_written_over_and_not_left() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("nowhere");
    let mut folder = Folder::new(&root);
    for path in ["../x", "/x", "a/../x", "", "./x"] {
        assert!(folder.file(path, &mut |_| Ok(())).is_err(), "{path}");
    }
    assert!(!root.exists());
}
