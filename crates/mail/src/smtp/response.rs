//! What a server said: replies of one or more lines, bounded and cleaned.

use memchr::memchr;
use model::limits;

/// A whole reply.
pub(super) struct Response {
    pub code: u16,
    /// Such as `5.1.1`; only where its class agrees with the code.
    pub enhanced: Option<String>,
    /// Without codes; control characters became spaces.
    pub lines: Vec<String>,
}

/// Not SMTP, or more than anybody has to say.
pub(super) struct Unreadable;

/// Collects replies from the bytes that arrive.
#[derive(Default)]
pub(super) struct Responses {
    bytes: Vec<u8>,
    lines: Vec<String>,
    code: Option<u16>,
    octets: usize,
}

impl Responses {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The next whole reply, if it has come.
    pub(super) fn next(&mut self) -> Result<Option<Response>, Unreadable> {
        while let Some(end) = memchr(b'\n', &self.bytes) {
            if end > limits::SMTP_REPLY_LINE_OCTETS_MAX {
                return Err(Unreadable);
            }
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            self.octets += line.len();
            if self.octets > limits::SMTP_REPLY_OCTETS_MAX {
                return Err(Unreadable);
            }
            if let Some(code) = self.take_line(line.trim_ascii_end())? {
                return Ok(Some(self.finish(code)));
            }
        }
        if self.bytes.len() > limits::SMTP_REPLY_LINE_OCTETS_MAX {
            Err(Unreadable)
        } else {
            Ok(None)
        }
    }

    /// `250-text` goes on, `250 text` and `250` end; all lines carry the same code.
    fn take_line(&mut self, line: &[u8]) -> Result<Option<u16>, Unreadable> {
        let (code, rest) = match line {
            [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
                let digit = |d: &u8| u16::from(d - b'0');
                (digit(a) * 100 + digit(b) * 10 + digit(c), rest)
            }
            _ => return Err(Unreadable),
        };
        if *self.code.get_or_insert(code) != code {
            return Err(Unreadable);
        }
        let (more, text) = match rest {
            [] => (false, rest),
            [b'-', text @ ..] => (true, text),
            [b' ', text @ ..] => (false, text),
            _ => return Err(Unreadable),
        };
        self.lines.push(clean(text));
        Ok((!more).then_some(code))
    }

    fn finish(&mut self, code: u16) -> Response {
        self.code = None;
        self.octets = 0;
        let mut lines = std::mem::take(&mut self.lines);
        let enhanced = lines
            .first()
            .and_then(|line| enhanced_code(line, code))
            .map(str::to_owned);
        if let Some(enhanced) = &enhanced {
            for line in &mut lines {
                if let Some(rest) = line.strip_prefix(enhanced.as_str()) {
                    *line = rest.trim_start().to_owned();
                }
            }
        }
        Response {
            code,
            enhanced,
            lines,
        }
    }
}

impl Response {
    pub(super) fn is_positive(&self) -> bool {
        (200..=299).contains(&self.code)
    }

    /// All lines as one, capped.
    pub(super) fn text(&self) -> String {
        self.lines
            .join(" ")
            .trim()
            .chars()
            .take(limits::SMTP_REPLY_TEXT_CHARS_MAX)
            .collect()
    }
}

fn clean(text: &[u8]) -> String {
    String::from_utf8_lossy(text)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// RFC 2034 §4: `class.subject.detail` before the text.
fn enhanced_code(line: &str, code: u16) -> Option<&str> {
    let word = line.split(' ').next()?;
    let mut parts = word.split('.');
    let class = parts.next()?;
    let is_number =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let agrees = class.parse() == Ok(code / 100);
    let numbers = parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number);
    (class.len() == 1 && agrees && numbers && parts.next().is_none()).then_some(word)
}

#[cfg(test)]
mod tests;
