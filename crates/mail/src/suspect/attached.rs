//! What an attachment is and hides: by its octets where they tell, by its name otherwise.
//!
//! Archives are read by their list of contents, and nothing is unpacked: looking deeper is the work
//! of the extraction worker and of the virus scanner. Invariant: what cannot be looked into says so.

use memchr::memmem;

use super::{Suspicion, SuspicionKind, markup};
use crate::message::{Message, Part, PartName, text_of_octets};

mod archive;

use archive::{Archive, Listing};

use SuspicionKind as Kind;

/// Files that a system runs when they are opened.
const PROGRAMS: &[&str] = &[
    "appinstaller",
    "application",
    "appref-ms",
    "appx",
    "bat",
    "chm",
    "cmd",
    "com",
    "cpl",
    "dll",
    "exe",
    "gadget",
    "hta",
    "inf",
    "ins",
    "iqy",
    "jar",
    "js",
    "jse",
    "msc",
    "msi",
    "msix",
    "msp",
    "mst",
    "one",
    "onepkg",
    "pif",
    "ps1",
    "psm1",
    "py",
    "pyz",
    "reg",
    "scr",
    "sct",
    "sh",
    "slk",
    "vb",
    "vbe",
    "vbs",
    "wsc",
    "wsf",
    "wsh",
    "xll",
    "xlam",
    "ppam",
];
const SHORTCUTS: &[&str] = &[
    "diagcab",
    "desktop",
    "library-ms",
    "lnk",
    "scf",
    "search-ms",
    "settingcontent-ms",
    "theme",
    "url",
    "webloc",
];
const DISK_IMAGES: &[&str] = &["dmg", "img", "iso", "udf", "vhd", "vhdx", "wim"];
const PAGES: &[&str] = &[
    "htm", "html", "mht", "mhtml", "shtml", "svg", "xht", "xhtml",
];
/// What people expect to be sent, and what a false ending imitates.
const DOCUMENTS: &[&str] = &[
    "csv", "doc", "docx", "gif", "jpeg", "jpg", "mp3", "mp4", "pdf", "png", "ppt", "pptx", "rtf",
    "tif", "tiff", "txt", "wav", "xls", "xlsx", "zip",
];

/// First octets that [`crate::sniff()`] has no media type for.
const MARKS: &[(usize, &[u8], Kind)] = &[
    (0, b"\x4c\0\0\0\x01\x14\x02\0", Kind::ShortcutAttachment),
    (
        0,
        b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d",
        Kind::ExecutableAttachment,
    ),
    (0, b"ITSF", Kind::ExecutableAttachment),
    (0, b"\xca\xfe\xba\xbe", Kind::ExecutableAttachment),
    (0, b"MSCF", Kind::UnreadableArchive),
    (0, b"conectix", Kind::DiskImageAttachment),
    (0, b"vhdxfile", Kind::DiskImageAttachment),
    (0x8001, b"CD001", Kind::DiskImageAttachment),
];
/// The class of Windows Installer packages, which are compound files like old Office documents.
const INSTALLER_CLASS: &[u8] = b"\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// `_VBA_PROJECT` as compound files write names of their streams.
const MACRO_STREAM: &[u8] = b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0";
/// What a page needs to build a file out of itself, or to hide what it does.
const BUILDS_FILES: &[&str] = &[
    "atob(",
    "blob(",
    "createobjecturl",
    "data:application",
    "document.write",
    "eval(",
    "fromcharcode",
    "mssaveoropenblob",
    "unescape(",
];

pub(super) fn suspicions(message: &Message<'_>) -> Vec<Suspicion> {
    let mut found = Vec::new();
    for part in message.attachments() {
        let place = PartName::Attachment(part.index);
        let kinds = kinds(&part);
        found.extend(kinds.into_iter().map(|kind| Suspicion::of(kind, place)));
    }
    found
}

fn kinds(part: &Part) -> Vec<Kind> {
    let mut kinds = Vec::new();
    kinds.extend(by_content(&part.bytes));
    if let Some(name) = &part.name {
        kinds.extend(by_name(name));
    }
    if !crate::type_matches(&part.declared_type, &part.bytes) {
        kinds.push(Kind::TypeMismatch);
    }
    kinds.extend(in_archive(&part.bytes));
    kinds.extend(in_document(&part.bytes));
    kinds.extend(in_page(part));
    kinds
}

