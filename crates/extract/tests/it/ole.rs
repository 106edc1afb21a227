//! Documents of Office before 2007 and messages of Outlook.

use caduceus_extract::{Because, Mark, TextForm};

use crate::kit::{all, read, reasons};

/// A compound file of these streams; a name `folder/stream` makes the storage.
pub fn compound(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0; 512];
    file[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    file[30..32].copy_from_slice(&9_u16.to_le_bytes());
    file[32..34].copy_from_slice(&6_u16.to_le_bytes());
    file[60..64].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
    file[68..72].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
    file[76..512].fill(0xff);
    let (mut chain, mut entries) = (Vec::new(), Vec::new());
    for (name, content) in streams {
        let start = chain.len();
        let sectors = content.len().div_ceil(512).max(1);
        chain.extend((start + 1..start + sectors).map(|n| u32::try_from(n).expect("few")));
        chain.push(0xffff_fffe);
        file.extend(content);
        file.resize(512 + chain.len() * 512, 0);
        entries.push((*name, start, content.len()));
    }
    let directory = directory(&entries);
    let directory_at = chain.len();
    let sectors = directory.len() / 512;
    chain
        .extend((directory_at + 1..directory_at + sectors).map(|n| u32::try_from(n).expect("few")));
    chain.push(0xffff_fffe);
    file.extend(&directory);
    file[48..52].copy_from_slice(&u32::try_from(directory_at).expect("few").to_le_bytes());
    // The table itself, in as many sectors as it needs.
    let table_at = chain.len();
    let tables = (chain.len() + 2).div_ceil(127).max(1);
    chain.extend(std::iter::repeat_n(0xffff_fffd, tables));
    chain.resize(tables * 128, 0xffff_ffff);
    for n in 0..tables {
        let place = u32::try_from(table_at + n).expect("few").to_le_bytes();
        file[76 + n * 4..80 + n * 4].copy_from_slice(&place);
    }
    file.extend(chain.iter().flat_map(|next| next.to_le_bytes()));
    file
}

