//! What a file is, by its content alone.
//!
//! A name or a declared type is a claim to compare with ([`claim::marks`]); it never chooses the
//! reader of a binary file. Invariant: looks at a bounded part of the file and cannot fail.

use mail::readings::undone;
use memchr::memmem;

use crate::text;
use crate::words::words;

mod claim;
mod claims;

pub(crate) use claim::{claimed, extension, marks};

words! {
    FileKind {
        Empty = "empty",
        Unknown = "unknown",
        Pdf = "pdf",
        Docx = "docx", Pptx = "pptx", Xlsx = "xlsx",
        Odt = "odt", Odp = "odp", Ods = "ods",
        Doc = "doc", Ppt = "ppt", Xls = "xls", Msg = "msg",
        /// An OLE file that is none of these.
        Ole = "ole",
        Tnef = "tnef",
        Rtf = "rtf", Html = "html", Xml = "xml", Json = "json", Table = "table", Text = "text",
        Calendar = "calendar", Card = "card", Message = "message",
        Zip = "zip", Tar = "tar", Gzip = "gzip",
        SevenZip = "7z", Rar = "rar", Bzip2 = "bzip2", Xz = "xz", Zstd = "zstd", Cab = "cab",
        Png = "png", Jpeg = "jpeg", Gif = "gif", Tiff = "tiff", Bmp = "bmp", Webp = "webp",
        Heic = "heic", Metafile = "metafile",
        Dicom = "dicom", Ccda = "ccda", Fhir = "fhir", Hl7 = "hl7", X12 = "x12",
        Executable = "executable", ScriptFile = "script", Shortcut = "shortcut",
        DiskImage = "disk_image", OneNote = "onenote",
        Smime = "smime", SmimeSignature = "smime_signature", Pgp = "pgp", PgpPublic = "pgp_public",
        Audio = "audio", Video = "video", Font = "font",
    }
}

use FileKind as K;

/// Offset, octets there, kind. The first that fits counts.
const MAGIC: &[(usize, &[u8], FileKind)] = &[
    (0, b"%PDF-", K::Pdf),
    (0, b"\x89PNG\r\n\x1a\n", K::Png),
    (0, b"\xff\xd8\xff", K::Jpeg),
    (0, b"GIF87a", K::Gif),
    (0, b"GIF89a", K::Gif),
    (0, b"II*\0", K::Tiff),
    (0, b"MM\0*", K::Tiff),
    (128, b"DICM", K::Dicom),
    (0, b"PK\x03\x04", K::Zip),
    (0, b"PK\x05\x06", K::Zip),
    (0, b"\x1f\x8b\x08", K::Gzip),
    (0, b"7z\xbc\xaf\x27\x1c", K::SevenZip),
    (0, b"Rar!\x1a\x07", K::Rar),
    (0, b"BZh", K::Bzip2),
    (0, b"\xfd7zXZ\0", K::Xz),
    (0, b"\x28\xb5\x2f\xfd", K::Zstd),
    (0, b"MSCF\0\0\0\0", K::Cab),
    (0, b"{\\rt", K::Rtf),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", K::Ole),
    (0, b"\x78\x9f\x3e\x22", K::Tnef),
    (0, b"\x7fELF", K::Executable),
    (0, b"\xcf\xfa\xed\xfe", K::Executable),
    (0, b"\xca\xfe\xba\xbe", K::Executable),
    (0, b"L\0\0\0\x01\x14\x02\0", K::Shortcut),
    (
        0,
        b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3",
        K::OneNote,
    ),
    (32_769, b"CD001", K::DiskImage),
    (0, b"conectix", K::DiskImage),
    (0, b"vhdxfile", K::DiskImage),
    (0, b"QFI\xfb", K::DiskImage),
    (0, b"\xd7\xcd\xc6\x9a", K::Metafile),
    (40, b" EMF", K::Metafile),
    (257, b"ustar", K::Tar),
    (0, b"OggS", K::Audio),
    (0, b"ID3", K::Audio),
    (0, b"fLaC", K::Audio),
    (0, b"\x1a\x45\xdf\xa3", K::Video),
    (0, b"\0\x01\0\0\0", K::Font),
    (0, b"OTTO", K::Font),
    (0, b"wOFF", K::Font),
    (0, b"wOF2", K::Font),
];

