//! A part of a document or presentation: paragraphs, tables, and what is in it but not shown.
//!
//! It reads any XML part by the same few rules, so that no part is forgotten. Invariant: all
//! character data is said, but for measures that Word writes as text.

use super::{part, xml_end};
use crate::extracted::TextForm;
use crate::pack::zip::{Entry, Zip};
use crate::session::{Session, Shown, inside};
use crate::text::table::Rows;
use crate::xml::{Tag, Token, Xml};

/// Elements whose text is a length or a choice of layout.
const MEASURES: &[&str] = &[
    "posOffset",
    "align",
    "pctWidth",
    "pctHeight",
    "pctPosHOffset",
    "pctPosVOffset",
];
/// Text that was deleted or that computes: in the file, not on the page.
const UNSHOWN: &[&str] = &["delText", "instrText", "delInstrText"];

pub(super) fn read(session: &mut Session<'_>, place: &str, archive: &Zip<'_>, entry: &Entry) {
    let name = entry.name.as_str();
    let slide = numbered(name, "ppt/slides/slide");
    let place_here = match slide {
        Some(number) => inside(place, &format!("slide {number}")),
        None => inside(place, name),
    };
    let body = name == "word/document.xml";
    if (slide.is_some() || body) && !session.page(&place_here) {
        return;
    }
    let document = part(session, place, archive, entry);
    let mut part = Part {
        properties: name.starts_with("docProps/") || name.starts_with("customXml/"),
        ..Part::default()
    };
    let mut xml = Xml::of(&document);
    for token in &mut xml {
        match token {
            Token::Open(tag) => part.open(session, &place_here, &tag),
            Token::Close(name) => part.close(session, &place_here, name),
            Token::Text(text) => part.text(&text),
        }
    }
    xml_end(session, &place_here, &xml);
    part.end(session, &place_here);
}

#[derive(Default)]
struct Part {
    shown: String,
    hidden: String,
    cell: String,
    rows: Rows,
    /// Tables inside tables.
    tables: usize,
    /// Elements whose text is not said.
    muted: usize,
    unshown: usize,
    in_run: bool,
    run_vanishes: bool,
    /// Each element is a value of its own.
    properties: bool,
}

impl Part {
    fn open(&mut self, session: &mut Session<'_>, place: &str, tag: &Tag<'_>) {
        match tag.name {
            "tbl" => self.tables += 1,
            "r" => (self.in_run, self.run_vanishes) = (true, false),
            "vanish" if self.in_run => {
                let off = tag
                    .attribute("val")
                    .is_some_and(|v| matches!(&*v, "0" | "false" | "off"));
                self.run_vanishes = !off;
            }
            // A stop of the ruler has a value; the character has none.
            "tab" if tag.attribute("val").is_none() => self.out().push('\t'),
            "br" | "cr" => self.out().push('\n'),
            "noBreakHyphen" => self.out().push('-'),
            "lastRenderedPageBreak" => {
                session.page(place);
            }
            "docPr" | "cNvPr" => {
                for name in ["descr", "title"] {
                    self.aside(tag.attribute(name).as_deref());
                }
            }
            // Values that a pivot table keeps of its source.
            "s" | "n" | "d" if self.tables == 0 && !self.in_run => {
                self.aside(tag.attribute("v").as_deref());
            }
            // Authors of comments and changes.
            "comment" | "ins" | "del" | "cmAuthor" | "person" => {
                for name in ["author", "initials", "name", "displayName"] {
                    self.aside(tag.attribute(name).as_deref());
                }
            }
            name if MEASURES.contains(&name) => self.muted += 1,
            name if UNSHOWN.contains(&name) => self.unshown += 1,
            _ => {}
        }
    }

    fn close(&mut self, session: &mut Session<'_>, place: &str, name: &str) {
        match name {
            "p" => {
                let out = self.out();
                if !out.ends_with('\n') {
                    out.push('\n');
                }
                if self.hidden.ends_with(|c: char| c != '\n') {
                    self.hidden.push('\n');
                }
            }
            "r" => (self.in_run, self.run_vanishes) = (false, false),
            "tc" if self.tables == 1 => {
                let cell = std::mem::take(&mut self.cell);
                self.rows.next(session, place, &cell);
            }
            "tr" if self.tables == 1 => self.rows.end_row(),
            "tbl" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    std::mem::take(&mut self.rows).say(session, place, Shown::Yes);
                }
            }
            name if MEASURES.contains(&name) => self.muted = self.muted.saturating_sub(1),
            name if UNSHOWN.contains(&name) => self.unshown = self.unshown.saturating_sub(1),
            _ if self.properties && !self.shown.ends_with('\n') => self.shown.push('\n'),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.muted == 0 && (self.in_run || !text.trim().is_empty()) {
            self.out().push_str(text);
        }
    }

    /// Said of a picture or a change, beside the text.
    fn aside(&mut self, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.hidden.push_str(text);
            self.hidden.push('\n');
        }
    }

    fn out(&mut self) -> &mut String {
        if self.unshown > 0 || self.run_vanishes {
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

fn numbered(name: &str, start: &str) -> Option<u32> {
    name.strip_prefix(start)?.strip_suffix(".xml")?.parse().ok()
}
