//! One file for every limit: each is met, and none is passed by more than a step.

use caduceus_extract::{Because, Limits};

use crate::kit::{ZipBuilder, deflate, docx, gzip, read, read_within, reasons, tar, xlsx, zip};

const MIB: usize = 1024 * 1024;

#[test]
fn a_file_over_the_input_limit_is_not_opened() {
    let limits = Limits {
        input: 1_000,
        ..Limits::default()
    };
    assert_eq!(
        reasons(&read_within(limits, "a.txt", &[b'a'; 1_001])),
        [Because::LimitInput]
    );
}

#[test]
fn zeros_packed_a_thousand_to_one_stop_at_the_ratio() {
    for file in [
        zip(&[("a.txt", &vec![0; 40 * MIB])]),
        gzip(&vec![b'a'; 40 * MIB]),
    ] {
        let got = read("a", &file);
        assert!(reasons(&got).contains(&Because::LimitRatio), "{got:?}");
        assert!(got.octets_out < 6 * MIB as u64, "{}", got.octets_out);
    }
}

#[test]
fn many_honest_entries_stop_at_the_sum() {
    let limits = Limits {
        expanded: 300_000,
        ..Limits::default()
    };
    let one = vec![b'x'; 100_000];
    let file = zip(&[("a", &one), ("b", &one), ("c", &one), ("d", &one)]);
    let got = read_within(limits, "a.zip", &file);
    assert!(reasons(&got).contains(&Because::LimitExpanded), "{got:?}");
    assert!(got.octets_out < 450_000);
}

#[test]
fn entries_that_share_octets_are_refused_whole() {
    let mut builder = ZipBuilder::default();
    let packed = deflate(&vec![b'a'; 100_000]);
    builder.add("a", &packed, 100_000, 8, 0);
    for n in 0..50 {
        builder.list(&format!("{n}"), packed.len(), 100_000, 8, 0, 0);
    }
    let got = read("a.zip", &builder.end());
    assert_eq!((reasons(&got), got.octets_out), (vec![Because::Overlap], 0));
}

#[test]
fn archives_in_archives_stop_at_the_depth() {
    let mut file = b"the bottom".to_vec();
    for _ in 0..10 {
        file = zip(&[("inner.zip", &file)]);
    }
    assert_eq!(reasons(&read("a.zip", &file)), [Because::LimitDepth]);
}

#[test]
fn a_gzip_of_a_gzip_without_end_stops_at_the_depth() {
    let mut file = b"words".to_vec();
    for _ in 0..60 {
        file = gzip(&file);
    }
    assert_eq!(reasons(&read("a.gz", &file)), [Because::LimitDepth]);
}

#[test]
fn a_hundred_thousand_entries_stop_at_the_count() {
    let mut builder = ZipBuilder::default();
    for n in 0..60_000 {
        builder.add(&format!("{n}.txt"), b"x", 1, 0, 0);
    }
    let got = read("a.zip", &builder.end());
    assert!(reasons(&got).contains(&Because::LimitEntries));
    assert!(got.texts.len() <= 2_001);
    let names: Vec<String> = (0..5_000).map(|n| format!("{n}.txt")).collect();
    let entries: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), &b"x"[..]))
        .collect();
    let got = read("a.tar", &tar(&entries));
    assert!(reasons(&got).contains(&Because::LimitEntries));
}

#[test]
fn sizes_that_lie_are_noticed_and_cost_nothing() {
    let packed = deflate(b"true words");
    for size in [1, 1_000_000_000] {
        let mut builder = ZipBuilder::default();
        builder.add("a.txt", &packed, size, 8, 0);
        assert_eq!(
            reasons(&read("a.zip", &builder.end())),
            [Because::Malformed],
            "{size}"
        );
    }
    // ZIP64: sizes and places beyond the file.
    let mut file = zip(&[("a.txt", b"true words")]);
    let end = file.len() - 22;
    let mut wide = b"PK\x06\x06".to_vec();
    wide.extend([0xff; 52]);
    let mut locator = b"PK\x06\x07\0\0\0\0".to_vec();
    locator.extend((end as u64).to_le_bytes());
    locator.extend([1, 0, 0, 0]);
    file.splice(end..end, wide.into_iter().chain(locator));
    assert_eq!(reasons(&read("a.zip", &file)), [Because::Malformed]);
}

