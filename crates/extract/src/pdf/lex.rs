//! Tokens and objects out of octets (ISO 32000-2 §7.2, §7.3).
//!
//! Invariant: each step moves on; depth and the number of values of one object are limited.

use super::object::{Dict, Object};

const DEPTH_MAX: usize = 64;
/// Values inside one object: the table of a font has some thousands.
const VALUES_MAX: usize = 200_000;

pub(super) struct Lex<'a> {
    pub(super) octets: &'a [u8],
    pub(super) at: usize,
    values: usize,
}

pub(super) enum Token {
    Object(Object),
    /// An operator of a content stream, or a keyword of the file.
    Word(Vec<u8>),
    ArrayEnd,
    DictEnd,
    End,
}

impl<'a> Lex<'a> {
    pub(super) fn new(octets: &'a [u8], at: usize) -> Self {
        Self {
            octets,
            at,
            values: 0,
        }
    }

    /// One object; references are resolved to their numbers.
    pub(super) fn object(&mut self) -> Option<Object> {
        self.values = 0;
        match self.token(0, true)? {
            Token::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The next operand or operator of a content stream.
    pub(super) fn next(&mut self) -> Token {
        self.values = 0;
        self.token(0, false).unwrap_or(Token::End)
    }

    fn token(&mut self, depth: usize, references: bool) -> Option<Token> {
        self.space();
        self.values += 1;
        if depth > DEPTH_MAX || self.values > VALUES_MAX {
            self.at = self.octets.len();
            return None;
        }
        let rest = self.octets.get(self.at..)?;
        Some(match rest {
            [] => Token::End,
            [b'<', b'<', ..] => {
                self.at += 2;
                self.dict(depth, references)
            }
            [b'>', b'>', ..] => {
                self.at += 2;
                Token::DictEnd
            }
            [b'[', ..] => {
                self.at += 1;
                self.array(depth, references)
            }
            [b']', ..] => {
                self.at += 1;
                Token::ArrayEnd
            }
            [b'(', ..] => Token::Object(Object::Text(self.literal())),
            [b'<', ..] => Token::Object(Object::Text(self.hex())),
            [b'/', ..] => Token::Object(Object::Name(self.name())),
            [b'+' | b'-' | b'.' | b'0'..=b'9', ..] => Token::Object(self.number(references)),
            [b')' | b'>' | b'{' | b'}', ..] => {
                self.at += 1;
                Token::Word(Vec::new())
            }
            _ => self.word(),
        })
    }

    fn space(&mut self) {
        while let Some(octet) = self.octets.get(self.at) {
            match octet {
                b'%' => {
                    let rest = &self.octets[self.at..];
                    let end = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
                    self.at += end;
                }
                octet if is_space(*octet) => self.at += 1,
                _ => return,
            }
        }
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        while self.octets.get(self.at).is_some_and(|b| is_regular(*b)) {
            self.at += 1;
        }
        match &self.octets[start..self.at] {
            b"true" | b"false" => Token::Object(Object::Bool),
            b"null" => Token::Object(Object::Null),
            word => Token::Word(word.to_vec()),
        }
    }

    fn number(&mut self, references: bool) -> Object {
        let start = self.at;
        let number = self.digits();
        if !references
            || self.octets[start..self.at]
                .iter()
                .any(|b| !b.is_ascii_digit())
        {
            return Object::Number(number);
        }
        // `12 0 R`
        let after = self.at;
        self.space();
        let generation = self.at;
        while self.at - generation < 6 && self.octets.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        let has_generation = self.at > generation;
        self.space();
        let is_reference = has_generation
            && self.octets.get(self.at) == Some(&b'R')
            && !self.octets.get(self.at + 1).is_some_and(|b| is_regular(*b));
        let object = Object::Number(number);
        match object
            .size()
            .and_then(|n| u32::try_from(n).ok())
            .filter(|_| is_reference)
        {
            Some(number) => {
                self.at += 1;
                Object::Reference(number)
            }
            None => {
                self.at = after;
                object
            }
        }
    }

    fn digits(&mut self) -> f64 {
        let start = self.at;
        self.at += 1;
        while self
            .octets
            .get(self.at)
            .is_some_and(|b| matches!(b, b'0'..=b'9' | b'.' | b'-'))
        {
            self.at += 1;
        }
        let text = std::str::from_utf8(&self.octets[start..self.at]).unwrap_or_default();
        let number: f64 = text.parse().unwrap_or(0.0);
        number.clamp(-1e12, 1e12)
    }

    fn name(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut name = Vec::new();
        while let Some(octet) = self.octets.get(self.at).filter(|b| is_regular(**b)) {
            self.at += 1;
            let hex = (*octet == b'#').then(|| hex_pair(self.octets.get(self.at..self.at + 2)?));
            match hex.flatten() {
                Some(meant) => {
                    self.at += 2;
                    name.push(meant);
                }
                None => name.push(*octet),
            }
        }
        name
    }

    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let (mut text, mut open) = (Vec::new(), 1);
        while let Some(octet) = self.octets.get(self.at) {
            self.at += 1;
            match octet {
                b'\\' => self.escape(&mut text),
                b'(' => {
                    open += 1;
                    text.push(b'(');
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                    text.push(b')');
                }
                octet => text.push(*octet),
            }
        }
        text
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        let Some(octet) = self.octets.get(self.at) else {
            return;
        };
        self.at += 1;
        match octet {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' | b'f' => text.push(b' '),
            b'\r' => self.at += usize::from(self.octets.get(self.at) == Some(&b'\n')),
            b'\n' => {}
            b'0'..=b'7' => {
                let mut value = u32::from(octet - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.octets.get(self.at) else {
                        break;
                    };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                text.push(value.to_le_bytes()[0]);
            }
            octet => text.push(*octet),
        }
    }

    fn hex(&mut self) -> Vec<u8> {
        self.at += 1;
        let (mut text, mut half) = (Vec::new(), None);
        while let Some(octet) = self.octets.get(self.at) {
            self.at += 1;
            if *octet == b'>' {
                break;
            }
            let Some(digit) = char::from(*octet).to_digit(16) else {
                continue;
            };
            let digit = digit.to_le_bytes()[0];
            match half.take() {
                Some(high) => text.push(high << 4 | digit),
                None => half = Some(digit),
            }
        }
        text.extend(half.map(|high| high << 4));
        text
    }

    fn array(&mut self, depth: usize, references: bool) -> Token {
        let mut items = Vec::new();
        loop {
            match self.token(depth + 1, references) {
                Some(Token::Object(object)) => items.push(object),
                Some(Token::Word(_) | Token::DictEnd) => {}
                Some(Token::ArrayEnd | Token::End) | None => {
                    return Token::Object(Object::Array(items));
                }
            }
        }
    }

    fn dict(&mut self, depth: usize, references: bool) -> Token {
        let (mut pairs, mut key) = (Vec::new(), None);
        loop {
            match (self.token(depth + 1, references), key.take()) {
                (Some(Token::Object(Object::Name(name))), None) => key = Some(name),
                (Some(Token::Object(value)), Some(name)) => pairs.push((name, value)),
                (Some(Token::DictEnd | Token::End) | None, _) => {
                    return Token::Object(Object::Dict(Dict::of(pairs)));
                }
                _ => {}
            }
        }
    }
}

pub(super) fn is_space(octet: u8) -> bool {
    matches!(octet, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

fn is_regular(octet: u8) -> bool {
    !is_space(octet)
        && !matches!(
            octet,
            b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
        )
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}
