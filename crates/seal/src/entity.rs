//! MIME entities as octets (RFC 2045, 2046): header fields, content type, the parts of a multipart.
//!
//! Not a reader of mail: `mail` decodes texts and names for people. Here what was signed or encrypted
//! must keep every octet, and what two readers could take differently (two content types, a boundary
//! given twice) is no structure at all. Invariant: a part is a slice of the entity it stands in.

use std::borrow::Cow;

use base64::Engine;
use memchr::memmem;

use crate::dkim::{cut, split};

/// What a Content-Type field says (RFC 2045 §5.1), names in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContentType {
    pub kind: String,
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// RFC 2045 §5.2: an entity that says nothing is plain text.
    fn plain() -> Self {
        Self {
            kind: "text/plain".to_owned(),
            parameters: Vec::new(),
        }
    }

    pub(crate) fn parse(value: &str) -> Option<Self> {
        let mut rest = uncommented(value);
        let end = rest.find(';').unwrap_or(rest.len());
        let kind = rest[..end].trim().to_ascii_lowercase();
        let mut parameters: Vec<(String, String)> = Vec::new();
        rest = rest[end..].to_owned();
        let mut rest = rest.as_str();
        while let Some(next) = rest.strip_prefix(';') {
            let (name, value, after) = parameter(next)?;
            rest = after;
            if name.is_empty() {
                continue;
            }
            if parameters.iter().any(|(known, _)| *known == name) {
                return None;
            }
            parameters.push((name, value));
        }
        (rest.trim().is_empty() && kind.contains('/')).then_some(Self { kind, parameters })
    }

    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// As the value of a field, without these parameters.
    pub(crate) fn without(&self, names: &[&str]) -> String {
        let mut out = self.kind.clone();
        for (name, value) in &self.parameters {
            if names.contains(&name.as_str()) {
                continue;
            }
            let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&b);
            match !value.is_empty() && value.bytes().all(is_token) {
                true => out.push_str(&format!(";\r\n {name}={value}")),
                false => {
                    let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
                    out.push_str(&format!(";\r\n {name}=\"{quoted}\""));
                }
            }
        }
        out
    }

    pub(crate) fn is_multipart(&self) -> bool {
        self.kind.starts_with("multipart/")
    }
}

/// `name=value` up to the next semicolon, and what follows. An empty name where nothing stands.
fn parameter(text: &str) -> Option<(String, String, &str)> {
    let text = text.trim_start();
    if text.is_empty() || text.starts_with(';') {
        return Some((String::new(), String::new(), text));
    }
    let (name, value) = text.split_once('=')?;
    let name = name.trim().to_ascii_lowercase();
    let value = value.trim_start();
    let Some(quoted) = value.strip_prefix('"') else {
        let end = value.find(';').unwrap_or(value.len());
        return Some((name, value[..end].trim().to_owned(), &value[end..]));
    };
    let mut read = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((name, read, quoted[at + 1..].trim_start())),
            '\\' => read.push(letters.next()?.1),
            _ => read.push(letter),
        }
    }
    None
}

/// Without comments (RFC 5322 §3.2.2), which stand nowhere inside quotes.
fn uncommented(value: &str) -> String {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut out = String::with_capacity(value.len());
    for letter in value.chars() {
        let was_escaped = escaped;
        escaped = letter == '\\' && !was_escaped;
        match letter {
            '"' if depth == 0 && !was_escaped => quoted = !quoted,
            '(' if !quoted && !was_escaped => depth += 1,
            ')' if !quoted && !was_escaped && depth > 0 => {
                depth -= 1;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(letter);
        }
    }
    out
}

/// An entity cut in two.
pub(crate) struct Entity<'a> {
    /// Top down: name, and the whole field with its line end.
    pub fields: Vec<(&'a [u8], &'a [u8])>,
    pub body: &'a [u8],
}

