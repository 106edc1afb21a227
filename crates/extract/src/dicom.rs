//! DICOM files: the fields before the picture (PS3.10, PS3.5 §7).
//!
//! Sequences are read as the flat run of elements that they are. Invariant: each element moves on,
//! and the picture is never opened: it is a loss, since words may be burned into it.

use crate::extracted::{Because, TextForm};
use crate::octets::cut;
use crate::pack::{Packing, unpack};
use crate::session::{Session, inside};
use crate::text::decode;

const META_AT: usize = 132;
const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
const IMPLICIT: &str = "1.2.840.10008.1.2";
const BIG: &str = "1.2.840.10008.1.2.2";
/// Representations whose length has four octets, after two that say nothing.
const LONG: &[&[u8; 2]] = &[
    b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV",
];
/// Representations that are text.
const TEXTS: &[&[u8; 2]] = &[
    b"AE", b"AS", b"CS", b"DA", b"DS", b"DT", b"IS", b"LO", b"LT", b"PN", b"SH", b"ST", b"TM",
    b"UC", b"UI", b"UR", b"UT",
];

#[derive(Clone, Copy)]
struct Syntax {
    explicit: bool,
    big: bool,
}

struct Element<'a> {
    tag: u32,
    kind: Option<[u8; 2]>,
    value: &'a [u8],
    next: usize,
}

pub(crate) fn read(session: &mut Session<'_>, place: &str, file: &[u8]) {
    let meta = Syntax {
        explicit: true,
        big: false,
    };
    let (mut at, mut transfer, mut out) = (META_AT, String::new(), String::new());
    while let Some(element) = element(file, at, meta).filter(|e| e.tag >> 16 == 2) {
        if element.tag == 0x0002_0010 {
            transfer = text(element.value);
        }
        at = element.next;
    }
    let unpacked;
    let mut data = file.get(at..).unwrap_or_default();
    if transfer == DEFLATED {
        unpacked = unpack(session, place, Packing::Deflate, data);
        data = &unpacked;
    }
    let syntax = Syntax {
        explicit: transfer != IMPLICIT,
        big: transfer == BIG,
    };
    let end = dataset(data, syntax, &mut out);
    session.say(place, TextForm::Dicom, &out);
    match end {
        End::Picture => session.lost(&inside(place, "pixels"), Because::ImageWithoutOcr),
        End::Broken => session.lost(place, Because::Truncated),
        End::Whole => {}
    }
}

enum End {
    Whole,
    Picture,
    Broken,
}

fn dataset(data: &[u8], syntax: Syntax, out: &mut String) -> End {
    let mut at = 0;
    while at < data.len() {
        let Some(element) = element(data, at, syntax) else {
            return End::Broken;
        };
        match element.tag {
            0x7fe0_0008..=0x7fe0_0010 => return End::Picture,
            tag => line(out, tag, &element),
        }
        at = element.next;
    }
    End::Whole
}

fn line(out: &mut String, tag: u32, element: &Element<'_>) {
    let known = match element.kind {
        Some(kind) => TEXTS.contains(&&kind),
        // Without representations: what looks like text is.
        None => {
            !element.value.is_empty()
                && element
                    .value
                    .iter()
                    .all(|b| *b >= 0x20 || *b == b'\r' || *b == b'\n' || *b == 0x1b || *b == 0)
        }
    };
    let value = text(element.value);
    if !known || value.is_empty() {
        return;
    }
    let (group, number) = (tag >> 16, tag & 0xffff);
    out.push_str(&format!(
        "({group:04x},{number:04x}) {}: {value}\n",
        name(tag)
    ));
}

fn element(data: &[u8], at: usize, syntax: Syntax) -> Option<Element<'_>> {
    let u16_at = |at: usize| {
        let pair = cut(data, at, 2)?.try_into().ok()?;
        Some(if syntax.big {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        })
    };
    let u32_at = |at: usize| {
        let four = cut(data, at, 4)?.try_into().ok()?;
        Some(if syntax.big {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        })
    };
    let tag = u32::from(u16_at(at)?) << 16 | u32::from(u16_at(at + 2)?);
    // Items and their ends have no representation (PS3.5 §7.5).
    let delimiter = tag >> 16 == 0xfffe;
    let kind: Option<[u8; 2]> = match syntax.explicit && !delimiter {
        true => Some(cut(data, at + 4, 2)?.try_into().ok()?),
        false => None,
    };
    let (value_at, length) = match kind {
        Some(kind) if LONG.contains(&&kind) => (at + 12, u32_at(at + 8)?),
        Some(_) => (at + 8, u32::from(u16_at(at + 6)?)),
        None => (at + 8, u32_at(at + 4)?),
    };
    // What holds elements is entered; an unknown length is that of a sequence.
    let holds = delimiter || kind == Some(*b"SQ") || length == u32::MAX;
    let value = if holds || tag == 0x7fe0_0010 {
        &[]
    } else {
        cut(data, value_at, usize::try_from(length).ok()?)?
    };
    Some(Element {
        tag,
        kind,
        value,
        next: value_at + value.len(),
    })
}

fn text(value: &[u8]) -> String {
    let text = decode(value, None);
    text.trim_matches(['\0', ' '])
        .replace(['\r', '\n', '\t'], " ")
}

/// The names of the fields that tell of people (PS3.6), as headings.
fn name(tag: u32) -> &'static str {
    match tag {
        0x0008_0020 => "StudyDate",
        0x0008_0050 => "AccessionNumber",
        0x0008_0080 => "InstitutionName",
        0x0008_0081 => "InstitutionAddress",
        0x0008_0090 => "ReferringPhysicianName",
        0x0008_1030 => "StudyDescription",
        0x0008_103e => "SeriesDescription",
        0x0008_1048 => "PhysiciansOfRecord",
        0x0008_1050 => "PerformingPhysicianName",
        0x0008_1070 => "OperatorsName",
        0x0008_1080 => "AdmittingDiagnosesDescription",
        0x0010_0010 => "PatientName",
        0x0010_0020 => "PatientID",
        0x0010_0030 => "PatientBirthDate",
        0x0010_0040 => "PatientSex",
        0x0010_1000 => "OtherPatientIDs",
        0x0010_1001 => "OtherPatientNames",
        0x0010_1010 => "PatientAge",
        0x0010_1040 => "PatientAddress",
        0x0010_1060 => "PatientMotherBirthName",
        0x0010_1090 => "MedicalRecordLocator",
        0x0010_2154 => "PatientTelephoneNumbers",
        0x0010_21b0 => "AdditionalPatientHistory",
        0x0010_4000 => "PatientComments",
        0x0018_1000 => "DeviceSerialNumber",
        0x0020_000d => "StudyInstanceUID",
        0x0020_000e => "SeriesInstanceUID",
        0x0020_4000 => "ImageComments",
        _ => "Field",
    }
}
