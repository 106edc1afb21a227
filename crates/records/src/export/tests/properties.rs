//! Any header, any octets, any name.

use model::limits::EXPORT_NAME_OCTETS_MAX as NAME_OCTETS_MAX;
use proptest::prelude::*;

use super::samples::*;
use crate::export::*;

/// Octets that look like the lines an mbox stumbles over, and any others.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"From ".to_vec()),
        Just(b">".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\nFrom x\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

fn ended(octets: &[u8]) -> Vec<u8> {
    let open = octets.last().is_some_and(|b| *b != b'\n');
    [octets, if open { b"\n" } else { b"" }].concat()
}

fn filled(subject: &str, octets: &[u8]) -> Item {
    let mut item = item("rec_1", octets);
    for field in [
        &mut item.subject,
        &mut item.from,
        &mut item.message_id,
        &mut item.custodian,
    ] {
        *field = subject.to_owned();
    }
    item.envelope_from = subject.to_owned();
    item.attachments = vec![attached(subject, octets), attached(subject, octets)];
    item
}

/// Cells of a DAT: fields parted outside of quotes.
fn dat_rows(dat: &str) -> Vec<usize> {
    let rows = dat
        .strip_prefix('\u{feff}')
        .expect("as made here")
        .split_terminator("\r\n");
    rows.map(|row| {
        let cells: Vec<&str> = row.split('\u{14}').collect();
        for cell in &cells {
            let inner = cell
                .strip_prefix('þ')
                .and_then(|c| c.strip_suffix('þ'))
                .expect("as made here");
            assert!(!inner.replace("þþ", "").contains('þ'));
            assert!(!inner.chars().any(char::is_control));
        }
        cells.len()
    })
    .collect()
}

proptest! {
    #[test]
    fn mbox_is_read_back(all in proptest::collection::vec(octets(), 0..5), from in any::<String>()) {
        let items = all.iter().map(|octets| {
            let mut item = item("rec_1", octets);
            item.envelope_from = from.clone();
            item
        });
        let (kept, _) = kept(items.collect(), &[Format::Mboxrd]);
        let expected: Vec<Vec<u8>> = all.iter().map(|octets| ended(octets)).collect();
        prop_assert_eq!(read_mboxrd(&kept.0["load/messages.mbox"]), expected);
    }

    #[test]
    fn load_files_have_a_row_a_document(subject in any::<String>(), octets in octets()) {
        let items = vec![filled(&subject, &octets), filled(&subject, &octets)];
        let (kept, done) = kept(items, &Format::ALL);
        prop_assert_eq!(done.documents, 6);
        let rows = dat_rows(&kept.text("load/load.dat"));
        prop_assert_eq!(rows.len(), 7);
        prop_assert!(rows.iter().all(|cells| *cells == rows[0]));
        let jsonl = kept.text("load/messages.jsonl");
        prop_assert_eq!(jsonl.lines().count(), 2);
        let line: serde_json::Value = serde_json::from_str(jsonl.lines().next().expect("as made here")).expect("as made here");
        prop_assert_eq!(&line["subject"], &subject);
    }

    #[test]
    fn cells_of_csv_are_no_formulas(blank in "[ \t\r\n]{0,3}", sign in "[=+@-]", rest in any::<String>()) {
        let cell = format!("{blank}{sign}{rest}");
        prop_assert!(csv::quoted(&cell).starts_with("\"'"));
    }

    #[test]
    fn names_are_safe(name in prop_oneof![
        any::<String>(),
        "[./\\\\: a-zé\u{202e}\u{301}]{0,200}",
        "(?i)(con|nul|com[0-9¹]|lpt1|aux) {0,2}(\\.[a-z.]{0,20})?",
    ]) {
        let safe = safe_name(&name);
        prop_assert!(!safe.is_empty() && safe.len() <= NAME_OCTETS_MAX, "{:?}", safe);
        prop_assert!(!safe.chars().any(|c| c.is_control() || "/\\:*?\"<>|".contains(c)));
        prop_assert!(safe != "." && safe != ".." && !safe.ends_with(['.', ' ']) && !safe.starts_with('.'));
        let stem = safe.split('.').next().expect("as made here").trim_end().to_lowercase();
        prop_assert!(!["con", "nul", "aux", "prn", "com1", "com¹", "lpt1"].contains(&stem.as_str()));
        prop_assert_eq!(safe_name(&safe), safe.clone(), "safe names stay");
    }
}
