//! What lies on the disk: no word of a message, no name, no address, no link, no code.

use std::collections::BTreeMap;
use std::path::Path;

use flow::portal::Reply;
use flow::{DraftFile, Letter};
use model::Outcome;

use crate::clinic::Clinic;
use crate::letters::{address, letter, link_of, other_code};
use crate::on_disk;

/// A word in every field that a person fills.
fn planted() -> Letter {
    let person = flow::DraftRecipient {
        name: Some("Kanarirecipientname".to_owned()),
        ..crate::letters::to("kanarilocal@kanaridomain.example")
    };
    Letter {
        from: address("kanarisender@clinic.example"),
        from_name: Some("Kanarifromname".to_owned()),
        reply_to: Some(address("kanarireply@clinic.example")),
        recipients: vec![person],
        subject: "Kanarisubject SSN 536-90-4399".to_owned(),
        text: Some("Kanaritext: melanoma, MRN 00482913".to_owned()),
        html: Some("<p>Kanarihtml</p>".to_owned()),
        files: vec![file("Kanarifile.txt", b"Kanaricontent"), large()],
        headers: vec![("X-Ward".to_owned(), "Kanariheader".to_owned())],
        tags: vec!["Kanaritag".to_owned()],
        metadata: BTreeMap::from([("Kanarikey".to_owned(), "Kanarivalue".to_owned())]),
        demanded: Some(model::Method::Portal),
        ..letter(&[])
    }
}

fn file(name: &str, bytes: &[u8]) -> DraftFile {
    DraftFile {
        name: name.to_owned(),
        content_type: "text/plain".to_owned(),
        bytes: bytes.to_vec(),
    }
}

/// More than a row takes, and noise enough that it stays so.
fn large() -> DraftFile {
    let mut file = crate::letters::noise("large.bin", 600_000);
    file.bytes.extend_from_slice(b"Kanarilarge");
    file
}

fn holds(bytes: &[u8], word: &str) -> bool {
    let lower: Vec<u8> = bytes.to_ascii_lowercase();
    lower
        .windows(word.len())
        .any(|part| part == word.to_ascii_lowercase().as_bytes())
}

fn files_under(dir: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_under(&path, found)
        } else {
            found.push(path)
        }
    }
}

on_disk! {
    fn no_word_is_readable(store) {
        let clinic = Clinic::open(store);
        clinic.submit(&clinic.staff, planted())?;
        clinic.work();
        let link = link_of(&clinic.deliver(Outcome::Accepted));
        let right = clinic.code(&link);
        drop(clinic.flow.portal_enter(&link, &other_code(&right)));
        let visit = clinic.visit(&link);
        clinic.flow.portal_thread(&visit)?;
        clinic.flow.portal_reply(&visit, Reply { text: "Kanarireplytext".to_owned(), files: vec![file("Kanarib.txt", b"Kanaric")] })?;
        clinic.submit(&clinic.staff, Letter { demanded: None, ..planted() })?;
        clinic.work();
        clinic.deliver(crate::clinic::DEFERRED);
        while clinic.world.sequence()? > 0 {}

        let cells = store.beside().cells();
        for table in ["messages", "recipients", "blobs", "sealed", "deliveries", "attempts", "notices", "codes",
            "visits", "events", "ledger_entries", "ledger_payloads", "item_keys"] {
            assert!(cells.iter().any(|cell| cell.table == table), "{table} was read");
        }
        for cell in &cells {
            for word in ["kanari", "536-90-4399", "00482913", "melanoma", link.as_str(), visit.as_str()] {
                assert!(!holds(&cell.bytes, word), "{}.{} holds a planted word", cell.table, cell.column);
            }
        }
        let code_columns = cells.iter().filter(|cell| ["codes", "events", "ledger_entries"].contains(&cell.table.as_str()));
        assert!(code_columns.into_iter().all(|cell| cell.column.ends_with("_at") || cell.column == "at" || !holds(&cell.bytes, &right)));

        let mut files = Vec::new();
        files_under(store.dir(), &mut files);
        assert!(files.iter().any(|path| path.components().any(|part| part.as_os_str() == "blobs")), "a large blob is a file");
        for path in files {
            assert!(!holds(&std::fs::read(&path)?, "kanari"), "{} holds a planted word", path.display());
        }
    }
}
