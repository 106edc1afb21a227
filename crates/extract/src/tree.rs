//! XML that nobody knows: names and values, a line each, so that a name stands beside its value.
//!
//! Invariant: every attribute's value and every text is said.

use crate::extracted::TextForm;
use crate::session::{Session, Shown};
use crate::xml::{Token, Xml};

pub(crate) fn read(session: &mut Session<'_>, place: &str, document: &str) {
    read_as(session, place, document, Shown::Yes);
}

pub(crate) fn read_as(session: &mut Session<'_>, place: &str, document: &str, shown: Shown) {
    let (mut out, mut name) = (String::new(), "");
    let mut xml = Xml::of(document);
    for token in &mut xml {
        match token {
            Token::Open(tag) => {
                name = tag.name;
                for (attribute, value) in tag.attributes() {
                    line(&mut out, attribute, &value);
                }
            }
            Token::Text(text) => line(&mut out, name, &text),
            Token::Close(_) => name = "",
        }
        if out.len() as u64 > session.budget.text {
            break;
        }
    }
    if let Some(because) = xml.lost() {
        session.lost(place, because);
    }
    session.text(place, TextForm::Prose, &out, shown);
}

fn line(out: &mut String, name: &str, value: &str) {
    let value = value.trim();
    if value.is_empty() {
        return;
    }
    if !name.is_empty() {
        out.push_str(name);
        out.push_str(": ");
    }
    out.push_str(value);
    out.push('\n');
}
