//! What stands in a PDF beside its pages: form fields, notes, bookmarks, properties, files, actions.
//!
//! All objects are looked through, so that nothing is missed because no page points to it.
//! Invariant: each object is parsed once here, and nested values are walked without a stack of calls.

use std::collections::BTreeSet;

use super::file::File;
use super::object::{Dict, Object};
use crate::extracted::{Mark, TextForm};
use crate::extractor::Claim;
use crate::session::{Session, Shown, inside};
use crate::text::decode;
use crate::tree;

/// Keys whose strings people wrote or chose.
const SPOKEN: &[&str] = &[
    "Contents",
    "V",
    "DV",
    "TU",
    "RC",
    "Subj",
    "Title",
    "Author",
    "Subject",
    "Keywords",
    "Alt",
    "ActualText",
    "URI",
    "Desc",
    "OverlayText",
    "Opt",
    "Creator",
];

#[derive(Default)]
struct Aside {
    text: String,
    files: Vec<(String, Object)>,
    metadata: Vec<Object>,
}

pub(super) fn read(session: &mut Session<'_>, place: &str, file: &File<'_>) {
    let mut aside = Aside::default();
    for number in file.numbers() {
        let reference = Object::Reference(number);
        let mut ahead = vec![file.resolve(&reference)];
        while let Some(object) = ahead.pop() {
            let dict = match object {
                Object::Array(items) => {
                    ahead.extend(items);
                    continue;
                }
                Object::Stream(dict, _) => {
                    if dict.name("Type") == Some(b"Metadata") {
                        aside.metadata.push(reference.clone());
                    }
                    dict
                }
                Object::Dict(dict) => dict,
                _ => continue,
            };
            aside.dict(session, file, &dict);
            let inner = dict.pairs().map(|(_, value)| value);
            ahead.extend(
                inner
                    .filter(|v| matches!(v, Object::Dict(_) | Object::Array(_)))
                    .cloned(),
            );
        }
        if aside.text.len() as u64 > session.budget.text {
            break;
        }
    }
    session.say(
        &inside(place, "form and notes"),
        TextForm::Prose,
        &aside.text,
    );
    aside.rest(session, place, file);
}

impl Aside {
    fn dict(&mut self, session: &mut Session<'_>, file: &File<'_>, dict: &Dict) {
        if dict.find("JS").is_some() || dict.name("S") == Some(b"JavaScript") {
            session.mark(Mark::Script);
        }
        if matches!(dict.name("S"), Some(b"Launch" | b"GoToR" | b"ImportData")) {
            session.mark(Mark::Launch);
        }
        let field = dict
            .find("T")
            .map(|name| words(file, name))
            .unwrap_or_default();
        for key in SPOKEN {
            let Some(value) = dict.find(key) else {
                continue;
            };
            let said = words(file, value);
            if said.trim().is_empty() {
                continue;
            }
            if *key == "V" && !field.is_empty() {
                self.text.push_str(&field);
                self.text.push_str(": ");
            }
            self.text.push_str(said.trim());
            self.text.push('\n');
        }
        if let Some(embedded) = dict.find("EF") {
            let name = dict.find("UF").or_else(|| dict.find("F"));
            let name = name.map(|name| words(file, name)).unwrap_or_default();
            for (_, stream) in file.dict(Some(embedded)).pairs() {
                self.files.push((name.clone(), stream.clone()));
            }
        }
        if let Some(forms) = dict.find("XFA") {
            self.metadata.extend(file.list(Some(forms)));
        }
    }

    /// Embedded files, and texts that are XML.
    fn rest(self, session: &mut Session<'_>, place: &str, file: &File<'_>) {
        for stream in &self.metadata {
            let at = inside(place, "metadata");
            let octets = file.decoded(session, &at, stream);
            tree::read_as(session, &at, &decode(&octets, None), Shown::Hidden);
        }
        let mut seen = BTreeSet::new();
        for (name, stream) in self.files {
            if let Object::Reference(number) = stream
                && !seen.insert(number)
            {
                continue;
            }
            session.mark(Mark::EmbeddedFile);
            let at = inside(place, if name.is_empty() { "file" } else { &name });
            let counted = session.budget.entry();
            if session.or_lost(&at, counted).is_none() {
                return;
            }
            let octets = file.decoded(session, &at, &stream);
            let claim = Claim {
                name: &name,
                content_type: "",
            };
            session.nested(&at, &octets, &claim);
        }
    }
}

/// A string, or the strings of a list.
fn words(file: &File<'_>, value: &Object) -> String {
    match value {
        Object::Text(octets) => decode(octets, None),
        Object::Name(name) if name != b"Off" => decode(name, None),
        Object::Array(items) => {
            let items = items.iter().take(1_000).map(|item| match item {
                Object::Text(octets) => decode(octets, None),
                _ => String::new(),
            });
            items.collect::<Vec<_>>().join("\n")
        }
        Object::Reference(_) => match file.resolve(value) {
            Object::Text(octets) => decode(&octets, None),
            _ => String::new(),
        },
        _ => String::new(),
    }
}
