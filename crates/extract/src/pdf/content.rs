//! What a content stream shows, as text in reading order of the stream.
//!
//! The pen's way between two strings tells whether a space, a tab or a line stands between them.
//! Invariant: every operator and every glyph is counted, so forms that draw forms end.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::file::File;
use super::font::Font;
use super::lex::{Lex, Token};
use super::object::{Dict, Object};
use crate::extracted::Because;
use crate::session::Session;

mod matrix;
mod pen;

use matrix::Matrix;
use pen::Pen;

const FORMS_MAX: usize = 12;
const STATES_MAX: usize = 256;
const OPERANDS_MAX: usize = 1_000;
const PICTURES_MAX: usize = 500;
/// What loading a font costs beside its octets.
const FONT_WORK: usize = 20_000;

/// The fonts of a file by their numbers, each loaded once for all its pages.
pub(super) type Fonts = BTreeMap<u32, Rc<Font>>;

pub(super) struct Page<'f> {
    file: &'f File<'f>,
    pen: Pen,
    fonts: &'f mut Fonts,
    pictures: Vec<Object>,
    forms: usize,
    lost: Option<Because>,
}

#[derive(Clone)]
struct State {
    place: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    letter_gap: f64,
    word_gap: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
}

/// What the names in a stream mean.
struct Named<'r> {
    fonts: Dict,
    objects: Dict,
    resources: &'r Dict,
}

/// Where text goes on, and where its line began.
struct Text {
    at: Matrix,
    line: Matrix,
}

impl<'f> Page<'f> {
    pub(super) fn new(file: &'f File<'f>, fonts: &'f mut Fonts) -> Self {
        Self {
            file,
            pen: Pen::default(),
            fonts,
            pictures: Vec::new(),
            forms: 0,
            lost: None,
        }
    }

    pub(super) fn run(
        &mut self,
        session: &mut Session<'_>,
        place: &str,
        content: &[u8],
        resources: &Dict,
    ) {
        self.stream(session, place, content, resources, Matrix::ONE);
    }

    /// More codes without a meaning than a bullet or two.
    pub(super) fn unread_glyphs(&self) -> bool {
        self.pen.unread > 2
    }

    pub(super) fn lost(&self) -> Option<Because> {
        self.lost
    }

    pub(super) fn end(self) -> (String, Vec<Object>) {
        (self.pen.text, self.pictures)
    }

    fn stream(
        &mut self,
        session: &mut Session<'_>,
        place: &str,
        content: &[u8],
        resources: &Dict,
        matrix: Matrix,
    ) {
        let named = Named {
            fonts: self.file.dict(resources.find("Font")),
            objects: self.file.dict(resources.find("XObject")),
            resources,
        };
        let mut lex = Lex::new(content, 0);
        let mut state = State::new(matrix);
        let mut text = Text::new();
        let (mut operands, mut states) = (Vec::new(), Vec::new());
        loop {
            let word = match lex.next() {
                Token::Object(object) => {
                    if operands.len() < OPERANDS_MAX {
                        operands.push(object);
                    }
                    continue;
                }
                Token::Word(word) => word,
                Token::End => return,
                _ => continue,
            };
            let room = (self.pen.text.len() as u64) < session.budget.text;
            if let Err(because) = session.budget.work(1 + operands.len()) {
                self.lost = Some(because);
                return;
            }
            if !room {
                self.lost = Some(Because::LimitText);
                return;
            }
            match word.as_slice() {
                b"q" if states.len() < STATES_MAX => states.push(state.clone()),
                b"Q" => state = states.pop().unwrap_or(state),
                b"cm" => state.place = Matrix::of(&operands).then(state.place),
                b"Do" => self.draw(session, place, &operands, &named, state.place),
                b"BI" => lex.at = after_picture(content, lex.at),
                b"Tf" => self.font(session, place, &operands, &named, &mut state),
                word => self.text(session, word, &operands, &mut state, &mut text),
            }
            operands.clear();
        }
    }

    /// Operators of text (§9.3, §9.4).
    fn text(
        &mut self,
        session: &mut Session<'_>,
        word: &[u8],
        operands: &[Object],
        state: &mut State,
        text: &mut Text,
    ) {
        let number = |at: usize| operands.get(at).and_then(Object::number).unwrap_or(0.0);
        match word {
            b"BT" => *text = Text::new(),
            b"Tm" => (text.at, text.line) = (Matrix::of(operands), Matrix::of(operands)),
            b"Td" => text.move_by(number(0), number(1)),
            b"TD" => {
                state.leading = -number(1);
                text.move_by(number(0), number(1));
            }
            b"T*" => text.move_by(0.0, -state.leading),
            b"Tc" => state.letter_gap = number(0),
            b"Tw" => state.word_gap = number(0),
            b"Tz" => state.stretch = number(0) / 100.0,
            b"TL" => state.leading = number(0),
            b"Ts" => state.rise = number(0),
            b"Tj" => self.show(session, operands.first(), state, text),
            b"'" => {
                text.move_by(0.0, -state.leading);
                self.show(session, operands.first(), state, text);
            }
            b"\"" => {
                (state.word_gap, state.letter_gap) = (number(0), number(1));
                text.move_by(0.0, -state.leading);
                self.show(session, operands.get(2), state, text);
            }
            b"TJ" => {
                let Some(Object::Array(items)) = operands.first() else {
                    return;
                };
                for item in items {
                    if let Object::Number(back) = item {
                        text.advance(-back / 1_000.0 * state.size * state.stretch);
                    } else {
                        self.show(session, Some(item), state, text);
                    }
                }
            }
            _ => {}
        }
    }

