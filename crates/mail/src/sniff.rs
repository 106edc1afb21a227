//! What bytes are, by their first octets, whatever their name or declared type says.

/// The media type of `bytes`; `application/octet-stream` when unknown.
pub fn sniff(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(b"%PDF-") { "application/pdf" } else { "application/octet-stream" }
}

/// Whether a declared media type can be what the bytes are.
pub fn type_matches(declared: &str, bytes: &[u8]) -> bool {
    declared.eq_ignore_ascii_case(sniff(bytes))
}
