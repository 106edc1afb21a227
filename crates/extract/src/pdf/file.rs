//! A PDF file as an index of its objects.
//!
//! Objects are found by their headers from the front to the end, later ones replace earlier ones,
//! and object streams (§7.5.7) are unpacked on the way. Invariant: an object is parsed only when it
//! is asked for, and chains of references end.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use memchr::memmem;

use super::filter;
use super::lex::{Lex, is_space};
use super::object::{Dict, Object};
use crate::extracted::Because;
use crate::session::Session;

const REFERENCES_MAX: usize = 16;
const OBJECTS_MAX: usize = 1_000_000;

pub(super) struct File<'a> {
    pub(super) octets: &'a [u8],
    /// Each with where it was written: the later one counts.
    objects: BTreeMap<u32, (usize, Place)>,
    trailers: Vec<Dict>,
    pub(super) encrypted: bool,
    pub(super) lost: Cell<Option<Because>>,
    /// Octets that may still be parsed, however often the same ones are asked for.
    work: Cell<u64>,
}

#[derive(Clone)]
enum Place {
    At(usize),
    /// In an unpacked object stream.
    In(Rc<Vec<u8>>, usize),
}

impl<'a> File<'a> {
    pub(super) fn open(session: &mut Session<'_>, place: &str, octets: &'a [u8]) -> Self {
        let mut file = Self {
            octets,
            objects: BTreeMap::new(),
            trailers: Vec::new(),
            encrypted: false,
            lost: Cell::new(None),
            work: Cell::new(session.limits.work),
        };
        let packed = file.index();
        file.encrypted = file.trailers.iter().any(|t| t.find("Encrypt").is_some());
        if memmem::find(&octets[octets.len().saturating_sub(2_048)..], b"%%EOF").is_none() {
            file.lost.set(Some(Because::Truncated));
        }
        if !file.encrypted {
            for stream in packed {
                file.unpack(session, place, &stream);
            }
        }
        file
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.objects.keys().copied()
    }

    pub(super) fn trailer(&self, key: &str) -> Option<Object> {
        self.trailers
            .iter()
            .rev()
            .find_map(|trailer| trailer.find(key).cloned())
    }

    /// What an object means when its references are followed.
    pub(super) fn resolve(&self, object: &Object) -> Object {
        let mut object = object.clone();
        for _ in 0..REFERENCES_MAX {
            let Object::Reference(number) = object else {
                return object;
            };
            object = self.load(number);
        }
        Object::Null
    }

    pub(super) fn dict(&self, object: Option<&Object>) -> Dict {
        match object.map(|object| self.resolve(object)) {
            Some(Object::Dict(dict) | Object::Stream(dict, _)) => dict,
            _ => Dict::default(),
        }
    }

    pub(super) fn number(&self, object: Option<&Object>) -> Option<f64> {
        object.and_then(|object| self.resolve(object).number())
    }

    /// The items of an array, or the one thing that stands for it.
    pub(super) fn list(&self, object: Option<&Object>) -> Vec<Object> {
        let Some(object) = object else {
            return Vec::new();
        };
        match self.resolve(object) {
            Object::Array(items) => items,
            Object::Null => Vec::new(),
            // The reference itself, so that a circle of them is seen.
            _ => vec![object.clone()],
        }
    }

    /// The data of a stream, unpacked as far as they can be.
    pub(super) fn decoded(
        &self,
        session: &mut Session<'_>,
        place: &str,
        object: &Object,
    ) -> Vec<u8> {
        match self.resolve(object) {
            Object::Stream(dict, range) => {
                filter::decode(session, place, self, &dict, &self.octets[range]).0
            }
            _ => Vec::new(),
        }
    }

    fn load(&self, number: u32) -> Object {
        match self.objects.get(&number) {
            Some((_, Place::At(at))) => self.parse(*at).map(|(object, _)| object),
            Some((_, Place::In(octets, at))) => {
                let mut lex = Lex::new(octets, *at);
                let object = lex.object();
                object.filter(|_| self.spend(lex.at.saturating_sub(*at)))
            }
            None => None,
        }
        .unwrap_or(Object::Null)
    }

    fn spend(&self, octets: usize) -> bool {
        let left = self.work.get().checked_sub(octets as u64 + 16);
        self.work.set(left.unwrap_or(0));
        if left.is_none() {
            self.lost.set(Some(Because::LimitWork));
        }
        left.is_some()
    }

