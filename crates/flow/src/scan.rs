//! What a message says, for the decision: texts out of MIME and of files, findings out of texts.
//!
//! Runs outside any transaction. Plain text is read here; every other file is given to the extractor, whose
//! processes may die of it. Invariant: what could not be read is in `unscannable`, never silently clean.

mod places;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::time::Duration;

use ctx::Ctx;
use extract::{Because, Claim, Extracted, Extractor, FileKind, Mark, TextForm};
use mail::readings::{Enclosed, Readings};
use model::{Address, Result};
use phi::{Findings, Form, Part, PartKind};

use crate::Flow;
use places::Spot;

pub(crate) struct Scanned {
    pub findings: Findings,
    pub subject: Option<String>,
    pub from_name: Option<String>,
    pub author: Option<Address>,
    pub message_id: Option<String>,
    pub files: Vec<FoundFile>,
    /// What its files are and what is odd about them.
    pub carried: Carried,
    /// Where the texts stand in which something was found, by the part that findings count.
    pub places: Vec<(usize, String)>,
}

pub(crate) struct FoundFile {
    pub part: usize,
    pub name: String,
    pub content_type: String,
    pub octets: u64,
}

/// Facts of all files together.
#[derive(Default)]
pub(crate) struct Carried {
    pub kinds: BTreeSet<FileKind>,
    pub marks: BTreeSet<Mark>,
    pub pages: u32,
    /// A whole record: a C-CDA, a FHIR bundle.
    pub whole_record: bool,
}

/// What a message says, taken out of its octets: made where they are parsed anyway.
pub(crate) struct Reading {
    texts: Vec<ReadText>,
    subject: Option<String>,
    from_name: Option<String>,
    author: Option<Address>,
    message_id: Option<String>,
    files: Vec<FoundFile>,
    carried: Carried,
    unreadable: Vec<(mail::PartName, String)>,
}

/// What the files of one message may take of the workers together, by the clock. Those that are left over count
/// as not read: nobody's mail waits for minutes behind one that was made to be slow.
const EXTRACT_TIME_MAX: Duration = Duration::from_secs(45);

/// A file that stands in the text of a part.
type Held = (mail::PartName, Enclosed);

/// One text and where it stands.
struct ReadText {
    part: mail::PartName,
    form: Form,
    text: String,
    /// Where in its file: a page, a sheet, a slide.
    spot: Option<Spot>,
}

impl Reading {
    pub(crate) fn of(extractor: &dyn Extractor, message: &mail::Message<'_>) -> Self {
        let (from_name, author) = match message.from().into_iter().next() {
            Some((name, address)) => (name, Some(address)),
            None => (None, None),
        };
        let mut reading = Self {
            texts: Vec::new(),
            subject: message.subject().map(str::to_owned),
            from_name,
            author,
            message_id: message.message_id().map(str::to_owned),
            files: Vec::new(),
            carried: Carried::default(),
            unreadable: Vec::new(),
        };
        let files = message.attachments();
        let ours: Vec<usize> = files
            .iter()
            .filter(|f| is_plain(f))
            .map(|f| f.index)
            .collect();
        // What is not a file is read here; of the files only those that are plain text.
        let here = |part: mail::PartName| match part {
            mail::PartName::Attachment(at) => ours.contains(&at),
            _ => true,
        };
        let mut enclosed = Vec::new();
        for (text, readings) in message.texts_with_readings() {
            if here(text.part) && (!is_envelope(text.part) || holds_number(&text.text)) {
                reading.text(text, readings, &mut enclosed);
            }
        }
        let doubts = message
            .unreadable()
            .into_iter()
            .filter(|(part, _)| here(*part));
        reading
            .unreadable
            .extend(doubts.map(|(part, because)| (part, because.to_owned())));
        let mut spent = Duration::ZERO;
        for (part, file) in enclosed {
            spent += reading.held(extractor, part, &file, spent);
        }
        for file in files {
            if !is_plain(&file) {
                let claim = Claim {
                    name: file.name.as_deref().unwrap_or_default(),
                    content_type: &file.content_type,
                };
                let part = mail::PartName::Attachment(file.index);
                spent += reading.take(extractor, part, &file.bytes, &claim, spent);
            }
            reading.files.push(found(file));
        }
        reading
    }

    /// Of what cannot be taken apart: nobody knows what it says.
    pub(crate) fn broken() -> Self {
        Self {
            texts: Vec::new(),
            subject: None,
            from_name: None,
            author: None,
            message_id: None,
            files: Vec::new(),
            carried: Carried::default(),
            unreadable: vec![(mail::PartName::Body(0), "broken".to_owned())],
        }
    }