impl<'a> Entity<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let (header, body) = cut(bytes).unwrap_or((bytes, &[]));
        Self {
            fields: split(header),
            body,
        }
    }

    /// Values of all fields of this name, unfolded.
    pub(crate) fn values<'s>(&'s self, name: &'s str) -> impl Iterator<Item = String> + 's {
        let named = self
            .fields
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
        named.map(|(_, field)| value(field))
    }

    /// `None` when it is said twice, or cannot be read: then it has no structure that is safe to follow.
    pub(crate) fn content_type(&self) -> Option<ContentType> {
        let mut said = self.values("content-type");
        match (said.next(), said.next()) {
            (None, _) => Some(ContentType::plain()),
            (Some(value), None) => ContentType::parse(&value),
            _ => None,
        }
    }

    /// The file name that Content-Type or Content-Disposition gives, in lower case.
    pub(crate) fn file_name(&self, content_type: &ContentType) -> String {
        let disposition = self.values("content-disposition").next();
        let disposition = disposition.and_then(|value| ContentType::parse(&format!("x/{value}")));
        let name = disposition.as_ref().and_then(|said| said.find("filename"));
        let name = name.or_else(|| content_type.find("name"));
        name.unwrap_or_default().to_ascii_lowercase()
    }

    /// The body as octets: base64, or as it stands. Nobody sends CMS in another encoding.
    pub(crate) fn decoded(&self) -> Option<Cow<'a, [u8]>> {
        let mut said = self.values("content-transfer-encoding");
        let encoding = said.next().unwrap_or_default().to_ascii_lowercase();
        match (encoding.trim(), said.next()) {
            ("base64", None) => unbase64(self.body).map(Cow::Owned),
            ("" | "7bit" | "8bit" | "binary", None) => Some(Cow::Borrowed(self.body)),
            _ => None,
        }
    }
}

/// What stands behind the colon of a field, on one line.
pub(crate) fn value(field: &[u8]) -> String {
    let at = memchr::memchr(b':', field).map_or(0, |colon| colon + 1);
    let text = String::from_utf8_lossy(&field[at..]);
    text.replace(['\r', '\n'], "").trim().to_owned()
}

/// The parts between the delimiters of a multipart (RFC 2046 §5.1.1), without the line end that belongs to
/// the next delimiter. `None` when the closing delimiter is missing: something may have been cut off.
pub(crate) fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<&'a [u8]>> {
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let delimiter = format!("--{boundary}");
    let mut found: Vec<&[u8]> = Vec::new();
    let mut start: Option<usize> = None;
    for at in memmem::find_iter(body, delimiter.as_bytes()) {
        if at != 0 && body[at - 1] != b'\n' {
            continue;
        }
        let after = &body[at + delimiter.len()..];
        let line_end = memchr::memchr(b'\n', after).map_or(after.len(), |end| end + 1);
        let line = after[..line_end].trim_ascii_end();
        if !line.is_empty() && line != b"--" {
            continue;
        }
        if let Some(start) = start {
            found.push(without_line_end(body.get(start..at)?));
        }
        if line == b"--" {
            return (!found.is_empty()).then_some(found);
        }
        start = Some(at + delimiter.len() + line_end);
    }
    None
}

fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

/// Every line end as CRLF: what is signed and encrypted (RFC 8551 §3.1.1).
pub(crate) fn canonical(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut last = 0;
    let is_canonical = bytes.iter().all(|octet| {
        let fits = (*octet == b'\n') == (last == b'\r');
        last = *octet;
        fits
    });
    if is_canonical && last != b'\r' {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 32);
    let mut rest = bytes.iter().copied().peekable();
    while let Some(octet) = rest.next() {
        match octet {
            b'\r' => {
                rest.next_if_eq(&b'\n');
                out.extend_from_slice(b"\r\n");
            }
            b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(octet),
        }
    }
    Cow::Owned(out)
}

/// With CRLF when the first line has none: as files have it, and as mail never comes. Mail itself stays as it
/// is, since a body may be binary.
pub(crate) fn with_crlf(bytes: &[u8]) -> Cow<'_, [u8]> {
    match memchr::memchr(b'\n', bytes) {
        Some(end) if end == 0 || bytes[end - 1] != b'\r' => canonical(bytes),
        _ => Cow::Borrowed(bytes),
    }
}

/// Base64 in lines of 76 (RFC 2045 §6.8), each with its line end.
pub(crate) fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    let mut out = Vec::with_capacity(text.len() + text.len() / 38 + 2);
    for line in text.as_bytes().chunks(76) {
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// RFC 2045 §6.8: what is not of the alphabet is passed over, and the padding ends it.
pub(crate) fn unbase64(text: &[u8]) -> Option<Vec<u8>> {
    use base64::engine::DecodePaddingMode;
    use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, lenient);
    let alphabet = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/');
    let letters = text.iter().take_while(|octet| **octet != b'=');
    let packed: Vec<u8> = letters.copied().filter(alphabet).collect();
    engine.decode(packed).ok()
}
