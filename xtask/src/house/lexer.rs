//! Just enough of Rust's grammar to tell code from comments and from text in quotes.
//!
//! Not a parser: it knows comments (nested), strings (raw, byte, C), characters and lifetimes
//! (The Rust Reference, "Tokens"). Invariant: the three masks together hold every byte once, and
//! each keeps the line breaks, so that line numbers agree.

/// The same text three times, each with the other two kinds blanked.
#[derive(Debug, Default)]
pub struct Lexed {
    pub code: String,
    pub comments: String,
    pub strings: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Comment,
    Text,
}

pub fn lex(source: &str) -> Lexed {
    let bytes = source.as_bytes();
    let mut out = Lexed::default();
    let mut at = 0;
    while at < bytes.len() {
        let (kind, end) = token(bytes, at);
        push(&mut out, kind, &source[at..ceil(source, end)]);
        at = ceil(source, end);
    }
    out
}

/// The next character boundary, since tokens are found by bytes.
fn ceil(source: &str, mut at: usize) -> usize {
    while at < source.len() && !source.is_char_boundary(at) {
        at += 1;
    }
    at.min(source.len())
}

fn push(out: &mut Lexed, kind: Kind, piece: &str) {
    for (mask, own) in [
        (&mut out.code, Kind::Code),
        (&mut out.comments, Kind::Comment),
        (&mut out.strings, Kind::Text),
    ] {
        if kind == own {
            mask.push_str(piece);
        } else {
            mask.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
    }
}

fn token(bytes: &[u8], at: usize) -> (Kind, usize) {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return (
            Kind::Comment,
            at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
        );
    }
    if rest.starts_with(b"/*") {
        return (Kind::Comment, at + block_comment(rest));
    }
    if is_word(rest[0]) {
        let word = rest.iter().take_while(|b| is_word(**b)).count();
        return match (&rest[..word], rest.get(word)) {
            (b"r" | b"br" | b"cr", Some(b'"' | b'#')) => {
                raw_string(rest, word).map_or((Kind::Code, at + word), |end| (Kind::Text, at + end))
            }
            (b"b" | b"c", Some(b'"')) => (Kind::Text, at + word + quoted(&rest[word..])),
            (b"b", Some(b'\'')) => (
                Kind::Text,
                at + word + character(&rest[word..]).unwrap_or(1),
            ),
            _ => (Kind::Code, at + word),
        };
    }
    match rest[0] {
        b'"' => (Kind::Text, at + quoted(rest)),
        b'\'' => character(rest).map_or((Kind::Code, at + 1), |end| (Kind::Text, at + end)),
        _ => (Kind::Code, at + 1),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The length of a `"…"` that starts here.
fn quoted(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of `r#"…"#` whose prefix has `prefix` octets; `None` for a raw identifier.
fn raw_string(rest: &[u8], prefix: usize) -> Option<usize> {
    let hashes = rest[prefix..].iter().take_while(|b| **b == b'#').count();
    let open = prefix + hashes;
    if rest.get(open) != Some(&b'"') {
        return None;
    }
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let body = &rest[open + 1..];
    let end = body.windows(close.len()).position(|window| window == close);
    Some(end.map_or(rest.len(), |end| open + 1 + end + close.len()))
}

/// The length of `'c'`; `None` for a lifetime.
fn character(rest: &[u8]) -> Option<usize> {
    match rest.get(1)? {
        b'\\' => rest
            .iter()
            .skip(3)
            .position(|b| *b == b'\'')
            .map(|end| end + 4),
        first => {
            let width = match first {
                0..=0x7f => 1,
                0x80..=0xdf => 2,
                0xe0..=0xef => 3,
                _ => 4,
            };
            (rest.get(1 + width) == Some(&b'\'')).then_some(2 + width)
        }
    }
}
