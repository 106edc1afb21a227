//! EDRM XML 1.2: batch, documents with files, locations and tags, then relationships.
//!
//! Written after the outline of the schema's documentation (31 October 2010) and what other writers make of it:
//! the schema itself was not to be had, so nothing here was validated by it. Digests of external files are MD5,
//! as loaders compare them; SHA-256 is a tag. What XML 1.0 cannot hold becomes U+FFFD.

use std::io::{self, Write};

use super::columns::{addresses, date};
use super::{Document, Family, Part};

pub(super) fn head(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    out.write_all(
        b"<Root DataInterchangeType=\"Update\" MajorVersion=\"1\" MinorVersion=\"2\">\n",
    )?;
    out.write_all(b" <Batch>\n  <Documents>\n")
}

pub(super) fn family(out: &mut dyn Write, family: &Family<'_>) -> io::Result<()> {
    if let Some(message) = family.documents.first() {
        document(out, family, message, None)?;
    }
    family
        .attachments()
        .try_for_each(|(attached, part)| document(out, family, attached, Some(part)))
}

pub(super) fn tail(out: &mut dyn Write, documents: &[Document]) -> io::Result<()> {
    out.write_all(b"  </Documents>\n  <Relationships>\n")?;
    for document in documents {
        if let Some(parent) = &document.parent {
            let names = [
                ("Type", "Attachment"),
                ("ParentDocId", parent),
                ("ChildDocId", &document.control),
            ];
            element(out, 3, "Relationship", &names)?;
        }
    }
    out.write_all(b"  </Relationships>\n </Batch>\n</Root>\n")
}

fn document(
    out: &mut dyn Write,
    family: &Family<'_>,
    document: &Document,
    part: Option<&Part>,
) -> io::Result<()> {
    let (kind, media) = part.map_or(("Message", "message/rfc822"), |part| {
        ("File", part.media_type.as_str())
    });
    let control = escaped(&document.control);
    writeln!(
        out,
        "   <Document DocID=\"{control}\" DocType=\"{kind}\" MimeType=\"{}\">",
        escaped(media)
    )?;
    files(out, document)?;
    location(out, &family.item.custodian, &document.native)?;
    out.write_all(b"    <Tags>\n")?;
    for (name, data, value) in tags(family, document, part) {
        if !value.is_empty() {
            let names = [
                ("TagName", name),
                ("TagDataType", data),
                ("TagValue", value.as_str()),
            ];
            element(out, 5, "Tag", &names)?;
        }
    }
    out.write_all(b"    </Tags>\n   </Document>\n")
}

fn files(out: &mut dyn Write, document: &Document) -> io::Result<()> {
    out.write_all(b"    <Files>\n")?;
    let size = document.digests.octets.to_string();
    let (folder, name) = parted(&document.native);
    let native = [
        ("FilePath", folder),
        ("FileName", name),
        ("FileSize", &size),
        ("Hash", &document.digests.md5),
    ];
    file(out, "Native", &native)?;
    if let Some(text) = &document.text {
        let (folder, name) = parted(text);
        file(out, "Text", &[("FilePath", folder), ("FileName", name)])?;
    }
    out.write_all(b"    </Files>\n")
}

fn file(out: &mut dyn Write, kind: &str, external: &[(&str, &str)]) -> io::Result<()> {
    writeln!(out, "     <File FileType=\"{kind}\">")?;
    element(out, 6, "ExternalFile", external)?;
    out.write_all(b"     </File>\n")
}

fn location(out: &mut dyn Write, custodian: &str, native: &str) -> io::Result<()> {
    out.write_all(b"    <Locations>\n     <Location>\n")?;
    writeln!(out, "      <Custodian>{}</Custodian>", escaped(custodian))?;
    writeln!(
        out,
        "      <LocationURI>{}</LocationURI>",
        escaped(&uri(native))
    )?;
    out.write_all(b"     </Location>\n    </Locations>\n")
}

fn tags<'a>(
    family: &Family<'_>,
    document: &Document,
    part: Option<&Part>,
) -> Vec<(&'a str, &'a str, String)> {
    let item = family.item;
    let name = part.map_or_else(
        || format!("{}.eml", document.control),
        |part| part.name.clone(),
    );
    let mut tags = vec![
        ("#FileName", "Text", name),
        ("SHA256", "Text", document.digests.sha256.clone()),
    ];
    if part.is_none() {
        let index = item
            .log_index
            .map(|index| index.to_string())
            .unwrap_or_default();
        let unreadable: Vec<String> = item
            .unreadable
            .iter()
            .map(|u| format!("{}: {}", u.part, u.why))
            .collect();
        tags.extend([
            ("#From", "Text", item.from.clone()),
            ("#To", "Text", addresses(&item.to)),
            ("#CC", "Text", addresses(&item.cc)),
            ("#BCC", "Text", addresses(&item.bcc)),
            ("#Subject", "Text", item.subject.clone()),
            ("#DateSent", "DateTime", date(item.sent_at)),
            ("#DateReceived", "DateTime", date(item.received_at)),
            ("#MessageID", "Text", item.message_id.clone()),
            (
                "#HasAttachments",
                "Boolean",
                (!item.attachments.is_empty()).to_string(),
            ),
            ("Direction", "Text", item.direction.word().to_owned()),
            ("RecordClass", "Text", item.record_class.clone()),
            ("Holds", "Text", item.holds.join("; ")),
            ("Decisions", "Text", item.decisions.join("; ")),
            ("LogIndex", "LongInteger", index),
            ("Unreadable", "Text", unreadable.join("; ")),
        ]);
    }
    tags
}

fn element(
    out: &mut dyn Write,
    depth: usize,
    name: &str,
    attributes: &[(&str, &str)],
) -> io::Result<()> {
    write!(out, "{:depth$}<{name}", "")?;
    for (key, value) in attributes {
        write!(out, " {key}=\"{}\"", escaped(value))?;
    }
    out.write_all(b"/>\n")
}

fn parted(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// RFC 3986 §2.1: octets that are not unreserved are written with a percent sign.
fn uri(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            // XML 1.0 §2.2
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
