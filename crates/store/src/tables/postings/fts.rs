//! Postings in the words of FTS5.

use super::{Find, Placed, Token, letters};

/// Stands between two texts: one letter, so that it is no token.
const GAP: &str = "0 ";

pub(super) fn text(column: &[Placed]) -> String {
    let mut out = String::with_capacity(column.len() * 17);
    for placed in column {
        match placed {
            Placed::Token(token) => {
                letters(token, &mut out);
                out.push(' ');
            }
            Placed::Gap => out.push_str(GAP),
        }
    }
    out
}

pub(super) fn query(what: &Find) -> String {
    let mut out = String::new();
    write(what, &mut out);
    out
}

fn write(what: &Find, out: &mut String) {
    match what {
        Find::And(all) => join(all, " AND ", out),
        Find::Or(any) => join(any, " OR ", out),
        Find::Without(with, without) => {
            out.push('(');
            write(with, out);
            out.push_str(" NOT ");
            write(without, out);
            out.push(')');
        }
        Find::Phrase(tokens) => phrase(tokens, out),
        Find::Near(a, b, between) => {
            out.push_str("NEAR(");
            phrase(a, out);
            out.push(' ');
            phrase(b, out);
            out.push_str(&format!(", {between})"));
        }
        // No token has two letters.
        Find::Nothing => out.push_str("00"),
    }
}

fn join(queries: &[Find], with: &str, out: &mut String) {
    out.push('(');
    for (at, query) in queries.iter().enumerate() {
        if at > 0 {
            out.push_str(with);
        }
        write(query, out);
    }
    out.push(')');
}

fn phrase(tokens: &[Token], out: &mut String) {
    out.push('"');
    for (at, token) in tokens.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        letters(token, out);
    }
    out.push('"');
}
