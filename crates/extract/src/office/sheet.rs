//! One worksheet as a table (ECMA-376 part 1 §18.3), read cell by cell and never held as cells.
//!
//! Invariant: a cell costs one of the limit whether it holds anything or not, so a file of empty
//! cells ends as soon as one of full ones.

use super::workbook::Workbook;
use super::xml_end;
use crate::extracted::TextForm;
use crate::session::{Session, Shown};
use crate::text::table::Rows;
use crate::xml::{Tag, Token, Xml};

#[derive(Default)]
struct Cell {
    at: Option<usize>,
    kind: String,
    style: usize,
    value: String,
}

pub(super) fn read(
    session: &mut Session<'_>,
    place: &str,
    document: &str,
    book: &Workbook,
    shown: Shown,
) {
    let mut rows = Rows::default();
    let mut beside = String::new();
    let (mut cell, mut in_value) = (Cell::default(), false);
    let mut in_cell = false;
    let mut xml = Xml::of(document);
    for token in &mut xml {
        match token {
            Token::Open(tag) => match tag.name {
                "c" => (cell, in_cell) = (Cell::of(&tag), true),
                "v" | "t" => in_value = in_cell,
                _ => {}
            },
            Token::Close("v" | "t") => in_value = false,
            Token::Close("c") => {
                in_cell = false;
                put(session, place, &mut rows, &cell, book);
            }
            Token::Close("row") => rows.end_row(),
            Token::Text(text) if in_value => cell.value.push_str(&text),
            // Headers and footers, and names of validation lists. Formulas are in their values.
            Token::Text(text) if !in_cell && !text.trim().is_empty() => {
                beside.push_str(&text);
                beside.push('\n');
            }
            _ => {}
        }
        if rows.is_full() {
            break;
        }
    }
    xml_end(session, place, &xml);
    rows.say(session, place, shown);
    session.text(place, TextForm::Prose, &beside, shown);
}

impl Cell {
    fn of(tag: &Tag<'_>) -> Self {
        Self {
            at: tag.attribute("r").and_then(|reference| column(&reference)),
            kind: tag.attribute("t").unwrap_or_default().into_owned(),
            style: tag.attribute("s").and_then(|s| s.parse().ok()).unwrap_or(0),
            value: String::new(),
        }
    }
}

fn put(session: &mut Session<'_>, place: &str, rows: &mut Rows, cell: &Cell, book: &Workbook) {
    let number;
    let value = match cell.kind.as_str() {
        "s" => {
            let index: Option<usize> = cell.value.trim().parse().ok();
            index
                .and_then(|index| book.strings.get(index))
                .map_or("", String::as_str)
        }
        "" | "n" => {
            number = book.styles.show(cell.style, cell.value.trim());
            &number
        }
        _ => &cell.value,
    };
    match cell.at {
        Some(at) => rows.cell(session, place, at, value),
        None => rows.next(session, place, value),
    }
}

/// `C7` is in column 2.
fn column(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_uppercase);
    let number = letters
        .take(4)
        .fold(0, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    number.checked_sub(1)
}
