//! Concordance DAT: UTF-8 with its mark, fields between U+00FE, parted by U+0014, one document a line.
//!
//! The format cannot say everything. A line end inside a value becomes U+00AE, so a registered sign that was
//! there is written `(R)`; U+00FE is doubled, as review platforms read it; other control characters become
//! spaces. Whoever needs the exact text has the JSON lines. There are no page images, so there is no OPT.

use std::io::{self, Write};

use super::Family;
use super::columns::{COLUMNS, PATHS_FROM, rows};

const SEPARATOR: char = '\u{14}';
const QUOTE: char = '\u{fe}';
const NEWLINE: char = '\u{ae}';

pub(super) fn head(out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    line(out, &COLUMNS.map(str::to_owned))
}

pub(super) fn family(out: &mut dyn Write, family: &Family<'_>) -> io::Result<()> {
    for mut row in rows(family) {
        // Who loads these does so on Windows.
        for path in &mut row[PATHS_FROM..] {
            *path = path.replace('/', "\\");
        }
        line(out, &row)?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, cells: &[String]) -> io::Result<()> {
    let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    let line = quoted.join(&SEPARATOR.to_string());
    out.write_all(line.as_bytes())?;
    out.write_all(b"\r\n")
}

pub(super) fn quoted(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len() + 4);
    out.push(QUOTE);
    for c in cell.replace("\r\n", "\n").chars() {
        match c {
            QUOTE => out.extend([QUOTE, QUOTE]),
            NEWLINE => out.push_str("(R)"),
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(NEWLINE),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push(QUOTE);
    out
}
