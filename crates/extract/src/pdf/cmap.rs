//! Character maps: codes of a font as text (ISO 32000-2 §9.10.3).
//!
//! Invariant: ranges stay ranges, so a map of a few octets cannot become a large one.

use std::collections::BTreeMap;

use super::lex::{Lex, Token};
use super::object::Object;
use crate::text::utf16be;

const LINES_MAX: usize = 100_000;
/// Of one code: ligatures and names of emoji are shorter.
const TEXT_OCTETS_MAX: usize = 128;

#[derive(Default)]
pub(super) struct CMap {
    /// By length and first code: the last code and the text of the first.
    ranges: BTreeMap<(usize, u32), (u32, String)>,
    /// Whether codes of one octet exist.
    pub(super) has_single: bool,
}

impl CMap {
    pub(super) fn of(octets: &[u8]) -> Self {
        let mut map = Self::default();
        let (mut lex, mut operands) = (Lex::new(octets, 0), Vec::new());
        loop {
            match lex.next() {
                Token::Object(object) if operands.len() < LINES_MAX => operands.push(object),
                Token::Word(word) => {
                    match word.as_slice() {
                        b"endbfchar" => map.chars(&operands),
                        b"endbfrange" => map.spans(&operands),
                        b"endcodespacerange" => map.has_single |= is_single(&operands),
                        _ => {}
                    }
                    operands.clear();
                }
                Token::End => return map,
                _ => {}
            }
            if map.ranges.len() > LINES_MAX {
                return map;
            }
        }
    }

    pub(super) fn text(&self, octets: usize, code: u32) -> Option<String> {
        let known = self.ranges.range((octets, 0)..=(octets, code)).next_back();
        let ((_, first), (last, text)) = known?;
        if code > *last {
            return None;
        }
        // Only the last character counts on.
        let mut text = text.clone();
        let end = text.pop()?;
        text.push(char::from_u32(u32::from(end).checked_add(code - first)?)?);
        Some(text)
    }

    fn chars(&mut self, operands: &[Object]) {
        for pair in operands.chunks_exact(2) {
            if let [Object::Text(code), Object::Text(text)] = pair {
                self.add(code, code, meaning(text));
            }
        }
    }

    fn spans(&mut self, operands: &[Object]) {
        for line in operands.chunks_exact(3) {
            match line {
                [Object::Text(first), Object::Text(last), Object::Text(text)] => {
                    self.add(first, last, meaning(text));
                }
                [Object::Text(first), Object::Text(_), Object::Array(texts)] => {
                    let start = number(first);
                    for (n, text) in (0..).zip(texts.iter().take(65_536)) {
                        if let Object::Text(text) = text {
                            let code = start.saturating_add(n);
                            self.ranges
                                .insert((first.len(), code), (code, meaning(text)));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, first: &[u8], last: &[u8], text: String) {
        self.ranges
            .insert((first.len(), number(first)), (number(last), text));
    }
}

fn meaning(text: &[u8]) -> String {
    utf16be(&text[..text.len().min(TEXT_OCTETS_MAX)])
}

fn is_single(operands: &[Object]) -> bool {
    operands
        .iter()
        .any(|object| matches!(object, Object::Text(code) if code.len() == 1))
}

fn number(code: &[u8]) -> u32 {
    code.iter()
        .take(4)
        .fold(0, |sum, octet| sum << 8 | u32::from(*octet))
}
