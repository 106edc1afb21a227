//! Excel before 2007 ([MS-XLS]): a run of records, sheet after sheet.
//!
//! Invariant: every cell is counted; a workbook of Excel 5 or older is a loss.

use super::cfb::Cfb;
use super::strings::{Joined, characters, packed_number, whole};
use crate::extracted::{Because, Mark, TextForm};
use crate::octets::{cut, le16, le64, size16, size32};
use crate::office::Styles;
use crate::session::{Session, Shown, inside};
use crate::text::table::Rows;

const BIFF8: u16 = 0x0600;

struct Record<'a> {
    kind: u16,
    content: &'a [u8],
}

#[derive(Default)]
struct Book {
    strings: Vec<String>,
    styles: Styles,
    formats: Vec<u16>,
    sheets: Vec<Shown>,
    names: String,
}

struct Sheet {
    place: String,
    shown: Shown,
    rows: Rows,
    row: Option<u16>,
    notes: String,
}

pub(super) fn read(session: &mut Session<'_>, place: &str, cfb: &Cfb<'_>) {
    let Some(entry) = cfb.find("Workbook") else {
        return session.lost(place, Because::UnsupportedType);
    };
    let octets = cfb.content(session, place, entry);
    let records: Vec<Record<'_>> = records(&octets).collect();
    let first = records.first().and_then(|record| le16(record.content, 0));
    if first != Some(BIFF8) {
        return session.lost(place, Because::UnsupportedType);
    }
    if records.iter().any(|record| record.kind == 0x2f) {
        session.mark(Mark::Encrypted);
        return session.lost(place, Because::Encrypted);
    }
    let book = Book::of(&records, session.limits.cells as usize);
    session.say(&inside(place, "sheets"), TextForm::Prose, &book.names);
    let starts = (0..records.len())
        .filter(|at| records[*at].kind == 0x0809)
        .skip(1);
    for (number, start) in starts.enumerate() {
        let at = inside(place, &format!("sheet {}", number + 1));
        if !session.page(&at) {
            return;
        }
        let shown = book.sheets.get(number).copied().unwrap_or(Shown::Hidden);
        sheet(session, &records[start + 1..], &book, at, shown);
    }
}

fn records(octets: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let kind = le16(octets, at)?;
        let content = cut(octets, at + 4, size16(octets, at + 2)?)?;
        at += 4 + content.len();
        Some(Record { kind, content })
    })
}

impl Book {
    fn of(records: &[Record<'_>], most: usize) -> Self {
        let mut book = Self::default();
        let mut dates = Vec::new();
        for (at, record) in records.iter().enumerate() {
            match record.kind {
                0x0a => break,
                0x85 => book.sheet(record.content),
                0x22 => book.styles.from_1904 = le16(record.content, 0) == Some(1),
                0x041e => {
                    let code = whole(record.content, 2).unwrap_or_default();
                    let id = le16(record.content, 0).filter(|_| Styles::is_date(&code));
                    book.formats.extend(id);
                }
                0xe0 => dates.push(le16(record.content, 2).unwrap_or(0)),
                0xfc => {
                    let further = records[at + 1..].iter().take_while(|r| r.kind == 0x3c);
                    let parts = std::iter::once(record).chain(further).map(|r| r.content);
                    let mut joined = Joined::of(parts.collect(), 8);
                    book.strings
                        .extend(std::iter::from_fn(|| joined.next()).take(most));
                }
                _ => {}
            }
        }
        let is_date =
            |id: &u16| Styles::is_date_number(u32::from(*id)) || book.formats.contains(id);
        let dates = dates.iter().map(is_date).collect();
        book.styles.set_dates(dates);
        book
    }

    fn sheet(&mut self, record: &[u8]) {
        let hidden = record.get(4).is_some_and(|state| state & 3 != 0);
        self.sheets
            .push(if hidden { Shown::Hidden } else { Shown::Yes });
        let count = record.get(6).map_or(0, |count| usize::from(*count));
        self.names
            .push_str(&characters(record, 7, count).unwrap_or_default());
        self.names.push('\n');
    }
}

fn sheet(
    session: &mut Session<'_>,
    records: &[Record<'_>],
    book: &Book,
    place: String,
    shown: Shown,
) {
    let mut sheet = Sheet {
        place,
        shown,
        rows: Rows::default(),
        row: None,
        notes: String::new(),
    };
    let (mut pending, mut boxed) = (None, false);
    for record in records {
        let content = record.content;
        match record.kind {
            0x0a => break,
            0xfd => {
                let index = size32(content, 6);
                let text = index.and_then(|index| book.strings.get(index));
                sheet.put(session, content, text.map_or("", String::as_str));
            }
            0x0204 => sheet.put(session, content, &whole(content, 6).unwrap_or_default()),
            0x0203 => {
                let number = le64(content, 6).map_or(0.0, f64::from_bits);
                sheet.put(session, content, &book.show(content, 4, number));
            }
            0x027e => {
                let number = packed_number(content, 6).unwrap_or(0.0);
                sheet.put(session, content, &book.show(content, 4, number));
            }
            0xbd => sheet.many(session, content, book),
            0x06 if le16(content, 12) == Some(0xffff) => pending = Some(content),
            0x06 => {
                let number = le64(content, 6).map_or(0.0, f64::from_bits);
                sheet.put(session, content, &book.show(content, 4, number));
            }
            0x0207 => {
                if let Some(formula) = pending.take() {
                    sheet.put(session, formula, &whole(content, 0).unwrap_or_default());
                }
            }
            // The words of a note or a box follow in the next record.
            0x01b6 => boxed = true,
            0x3c if boxed => {
                boxed = false;
                sheet.note(characters(content, 0, content.len()));
            }
            0x14 | 0x15 => sheet.note(whole(content, 0)),
            _ => {}
        }
        if sheet.rows.is_full() {
            break;
        }
    }
    sheet.end(session);
}

impl Book {
    fn show(&self, record: &[u8], style_at: usize, number: f64) -> String {
        let style = size16(record, style_at).unwrap_or(0);
        self.styles.show(style, &number.to_string())
    }
}

impl Sheet {
    fn put(&mut self, session: &mut Session<'_>, record: &[u8], text: &str) {
        let column = size16(record, 2).unwrap_or(0);
        self.cell(session, le16(record, 0), column, text);
    }

    fn cell(&mut self, session: &mut Session<'_>, row: Option<u16>, column: usize, text: &str) {
        if self.row != row {
            self.rows.end_row();
            self.row = row;
        }
        self.rows.cell(session, &self.place, column, text);
    }

    fn many(&mut self, session: &mut Session<'_>, record: &[u8], book: &Book) {
        let first = size16(record, 2).unwrap_or(0);
        let count = record.len().saturating_sub(6) / 6;
        for index in 0..count {
            let at = 4 + index * 6;
            let number = packed_number(record, at + 2).unwrap_or(0.0);
            self.cell(
                session,
                le16(record, 0),
                first + index,
                &book.show(record, at, number),
            );
        }
    }

    fn note(&mut self, text: Option<String>) {
        self.notes.push_str(&text.unwrap_or_default());
        self.notes.push('\n');
    }

    fn end(self, session: &mut Session<'_>) {
        self.rows.say(session, &self.place, self.shown);
        session.text(&self.place, TextForm::Prose, &self.notes, self.shown);
    }
}
