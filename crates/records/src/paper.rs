//! Lines on paper: a PDF of headings, texts and facts, for who files or signs it.
//!
//! Fonts are two of those that every reader brings along (ISO 32000-1 §9.6.2.2), so letters outside of Windows-1252 show
//! as `?`; the file that is checked by programs is another one. Invariant: the same lines are the same octets.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

/// A4, in points; margins; how far lines are apart.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 50.0;
const LEADING: f32 = 13.0;
const SIZE: f32 = 9.0;
/// Courier is 600 thousandths wide: so many letters fit.
const LETTERS: usize = 91;
const LINES: usize = 55;

#[derive(Default)]
pub(crate) struct Paper {
    lines: Vec<Line>,
}

struct Line {
    text: String,
    is_heading: bool,
}

impl Paper {
    pub(crate) fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.line(String::new(), false);
        }
        self.line(text.to_owned(), true);
    }

    /// Broken at blanks; a word that is longer than a line is cut.
    pub(crate) fn text(&mut self, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            let length = line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && length > LETTERS {
                self.line(std::mem::take(&mut line), false);
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            while line.chars().count() > LETTERS {
                let rest: String = line.chars().skip(LETTERS).collect();
                let cut: String = line.chars().take(LETTERS).collect();
                self.line(cut, false);
                line = rest;
            }
        }
        self.line(line, false);
    }

    pub(crate) fn fact(&mut self, name: &str, value: &str) {
        self.text(&format!("{name}: {value}"));
    }

    /// With the title and the number of its page at the foot of each.
    pub(crate) fn pdf(&self, title: &str) -> Vec<u8> {
        let mut next = Ref::new(1);
        let (catalog, tree, plain, bold) = (next.bump(), next.bump(), next.bump(), next.bump());
        let pages: Vec<&[Line]> = self.lines.chunks(LINES).collect();
        let ids: Vec<(Ref, Ref)> = pages.iter().map(|_| (next.bump(), next.bump())).collect();
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree);
        let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
        pdf.pages(tree)
            .kids(ids.iter().map(|(page, _)| *page))
            .count(count);
        for (id, name) in [(plain, b"Courier".as_slice()), (bold, b"Helvetica-Bold")] {
            let mut font = pdf.type1_font(id);
            font.base_font(Name(name))
                .encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        for (number, (lines, (page_id, content_id))) in (1..).zip(pages.iter().zip(&ids)) {
            let mut page = pdf.page(*page_id);
            page.parent(tree)
                .media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1));
            page.contents(*content_id);
            let mut resources = page.resources();
            let mut fonts = resources.fonts();
            fonts.pair(Name(b"P"), plain).pair(Name(b"B"), bold);
            fonts.finish();
            resources.finish();
            page.finish();
            let foot = format!("{title}, page {number} of {}", pages.len());
            pdf.stream(*content_id, &written(lines, &foot));
        }
        pdf.finish()
    }

    fn line(&mut self, text: String, is_heading: bool) {
        self.lines.push(Line { text, is_heading });
    }
}

fn written(lines: &[Line], foot: &str) -> Vec<u8> {
    let mut content = Content::new();
    let mut at = PAGE.1 - MARGIN;
    for line in lines {
        let font: &[u8] = if line.is_heading { b"B" } else { b"P" };
        put(&mut content, font, at, &line.text);
        at -= LEADING;
    }
    put(&mut content, b"P", MARGIN - LEADING, foot);
    content.finish().into_vec()
}

fn put(content: &mut Content, font: &[u8], at: f32, text: &str) {
    let text = marked(text);
    let (octets, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    content.begin_text();
    content.set_font(Name(font), SIZE).next_line(MARGIN, at);
    content.show(Str(&octets));
    content.end_text();
}

/// Letters that the font does not have, as question marks.
fn marked(text: &str) -> String {
    let has = |letter: char| {
        let one = letter.to_string();
        !letter.is_control() && !encoding_rs::WINDOWS_1252.encode(&one).2
    };
    text.chars()
        .map(|letter| if has(letter) { letter } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{LETTERS, LINES, Paper};

    #[test]
    fn lines_break_at_blanks_and_pages_are_counted() {
        let mut paper = Paper::default();
        paper.heading("A heading");
        paper.text(&"word ".repeat(40));
        paper.text(&"x".repeat(2 * LETTERS + 5));
        let all: Vec<&str> = paper.lines.iter().map(|line| line.text.as_str()).collect();
        assert!(
            all.iter()
                .all(|line| line.chars().count() <= LETTERS && !line.ends_with(' ')),
            "{all:?}"
        );
        assert_eq!(all.concat().matches("word").count(), 40);
        assert_eq!(all.concat().matches('x').count(), 2 * LETTERS + 5);
        (0..2 * LINES).for_each(|n| paper.fact("Line", &n.to_string()));
        let bytes = paper.pdf("Test");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("%PDF-") && text.contains("(Test, page 3 of 3)"));
        assert_eq!(bytes, paper.pdf("Test"));
    }

    #[test]
    fn letters_the_font_lacks_are_marked() {
        let mut paper = Paper::default();
        paper.text("Clínica 北 (east)");
        let bytes = paper.pdf("Test");
        let said = hex::encode(b"Cl\xednica ? (east)");
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(text.contains(&said), "{said} is not in {text}");
    }
}
