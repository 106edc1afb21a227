//! Files made in memory, and the questions that tests ask about what came out.

use caduceus_extract::{Because, Claim, Extracted, Extractor, InProcess, Limits};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use std::io::Write;

pub fn read(name: &str, file: &[u8]) -> Extracted {
    read_within(Limits::default(), name, file)
}

pub fn read_within(limits: Limits, name: &str, file: &[u8]) -> Extracted {
    let claim = Claim {
        name,
        content_type: "",
    };
    InProcess(limits).extract(file, &claim)
}

/// `place: text` of every text; hidden ones in brackets.
pub fn said(extracted: &Extracted) -> Vec<String> {
    let texts = extracted.texts.iter().map(|text| {
        let line = format!("{}: {}", text.place, text.text);
        if text.hidden {
            format!("[{line}]")
        } else {
            line
        }
    });
    texts.collect()
}

pub fn all(extracted: &Extracted) -> String {
    said(extracted).join("\n")
}

pub fn reasons(extracted: &Extracted) -> Vec<Because> {
    extracted
        .unreadable
        .iter()
        .map(|lost| lost.because)
        .collect()
}

/// An archive of deflated entries.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ZipBuilder::default();
    for (name, content) in entries {
        builder.add(name, &deflate(content), content.len(), 8, 0);
    }
    builder.end()
}

/// An archive whose headers a test may fill with lies.
#[derive(Default)]
pub struct ZipBuilder {
    pub file: Vec<u8>,
    pub directory: Vec<u8>,
    pub count: u16,
}

impl ZipBuilder {
    pub fn add(&mut self, name: &str, packed: &[u8], size: usize, method: u16, flags: u16) {
        let at = self.file.len();
        self.file.extend(b"PK\x03\x04");
        let fields = fields(packed.len(), size, method, flags, name.len());
        self.file.extend(&fields);
        self.file.extend(name.as_bytes());
        self.file.extend(packed);
        self.list(name, packed.len(), size, method, flags, at);
    }

    /// Another line of the directory, whatever stands there.
    pub fn list(
        &mut self,
        name: &str,
        packed: usize,
        size: usize,
        method: u16,
        flags: u16,
        at: usize,
    ) {
        self.directory.extend(b"PK\x01\x02\x14\0");
        self.directory
            .extend(fields(packed, size, method, flags, name.len()));
        self.directory.extend([0; 10]);
        self.directory
            .extend(u32::try_from(at).expect("small").to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.count += 1;
    }

    pub fn end(mut self) -> Vec<u8> {
        let at = u32::try_from(self.file.len()).expect("small");
        let size = u32::try_from(self.directory.len()).expect("small");
        self.file.extend(&self.directory);
        self.file.extend(b"PK\x05\x06\0\0\0\0");
        self.file.extend(self.count.to_le_bytes());
        self.file.extend(self.count.to_le_bytes());
        self.file.extend(size.to_le_bytes());
        self.file.extend(at.to_le_bytes());
        self.file.extend([0, 0]);
        self.file
    }
}

/// The fields that a local header and a line of the directory share.
fn fields(packed: usize, size: usize, method: u16, flags: u16, name: usize) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(20_u16.to_le_bytes());
    out.extend(flags.to_le_bytes());
    out.extend(method.to_le_bytes());
    out.extend([0; 8]);
    out.extend(u32::try_from(packed).expect("small").to_le_bytes());
    out.extend(u32::try_from(size).expect("small").to_le_bytes());
    out.extend(u16::try_from(name).expect("small").to_le_bytes());
    out.extend([0, 0]);
    out
}

pub fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

pub fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

pub fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = Vec::new();
    for (name, content) in entries {
        let mut head = [0_u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        head[156] = b'0';
        head[257..262].copy_from_slice(b"ustar");
        file.extend(head);
        file.extend(*content);
        file.resize(file.len().next_multiple_of(512), 0);
    }
    file.extend([0; 1_024]);
    file
}

pub const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

pub fn docx(body: &str) -> Vec<u8> {
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    zip(&[TYPES, ("word/document.xml", document.as_bytes())])
}

pub fn xlsx(sheet: &str, strings: &str) -> Vec<u8> {
    let workbook = b"<workbook><sheets><sheet name='Patients' r:id='rId1'/></sheets></workbook>";
    let relations =
        b"<Relationships><Relationship Id='rId1' Target='worksheets/sheet1.xml'/></Relationships>";
    let sheet = format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>");
    let strings = format!("<sst>{strings}</sst>");
    let styles =
        b"<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>";
    zip(&[
        TYPES,
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/styles.xml", styles),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}
