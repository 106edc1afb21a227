//! Header fields of a message, as far as an import reads them: what mail programs wrote about it.
//!
//! Invariant: octets are never changed here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::found::Flags;

/// RFC 5322 says nothing about the length of a name; none is longer.
const NAME_OCTETS_MAX: usize = 100;

/// Whether a header field begins here.
pub fn is_field(text: &[u8]) -> bool {
    name(text).is_some()
}

/// The name of the field that begins here (RFC 5322 §2.2).
pub fn name(line: &[u8]) -> Option<&str> {
    let end = line
        .iter()
        .take(NAME_OCTETS_MAX)
        .position(|octet| !(33..=126).contains(octet) || *octet == b':')?;
    let is_name = end > 0 && line[end..].trim_ascii_start().first() == Some(&b':');
    let without_line_end = !line[end..]
        .iter()
        .take_while(|octet| **octet != b':')
        .any(|octet| *octet == b'\n');
    let name = (is_name && without_line_end).then(|| &line[..end])?;
    std::str::from_utf8(name).ok()
}

/// Where the body begins, after the empty line.
pub fn body_start(message: &[u8]) -> usize {
    let mut at = 0;
    while let Some(end) = memchr::memchr(b'\n', &message[at..]) {
        let line = &message[at..at + end];
        at += end + 1;
        if line.is_empty() || line == b"\r" {
            return at;
        }
    }
    message.len()
}

/// The first field of that name, unfolded.
pub fn field(message: &[u8], wanted: &str) -> Option<String> {
    let head = &message[..body_start(message)];
    let mut value: Option<Vec<u8>> = None;
    for line in head.split(|octet| *octet == b'\n') {
        let folded = matches!(line.first(), Some(b' ' | b'\t'));
        match (&mut value, folded) {
            (Some(value), true) => value.extend_from_slice(line),
            (Some(_), false) => break,
            (None, false) if name(line).is_some_and(|name| name.eq_ignore_ascii_case(wanted)) => {
                let colon = memchr::memchr(b':', line)?;
                value = Some(line[colon + 1..].to_vec());
            }
            (None, _) => {}
        }
    }
    let text = String::from_utf8_lossy(&value?).replace('\r', "");
    Some(text.trim().to_owned())
}

/// What mail programs write into the message: `Status`, `X-Status`, `X-Mozilla-Status`, labels of Takeout.
pub fn flags(message: &[u8], labels: &[String]) -> Flags {
    let mut flags = Flags::default();
    let status = field(message, "Status").unwrap_or_default()
        + &field(message, "X-Status").unwrap_or_default();
    flags.read = status.contains('R');
    flags.answered = status.contains('A');
    flags.flagged = status.contains('F');
    flags.deleted = status.contains('D');
    flags.draft = status.contains('T');
    let bits =
        field(message, "X-Mozilla-Status").and_then(|hex| u32::from_str_radix(&hex, 16).ok());
    if let Some(bits) = bits {
        flags.read |= bits & 0x0001 != 0;
        flags.answered |= bits & 0x0002 != 0;
        flags.flagged |= bits & 0x0004 != 0;
        flags.deleted |= bits & 0x0008 != 0;
        flags.forwarded |= bits & 0x1000 != 0;
    }
    if !labels.is_empty() {
        let has = |label: &str| labels.iter().any(|one| one.eq_ignore_ascii_case(label));
        flags.read |= has("Opened") || !has("Unread");
        flags.flagged |= has("Starred");
        flags.deleted |= has("Trash");
        flags.draft |= has("Drafts") || has("Draft");
        flags.sent |= has("Sent");
    }
    flags
}

/// `X-Gmail-Labels`: words between commas, each perhaps in quotes, all perhaps encoded (RFC 2047).
pub fn labels(message: &[u8]) -> Vec<String> {
    let Some(value) = field(message, "X-Gmail-Labels") else {
        return Vec::new();
    };
    let mut labels = vec![String::new()];
    let mut quoted = false;
    for letter in decoded(&value).chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => labels.push(String::new()),
            letter => labels.last_mut().expect("there is one").push(letter),
        }
    }
    let labels = labels.into_iter().map(|label| label.trim().to_owned());
    labels.filter(|label| !label.is_empty()).collect()
}

/// Encoded words made text (RFC 2047 §2); white space between two of them is none.
pub fn decoded(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let Some((word, left)) = word(&rest[start..]) else {
            text.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            after_word = false;
            continue;
        };
        if !(after_word && rest[..start].trim().is_empty()) {
            text.push_str(&rest[..start]);
        }
        text.push_str(&word);
        rest = left;
        after_word = true;
    }
    text.push_str(rest);
    text
}

fn word(text: &str) -> Option<(String, &str)> {
    let mut parts = text.strip_prefix("=?")?.splitn(3, '?');
    let (charset, method, content) = (parts.next()?, parts.next()?, parts.next()?);
    let end = content.find("?=")?;
    let (content, left) = (&content[..end], &content[end + 2..]);
    let octets = match method {
        "B" | "b" => STANDARD_NO_PAD.decode(content.trim_end_matches('=')).ok()?,
        "Q" | "q" => unquoted(content.as_bytes()),
        _ => return None,
    };
    let charset = charset.split('*').next()?;
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes())?;
    Some((encoding.decode(&octets).0.into_owned(), left))
}

fn unquoted(content: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(content.len());
    let mut at = 0;
    while at < content.len() {
        let hex = content
            .get(at + 1..at + 3)
            .and_then(|hex| std::str::from_utf8(hex).ok());
        match (
            content[at],
            hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()),
        ) {
            (b'=', Some(octet)) => {
                octets.push(octet);
                at += 2;
            }
            (b'_', _) => octets.push(b' '),
            (octet, _) => octets.push(octet),
        }
        at += 1;
    }
    octets
}