/// Names that open the header of a message or of a forwarded one.
const MESSAGE_FIELDS: &[&str] = &[
    "received:",
    "return-path:",
    "delivered-to:",
    "from:",
    "to:",
    "date:",
    "message-id:",
    "mime-version:",
    "subject:",
    "x-",
    "dkim-signature:",
    "arc-seal:",
    "content-type:",
    "authentication-results:",
    "reply-to:",
    "cc:",
    "bcc:",
    "sender:",
    "content-transfer-encoding:",
    "content-disposition:",
    "content-description:",
    "content-id:",
    "in-reply-to:",
    "references:",
    "user-agent:",
];

impl FileKind {
    /// By the content; what an archive or an OLE file holds is seen when it is opened.
    pub fn of(file: &[u8]) -> Self {
        if file.is_empty() {
            return K::Empty;
        }
        let at = |offset: usize, octets: &[u8]| {
            file.get(offset..)
                .is_some_and(|rest| rest.starts_with(octets))
        };
        if let Some((_, _, kind)) = MAGIC.iter().find(|(offset, octets, _)| at(*offset, octets)) {
            return *kind;
        }
        riff_or_boxed(file)
            .or_else(|| is_executable(file).then_some(K::Executable))
            .or_else(|| is_bitmap(file).then_some(K::Bmp))
            .or_else(|| cms(file))
            .or_else(|| pgp_binary(file))
            .or_else(|| late_pdf(file))
            .or_else(|| textual(file))
            .or_else(|| trailing(file))
            .unwrap_or(K::Unknown)
    }

    /// Text in one of its dresses: a name that claims another of them tells no lie that matters.
    pub(crate) fn is_textual(self) -> bool {
        matches!(
            self,
            K::Html
                | K::Xml
                | K::Json
                | K::Table
                | K::Text
                | K::Calendar
                | K::Card
                | K::Message
                | K::Ccda
                | K::Fhir
                | K::Hl7
                | K::X12
                | K::ScriptFile
                | K::Pgp
                | K::PgpPublic
                | K::Rtf
                | K::Smime
        )
    }

    pub(crate) fn is_image(self) -> bool {
        matches!(
            self,
            K::Png | K::Jpeg | K::Gif | K::Tiff | K::Bmp | K::Webp | K::Heic | K::Metafile
        )
    }
}

/// Readers find a PDF's header anywhere in the first 1,024 octets.
fn late_pdf(file: &[u8]) -> Option<FileKind> {
    let start = &file[..file.len().min(1_024)];
    let at = memmem::find(start, b"%PDF-")?;
    let is_message = is_message(&String::from_utf8_lossy(&start[..at]));
    (!is_message).then_some(K::Pdf)
}

