//! RTF as Outlook keeps it: unpacked (MS-OXRTFCP), and the text or the page that it carries (MS-OXRTFEX).
//!
//! Formatting is left out; what is text is there, in order. Invariant: what comes out is as long as what goes in
//! allows, times a small factor.

/// What every packed text may refer back to (MS-OXRTFCP §2.1.2.1).
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW: usize = 4_096;

/// Unpacks; `None` where it is no packed RTF or larger than `most`.
pub fn unpacked(packed: &[u8], most: u64) -> Option<Vec<u8>> {
    let long = |at: usize| {
        packed
            .get(at..at + 4)?
            .try_into()
            .ok()
            .map(u32::from_le_bytes)
    };
    let (size, kind, data) = (long(4)? as usize, packed.get(8..12)?, packed.get(16..)?);
    if size as u64 > most {
        return None;
    }
    match kind {
        b"MELA" => Some(data[..data.len().min(size)].to_vec()),
        b"LZFu" => Some(expanded(data, size)),
        _ => None,
    }
}

fn expanded(data: &[u8], size: usize) -> Vec<u8> {
    let mut window = [0; WINDOW];
    window[..DICTIONARY.len()].copy_from_slice(DICTIONARY);
    let (mut write, mut out, mut at) = (DICTIONARY.len(), Vec::new(), 0);
    while let Some(control) = data.get(at) {
        at += 1;
        for bit in 0..8 {
            if out.len() >= size {
                return out;
            }
            let Some(octet) = data.get(at).copied() else {
                return out;
            };
            if control >> bit & 1 == 0 {
                at += 1;
                out.push(octet);
                window[write] = octet;
                write = (write + 1) % WINDOW;
                continue;
            }
            let Some(low) = data.get(at + 1).copied() else {
                return out;
            };
            at += 2;
            let reference = usize::from(u16::from_be_bytes([octet, low]));
            let (from, length) = (reference >> 4, (reference & 0x0f) + 2);
            if from == write {
                return out;
            }
            for step in 0..length {
                let copied = window[(from + step) % WINDOW];
                out.push(copied);
                window[write] = copied;
                write = (write + 1) % WINDOW;
            }
        }
    }
    out
}

/// What an RTF carries.
pub struct Carried {
    pub text: String,
    /// Whether the text is the HTML that the RTF was made from.
    pub is_html: bool,
}

/// Groups that hold no text of the message.
const ASIDE: &[&str] = &[
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "header",
    "footer",
    "listtable",
    "listoverridetable",
    "generator",
    "themedata",
    "datastore",
    "latentstyles",
    "object",
    "mhtmltag",
    "fldinst",
];

/// A group: whether its text counts, and whether it is shown only where there is no HTML.
#[derive(Clone, Copy)]
struct Group {
    silent: bool,
    html_tag: bool,
    hidden: bool,
    /// Octets that stand for a letter written by number.
    fallback: usize,
}

/// The text of an RTF, or the HTML inside of it.
pub fn carried(rtf: &[u8], encoding: &'static encoding_rs::Encoding) -> Carried {
    let head = &rtf[..rtf.len().min(2_000)];
    let is_html = memchr::memmem::find(head, b"\\fromhtml1").is_some();
    let mut reader = Reader {
        rest: rtf,
        text: String::new(),
        pending: Vec::new(),
        skip: 0,
        half: None,
        is_html,
        encoding,
    };
    reader.read();
    Carried {
        text: reader.text,
        is_html,
    }
}

struct Reader<'r> {
    rest: &'r [u8],
    text: String,
    /// Octets in the code page, not yet letters.
    pending: Vec<u8>,
    skip: usize,
    /// The first half of a letter.
    half: Option<u16>,
    is_html: bool,
    encoding: &'static encoding_rs::Encoding,
}

