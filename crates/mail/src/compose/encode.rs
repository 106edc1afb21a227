//! Transfer encodings on the way out (RFC 2045 §6).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr2;

/// RFC 2045 §6.8 and §6.7: 76 characters to a line.
const LINE_OCTETS: usize = 76;

/// Any line ends become CRLF, and the text ends in one unless it is empty.
pub(super) fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32 + 2);
    let mut rest = text;
    while let Some(at) = memchr2(b'\r', b'\n', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push_str("\r\n");
        let pair = rest.as_bytes()[at..].starts_with(b"\r\n");
        rest = &rest[at + 1 + usize::from(pair)..];
    }
    out.push_str(rest);
    if !out.is_empty() && !out.ends_with('\n') {
        out.push_str("\r\n");
    }
    out
}

/// Whether text with CRLF may travel as it is: ASCII, short lines, nothing invisible.
pub(super) fn is_seven_bit(text: &str) -> bool {
    let is_plain = |b: u8| (b' '..=b'~').contains(&b) || b == b'\t';
    // Space at a line's end is lost on some ways; "From " is altered on others.
    let travels = |line: &str| {
        line.len() <= LINE_OCTETS + 2
            && line.bytes().all(is_plain)
            && !line.ends_with([' ', '\t'])
            && !line.starts_with("From ")
    };
    text.split("\r\n").all(travels)
}

/// Whether base64 is shorter than quoted-printable.
pub(super) fn prefers_base64(text: &str) -> bool {
    text.bytes().filter(|b| !b.is_ascii()).count() * 6 > text.len()
}

pub(crate) fn base64(octets: &[u8], out: &mut Vec<u8>) {
    out.reserve(octets.len() / 57 * 78 + 80);
    for chunk in octets.chunks(LINE_OCTETS / 4 * 3) {
        let mut line = [0; LINE_OCTETS];
        match STANDARD.encode_slice(chunk, &mut line) {
            Ok(written) => out.extend_from_slice(&line[..written]),
            // 57 octets always fit into 76 characters.
            Err(_) => unreachable!("a line of base64 has room for its octets"),
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// Text with CRLF line ends.
pub(crate) fn quoted_printable(text: &str, out: &mut Vec<u8>) {
    let (lines, unfinished) = match text.strip_suffix("\r\n") {
        Some(lines) => (lines, false),
        None => (text, true),
    };
    let mut first = true;
    for line in lines.split("\r\n") {
        if !first {
            out.extend_from_slice(b"\r\n");
        }
        first = false;
        quoted_line(line.as_bytes(), out);
    }
    if !unfinished {
        out.extend_from_slice(b"\r\n");
    }
}

fn quoted_line(line: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut column = 0;
    for (i, &octet) in line.iter().enumerate() {
        let at_end = i + 1 == line.len();
        let literal = match octet {
            b'=' => false,
            b' ' | b'\t' => !at_end,
            // "From " and a lone dot are changed by some that carry mail.
            b'F' | b'.' => column > 0,
            other => (b'!'..=b'~').contains(&other),
        };
        let width = if literal { 1 } else { 3 };
        // Room for the octet, and for the soft break's "=" unless the line ends here.
        if column + width > LINE_OCTETS - usize::from(!at_end) {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if literal {
            out.push(octet);
        } else {
            out.extend_from_slice(&[
                b'=',
                HEX[usize::from(octet >> 4)],
                HEX[usize::from(octet & 15)],
            ]);
        }
        column += width;
    }
}
