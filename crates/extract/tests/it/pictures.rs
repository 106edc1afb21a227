//! Pictures: what cameras and scanners write beside them, and the picture itself.

use caduceus_extract::{Because, Limits, Mark, TextForm};

use crate::kit::{all, read, read_within, reasons};

/// A TIFF of text tags, with a directory of a position where asked.
fn exif(tags: &[(u16, &str)], position: bool) -> Vec<u8> {
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    let count = tags.len() + usize::from(position);
    file.extend(u16::try_from(count).expect("few").to_le_bytes());
    let mut data_at = 8 + 2 + count * 12 + 4;
    let mut data: Vec<u8> = Vec::new();
    for (tag, text) in tags {
        file.extend(tag.to_le_bytes());
        file.extend([2, 0]);
        file.extend(u32::try_from(text.len()).expect("short").to_le_bytes());
        file.extend(u32::try_from(data_at).expect("short").to_le_bytes());
        data.extend(text.as_bytes());
        data_at += text.len();
    }
    if position {
        file.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0]);
    }
    file.extend([0; 4]);
    file.extend(data);
    file
}

fn jpeg(segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut file = b"\xff\xd8".to_vec();
    for (marker, content) in segments {
        file.extend([0xff, *marker]);
        file.extend(
            u16::try_from(content.len() + 2)
                .expect("short")
                .to_be_bytes(),
        );
        file.extend(*content);
    }
    file.extend(b"\xff\xda\0\x02");
    file
}

const FRAME: (u8, &[u8]) = (0xc0, b"\x08\x02\x00\x03\x00\x03");

#[test]
fn a_camera_tells_who_and_where() {
    let tags = exif(&[(0x010e, "Lee, left knee"), (0x013b, "Dr Example")], true);
    let photo = jpeg(&[
        (0xe1, &[b"Exif\0\0".as_slice(), &tags].concat()),
        (0xfe, b"ward 3"),
        FRAME,
    ]);
    let got = read("a.jpg", &photo);
    let text = all(&got);
    for words in [
        "description: Lee, left knee",
        "artist: Dr Example",
        "ward 3",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert!(got.texts.iter().all(|text| text.hidden));
    assert_eq!(
        (got.marks, reasons(&read("a.jpg", &photo))),
        (vec![Mark::GpsPosition], vec![Because::ImageWithoutOcr])
    );
}

#[test]
fn a_dot_is_no_picture() {
    let dot = jpeg(&[(0xc0, b"\x08\x00\x01\x00\x01\x03")]);
    assert_eq!(read("a.jpg", &dot).unreadable, []);
}

#[test]
fn a_program_for_ocr_that_is_not_there_is_a_loss() {
    let limits = Limits {
        ocr: Some("/nowhere/tesseract".into()),
        ..Limits::default()
    };
    assert_eq!(
        reasons(&read_within(limits, "a.jpg", &jpeg(&[FRAME]))),
        [Because::OcrFailed]
    );
}

#[test]
fn a_program_for_ocr_is_heard_and_its_failure_is_a_loss() {
    // `cat` refuses the words that tesseract is told; `echo` says them.
    let with = |program: &str| Limits {
        ocr: Some(program.into()),
        ..Limits::default()
    };
    let heard = read_within(with("/bin/echo"), "a.jpg", &jpeg(&[FRAME]));
    assert!(all(&heard).contains("stdin stdout"), "{}", all(&heard));
    let failed = read_within(with("/bin/cat"), "a.jpg", &jpeg(&[FRAME]));
    assert_eq!(reasons(&failed), [Because::OcrFailed]);
}

#[test]
fn pictures_over_the_limits_of_ocr_are_not_given_to_it() {
    let limits = |pages, pixels| Limits {
        ocr: Some("/bin/echo".into()),
        ocr_pages: pages,
        ocr_pixels: pixels,
        ..Limits::default()
    };
    for limits in [limits(0, 40_000_000), limits(20, 1_000)] {
        assert_eq!(
            reasons(&read_within(limits, "a.jpg", &jpeg(&[FRAME]))),
            [Because::LimitOcr]
        );
    }
}

/// Elements of explicit little endian, in a file with its head.
pub fn dicom(syntax: &str, elements: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    file.extend(b"\x02\0\x10\0UI");
    file.extend(u16::try_from(syntax.len()).expect("short").to_le_bytes());
    file.extend(syntax.as_bytes());
    file.extend(elements);
    file
}

fn element(tag: [u8; 4], kind: &str, value: &str) -> Vec<u8> {
    let mut out = tag.to_vec();
    out.extend(kind.as_bytes());
    out.extend(u16::try_from(value.len()).expect("short").to_le_bytes());
    out.extend(value.as_bytes());
    out
}

#[test]
fn the_head_of_a_scan_names_the_patient() {
    let name = element([0x10, 0, 0x10, 0], "PN", "Lee^Ann ");
    let sequence = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff".to_vec();
    let inner = element([0x20, 0, 0x0d, 0], "UI", "1.2.3\0");
    let ends = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0".to_vec();
    let pixels = b"\xe0\x7f\x10\0OW\0\0\x04\0\0\0\x01\x02\x03\x04".to_vec();
    let file = dicom(
        "1.2.840.10008.1.2.1",
        &[name, sequence, inner, ends, pixels].concat(),
    );
    let got = read("a.dcm", &file);
    assert_eq!(got.texts[0].form, TextForm::Dicom);
    assert_eq!(
        got.texts[0].text,
        "(0010,0010) PatientName: Lee^Ann\n(0020,000d) StudyInstanceUID: 1.2.3"
    );
    assert_eq!(reasons(&got), [Because::ImageWithoutOcr]);
}

#[test]
fn a_scan_without_representations_is_read_and_a_cut_one_is_not_clean() {
    let mut name = b"\x10\0\x20\0\x06\0\0\0".to_vec();
    name.extend(b"MRN123");
    let got = read("a.dcm", &dicom("1.2.840.10008.1.2", &name));
    assert_eq!(
        (got.texts[0].text.as_str(), &got.unreadable),
        ("(0010,0020) PatientID: MRN123", &vec![])
    );
    let cut = dicom("1.2.840.10008.1.2", &name[..10]);
    assert_eq!(reasons(&read("a.dcm", &cut)), [Because::Truncated]);
}
