//! What was got out of a file, and what was not.
//!
//! It crosses from the worker to us as JSON, so everything in it is data. Invariant: no text and no
//! place is printed by `Debug`; a place may hold a file's name.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kind::FileKind;
use crate::words::words;

/// Everything readable in one file, those inside it included.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    pub kind: FileKind,
    pub texts: Vec<Text>,
    /// Empty only when all of the file was read.
    pub unreadable: Vec<Unreadable>,
    /// Pages, slides and sheets seen.
    pub pages: u32,
    /// In the order they were met, each once.
    pub marks: Vec<Mark>,
    /// Octets unpacked on the way.
    pub octets_out: u64,
    /// How long a worker had it, by the clock; zero where nobody measured.
    #[serde(default)]
    pub took: Duration,
}

/// One text of a file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Where it stands: "page 3", "sheet 2", "word/footnotes.xml", "inner.zip/a.txt".
    pub place: String,
    pub form: TextForm,
    /// A [`TextForm::Table`] has a row a line, cells separated by tabs, names in the first row.
    pub text: String,
    /// A reader who opens the file is not shown it.
    pub hidden: bool,
}

/// Something in a file that was not read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    pub place: String,
    pub because: Because,
}

words! {
    /// How a text is to be understood.
    TextForm {
        Prose = "prose",
        Table = "table",
        Dicom = "dicom",
        Hl7 = "hl7",
        X12 = "x12",
        Fhir = "fhir",
        Ccda = "ccda",
        Calendar = "calendar",
        Card = "card",
    }
    /// Why something was not read.
    Because {
        Encrypted = "encrypted",
        /// S/MIME or PGP for somebody else.
        Opaque = "opaque",
        LimitInput = "limit_input",
        LimitExpanded = "limit_expanded",
        LimitRatio = "limit_ratio",
        LimitEntries = "limit_entries",
        LimitDepth = "limit_depth",
        LimitText = "limit_text",
        LimitPages = "limit_pages",
        LimitOcr = "limit_ocr",
        LimitCells = "limit_cells",
        /// More steps of reading than any honest file of its size takes.
        LimitWork = "limit_work",
        LimitTime = "limit_time",
        LimitMemory = "limit_memory",
        /// The process that read it died.
        Crash = "crash",
        /// No process could be had to read it.
        NoWorker = "no_worker",
        ImageWithoutOcr = "image_without_ocr",
        OcrFailed = "ocr_failed",
        /// Glyphs without a table of what they mean.
        FontWithoutText = "font_without_text",
        UnknownType = "unknown_type",
        /// Known, and no reader for it here.
        UnsupportedType = "unsupported_type",
        UnsupportedPacking = "unsupported_packing",
        /// Letters that stand for a file, and could not be made one.
        Encoded = "encoded",
        UnknownCharset = "unknown_charset",
        Malformed = "malformed",
        Truncated = "truncated",
        /// Entries of an archive that share octets.
        Overlap = "overlap",
        /// An XML entity of the document's own.
        Entity = "entity",
    }
    /// What is worth knowing of a file besides its texts.
    Mark {
        /// Name or declared type say something else than the content.
        NameMismatch = "name_mismatch",
        DoubleExtension = "double_extension",
        Macros = "macros",
        Encrypted = "encrypted",
        Executable = "executable",
        Script = "script",
        HtmlSmuggling = "html_smuggling",
        Shortcut = "shortcut",
        DiskImage = "disk_image",
        OneNote = "onenote",
        EmbeddedFile = "embedded_file",
        /// It starts a program or opens a place when it is opened.
        Launch = "launch",
        /// It fetches something from elsewhere when it is opened.
        RemoteContent = "remote_content",
        GpsPosition = "gps_position",
        /// S/MIME or PGP that we cannot open.
        Opaque = "opaque",
    }
}

impl Extracted {
    /// Nothing of the file was read, and why.
    pub fn unread(kind: FileKind, because: Because) -> Self {
        let place = String::new();
        Self {
            kind,
            texts: Vec::new(),
            unreadable: vec![Unreadable { place, because }],
            pages: 0,
            marks: Vec::new(),
            octets_out: 0,
            took: Duration::ZERO,
        }
    }
}

impl std::fmt::Debug for Extracted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let because: Vec<Because> = self.unreadable.iter().map(|u| u.because).collect();
        f.debug_struct("Extracted")
            .field("kind", &self.kind)
            .field("texts", &self.texts.len())
            .field("unreadable", &because)
            .field("pages", &self.pages)
            .field("marks", &self.marks)
            .field("octets_out", &self.octets_out)
            .finish()
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Text({}, {} octets)", self.form, self.text.len())
    }
}

impl std::fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unreadable({})", self.because)
    }
}