    fn show(
        &mut self,
        session: &mut Session<'_>,
        string: Option<&Object>,
        state: &State,
        text: &mut Text,
    ) {
        let (Some(Object::Text(octets)), Some(font)) = (string, &state.font) else {
            return;
        };
        if session.budget.work(octets.len()).is_err() {
            self.lost = Some(Because::LimitWork);
            return;
        }
        for glyph in font.glyphs(octets) {
            // A code may mean many letters.
            if self.pen.text.len() as u64 > session.budget.text {
                self.lost = Some(Because::LimitText);
                return;
            }
            let at = text.at.then(state.place);
            self.pen
                .put(glyph.text.as_deref(), at, state.size, state.rise);
            let mut width = glyph.width / 1_000.0 * state.size + state.letter_gap;
            if glyph.is_space {
                width += state.word_gap;
            }
            text.advance(width * state.stretch);
            self.pen.lift(text.at.then(state.place), state.rise);
        }
    }

    fn font(
        &mut self,
        session: &mut Session<'_>,
        place: &str,
        operands: &[Object],
        named: &Named<'_>,
        state: &mut State,
    ) {
        let [Object::Name(name), Object::Number(size)] = operands else {
            return;
        };
        state.size = *size;
        let Some(found) = named.fonts.find(&String::from_utf8_lossy(name)) else {
            return;
        };
        let load = |session: &mut Session<'_>| {
            // Refused loads are seen by the next operator.
            let _counted = session.budget.work(FONT_WORK);
            let dict = self.file.dict(Some(found));
            Rc::new(Font::of(session, place, self.file, &dict))
        };
        state.font = Some(match found {
            Object::Reference(number) => {
                let known = self.fonts.get(number).map(Rc::clone);
                let font = known.unwrap_or_else(|| load(session));
                self.fonts.insert(*number, Rc::clone(&font));
                font
            }
            _ => load(session),
        });
    }

    /// A form, which is read in its place, or a picture, which is kept for later.
    fn draw(
        &mut self,
        session: &mut Session<'_>,
        place: &str,
        operands: &[Object],
        named: &Named<'_>,
        matrix: Matrix,
    ) {
        let Some(Object::Name(name)) = operands.first() else {
            return;
        };
        let Some(object) = named.objects.find(&String::from_utf8_lossy(name)) else {
            return;
        };
        let dict = self.file.dict(Some(object));
        if dict.name("Subtype") == Some(b"Image") {
            if self.pictures.len() < PICTURES_MAX && !self.pictures.contains(object) {
                self.pictures.push(object.clone());
            }
            return;
        }
        if self.forms >= FORMS_MAX {
            self.lost = Some(Because::LimitDepth);
            return;
        }
        let content = self.file.decoded(session, place, object);
        let own = dict.find("Resources").map(|own| self.file.dict(Some(own)));
        let resources = own.unwrap_or_else(|| named.resources.clone());
        let form = match dict.find("Matrix") {
            Some(numbers) => Matrix::of(&self.file.list(Some(numbers))),
            None => Matrix::ONE,
        };
        self.forms += 1;
        self.stream(session, place, &content, &resources, form.then(matrix));
        self.forms -= 1;
    }
}

impl State {
    fn new(place: Matrix) -> Self {
        Self {
            place,
            font: None,
            size: 1.0,
            letter_gap: 0.0,
            word_gap: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

impl Text {
    fn new() -> Self {
        Self {
            at: Matrix::ONE,
            line: Matrix::ONE,
        }
    }

    fn move_by(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.at = self.line;
    }

    fn advance(&mut self, x: f64) {
        self.at = Matrix::shift(x, 0.0).then(self.at);
    }
}

/// Past the data of an inline picture: `EI` between white space (§8.9.7).
fn after_picture(content: &[u8], from: usize) -> usize {
    let rest = content.get(from..).unwrap_or_default();
    let is_space = |octet: Option<&u8>| octet.is_none_or(u8::is_ascii_whitespace);
    let mut ends = memchr::memmem::find_iter(rest, b"EI");
    let end = ends.find(|at| *at > 0 && is_space(rest.get(at - 1)) && is_space(rest.get(at + 2)));
    from + end.map_or(rest.len(), |at| at + 2)
}
