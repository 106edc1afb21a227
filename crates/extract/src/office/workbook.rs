//! A workbook: shared strings, styles, and its sheets with the names people gave them.
//!
//! Invariant: hidden sheets are read like the others and said to be hidden.

use super::numbers::Styles;
use super::{part, sheet, xml_end};
use crate::extracted::{Because, TextForm};
use crate::pack::zip::Zip;
use crate::session::{Session, Shown, inside};
use crate::xml::{Token, Xml};

pub(super) struct Workbook {
    pub(super) strings: Vec<String>,
    pub(super) styles: Styles,
}

struct Listed {
    name: String,
    relation: String,
    shown: Shown,
}

/// Parts that [`read`] takes, so that nobody reads them again.
pub(super) fn has_read(name: &str) -> bool {
    name == "xl/sharedStrings.xml" || name == "xl/styles.xml" || is_sheet(name)
}

pub(super) fn read(session: &mut Session<'_>, place: &str, archive: &Zip<'_>) {
    let document = named(session, place, archive, "xl/workbook.xml");
    let relations = named(session, place, archive, "xl/_rels/workbook.xml.rels");
    let listed = listed(&document);
    let mut styles = Styles::of(&named(session, place, archive, "xl/styles.xml"));
    styles.from_1904 =
        document.contains("date1904=\"1\"") || document.contains("date1904=\"true\"");
    let shared = named(session, place, archive, "xl/sharedStrings.xml");
    let strings = strings(session, place, &shared);
    let book = Workbook { strings, styles };
    let names: Vec<&str> = listed.iter().map(|sheet| sheet.name.as_str()).collect();
    session.say(&inside(place, "sheets"), TextForm::Prose, &names.join("\n"));

    for (number, entry) in archive
        .entries
        .iter()
        .filter(|e| is_sheet(&e.name))
        .enumerate()
    {
        let at = inside(place, &format!("sheet {}", number + 1));
        if !session.page(&at) {
            return;
        }
        let known = listed.iter().find(|sheet| {
            target(&relations, &sheet.relation).is_some_and(|target| entry.name.ends_with(&target))
        });
        // A sheet that the workbook does not list is not shown.
        let shown = known.map_or(Shown::Hidden, |sheet| sheet.shown);
        let document = part(session, place, archive, entry);
        sheet::read(session, &at, &document, &book, shown);
    }
}

fn is_sheet(name: &str) -> bool {
    let folders = [
        "xl/worksheets/",
        "xl/chartsheets/",
        "xl/dialogsheets/",
        "xl/macrosheets/",
    ];
    name.ends_with(".xml") && folders.iter().any(|folder| name.starts_with(folder))
}

fn named(session: &mut Session<'_>, place: &str, archive: &Zip<'_>, name: &str) -> String {
    match archive.find(name) {
        Some(entry) => part(session, place, archive, entry),
        None => String::new(),
    }
}

fn listed(document: &str) -> Vec<Listed> {
    let sheets = Xml::of(document).filter_map(|token| match token {
        Token::Open(tag) if tag.name == "sheet" => Some(tag),
        _ => None,
    });
    let sheets = sheets.map(|tag| Listed {
        name: tag.attribute("name").unwrap_or_default().into_owned(),
        relation: tag.attribute("id").unwrap_or_default().into_owned(),
        shown: match tag.attribute("state").as_deref() {
            Some("hidden" | "veryHidden") => Shown::Hidden,
            _ => Shown::Yes,
        },
    });
    sheets.collect()
}

/// The end of the path that a relation points to.
fn target(relations: &str, id: &str) -> Option<String> {
    let mut tags = Xml::of(relations).filter_map(|token| match token {
        Token::Open(tag) if tag.name == "Relationship" => Some(tag),
        _ => None,
    });
    let tag = tags.find(|tag| tag.attribute("Id").as_deref() == Some(id))?;
    Some(
        tag.attribute("Target")?
            .trim_start_matches("/xl/")
            .to_owned(),
    )
}

/// The strings that cells name by number (§18.4.9), reading aids left out.
fn strings(session: &mut Session<'_>, place: &str, document: &str) -> Vec<String> {
    let place = inside(place, "xl/sharedStrings.xml");
    let (mut strings, mut current, mut in_text, mut aids) = (Vec::new(), String::new(), false, 0);
    let mut xml = Xml::of(document);
    for token in &mut xml {
        match token {
            Token::Open(tag) => match tag.name {
                "si" => current.clear(),
                "t" => in_text = true,
                "rPh" => aids += 1,
                _ => {}
            },
            Token::Close("t") => in_text = false,
            Token::Close("rPh") => aids -= 1,
            Token::Close("si") => {
                if strings.len() >= session.limits.cells as usize {
                    session.lost(&place, Because::LimitCells);
                    break;
                }
                strings.push(std::mem::take(&mut current));
            }
            Token::Text(text) if in_text && aids == 0 => current.push_str(&text),
            _ => {}
        }
    }
    xml_end(session, &place, &xml);
    strings
}