fn riff_or_boxed(file: &[u8]) -> Option<FileKind> {
    let head = file.get(..12)?;
    match (&head[..4], &head[4..8], &head[8..12]) {
        (b"RIFF", _, b"WEBP") => Some(K::Webp),
        (b"RIFF", _, b"WAVE") => Some(K::Audio),
        (b"RIFF", _, _) => Some(K::Video),
        (_, b"ftyp", b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif" | b"hevc") => Some(K::Heic),
        (_, b"ftyp", b"M4A " | b"M4B ") => Some(K::Audio),
        (_, b"ftyp", _) => Some(K::Video),
        _ if head[0] == 0xff && head[1] & 0xf6 == 0xf2 => Some(K::Audio),
        _ => None,
    }
}

/// `MZ`, and the PE header where the stub says it is: two letters alone would catch text.
fn is_executable(file: &[u8]) -> bool {
    let pointer = file.get(0x3c..0x40).and_then(|b| b.try_into().ok());
    let at = pointer
        .map(u32::from_le_bytes)
        .and_then(|at| usize::try_from(at).ok());
    let header = at.and_then(|at| file.get(at..)?.get(..4));
    file.starts_with(b"MZ") && header == Some(b"PE\0\0")
}

fn is_bitmap(file: &[u8]) -> bool {
    let info = file
        .get(14..18)
        .and_then(|b| b.try_into().ok())
        .map(u32::from_le_bytes);
    file.starts_with(b"BM")
        && info.is_some_and(|size| [12, 40, 52, 56, 64, 108, 124].contains(&size))
}

/// CMS (RFC 5652): a SEQUENCE that opens with the type's object identifier.
fn cms(file: &[u8]) -> Option<FileKind> {
    let start = &file[..file.len().min(32)];
    let tail = *start.get(memmem::find(start, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07")? + 8)?;
    match (start.first(), tail) {
        (Some(0x30), 2) => Some(K::SmimeSignature),
        (Some(0x30), 3) => Some(K::Smime),
        _ => None,
    }
}

/// An encrypted OpenPGP message begins with a session key packet (RFC 9580 §5.1, §5.3).
fn pgp_binary(file: &[u8]) -> Option<FileKind> {
    let version = match file {
        [0x84 | 0x8c, _, version, ..] => *version,
        [0x85 | 0x8d, _, _, version, ..] => *version,
        [0xc1 | 0xc3, length, version, ..] if *length < 192 => *version,
        [0xc1, 192..=223, _, version, ..] => *version,
        _ => return None,
    };
    matches!(version, 3..=6).then_some(K::Pgp)
}

fn textual(file: &[u8]) -> Option<FileKind> {
    let start = text::start(file)?;
    let line = start.trim_start();
    let begins = |word: &str| {
        line.get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    let any = |words: &[&str]| words.iter().any(|word| begins(word));
    Some(match () {
        () if any(&[
            "<!doctype html",
            "<html",
            "<head",
            "<body",
            "<table",
            "<div",
            "<p>",
        ]) =>
        {
            K::Html
        }
        () if any(&["<?xml", "<svg", "<ClinicalDocument"]) => xml(line),
        () if any(&["MSH|^~\\&", "FHS|^~\\&", "BHS|^~\\&", "\u{b}MSH|"]) => K::Hl7,
        () if begins("ISA") && is_interchange(line) => K::X12,
        () if begins("BEGIN:VCALENDAR") => K::Calendar,
        () if begins("BEGIN:VCARD") => K::Card,
        () if begins("-----BEGIN PGP MESSAGE") => K::Pgp,
        () if begins("-----BEGIN PGP PUBLIC KEY") => K::PgpPublic,
        () if any(&["-----BEGIN PKCS7", "-----BEGIN CMS"]) => K::Smime,
        () if begins("#!") => K::ScriptFile,
        () if any(&["[InternetShortcut]", "[Desktop Entry]"]) => K::Shortcut,
        () if begins("{") || begins("[") => json(line),
        () if is_message(line) => K::Message,
        () => K::Text,
    })
}

/// An XHTML page and a C-CDA document are told from other XML by their first element.
fn xml(start: &str) -> FileKind {
    let element = start
        .split('<')
        .find(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic()))
        .unwrap_or_default();
    let name = element
        .split(|c: char| c.is_whitespace() || c == '>')
        .next()
        .unwrap_or_default();
    match name.rsplit(':').next().unwrap_or_default() {
        "html" => K::Html,
        "ClinicalDocument" => K::Ccda,
        _ if element.contains("http://hl7.org/fhir") => K::Fhir,
        _ => K::Xml,
    }
}

fn json(start: &str) -> FileKind {
    if undone(start).contains("\"resourceType\"") {
        K::Fhir
    } else {
        K::Json
    }
}

/// X12's first segment has a fixed width: the element separator stands at known places.
fn is_interchange(line: &str) -> bool {
    let octets = line.as_bytes();
    let separator = octets.get(3).copied();
    separator.is_some_and(|s| !s.is_ascii_alphanumeric())
        && [6, 17, 20, 31]
            .iter()
            .all(|at| octets.get(*at).copied() == separator)
}

fn is_message(start: &str) -> bool {
    let mut fields = 0;
    for line in start.lines().take(20) {
        if line.is_empty() {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if MESSAGE_FIELDS.iter().any(|field| lower.starts_with(field)) {
            fields += 1;
        } else if fields == 0 || !line.contains(':') && !line.starts_with([' ', '\t']) {
            return false;
        }
    }
    fields >= 3
        || fields == 2
            && start
                .to_ascii_lowercase()
                .contains("content-transfer-encoding:")
}

/// Whether its first line is a field, or its first lines hold one of a message.
fn has_field(start: &str) -> bool {
    let mut head = start
        .trim_start()
        .lines()
        .take_while(|line| !line.is_empty())
        .take(100)
        .peekable();
    let is_field = |line: &&str| {
        let name = line.split_once(':').map_or("", |(name, _)| name);
        !name.is_empty() && name.bytes().all(|octet| octet.is_ascii_graphic())
    };
    head.peek().is_some_and(is_field)
        || head.any(|line| {
            let lower = line.to_ascii_lowercase();
            MESSAGE_FIELDS.iter().any(|field| lower.starts_with(field))
        })
}

/// Kinds known by their end: archives behind another program, disk images of macOS.
fn trailing(file: &[u8]) -> Option<FileKind> {
    let end = &file[file.len().saturating_sub(512)..];
    if end.starts_with(b"koly") {
        return Some(K::DiskImage);
    }
    memmem::find(end, b"PK\x05\x06").map(|_| K::Zip)
}

#[cfg(test)]
mod tests;
