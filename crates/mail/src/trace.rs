//! Header fields that a message gains or changes on its way.

use model::Timestamp;

/// A folded `Received` field. It never names a recipient.
pub fn received_line(by: &str, from_helo: Option<&str>, with: &str, id: &str, at: Timestamp) -> String {
    let from = from_helo.map(|h| format!("from {h} ")).unwrap_or_default();
    format!("Received: {from}by {by} with {with} id {id};\r\n\t{}\r\n", at.rfc5322())
}

/// Index of the body: just after the empty line, or the end.
pub fn header_block_end(bytes: &[u8]) -> usize {
    memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |i| i + 4)
}

/// The same message under another subject; everything else stays byte for byte.
pub fn replace_subject(bytes: &[u8], subject: &str) -> Vec<u8> {
    let mut out = format!("Subject: {subject}\r\n").into_bytes();
    out.extend_from_slice(bytes);
    out
}
