//! OpenDocument: texts, sheets and slides (ISO 26300), all parts by the same rules.
//!
//! Repeated cells and rows are a number in the file; they are said once and keep their place.
//! Invariant: a repetition never multiplies text.

use super::{part, xml_end};
use crate::extracted::{Because, Mark, TextForm};
use crate::extractor::Claim;
use crate::pack::zip::{Entry, Zip};
use crate::session::{Session, Shown, inside};
use crate::text::table::Rows;
use crate::xml::{Tag, Token, Xml};

pub(super) fn read(session: &mut Session<'_>, place: &str, archive: &Zip<'_>) {
    if let Some(manifest) = archive.find("META-INF/manifest.xml") {
        let document = part(session, place, archive, manifest);
        if document.contains(":encryption-data") {
            session.mark(Mark::Encrypted);
            return session.lost(place, Because::Encrypted);
        }
    }
    for entry in &archive.entries {
        let name = entry.name.as_str();
        if name.ends_with('/') || ["mimetype", "META-INF/manifest.xml"].contains(&name) {
            continue;
        }
        if name.starts_with("Basic/") || name.starts_with("Scripts/") {
            session.mark(Mark::Macros);
        }
        // A picture of the first page, and the program's own settings.
        if name.starts_with("Thumbnails/") || name.starts_with("Configurations2/") {
            continue;
        }
        if name.ends_with(".xml") || name.ends_with(".rdf") {
            xml_part(session, place, archive, entry);
        } else {
            let content = archive.content(session, place, entry);
            let claim = Claim {
                name: "",
                content_type: "",
            };
            session.nested(&inside(place, name), &content, &claim);
        }
    }
}

fn xml_part(session: &mut Session<'_>, place: &str, archive: &Zip<'_>, entry: &Entry) {
    let at = inside(place, &entry.name);
    let document = part(session, place, archive, entry);
    let mut body = Body::default();
    let mut xml = Xml::of(&document);
    for token in &mut xml {
        match token {
            Token::Open(tag) => body.open(session, &at, &tag),
            Token::Close(name) => body.close(session, &at, name),
            Token::Text(text) if text.trim().is_empty() && body.paragraphs == 0 => {}
            Token::Text(text) => body.out().push_str(&text),
        }
    }
    xml_end(session, &at, &xml);
    body.end(session, &at);
}

#[derive(Default)]
struct Body {
    shown: String,
    hidden: String,
    cell: String,
    /// What a cell holds that shows its value in a form of its own.
    value: String,
    columns: usize,
    rows: Rows,
    tables: usize,
    paragraphs: usize,
    unshown: usize,
}

impl Body {
    fn open(&mut self, session: &mut Session<'_>, place: &str, tag: &Tag<'_>) {
        match tag.name {
            "table" => {
                self.tables += 1;
                if self.tables == 1 {
                    session.page(place);
                    self.aside(tag.attribute("name").as_deref());
                }
            }
            "page" => {
                session.page(place);
            }
            "table-cell" | "covered-table-cell" if self.tables == 1 => {
                self.cell.clear();
                let value = ["date-value", "string-value"]
                    .iter()
                    .find_map(|name| tag.attribute(name));
                self.value = value.unwrap_or_default().into_owned();
                let repeated = tag.attribute("number-columns-repeated");
                self.columns = repeated.and_then(|n| n.parse().ok()).unwrap_or(1);
            }
            "p" | "h" => self.paragraphs += 1,
            "s" | "tab" => self.out().push(if tag.name == "tab" { '\t' } else { ' ' }),
            "line-break" => self.out().push('\n'),
            "deletion" | "hidden-text" | "hidden-paragraph" => self.unshown += 1,
            "a" => self.aside(
                tag.attribute("href")
                    .as_deref()
                    .filter(|h| h.starts_with("mailto:")),
            ),
            "user-defined" => self.aside(tag.attribute("name").as_deref()),
            _ => {}
        }
    }

    fn close(&mut self, session: &mut Session<'_>, place: &str, name: &str) {
        match name {
            "p" | "h" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                self.out().push('\n');
            }
            "table-cell" | "covered-table-cell" if self.tables == 1 => {
                let text = self.cell.trim();
                let value = if self.value.is_empty() {
                    text
                } else {
                    self.value.as_str()
                };
                if value.is_empty() {
                    self.rows.skip(self.columns);
                } else {
                    self.rows.next(session, place, value);
                    self.rows.skip(self.columns - 1);
                }
                self.cell.clear();
            }
            "table-row" if self.tables == 1 => self.rows.end_row(),
            "table" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    std::mem::take(&mut self.rows).say(session, place, Shown::Yes);
                }
            }
            "deletion" | "hidden-text" | "hidden-paragraph" => {
                self.unshown = self.unshown.saturating_sub(1);
            }
            _ if self.paragraphs == 0 && self.tables == 0 && !self.shown.ends_with('\n') => {
                self.shown.push('\n');
            }
            _ => {}
        }
    }

    fn aside(&mut self, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.hidden.push_str(text);
            self.hidden.push('\n');
        }
    }

    fn out(&mut self) -> &mut String {
        if self.unshown > 0 {
            &mut self.hidden
        } else if self.tables > 0 {
            &mut self.cell
        } else {
            &mut self.shown
        }
    }

    fn end(mut self, session: &mut Session<'_>, place: &str) {
        self.shown.push_str(&self.cell);
        self.rows.say(session, place, Shown::Yes);
        session.text(place, TextForm::Prose, &self.shown, Shown::Yes);
        session.text(place, TextForm::Prose, &self.hidden, Shown::Hidden);
    }
}
