use super::*;

#[test]
fn what_bytes_are() {
    let office = |folder: &str| {
        [
            b"PK\x03\x04....[Content_Types].xml....".as_slice(),
            folder.as_bytes(),
        ]
        .concat()
    };
    let mut dicom = vec![0; 128];
    dicom.extend_from_slice(b"DICM\x02");
    let mut exe = vec![0; 0x80];
    exe[..2].copy_from_slice(b"MZ");
    exe[0x3c] = 0x70;
    exe[0x70..0x74].copy_from_slice(b"PE\0\0");
    let cases: [(&[u8], &str); 20] = [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\nIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b"PK\x03\x04rest", ZIP),
        (&office("word/document.xml"), DOCX),
        (&office("xl/workbook.xml"), XLSX),
        (&office("ppt/slides"), PPTX),
        (b"{\\rtf1 x}", "application/rtf"),
        (b"\x7fELF\x02", "application/x-elf"),
        (&exe, EXE),
        (&dicom, "application/dicom"),
        (b" <!DOCTYPE html><p>", "text/html"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "application/xml"),
        (b"MZ is also how a text may begin", "text/plain"),
        ("señal".as_bytes(), "text/plain"),
        (b"\x01\x02\x03", "application/octet-stream"),
        (b"caf\xe9 latin", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(
            sniff(bytes),
            expected,
            "{}",
            bytes[..bytes.len().min(20)].escape_ascii()
        );
    }
}

#[test]
fn declared_types_that_lie() {
    let pdf = b"%PDF-1.7";
    let png = b"\x89PNG\r\n\x1a\n";
    let zip = b"PK\x03\x04";
    let ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    let cases: [(&str, &[u8], bool); 24] = [
        ("application/pdf", pdf, true),
        ("Application/PDF; name=x", pdf, true),
        ("application/octet-stream", pdf, true),
        ("application/octet-stream", b"\x7fELF", true),
        ("image/png", pdf, false),
        ("application/pdf", png, false),
        ("application/pdf", b"\x7fELF", false),
        ("application/pdf", b"just words", false),
        ("application/pdf", b"\x01\x02", false),
        ("text/plain", png, false),
        ("text/plain", b"words", true),
        ("text/csv", b"a,b", true),
        ("application/json", b"{}", true),
        ("application/hl7-v2+er7", b"MSH|^~\\&|", true),
        ("image/jpeg", b"words", false),
        ("image/jpg", b"\xff\xd8\xff", true),
        ("application/msword", ole, true),
        ("application/vnd.oasis.opendocument.text", zip, true),
        (DOCX, zip, false),
        ("image/png", zip, false),
        ("text/html", b"<html>", true),
        ("application/pdf", b"<html>", false),
        ("application/x-msdownload", b"words", false),
        ("application/x-own-format", b"\x01\x02", true),
    ];
    for (declared, bytes, expected) in cases {
        assert_eq!(
            type_matches(declared, bytes),
            expected,
            "{declared} {}",
            bytes.escape_ascii()
        );
    }
}