    /// Finds all objects and trailers; answers the object streams.
    fn index(&mut self) -> Vec<Object> {
        let (mut packed, mut from) = (Vec::new(), 0);
        while let Some(found) = memmem::find(&self.octets[from..], b"obj") {
            let word = from + found;
            from = word + 3;
            let Some(number) = header(self.octets, word) else {
                continue;
            };
            if self.objects.len() >= OBJECTS_MAX {
                self.lost.set(Some(Because::LimitEntries));
                break;
            }
            self.objects.insert(number, (word, Place::At(from)));
            let Some((object, end)) = self.parse(from) else {
                continue;
            };
            if let Object::Stream(dict, _) = &object {
                // What looks like an object inside a stream is none.
                from = end;
                match dict.name("Type") {
                    Some(b"ObjStm") => packed.push(object),
                    Some(b"XRef") => self.trailers.push(dict.clone()),
                    _ => {}
                }
            }
        }
        for at in memmem::find_iter(self.octets, b"trailer").take(1_000) {
            if let Some(Object::Dict(dict)) = Lex::new(self.octets, at + 7).object() {
                self.trailers.push(dict);
            }
        }
        packed
    }

    /// The object that begins at a place, and where it ends.
    fn parse(&self, at: usize) -> Option<(Object, usize)> {
        let mut lex = Lex::new(self.octets, at);
        let object = lex.object()?;
        if !self.spend(lex.at - at) {
            return None;
        }
        let Object::Dict(dict) = object else {
            return Some((object, lex.at));
        };
        let mut start = lex.at;
        while self.octets.get(start).is_some_and(|octet| is_space(*octet)) {
            start += 1;
        }
        if !self.octets[start..].starts_with(b"stream") {
            return Some((Object::Dict(dict), lex.at));
        }
        start += 6;
        start += usize::from(self.octets.get(start) == Some(&b'\r'));
        start += usize::from(self.octets.get(start) == Some(&b'\n'));
        let range = self.extent(&dict, start.min(self.octets.len()));
        let end = range.end;
        if !self.spend(range.len() / 64) {
            return None;
        }
        Some((Object::Stream(dict, range), end))
    }

    /// By the length where `endstream` follows it, else up to the next `endstream`.
    fn extent(&self, dict: &Dict, start: usize) -> Range<usize> {
        let length = match dict.find("Length") {
            Some(Object::Reference(number)) => match self.objects.get(number) {
                Some((_, Place::At(at))) => {
                    let mut lex = Lex::new(self.octets, *at);
                    lex.object().and_then(|object| object.size())
                }
                _ => None,
            },
            other => other.and_then(Object::size),
        };
        let ends = |end: usize| {
            let after = self.octets.get(end..).unwrap_or_default();
            let word = &after[..after.len().min(16)];
            memmem::find(word, b"endstream").is_some_and(|at| at <= 2)
        };
        let stated = length
            .and_then(|length| start.checked_add(length))
            .filter(|end| ends(*end));
        let found = || memmem::find(&self.octets[start..], b"endstream").map(|n| start + n);
        start..stated.or_else(found).unwrap_or(self.octets.len())
    }

    fn unpack(&mut self, session: &mut Session<'_>, place: &str, stream: &Object) {
        let Object::Stream(dict, range) = stream else {
            return;
        };
        let (Some(count), Some(first)) = (
            dict.find("N").and_then(Object::size),
            dict.find("First").and_then(Object::size),
        ) else {
            return;
        };
        let octets = Rc::new(self.decoded(session, place, stream));
        let mut lex = Lex::new(&octets, 0);
        for _ in 0..count.min(OBJECTS_MAX) {
            let pair = (
                lex.object().and_then(|o| o.size()),
                lex.object().and_then(|o| o.size()),
            );
            let (Some(number), Some(offset)) = pair else {
                break;
            };
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let at = first.saturating_add(offset);
            let newer = self
                .objects
                .get(&number)
                .is_none_or(|(since, _)| *since < range.start);
            if newer {
                self.objects
                    .insert(number, (range.start, Place::In(Rc::clone(&octets), at)));
            }
        }
    }
}

/// The number of `12 0 obj`, by looking backwards from `obj`.
fn header(octets: &[u8], word: usize) -> Option<u32> {
    let before = &octets[word.saturating_sub(24)..word];
    let before = before.trim_ascii_end();
    let generation = before
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    let rest = &before[..before.len() - generation];
    let trimmed = rest.trim_ascii_end();
    if generation == 0 || trimmed.len() == rest.len() {
        return None;
    }
    let digits = trimmed
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    let number = &trimmed[trimmed.len() - digits..];
    std::str::from_utf8(number).ok()?.parse().ok()
}
