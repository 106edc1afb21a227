//! Valid files with octets changed, cut or doubled: no reader panics, and no limit is passed.

use caduceus_extract::{Because, Limits};
use proptest::prelude::*;

use crate::kit::{docx, gzip, read_within, reasons, tar, xlsx, zip};

fn seeds() -> Vec<Vec<u8>> {
    let sheet = "<row><c r='A1' t='s'><v>0</v></c><c r='B1' s='1'><v>22497</v></c></row>";
    vec![
        docx("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a&amp;b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"),
        xlsx(sheet, "<si><t>Name</t></si>"),
        zip(&[("a.txt", b"words"), ("b.zip", &zip(&[("c", b"x")]))]),
        gzip(&tar(&[("a.txt", b"words")])),
        tar(&[("a.txt", b"words"), ("b.csv", b"a,b\n1,2\n")]),
        b"{\\rtf1\\ansi\\ansicpg1252 Se\\'f1ora \\u233?{\\v hidden}\\bin3 abc}".to_vec(),
        b"<html><p style='display:none'>a&amp;b<img alt=\"x\"><!-- c --><script>Blob</script></html>".to_vec(),
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a d='e'>&b;<![CDATA[f]]></a>".to_vec(),
        b"From: a@x.example\r\nTo: b@x.example\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b--\r\n".to_vec(),
        b"\xff\xd8\xff\xe1\0\x16Exif\0\0II*\0\x08\0\0\0\x01\0\x0e\x01\x02\0\x03\0\0\0ab\0\0\xff\xda".to_vec(),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\0\0\0\0\0\0\0\0\0\0\0\x05tEXta\0bcd\0\0\0\0".to_vec(),
        b"\xff\xfew\0i\0d\0e\0".to_vec(),
        crate::ole::doc(0),
        b"\x78\x9f\x3e\x22\0\0\x01\x03\x90\x06\0\x20\0\0\0\x01\0\0\0\x1e\0\x37\0\x01\0\0\0\x04\0\0\0abc\0\x02\x01\x09\x10\x01\0\0\0\0\0\0\0\0\0".to_vec(),
        crate::ole::compound(&[("Workbook", b"\x09\x08\x04\0\0\x06\x05\0\xfc\0\x0d\0\x01\0\0\0\x01\0\0\0\x02\0\0ab\x0a\0\0\0".to_vec())]),
        crate::pictures::dicom("1.2.840.10008.1.2.1", b"\x10\0\x10\0PN\x04\0Lee^\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff"),
        crate::pdf::page(
            b"BT /F 10 Tf 72 700 Td [(a)-500(b)] TJ (c\\051) ' ET /X Do BI /W 1 ID x EI",
            &[b"<</Subtype/Form/Length 9>>stream\n(d) Tj /Y\nendstream".to_vec(), b"<</FT/Tx/T(t)/V(v)>>".to_vec()],
        ),
        b"BEGIN:VCALENDAR\r\nSUMMARY:a\r\n b\r\nEND:VCALENDAR".to_vec(),
        b"BEGIN:VCARD\r\nN;ENCODING=QUOTED-PRINTABLE:a=20=\r\nb\r\nNOTE;ENCODING=b:YWJj\r\nX:data:,a%20\r\nEND:VCARD".to_vec(),
        b"begin 644 a\n#0V%T\n`\nend\n\\u0041 1 2 3 4 5 6 7 SSN123456 \xe2\x80\xaeab %41%42\n-----BEGIN X-----\nYWJj\n-----END X-----\n".to_vec(),
        b"<html><a href='data:text/html;base64,PGI+'>a</a><bdo dir=rtl>b</bdo><style>p{a:'\\41 b'}</style><i hidden>c</i>&#150;".to_vec(),
        b"GIF89a\x02\0\x02\0\x80\0\0abcdef\x21\xfe\x03abc\0\x2c\0\0\0\0\x02\0\x02\0\0\x02\x01a\0;behind".to_vec(),
        b"\xff\xd8\xff\xc0\0\x08\x08\0\x01\0\x01\0\xff\xda\0\x02a\xff\0\xff\xd1\xff\xfe\0\x04ab\xff\xd9words behind it".to_vec(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_broken_file_never_panics_and_never_passes_a_limit(
        which in 0_usize..1_000,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..8),
    ) {
        let seeds = seeds();
        let mut file = seeds[which % seeds.len()].clone();
        for (at, octet, how) in &changes {
            if file.is_empty() {
                break;
            }
            let at = at.index(file.len());
            match how {
                0 => file[at] = *octet,
                1 => file.truncate(at),
                2 => file.insert(at, *octet),
                _ => {
                    let tail = file[at..].to_vec();
                    file.extend(tail);
                }
            }
        }
        let limits = Limits { text: 10_000, expanded: 100_000, entries: 50, pages: 5, cells: 1_000, ..Limits::default() };
        let got = read_within(limits, "a.bin", &file);
        prop_assert!(!reasons(&got).contains(&Because::Crash));
        prop_assert!(got.texts.iter().map(|t| t.text.len()).sum::<usize>() <= 10_000);
        prop_assert!(got.octets_out <= 100_000 + 65_536);
        prop_assert!(got.pages <= 5);
    }
}
