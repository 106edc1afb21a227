//! RTF as text: control words out, `\'hh` and `\u` decoded, hidden runs and embedded objects seen.
//!
//! Invariant: groups are counted, not stacked beyond a limit, and every step moves on.

use crate::extracted::{Because, Mark, TextForm};
use crate::session::{Session, Shown};
use crate::text::decode_page;

pub(crate) mod packed;

const GROUPS_MAX: usize = 1_000;
/// Groups whose text is a table of the format's own.
const TABLES: &[&str] = &[
    "fonttbl",
    "colortbl",
    "stylesheet",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "xmlnstbl",
    "themedata",
    "colorschememapping",
    "latentstyles",
    "datastore",
    "filetbl",
    "revtbl",
    "mmathPr",
    "pgptbl",
    "falt",
    "panose",
];
/// Groups whose text is octets in hexadecimal.
const BINARY: &[&str] = &["pict", "objdata", "blipuid"];

#[derive(Clone, Copy)]
struct Group {
    hidden: bool,
    said: bool,
    /// How many characters stand for one `\u` in programs that do not know it.
    fallback: usize,
}

struct Rtf {
    shown: String,
    hidden: String,
    octets: Vec<u8>,
    page: u32,
    group: Group,
    groups: Vec<Group>,
    skip: usize,
    pictures: usize,
    objects: usize,
}

pub(crate) fn read(session: &mut Session<'_>, place: &str, file: &[u8]) {
    let mut rtf = Rtf::new();
    let end = rtf.add(file);
    rtf.flush();
    if let Err(because) = end {
        session.lost(place, because);
    }
    if rtf.pictures > 0 {
        session.lost(place, Because::ImageWithoutOcr);
    }
    if rtf.objects > 0 {
        session.mark(Mark::EmbeddedFile);
        session.lost(place, Because::UnsupportedType);
    }
    session.say(place, TextForm::Prose, &rtf.shown);
    session.text(place, TextForm::Prose, &rtf.hidden, Shown::Hidden);
}

impl Rtf {
    fn new() -> Self {
        Self {
            shown: String::new(),
            hidden: String::new(),
            octets: Vec::new(),
            page: 1_252,
            group: Group {
                hidden: false,
                said: true,
                fallback: 1,
            },
            groups: Vec::new(),
            skip: 0,
            pictures: 0,
            objects: 0,
        }
    }

    fn add(&mut self, file: &[u8]) -> Result<(), Because> {
        let mut at = 0;
        while let Some(octet) = file.get(at) {
            at += 1;
            match octet {
                b'{' => {
                    if self.groups.len() >= GROUPS_MAX {
                        return Err(Because::LimitDepth);
                    }
                    self.groups.push(self.group);
                }
                b'}' => {
                    self.flush();
                    self.group = self.groups.pop().unwrap_or(self.group);
                }
                b'\\' => at = self.control(file, at),
                b'\r' | b'\n' => {}
                octet => self.octet(*octet),
            }
        }
        if self.groups.is_empty() {
            Ok(())
        } else {
            Err(Because::Truncated)
        }
    }

    /// A control word or symbol; answers where the next begins.
    fn control(&mut self, file: &[u8], at: usize) -> usize {
        let rest = &file[at..];
        let letters = rest
            .iter()
            .take(32)
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        if letters == 0 {
            return at + self.symbol(rest);
        }
        let word = std::str::from_utf8(&rest[..letters]).unwrap_or_default();
        let digits = rest[letters..].iter().take(11).enumerate();
        let digits = digits
            .take_while(|(i, b)| b.is_ascii_digit() || *i == 0 && **b == b'-')
            .count();
        let number = std::str::from_utf8(&rest[letters..letters + digits]).ok();
        let number: Option<i64> = number.and_then(|n| n.parse().ok());
        let mut end = letters + digits;
        end += usize::from(rest.get(end) == Some(&b' '));
        if word == "bin" {
            // Octets that are not text at all.
            return at
                + end
                + usize::try_from(number.unwrap_or(0))
                    .unwrap_or(0)
                    .min(rest.len() - end);
        }
        self.word(word, number);
        at + end
    }

    fn symbol(&mut self, rest: &[u8]) -> usize {
        match rest.first() {
            Some(b'\'') => {
                let hex = rest.get(1..3).and_then(|h| std::str::from_utf8(h).ok());
                if let Some(octet) = hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
                    self.octet(octet);
                }
                3.min(rest.len())
            }
            Some(octet @ (b'\\' | b'{' | b'}')) => {
                self.octet(*octet);
                1
            }
            Some(b'~') => {
                self.octet(b' ');
                1
            }
            Some(b'_') => {
                self.octet(b'-');
                1
            }
            Some(b'\r' | b'\n') => {
                self.octet(b'\n');
                1
            }
            Some(_) => 1,
            None => 0,
        }
    }

    fn word(&mut self, word: &str, number: Option<i64>) {
        match word {
            "par" | "line" | "sect" | "page" | "row" => self.octet(b'\n'),
            "tab" | "cell" | "nestcell" => self.octet(b'\t'),
            "ansicpg" => self.page = number.and_then(|n| u32::try_from(n).ok()).unwrap_or(1_252),
            "uc" => {
                self.group.fallback = number
                    .and_then(|n| usize::try_from(n).ok())
                    .unwrap_or(1)
                    .min(16)
            }
            "u" => self.unicode(number.unwrap_or(0)),
            "v" => {
                self.flush();
                self.group.hidden = number != Some(0);
            }
            "deleted" => {
                self.flush();
                self.group.hidden = number != Some(0);
            }
            "emdash" | "endash" => self.octet(b'-'),
            "lquote" | "rquote" => self.octet(b'\''),
            "ldblquote" | "rdblquote" => self.octet(b'"'),
            "object" => self.objects += 1,
            _ if TABLES.contains(&word) => self.group.said = false,
            _ if BINARY.contains(&word) => {
                self.pictures += usize::from(word == "pict");
                self.group.said = false;
            }
            _ => {}
        }
    }

    fn unicode(&mut self, number: i64) {
        self.flush();
        let unit = u16::try_from(number.rem_euclid(65_536)).unwrap_or(0xfffd);
        // Halves of a pair come one after the other; each is decoded with its fellow.
        self.octets.extend(unit.to_le_bytes());
        let octets = std::mem::take(&mut self.octets);
        let c = char::from_u32(u32::from(unit));
        let text = c.map_or_else(|| crate::text::utf16le(&octets), String::from);
        self.push(&text);
        self.skip = self.group.fallback;
    }

    fn octet(&mut self, octet: u8) {
        if self.skip > 0 && !matches!(octet, b'\n' | b'\t') {
            self.skip -= 1;
            return;
        }
        self.skip = 0;
        if self.group.said {
            self.octets.push(octet);
        }
    }

    fn flush(&mut self) {
        let octets = std::mem::take(&mut self.octets);
        let text = decode_page(&octets, self.page);
        self.push(&text);
    }

    fn push(&mut self, text: &str) {
        match (self.group.said, self.group.hidden) {
            (false, _) => {}
            (true, false) => self.shown.push_str(text),
            (true, true) => self.hidden.push_str(text),
        }
    }
}
