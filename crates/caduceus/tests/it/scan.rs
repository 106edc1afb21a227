//! `caduceus scan` on files: the workers that it starts are those of the service.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::program::Installation;

const LETTER: &[u8] = include_bytes!("../../../extract/tests/data/scanned_letter.png");

/// The program of OCR has room in a worker of the very program that we ship, its allocator among it.
#[test]
fn a_picture_in_a_message_is_read() {
    let made = Installation::new("scan-picture");
    let file = made.folder.join("letter.eml");
    let picture = BASE64.encode(LETTER);
    let lines: Vec<&str> = picture
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).expect("ASCII"))
        .collect();
    let letter = format!(
        "From: lee@clinic.example\r\nTo: pat@peer.example\r\nSubject: A letter\r\nMIME-Version: 1.0\r\n\
         Content-Type: image/png; name=letter.png\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=letter.png\r\n\r\n{}\r\n",
        lines.join("\r\n")
    );
    std::fs::write(&file, letter).expect("a file");
    let out = made.run(&["scan", "--json", file.to_str().expect("UTF-8")]);
    let said = String::from_utf8(out.stdout).expect("UTF-8");
    assert!(
        said.contains("\"us_ssn\"") && !said.contains("ocr_failed"),
        "{said}"
    );
    assert!(!said.contains("536-90-4399"), "a place, never a value");
}
