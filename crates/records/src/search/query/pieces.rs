//! Pieces of a search: words, quotations, brackets, and the words that join.

use std::ops::Range;

use super::{QueryError, Why};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Open,
    Close,
    And,
    Or,
    Not,
    /// With what stands behind the stroke.
    Near(&'a str),
    /// What stands before a colon that something follows at once.
    Place(&'a str),
    Quoted(&'a str),
    Word(&'a str),
}

pub(super) type Placed<'a> = (Piece<'a>, Range<usize>);

pub(super) fn pieces(text: &str) -> Result<Vec<Placed<'_>>, QueryError> {
    let mut found: Vec<Placed<'_>> = Vec::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let end = at + letter.len_utf8();
        let piece = match letter {
            c if c.is_whitespace() => {
                at = end;
                continue;
            }
            '(' => Piece::Open,
            ')' => Piece::Close,
            '"' | '\u{201c}' | '\u{201d}' => {
                let close = text[end..].find(['"', '\u{201c}', '\u{201d}']);
                let Some(close) = close else {
                    return Err(QueryError {
                        why: Why::Unclosed,
                        at: at..text.len(),
                    });
                };
                let quoted = &text[end..end + close];
                let after =
                    end + close + text[end + close..].chars().next().map_or(0, char::len_utf8);
                found.push((Piece::Quoted(quoted), at..after));
                at = after;
                continue;
            }
            '-' if text[end..]
                .starts_with(|c: char| c.is_alphanumeric() || "(\"\u{201c}".contains(c)) =>
            {
                Piece::Not
            }
            _ => {
                at = word(text, at, &mut found);
                continue;
            }
        };
        found.push((piece, at..end));
        at = end;
    }
    Ok(found)
}

/// Takes the run of letters at `at`; gives where it ends.
fn word<'a>(text: &'a str, at: usize, found: &mut Vec<Placed<'a>>) -> usize {
    let stops = |c: char| c.is_whitespace() || "()\"\u{201c}\u{201d}".contains(c);
    let octets = text[at..].find(stops).unwrap_or(text.len() - at);
    let run = &text[at..at + octets];
    if let Some((name, rest)) = run.split_once(':') {
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
        let follows =
            !rest.is_empty() || text[at + octets..].starts_with(['(', '"', '\u{201c}', '\u{201d}']);
        // A time or a link has a colon too.
        if is_name && follows && !rest.starts_with("//") {
            let end = at + name.len() + 1;
            found.push((Piece::Place(name), at..end));
            return end;
        }
    }
    let piece = match run {
        "AND" | "&&" => Piece::And,
        "OR" | "||" => Piece::Or,
        "NOT" => Piece::Not,
        "NEAR" => Piece::Near(""),
        _ => match run.strip_prefix("NEAR/") {
            Some(number) => Piece::Near(number),
            None => Piece::Word(run),
        },
    };
    found.push((piece, at..at + octets));
    at + octets
}