    /// A text with what else it may say, and the files that stand in it.
    fn text(&mut self, mut text: mail::TextPart, more: Readings, files: &mut Vec<Held>) {
        let part = text.part;
        text.text = more.blanked(&text.text).into_owned();
        let encoded = blank_encoded(&mut text.text).then_some("encoded");
        let doubt = encoded.or(more.doubt);
        self.unreadable
            .extend(doubt.map(|because| (part, because.to_owned())));
        let mut add = |form, text| {
            self.texts.push(ReadText {
                part,
                form,
                text,
                spot: None,
            });
        };
        add(Form::Prose, text.text);
        for mut text in more.texts.into_iter().chain(more.told) {
            blank_encoded(&mut text);
            add(Form::Hidden, text);
        }
        files.extend(more.enclosed.into_iter().map(|file| (part, file)));
    }

    /// Each text with where it stands.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (mail::PartName, Form, &str)> {
        self.texts
            .iter()
            .map(|text| (text.part, text.form, text.text.as_str()))
    }
    pub(crate) fn file_names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }
    /// Why parts could not be read.
    pub(crate) fn unread(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(|(_, because)| because.as_str())
    }

    /// Where each text stands, in the order in which findings count them.
    pub(crate) fn places(&self) -> impl Iterator<Item = mail::PartName> {
        self.texts.iter().map(|text| text.part)
    }
    pub(crate) fn file_name(&self, at: usize) -> Option<&str> {
        self.files
            .iter()
            .find(|f| f.part == at)
            .map(|f| f.name.as_str())
    }

    /// A file that stands in a text. Letters that stand for nothing known may stand for anything.
    fn held(
        &mut self,
        extractor: &dyn Extractor,
        part: mail::PartName,
        file: &Enclosed,
        spent: Duration,
    ) -> Duration {
        let claim = Claim {
            name: &file.name,
            content_type: &file.content_type,
        };
        let from = self.unreadable.len();
        let took = self.take(extractor, part, &file.octets, &claim, spent);
        for (_, because) in &mut self.unreadable[from..] {
            if because == Because::UnknownType.word() {
                *because = "encoded".to_owned();
            }
        }
        took
    }

    /// A file that is not plain text, when those before it took so long; how long this one took.
    fn take(
        &mut self,
        extractor: &dyn Extractor,
        part: mail::PartName,
        file: &[u8],
        claim: &Claim<'_>,
        spent: Duration,
    ) -> Duration {
        let Extracted {
            kind,
            texts,
            unreadable,
            pages,
            marks,
            took,
            ..
        } = match spent < EXTRACT_TIME_MAX {
            true => extractor.extract(file, claim),
            false => Extracted::unread(FileKind::of(file), Because::LimitTime),
        };
        self.carried.kinds.insert(kind);
        self.carried.marks.extend(marks);
        self.carried.pages = self.carried.pages.saturating_add(pages);
        for text in texts {
            self.carried.whole_record |= matches!(text.form, TextForm::Ccda);
            self.texts.push(ReadText {
                part,
                form: if text.hidden {
                    Form::Hidden
                } else {
                    form(text.form)
                },
                spot: Spot::of(&text.place),
                text: text.text,
            });
        }
        let because: BTreeSet<&str> = unreadable.iter().map(|u| u.because.word()).collect();
        let because = because.into_iter().map(|word| (part, word.to_owned()));
        self.unreadable.extend(because);
        took
    }
}

/// Who writes to whom is no finding: every message names them, and what is known of a recipient is a fact of
/// its own. A name in the text is another matter.
fn is_envelope(part: mail::PartName) -> bool {
    const FIELDS: [&str; 6] = ["from", "sender", "reply-to", "to", "cc", "bcc"];
    matches!(part, mail::PartName::Header(name) if FIELDS.contains(&name))
}

/// Whether a name or an address holds a number as long as those that identify people.
pub(crate) fn holds_number(text: &str) -> bool {
    const DIGITS_MIN: usize = 7;
    let mut digits = 0;
    for letter in text.chars() {
        match letter {
            c if c.is_numeric() => digits += 1,
            '-' | '.' | ' ' | '/' | '_' => {}
            _ => digits = 0,
        }
        if digits >= DIGITS_MIN {
            return true;
        }
    }
    false
}

/// Octets of a run of base64 that is no word of any language.
const ENCODED_OCTETS_MIN: usize = 60;