impl Reader<'_> {
    fn read(&mut self) {
        let mut groups = Vec::new();
        let mut group = Group {
            silent: false,
            html_tag: false,
            hidden: false,
            fallback: 1,
        };
        while let Some((first, rest)) = self.rest.split_first() {
            self.rest = rest;
            match first {
                b'{' => groups.push(group),
                b'}' => group = groups.pop().unwrap_or(group),
                b'\\' => self.control(&mut group),
                b'\r' | b'\n' => {}
                octet => self.octet(*octet, group),
            }
        }
        self.settle();
    }

    fn control(&mut self, group: &mut Group) {
        let Some((first, rest)) = self.rest.split_first() else {
            return;
        };
        if !first.is_ascii_alphabetic() {
            self.rest = rest;
            return self.symbol(*first, group);
        }
        let letters = self
            .rest
            .iter()
            .take_while(|octet| octet.is_ascii_alphabetic())
            .count();
        let (word, rest) = self.rest.split_at(letters);
        let signed = usize::from(rest.first() == Some(&b'-'));
        let digits = rest[signed..]
            .iter()
            .take_while(|octet| octet.is_ascii_digit())
            .count();
        let digits = if digits == 0 { 0 } else { signed + digits };
        let number = std::str::from_utf8(&rest[..digits])
            .ok()
            .and_then(|digits| digits.parse::<i32>().ok());
        let rest = &rest[digits..];
        self.rest = rest.strip_prefix(b" ").unwrap_or(rest);
        self.word(std::str::from_utf8(word).unwrap_or_default(), number, group);
    }

    fn symbol(&mut self, symbol: u8, group: &mut Group) {
        match symbol {
            b'\'' => {
                let hex = self
                    .rest
                    .get(..2)
                    .and_then(|hex| std::str::from_utf8(hex).ok());
                let octet = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                self.rest = self.rest.get(2..).unwrap_or_default();
                if let Some(octet) = octet {
                    self.octet(octet, *group);
                }
            }
            b'*' => group.silent = true,
            b'~' => self.letters("\u{a0}", *group),
            b'_' => self.letters("-", *group),
            b'\r' | b'\n' => self.letters("\n", *group),
            b'\\' | b'{' | b'}' => self.octet(symbol, *group),
            _ => {}
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>, group: &mut Group) {
        match word {
            "htmltag" => (group.silent, group.html_tag) = (false, true),
            "htmlrtf" => group.hidden = number != Some(0),
            "par" | "line" | "sect" | "page" | "row" => self.letters("\n", *group),
            "tab" | "cell" => self.letters("\t", *group),
            "emdash" => self.letters("—", *group),
            "endash" => self.letters("–", *group),
            "lquote" => self.letters("‘", *group),
            "rquote" => self.letters("’", *group),
            "ldblquote" => self.letters("“", *group),
            "rdblquote" => self.letters("”", *group),
            "bullet" => self.letters("•", *group),
            "uc" => group.fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16),
            "u" => self.by_number(number.unwrap_or(0), *group),
            "bin" => {
                let octets = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
                self.rest = self.rest.get(octets..).unwrap_or_default();
            }
            "ansicpg" => self.encoding = super::text::encoding(number.unwrap_or(0).unsigned_abs()),
            _ if ASIDE.contains(&word) => group.silent = true,
            _ => {}
        }
    }

    /// A letter by its number; what stands for it where numbers are not understood is passed over.
    fn by_number(&mut self, number: i32, group: Group) {
        let unit = number.rem_euclid(0x1_0000) as u16;
        if self.shows(group) {
            self.settle();
            self.unit(unit);
        }
        self.skip = group.fallback;
    }
    /// Letters beyond the first plane come as two numbers.
    fn unit(&mut self, unit: u16) {
        let units = self.half.take().into_iter().chain([unit]);
        for letter in char::decode_utf16(units) {
            match letter {
                Ok(letter) => self.text.push(letter),
                Err(half)
                    if half.unpaired_surrogate() == unit && (0xd800..0xdc00).contains(&unit) =>
                {
                    self.half = Some(unit);
                }
                Err(_) => self.text.push(char::REPLACEMENT_CHARACTER),
            }
        }
    }
    fn octet(&mut self, octet: u8, group: Group) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.shows(group) {
            self.pending.push(octet);
        }
    }
    fn letters(&mut self, letters: &str, group: Group) {
        // In a page, ends of lines stand in its own tags.
        if self.shows(group) {
            self.settle();
            self.text.push_str(letters);
        }
    }
    fn shows(&self, group: Group) -> bool {
        let is_hidden = self.is_html && group.hidden && !group.html_tag;
        !group.silent && !is_hidden
    }
    fn settle(&mut self) {
        if !self.pending.is_empty() {
            self.text
                .push_str(&self.encoding.decode_without_bom_handling(&self.pending).0);
            self.pending.clear();
        }
    }
}