#[test]
fn towers_of_elements_and_laughing_entities_end() {
    let tower = docx(&"<w:p>".repeat(200_000));
    assert_eq!(reasons(&read("a.docx", &tower)), [Because::LimitDepth]);
    let mut laughs = "<!DOCTYPE a [<!ENTITY a0 'ha'>".to_owned();
    for n in 1..30 {
        laughs.push_str(&format!("<!ENTITY a{n} '&a{0};&a{0};'>", n - 1));
    }
    let laughs = format!("<?xml version='1.0'?>{laughs}]><a>&a29;</a>");
    let got = read("a.xml", laughs.as_bytes());
    assert_eq!(reasons(&got), [Because::Entity]);
    assert!(got.texts[0].text.len() < 100);
}

#[test]
fn a_sheet_of_many_cells_stops_at_the_count() {
    let limits = Limits {
        cells: 10_000,
        ..Limits::default()
    };
    let sheet = format!("<row>{}</row>", "<c/>".repeat(20_000));
    assert_eq!(
        reasons(&read_within(limits, "a.xlsx", &xlsx(&sheet, ""))),
        [Because::LimitCells]
    );
}

#[test]
fn one_long_string_in_many_cells_stops_at_the_text() {
    let limits = Limits {
        text: 1_000_000,
        ..Limits::default()
    };
    let long = format!("<si><t>{}</t></si>", "x".repeat(30_000));
    let sheet = "<row><c t='s'><v>0</v></c></row>".repeat(10_000);
    let got = read_within(limits, "a.xlsx", &xlsx(&sheet, &long));
    assert!(reasons(&got).contains(&Because::LimitText), "{got:?}");
    assert!(got.texts.iter().map(|t| t.text.len()).sum::<usize>() <= 1_000_000);
}

#[test]
fn text_over_the_limit_is_cut_and_said_to_be() {
    let limits = Limits {
        text: 1_000,
        ..Limits::default()
    };
    let got = read_within(limits, "a.txt", "é".repeat(2_000).as_bytes());
    assert_eq!(reasons(&got), [Because::LimitText]);
    assert_eq!(got.texts[0].text.len(), 1_000);
}

#[test]
fn slides_over_the_limit_are_not_read() {
    let limits = Limits {
        pages: 2,
        ..Limits::default()
    };
    let slide: &[u8] = b"<p:sld><a:p><a:t>x</a:t></a:p></p:sld>";
    let names: Vec<String> = (1..5).map(|n| format!("ppt/slides/slide{n}.xml")).collect();
    let mut entries = vec![crate::kit::TYPES];
    entries.extend(names.iter().map(|name| (name.as_str(), slide)));
    let got = read_within(limits, "a.pptx", &zip(&entries));
    assert_eq!(
        (reasons(&got), got.pages),
        (vec![Because::LimitPages; 2], 2)
    );
}

#[test]
fn a_message_of_many_layers_is_not_followed_to_its_end() {
    let mut message =
        b"From: a@x.example\r\nTo: b@x.example\r\nSubject: deep\r\n\r\nbottom".to_vec();
    for _ in 0..60 {
        let mut outer = b"From: a@x.example\r\nTo: b@x.example\r\nSubject: deep\r\nContent-Type: message/rfc822\r\n\r\n".to_vec();
        outer.extend(&message);
        message = outer;
    }
    let got = read("a.eml", &message);
    assert!(!got.unreadable.is_empty());
}

#[test]
fn groups_without_end_in_rich_text_stop() {
    let file = format!("{{\\rtf1 {}", "{".repeat(100_000));
    assert_eq!(
        reasons(&read("a.rtf", file.as_bytes())),
        [Because::LimitDepth]
    );
}

#[test]
fn whatever_is_cut_off_is_never_clean() {
    let letter = docx("<w:p><w:r><w:t>words that are long enough to be packed</w:t></w:r></w:p>");
    for file in [
        letter,
        zip(&[("a.txt", b"some words")]),
        gzip(b"some words"),
        b"{\\rtf1 words}".to_vec(),
    ] {
        for cut in [file.len() / 2, file.len() - 1] {
            let got = read("a", &file[..cut]);
            assert!(!got.unreadable.is_empty(), "{:?} at {cut}", got.kind);
        }
    }
}