fn by_content(bytes: &[u8]) -> Option<Kind> {
    match crate::sniff(bytes) {
        "application/vnd.microsoft.portable-executable"
        | "application/x-elf"
        | "application/x-mach-binary"
        | "text/x-shellscript" => return Some(Kind::ExecutableAttachment),
        _ => {}
    }
    let fits = |(at, mark, _): &&(usize, &[u8], Kind)| {
        bytes.get(*at..).is_some_and(|rest| rest.starts_with(mark))
    };
    MARKS.iter().find(fits).map(|(_, _, kind)| *kind)
}

/// [`Part::name`] has no characters that turn the direction of writing around.
fn by_name(name: &str) -> Vec<Kind> {
    let name = as_opened(name);
    let Some(kind) = kind_of_ending(&name) else {
        return Vec::new();
    };
    let mut kinds = vec![kind];
    let before = name.rsplit_once('.').map_or("", |(before, _)| before);
    let inner = before.trim_end().rsplit_once('.').map(|(_, ending)| ending);
    if inner.is_some_and(|ending| DOCUMENTS.contains(&ending)) {
        kinds.push(Kind::DoubleExtension);
    }
    kinds
}

/// Windows drops blanks and dots at the end.
fn as_opened(name: &str) -> String {
    name.to_lowercase().trim_end_matches([' ', '.']).to_owned()
}

/// Of a name as opened; None for what nothing runs.
fn kind_of_ending(name: &str) -> Option<Kind> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending.trim() {
        ending if PROGRAMS.contains(&ending) => Some(Kind::ExecutableAttachment),
        ending if SHORTCUTS.contains(&ending) => Some(Kind::ShortcutAttachment),
        ending if DISK_IMAGES.contains(&ending) => Some(Kind::DiskImageAttachment),
        _ => None,
    }
}

fn in_archive(bytes: &[u8]) -> Vec<Kind> {
    let listing = match archive::read(bytes) {
        Archive::None => return Vec::new(),
        Archive::Locked => return vec![Kind::EncryptedArchive],
        Archive::Unreadable => return vec![Kind::UnreadableArchive],
        Archive::Listed(listing) => listing,
    };
    let Listing { names, locked } = listing;
    let mut kinds = Vec::new();
    if locked {
        kinds.push(Kind::EncryptedArchive);
    }
    let is_macro = |name: &String| name.ends_with("vbaproject.bin");
    if names.iter().any(is_macro) {
        kinds.push(Kind::Macro);
    }
    let runs = |name: &String| kind_of_ending(&as_opened(name)).is_some();
    if names.iter().any(runs) {
        kinds.push(Kind::DangerousInArchive);
    }
    kinds
}

/// What office documents and PDF files can do without their reader's will.
fn in_document(bytes: &[u8]) -> Option<Kind> {
    let holds = |word: &[u8]| memmem::find(bytes, word).is_some();
    if bytes.starts_with(COMPOUND) {
        return match () {
            () if holds(INSTALLER_CLASS) => Some(Kind::ExecutableAttachment),
            () if holds(MACRO_STREAM) => Some(Kind::Macro),
            () => None,
        };
    }
    let active = match () {
        () if bytes.starts_with(b"%PDF-") => {
            holds(b"/JavaScript") || holds(b"/Launch") || holds(b"/EmbeddedFile ")
        }
        () if bytes.starts_with(b"{\\rt") => holds(b"\\objdata") || holds(b"\\objupdate"),
        () => false,
    };
    active.then_some(Kind::ActiveDocument)
}

fn in_page(part: &Part) -> Vec<Kind> {
    let name = part.name.as_deref().map(as_opened).unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_page = part.content_type == "text/html"
        || part.content_type == "image/svg+xml"
        || PAGES.contains(&ending);
    if !is_page {
        return Vec::new();
    }
    let text = text_of_octets(&part.bytes);
    let markup = markup::read(&text);
    let lower = text.to_ascii_lowercase();
    let builds = markup.has_script && BUILDS_FILES.iter().any(|word| lower.contains(word));
    let mut kinds = Vec::new();
    // A drawing is no page until it runs something.
    if ending != "svg" || markup.has_script {
        kinds.push(Kind::HtmlAttachment);
    }
    if builds || (markup.has_script && markup.asks_password) {
        kinds.push(Kind::HtmlSmuggling);
    }
    if markup.asks_password {
        kinds.push(Kind::CredentialForm);
    }
    kinds
}