/// The root, storages, and streams; siblings hang to the right of one another.
fn directory(streams: &[(&str, usize, usize)]) -> Vec<u8> {
    let mut rows: Vec<(String, u8, u32, u32, usize, usize)> = vec![(
        "Root Entry".to_owned(),
        5,
        u32::MAX,
        u32::MAX,
        0xffff_fffe,
        0,
    )];
    let mut last: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let mut add = |rows: &mut Vec<(String, u8, u32, u32, usize, usize)>,
                   parent: usize,
                   key: String,
                   row: (String, u8, u32, u32, usize, usize)| {
        let at = rows.len();
        rows.push(row);
        let number = u32::try_from(at).expect("few");
        match last.insert(key, at) {
            Some(sibling) => rows[sibling].2 = number,
            None => rows[parent].3 = number,
        }
        at
    };
    let mut folders = std::collections::BTreeMap::new();
    for (name, start, size) in streams {
        let (parent, key, leaf) = match name.split_once('/') {
            Some((folder, leaf)) => {
                let at = match folders.get(folder) {
                    Some(at) => *at,
                    None => {
                        let at = add(
                            &mut rows,
                            0,
                            String::new(),
                            (folder.to_owned(), 1, u32::MAX, u32::MAX, 0, 0),
                        );
                        folders.insert(folder, at);
                        at
                    }
                };
                (at, folder.to_owned(), leaf)
            }
            None => (0, String::new(), *name),
        };
        add(
            &mut rows,
            parent,
            key,
            (leaf.to_owned(), 2, u32::MAX, u32::MAX, *start, *size),
        );
    }
    let mut out = Vec::new();
    for (name, kind, right, child, start, size) in rows {
        let mut row = vec![0; 128];
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        row[..units.len()].copy_from_slice(&units);
        row[64..66].copy_from_slice(&u16::try_from(units.len() + 2).expect("short").to_le_bytes());
        row[66] = kind;
        row[68..72].copy_from_slice(&u32::MAX.to_le_bytes());
        row[72..76].copy_from_slice(&right.to_le_bytes());
        row[76..80].copy_from_slice(&child.to_le_bytes());
        row[116..120].copy_from_slice(&u32::try_from(start).expect("few").to_le_bytes());
        row[120..124].copy_from_slice(&u32::try_from(size).expect("few").to_le_bytes());
        out.extend(row);
    }
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

pub fn doc(flags: u16) -> Vec<u8> {
    let words = b"Dear Ms Lee\rMRN 00123\r";
    let more = wide("se\u{f1}ora\r");
    let mut document = vec![0; 0x200];
    document[10..12].copy_from_slice(&flags.to_le_bytes());
    let narrow_at = document.len();
    document.extend(words);
    let wide_at = document.len();
    document.extend(&more);
    let mut plc: Vec<u8> = Vec::new();
    for place in [0, words.len(), words.len() + more.len() / 2] {
        plc.extend(u32::try_from(place).expect("short").to_le_bytes());
    }
    for place in [(narrow_at * 2) | 0x4000_0000, wide_at] {
        plc.extend([0, 0]);
        plc.extend(u32::try_from(place).expect("short").to_le_bytes());
        plc.extend([0, 0]);
    }
    let mut table = vec![1, 2, 0, 9, 9, 2];
    table.extend(u32::try_from(plc.len()).expect("short").to_le_bytes());
    table.extend(plc);
    document[0x1a6..0x1aa]
        .copy_from_slice(&u32::try_from(table.len()).expect("short").to_le_bytes());
    compound(&[("WordDocument", document), ("0Table", table)])
}

#[test]
fn an_old_letter_is_read_piece_by_piece() {
    let got = read("a.doc", &doc(0));
    assert_eq!((got.kind.word(), &got.unreadable), ("doc", &vec![]));
    assert_eq!(got.texts[0].text, "Dear Ms Lee\nMRN 00123\nseñora");
    let locked = read("a.doc", &doc(0x0100));
    assert_eq!(
        (reasons(&locked), locked.marks),
        (vec![Because::Encrypted], vec![Mark::Encrypted])
    );
}

fn record(kind: u16, content: &[u8]) -> Vec<u8> {
    let mut out = kind.to_le_bytes().to_vec();
    out.extend(u16::try_from(content.len()).expect("short").to_le_bytes());
    out.extend(content);
    out
}

fn cell(row: u16, column: u16, style: u16) -> Vec<u8> {
    [row, column, style]
        .iter()
        .flat_map(|n| n.to_le_bytes())
        .collect()
}

#[test]
fn an_old_sheet_is_a_table_with_dates() {
    let bof = record(0x0809, b"\0\x06\x05\0");
    let end = record(0x0a, b"");
    let format = |id: u16| record(0xe0, &[0_u16.to_le_bytes(), id.to_le_bytes()].concat());
    let sheet = record(0x85, b"\0\0\0\0\x01\0\x04\0Ward");
    let mut shared = vec![3, 0, 0, 0, 3, 0, 0, 0];
    shared.extend(b"\x04\0\0Name\x03\0\0DOB\x06\0\0Le");
    let strings = [record(0xfc, &shared), record(0x3c, b"\x01e\0 \0\xc1\0n\0")].concat();
    let globals = [
        bof.clone(),
        format(0),
        format(14),
        sheet,
        strings,
        end.clone(),
    ]
    .concat();
    let label = |row, column, index: u32| {
        record(
            0xfd,
            &[cell(row, column, 0), index.to_le_bytes().to_vec()].concat(),
        )
    };
    let number = record(
        0x0203,
        &[cell(1, 1, 1), 22_497_f64.to_le_bytes().to_vec()].concat(),
    );
    let packed = record(
        0x027e,
        &[cell(2, 0, 0), (42_u32 << 2 | 2).to_le_bytes().to_vec()].concat(),
    );
    let body = [
        bof,
        label(0, 0, 0),
        label(0, 1, 1),
        label(1, 0, 2),
        number,
        packed,
        end,
    ]
    .concat();
    let got = read(
        "a.xls",
        &compound(&[("Workbook", [globals, body].concat())]),
    );
    assert_eq!(
        (got.kind.word(), &got.unreadable, got.pages),
        ("xls", &vec![], 1)
    );
    let table = got
        .texts
        .iter()
        .find(|t| t.form == TextForm::Table)
        .expect("a table");
    assert_eq!(
        (table.text.as_str(), table.hidden),
        ("Name\tDOB\nLee Án\t1961-08-04\n42", true)
    );
}

#[test]
fn old_slides_say_their_texts() {
    let atom = |kind: u16, content: &[u8]| {
        let mut out = vec![0, 0];
        out.extend(kind.to_le_bytes());
        out.extend(u32::try_from(content.len()).expect("short").to_le_bytes());
        out.extend(content);
        out
    };
    let inner = [atom(4_000, &wide("Case \u{e1}")), atom(4_008, b"review")].concat();
    let mut slide = atom(1_006, &inner);
    slide[0] = 0x0f;
    let got = read("a.ppt", &compound(&[("PowerPoint Document", slide)]));
    assert_eq!(
        (got.kind.word(), got.pages, got.texts[0].text.as_str()),
        ("ppt", 1, "Case á\nreview")
    );
}

#[test]
fn a_message_of_outlook_is_read_with_its_attachments() {
    let file = compound(&[
        ("__properties_version1.0", vec![0; 32]),
        ("__substg1.0_0037001F", wide("Results")),
        ("__substg1.0_1000001F", wide("body words")),
        (
            "__attach_version1.0_#00000000/__substg1.0_3707001F",
            wide("list.csv"),
        ),
        (
            "__attach_version1.0_#00000000/__substg1.0_37010102",
            b"name,mrn\nLee,123\n".to_vec(),
        ),
    ]);
    let got = read("a.msg", &file);
    assert_eq!((got.kind.word(), &got.unreadable), ("msg", &vec![]));
    let text = all(&got);
    for words in [
        "body: body words",
        "Results",
        "list.csv: name\tmrn\nLee\t123",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn an_encrypted_document_is_unreadable_and_circles_end() {
    let locked = read("a.docx", &compound(&[("EncryptedPackage", vec![1; 600])]));
    assert_eq!(reasons(&locked), [Because::Encrypted]);
    let mut circle = doc(0);
    // Every sector follows itself.
    let table_at = circle.len() - 512;
    for n in 0..128_u32 {
        let at = table_at + n as usize * 4;
        circle[at..at + 4].copy_from_slice(&n.to_le_bytes());
    }
    read("a.doc", &circle);
    assert!(!read("a.doc", &circle[..700]).unreadable.is_empty());
}
