//! What bytes are, by their first octets, whatever their name or declared type says.
//!
//! Used to refuse attachments that lie about their type and to name what is stored. It is not a
//! validator: a file that begins like a PDF may still be a broken one.

use memchr::memmem;

const UNKNOWN: &str = "application/octet-stream";
const TEXT: &str = "text/plain";
const HTML: &str = "text/html";
const XML: &str = "application/xml";
const ZIP: &str = "application/zip";
const OLE: &str = "application/x-ole-storage";
const MP4: &str = "video/mp4";
const EXE: &str = "application/vnd.microsoft.portable-executable";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

/// Offset, octets there, media type. The first that fits counts.
const MAGIC: &[(usize, &[u8], &str)] = &[
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (128, b"DICM", "application/dicom"),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"#!/", "text/x-shellscript"),
    (8, b"WAVE", "audio/wav"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (4, b"ftyp", MP4),
];

/// What a declared type is called by [`sniff`], where that is another name than its own.
const KNOWN_AS: &[(&str, &str)] = &[
    ("image/jpg", "image/jpeg"),
    ("image/pjpeg", "image/jpeg"),
    ("image/heic", MP4),
    ("image/heif", MP4),
    ("image/avif", MP4),
    ("audio/mp4", MP4),
    ("audio/x-m4a", MP4),
    ("video/quicktime", MP4),
    ("audio/x-wav", "audio/wav"),
    ("text/rtf", "application/rtf"),
    ("application/x-pdf", "application/pdf"),
    ("application/x-zip-compressed", ZIP),
    ("application/java-archive", ZIP),
    ("application/epub+zip", ZIP),
    ("application/x-gzip", "application/gzip"),
    ("application/x-tgz", "application/gzip"),
    ("application/x-rar-compressed", "application/vnd.rar"),
    ("application/msword", OLE),
    ("application/vnd.ms-excel", OLE),
    ("application/vnd.ms-powerpoint", OLE),
    ("application/vnd.ms-outlook", OLE),
    ("application/x-msdownload", EXE),
    ("application/x-dosexec", EXE),
    ("application/x-executable", "application/x-elf"),
    ("application/xhtml+xml", XML),
];

/// The media type of `bytes`; `application/octet-stream` when unknown.
pub fn sniff(bytes: &[u8]) -> &'static str {
    let starts = |&&(at, magic, _): &&(usize, &[u8], &str)| {
        bytes.get(at..).is_some_and(|b| b.starts_with(magic))
    };
    match MAGIC.iter().find(starts) {
        Some((_, _, ZIP)) => office_or_zip(bytes),
        Some((_, _, media)) => media,
        None if is_executable(bytes) => EXE,
        None => text_kind(bytes),
    }
}

/// Whether a declared media type can be what the bytes are. `application/octet-stream` claims
/// nothing; a type that cannot be recognised by its octets is believed for what looks like neither
/// another known type nor an executable.
pub fn type_matches(declared: &str, bytes: &[u8]) -> bool {
    let declared = declared
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    let known_as = KNOWN_AS
        .iter()
        .find(|(name, _)| *name == declared)
        .map_or(declared.as_str(), |(_, kind)| kind);
    let found = sniff(bytes);
    if known_as == found || declared == UNKNOWN || declared.is_empty() {
        return true;
    }
    match found {
        // An empty file, or octets without a mark.
        _ if bytes.is_empty() => true,
        UNKNOWN => !is_recognisable(known_as),
        TEXT => is_textual(&declared) || !is_recognisable(known_as),
        HTML | XML | "text/x-shellscript" => is_textual(&declared),
        // Formats made of a ZIP that have no mark of their own; and a precise answer to "zip".
        ZIP => declared.starts_with("application/") && !is_recognisable(known_as),
        DOCX | XLSX | PPTX => known_as == ZIP || known_as == macro_enabled(found),
        MP4 => declared.starts_with("video/") || declared.starts_with("audio/"),
        OLE => declared.starts_with("application/") && !is_recognisable(known_as),
        _ => false,
    }
}

fn is_recognisable(media: &str) -> bool {
    MAGIC.iter().any(|(_, _, kind)| *kind == media) || [EXE, DOCX, XLSX, PPTX].contains(&media)
}

fn is_textual(declared: &str) -> bool {
    declared.starts_with("text/")
        || declared.starts_with("message/")
        || [
            "+xml",
            "+json",
            "/json",
            "/xml",
            "/yaml",
            "/csv",
            "javascript",
            "/sql",
            "-sh",
            "/edi-x12",
            "hl7v2",
        ]
        .iter()
        .any(|end| declared.ends_with(end))
}

/// Office documents with macros are the same ZIP under another name.
fn macro_enabled(found: &str) -> &'static str {
    match found {
        DOCX => "application/vnd.ms-word.document.macroenabled.12",
        XLSX => "application/vnd.ms-excel.sheet.macroenabled.12",
        _ => "application/vnd.ms-powerpoint.presentation.macroenabled.12",
    }
}

/// Office documents are ZIPs whose entries stand in a telling folder.
fn office_or_zip(bytes: &[u8]) -> &'static str {
    let central = &bytes[..bytes.len().min(64 * 1024)];
    let holds = |name: &[u8]| memmem::find(central, name).is_some();
    if !holds(b"[Content_Types].xml") {
        return ZIP;
    }
    match () {
        () if holds(b"word/") => DOCX,
        () if holds(b"xl/") => XLSX,
        () if holds(b"ppt/") => PPTX,
        () => ZIP,
    }
}

/// `MZ`, and the PE header where the stub says it is: two letters alone would catch text.
fn is_executable(bytes: &[u8]) -> bool {
    let pointer = bytes
        .get(0x3c..0x40)
        .and_then(|b| b.try_into().ok())
        .map(u32::from_le_bytes);
    let header = pointer
        .and_then(|at| usize::try_from(at).ok())
        .and_then(|at| bytes.get(at..)?.get(..4));
    bytes.starts_with(b"MZ") && header == Some(b"PE\0\0")
}

fn text_kind(bytes: &[u8]) -> &'static str {
    let is_control =
        |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\r' | b'\n' | 0x0c | 0x1b) || *b == 0x7f;
    let start = &bytes[..bytes.len().min(8 * 1024)];
    if bytes.is_empty() || start.iter().any(is_control) || !is_utf8_prefix(start) {
        return UNKNOWN;
    }
    let start = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    let begins = |word: &[u8]| {
        start
            .get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    match () {
        () if begins(b"<!doctype html")
            || begins(b"<html")
            || begins(b"<head")
            || begins(b"<body") =>
        {
            HTML
        }
        () if begins(b"<?xml") || begins(b"<svg") => XML,
        () => TEXT,
    }
}

/// UTF-8, but for a character cut at the end.
fn is_utf8_prefix(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

#[cfg(test)]
mod tests;
