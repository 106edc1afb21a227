//! Writes one header field in lines of at most 78 columns (RFC 5322 §2.1.1) where words allow it.

const COLUMNS_MAX: usize = 78;

pub(super) struct Folded {
    text: String,
    column: usize,
}

impl Folded {
    pub fn start(name: &str) -> Self {
        Self {
            text: name.into(),
            column: name.len(),
        }
    }
    /// A word after a space, or on a new line when it does not fit.
    pub fn word(&mut self, word: &str) {
        if self.column + 1 + word.len() > COLUMNS_MAX {
            self.fold();
        } else {
            self.text.push(' ');
            self.column += 1;
        }
        self.push(word);
    }
    /// `h=a:b:c;`, which may fold after any colon (RFC 6376 §3.5, sig-h-tag).
    pub fn list(&mut self, tag: &str, names: &[&str]) {
        for (number, name) in names.iter().enumerate() {
            let end = if number + 1 == names.len() { ';' } else { ':' };
            match number {
                0 => self.word(&format!("{tag}{name}{end}")),
                _ if self.column + name.len() + 1 > COLUMNS_MAX => {
                    self.fold();
                    self.push(&format!("{name}{end}"));
                }
                _ => self.push(&format!("{name}{end}")),
            }
        }
    }
    /// ASCII text that may fold anywhere, such as base64 in a tag.
    pub fn text_anywhere(&mut self, mut text: &str) {
        while !text.is_empty() {
            if self.column >= COLUMNS_MAX {
                self.fold();
            }
            let (line, rest) = text.split_at(text.len().min(COLUMNS_MAX - self.column));
            self.push(line);
            text = rest;
        }
    }
    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn finish(mut self) -> String {
        self.text.push_str("\r\n");
        self.text
    }

    fn fold(&mut self) {
        self.text.push_str("\r\n\t");
        self.column = 1;
    }
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.len();
    }
}
