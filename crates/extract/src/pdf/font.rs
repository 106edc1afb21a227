//! A font as far as reading needs it: which text a code means, and how far it moves the pen.
//!
//! Invariant: a code without a known meaning is counted as unread; it is never guessed.

use std::collections::BTreeMap;

use super::cmap::CMap;
use super::file::File;
use super::glyphs;
use super::object::{Dict, Object};
use crate::session::Session;
use crate::text::{decode_page, utf16be};

const WIDTHS_MAX: usize = 70_000;

pub(super) struct Font {
    /// Codes of two octets (Type0).
    wide: bool,
    to_text: Option<CMap>,
    /// Of simple fonts, by code.
    letters: Vec<Option<String>>,
    /// Codes are UTF-16 themselves.
    unicode: bool,
    /// By first code: the last code, and the width of all between.
    widths: BTreeMap<u32, (u32, f64)>,
    usual_width: f64,
}

pub(super) struct Glyph {
    pub(super) text: Option<String>,
    /// In thousandths of the size.
    pub(super) width: f64,
    pub(super) is_space: bool,
}

impl Font {
    pub(super) fn of(session: &mut Session<'_>, place: &str, file: &File<'_>, dict: &Dict) -> Self {
        let wide = dict.name("Subtype") == Some(b"Type0");
        let to_text = dict.find("ToUnicode").and_then(|map| {
            let octets = file.decoded(session, place, map);
            (!octets.is_empty()).then(|| CMap::of(&octets))
        });
        let encoding = dict.find("Encoding").map(|e| file.resolve(e));
        let mut font = Self {
            wide,
            to_text,
            letters: Vec::new(),
            unicode: false,
            widths: BTreeMap::new(),
            usual_width: 500.0,
        };
        if wide {
            font.unicode = matches!(&encoding, Some(Object::Name(name)) if is_unicode(name));
            font.descendant(file, dict);
        } else {
            font.letters = letters(file, encoding.as_ref());
            font.simple_widths(file, dict);
        }
        font
    }

    pub(super) fn glyphs<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = Glyph> + 't {
        let single = self.to_text.as_ref().is_some_and(|map| map.has_single);
        let step = if self.wide && !single { 2 } else { 1 };
        text.chunks(step).map(move |code| self.glyph(code))
    }

    fn glyph(&self, octets: &[u8]) -> Glyph {
        let code = octets
            .iter()
            .fold(0, |sum, octet| sum << 8 | u32::from(*octet));
        let mapped = self
            .to_text
            .as_ref()
            .and_then(|map| map.text(octets.len(), code));
        let own = || {
            if self.unicode {
                return Some(utf16be(octets));
            }
            let index = usize::try_from(code).ok()?;
            self.letters.get(index).cloned().flatten()
        };
        Glyph {
            text: mapped
                .filter(|text| text != "\0" && text != "\u{fffd}")
                .or_else(own),
            width: self.width(code),
            is_space: octets == b" ",
        }
    }

    fn simple_widths(&mut self, file: &File<'_>, dict: &Dict) {
        let first = file.number(dict.find("FirstChar")).unwrap_or(0.0);
        let descriptor = file.dict(dict.find("FontDescriptor"));
        if let Some(width) = file
            .number(descriptor.find("MissingWidth"))
            .filter(|w| *w > 0.0)
        {
            self.usual_width = width;
        }
        // A font of type 3 measures in units of its own.
        let scale = match file.list(dict.find("FontMatrix")).first() {
            Some(Object::Number(scale)) => scale * 1_000.0,
            _ => 1.0,
        };
        let first = Object::Number(first)
            .size()
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or(0);
        let widths = file.list(dict.find("Widths"));
        for (code, width) in (first..).zip(widths.iter().take(256)) {
            if let Some(width) = file.number(Some(width)) {
                self.widths.insert(code, (code, width * scale));
            }
        }
    }

    fn descendant(&mut self, file: &File<'_>, dict: &Dict) {
        let descendants = file.list(dict.find("DescendantFonts"));
        let font = file.dict(descendants.first());
        self.usual_width = file.number(font.find("DW")).unwrap_or(1_000.0);
        let items = file.list(font.find("W"));
        let mut items = items.iter();
        while let Some(first) = items.next().and_then(|o| file.resolve(o).size()) {
            let Some(next) = items.next() else { return };
            match file.resolve(next) {
                Object::Array(widths) => {
                    for (code, width) in (first..).zip(&widths) {
                        self.put(code, code, file.number(Some(width)));
                    }
                }
                last => {
                    let width = file.number(items.next());
                    self.put(first, last.size().unwrap_or(first), width);
                }
            }
        }
    }

    fn put(&mut self, first: usize, last: usize, width: Option<f64>) {
        if self.widths.len() < WIDTHS_MAX
            && let (Ok(first), Ok(last), Some(width)) =
                (u32::try_from(first), u32::try_from(last), width)
        {
            self.widths.insert(first, (last, width));
        }
    }

    fn width(&self, code: u32) -> f64 {
        let known = self.widths.range(..=code).next_back();
        let known = known.filter(|(_, (last, _))| code <= *last);
        known.map_or(self.usual_width, |(_, (_, width))| *width)
    }
}

fn is_unicode(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name);
    name.contains("UCS2") || name.contains("UTF16")
}

/// The letters of a simple font's encoding (§9.6.5).
fn letters(file: &File<'_>, encoding: Option<&Object>) -> Vec<Option<String>> {
    let named = |name: Option<&[u8]>| match name {
        Some(b"MacRomanEncoding" | b"MacExpertEncoding") => 10_000,
        _ => 1_252,
    };
    let page = match encoding {
        Some(Object::Name(name)) => named(Some(name)),
        Some(Object::Dict(dict)) => named(dict.name("BaseEncoding")),
        _ => 1_252,
    };
    let mut letters: Vec<Option<String>> = (0..=255_u8)
        .map(|code| Some(decode_page(&[code], page)).filter(|_| code >= 32))
        .collect();
    let Some(Object::Dict(dict)) = encoding else {
        return letters;
    };
    let mut code = 0;
    for item in file.list(dict.find("Differences")).iter().take(1_024) {
        match item {
            Object::Name(name) => {
                if let Some(letter) = letters.get_mut(code) {
                    *letter = glyphs::text(&String::from_utf8_lossy(name));
                }
                code += 1;
            }
            item => code = item.size().unwrap_or(code),
        }
    }
    letters
}
