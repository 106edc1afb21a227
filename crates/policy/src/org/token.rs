//! A rule's text in words, quoted names and signs, each with its place.

use super::RuleFault;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub line: u32,
    pub column: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// In lower case, whatever was written.
    Word(String),
    Quoted(String),
    Sign(char),
}

/// Where a text cannot be read, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub line: u32,
    pub column: u32,
    pub fault: RuleFault,
}

/// The tokens of one rule up to `because`, and the reason after it.
pub(super) fn tokens(lines: &[(u32, &str)]) -> Result<(Vec<Token>, Option<String>), Fault> {
    let mut tokens = Vec::new();
    for (place, (line, text)) in lines.iter().enumerate() {
        let mut rest = *text;
        while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
            rest = &rest[start..];
            let before = text.get(..text.len() - rest.len()).unwrap_or_default();
            let column = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
            let (kind, used) = first(rest).ok_or(Fault {
                line: *line,
                column,
                fault: RuleFault::OpenQuote,
            })?;
            rest = &rest[used..];
            if kind == Kind::Word("because".to_owned()) {
                let below = lines.get(place + 1..).unwrap_or_default();
                let why = std::iter::once(rest).chain(below.iter().map(|(_, text)| *text));
                let words: Vec<&str> = why.flat_map(str::split_whitespace).collect();
                return Ok((tokens, Some(words.join(" "))));
            }
            tokens.push(Token {
                kind,
                line: *line,
                column,
            });
        }
    }
    Ok((tokens, None))
}

/// The first token of a text that does not begin with white space, and its octets.
fn first(text: &str) -> Option<(Kind, usize)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let end = quoted.find('"')?;
        return Some((Kind::Quoted(quoted[..end].to_owned()), end + 2));
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ':' | '"');
    match text.find(ends).unwrap_or(text.len()) {
        0 => {
            let sign = text.chars().next()?;
            Some((Kind::Sign(sign), sign.len_utf8()))
        }
        end => Some((Kind::Word(text[..end].to_lowercase()), end)),
    }
}