/// Puts blanks in the place of long runs of base64 in a text, where chance makes words of all kinds; places stay
/// what they were. Whether there were any: what they hold was not read.
fn blank_encoded(text: &mut String) -> bool {
    let coded = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let mut out = std::mem::take(text).into_bytes();
    let (mut start, mut found) = (0, false);
    for at in 0..=out.len() {
        if out.get(at).is_some_and(|b| coded(*b)) {
            continue;
        }
        if at - start >= ENCODED_OCTETS_MIN {
            out[start..at].fill(b' ');
            found = true;
        }
        start = at + 1;
    }
    *text = String::from_utf8(out).unwrap_or_default();
    found
}

/// What a reader needs no program for: that it says so and looks so.
fn is_plain(file: &mail::Part) -> bool {
    let name = file.name.as_deref().unwrap_or("a.txt").to_ascii_lowercase();
    let plain_name = [".txt", ".text", ".log", ".md"]
        .iter()
        .any(|end| name.ends_with(end));
    file.content_type.eq_ignore_ascii_case("text/plain")
        && plain_name
        && mail::type_matches("text/plain", &file.bytes)
}

const fn form(form: TextForm) -> Form {
    match form {
        TextForm::Prose => Form::Prose,
        TextForm::Table => Form::Table,
        TextForm::Dicom => Form::Dicom,
        TextForm::Hl7 => Form::Hl7,
        TextForm::X12 => Form::X12,
        TextForm::Fhir => Form::Fhir,
        TextForm::Ccda => Form::Ccda,
        TextForm::Calendar => Form::Calendar,
        TextForm::Card => Form::Card,
    }
}

fn found(file: mail::Part) -> FoundFile {
    FoundFile {
        part: file.index,
        name: file
            .name
            .unwrap_or_else(|| format!("file-{}", file.index + 1)),
        content_type: file.content_type,
        octets: file.bytes.len() as u64,
    }
}

pub(crate) fn scan(flow: &Flow, ctx: &Ctx, reading: Reading) -> Result<Scanned> {
    let blinder = ctx.world().keys(ctx.organisation())?.blinder("finding");
    let token = |value: &str| blinder.token(value);
    let house = crate::decide::house(flow, ctx)?;
    let registry = flow.patients(ctx, house.registry)?;
    let mut findings = find(
        &reading,
        &phi::Reading {
            token: &token,
            own: &house.own,
            registry: registry
                .as_deref()
                .map(|registry| registry as &dyn phi::Registry),
            patterns: house.detectors.patterns(),
        },
    );
    findings.unscannable.extend(house.detectors.unread());
    Ok(Scanned {
        places: places::of(&reading.texts, &findings),
        findings,
        subject: reading.subject,
        from_name: reading.from_name,
        author: reading.author,
        message_id: reading.message_id,
        files: reading.files,
        carried: reading.carried,
    })
}

pub(crate) fn scanner() -> &'static phi::Scanner {
    // Constants of the program, compiled once a process.
    static SCANNER: LazyLock<phi::Scanner> = LazyLock::new(phi::Scanner::new);
    &SCANNER
}

/// What all texts hold, and what could not be read.
pub(crate) fn find(reading: &Reading, with: &phi::Reading<'_>) -> Findings {
    let parts: Vec<Part<'_>> = reading
        .texts
        .iter()
        .map(|t| Part {
            form: t.form,
            ..Part::new(kind_of(t.part), t.text.as_str())
        })
        .collect();
    // A fault of ours must neither let a message pass as clean nor keep it out for ever.
    let scanned = catch_unwind(AssertUnwindSafe(|| scanner().scan(&parts, with)));
    let mut findings = scanned.unwrap_or_else(|_| {
        let mut nothing = scanner().scan(&[], with);
        nothing.unscannable.push((0, "crash".to_owned()));
        nothing
    });
    for (part, because) in &reading.unreadable {
        let (at, word) = match *part {
            mail::PartName::Attachment(at) => (at, because.clone()),
            mail::PartName::Body(at) => (at, format!("body_{because}")),
            _ => (0, because.clone()),
        };
        findings.unscannable.push((at, word));
    }
    findings
}

fn kind_of(part: mail::PartName) -> PartKind {
    match part {
        mail::PartName::Subject => PartKind::Subject,
        mail::PartName::Header(_) => PartKind::Header,
        mail::PartName::Body(_) => PartKind::Body,
        mail::PartName::Attachment(_) => PartKind::Attachment,
    }
}

#[cfg(test)]
mod tests;
