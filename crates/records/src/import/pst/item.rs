//! An item of PST made a message again.
//!
//! Numbers are those of properties (MS-OXPROPS). Invariant: what is left out of the message is among its problems.

use encoding_rs::Encoding;

use super::super::found::{Flags, Found, Place, Problem};
use super::super::{Limits, headers, moment};
use super::file::{Node, PstFile, Result};
use super::heap::{Properties, rows};
use super::mime::{Part, addresses, field, parameter};
use super::text::{self, decoded};
use super::{mime, rtf};

const RECIPIENTS: u32 = 0x692;
const ATTACHMENTS: u32 = 0x671;
/// Classes of items that are mail.
const MAIL: &[&str] = &[
    "ipm.note",
    "ipm.schedule.meeting",
    "ipm.post",
    "report.",
    "ipm.recall",
    "ipm.outlook.recall",
];

/// What of header fields of transport is about the parts that were there then.
const OF_PARTS: &[&str] = &["content-", "mime-version"];

struct Item<'f> {
    file: &'f PstFile,
    node: Node,
    all: Properties<'f>,
    encoding: &'static Encoding,
    limits: &'f Limits,
    /// Messages around this one.
    depth: u32,
    problems: Vec<Problem>,
}

/// The item of a node; a problem where it is no mail or cannot be read.
pub fn found(file: &PstFile, node: Node, place: Place, limits: &Limits) -> Result<Found> {
    let mut item = Item::read(file, node, limits, 0)?;
    if !item.is_mail() {
        return Err(Problem::OtherItem);
    }
    let octets = item.message()?;
    if octets.len() as u64 > limits.message {
        return Err(Problem::MessageTooLarge);
    }
    let mut found = Found::of(octets, place);
    found.flags = item.flags();
    found.received_at = item.all.time(0x0e06).and_then(moment::of_filetime);
    item.problems.sort_by_key(|problem| problem.word());
    item.problems.dedup();
    found.problems = item.problems;
    Ok(found)
}

impl<'f> Item<'f> {
    fn read(file: &'f PstFile, node: Node, limits: &'f Limits, depth: u32) -> Result<Self> {
        let all = Properties::of(file, node, limits.message)?;
        let page = all
            .number(0x3ffd)
            .or_else(|| all.number(0x3fde))
            .unwrap_or(1_252);
        Ok(Self {
            file,
            node,
            all,
            encoding: text::encoding(page),
            limits,
            depth,
            problems: Vec::new(),
        })
    }
    fn text(&self, id: u16) -> Option<String> {
        text::field(&self.all, id, self.encoding)
    }
    fn is_mail(&self) -> bool {
        let class = self.text(0x001a).unwrap_or_default().to_ascii_lowercase();
        class == "ipm" || MAIL.iter().any(|mail| class.starts_with(mail))
    }
    fn flags(&self) -> Flags {
        let bits = self.all.number(0x0e07).unwrap_or(0);
        let verb = self.all.number(0x1081).unwrap_or(0);
        Flags {
            read: bits & 0x01 != 0,
            draft: bits & 0x08 != 0,
            sent: bits & 0x20 != 0,
            answered: verb == 102 || verb == 103,
            forwarded: verb == 104,
            flagged: self.all.number(0x1090) == Some(2),
            deleted: false,
        }
    }

    fn message(&mut self) -> Result<Vec<u8>> {
        let mut head = self.head();
        let body = self.parts()?;
        if !body.0.starts_with(b"MIME-Version:") {
            head.push_str("MIME-Version: 1.0\r\n");
        }
        Ok([head.into_bytes(), body.0].concat())
    }

    /// Header fields: those of transport, then what they lack.
    fn head(&mut self) -> String {
        let mut head = self.transport_head();
        let has = |head: &str, name: &str| headers::field(head.as_bytes(), name).is_some();
        let [to, cc, bcc] = self.recipients();
        let mut add = |name: &str, made: String| {
            if !made.is_empty() && !has(&head, name) {
                head.push_str(&made);
            }
        };
        add(
            "From",
            addresses("From", &self.party([0x0042, 0x0065, 0x5d02])),
        );
        let sender = self.party([0x0c1a, 0x0c1f, 0x5d01]);
        if sender != self.party([0x0042, 0x0065, 0x5d02]) {
            add("Sender", addresses("Sender", &sender));
            add("From", addresses("From", &sender));
        }
        add("To", addresses("To", &to));
        add("Cc", addresses("Cc", &cc));
        add("Bcc", addresses("Bcc", &bcc));
        if let Some(subject) = self.text(0x0037) {
            add("Subject", field("Subject", plain_subject(&subject)));
        }
        let date = self
            .all
            .time(0x0039)
            .or_else(|| self.all.time(0x0e06))
            .or_else(|| self.all.time(0x3007));
        if let Some(date) = date.and_then(moment::of_filetime) {
            add("Date", format!("Date: {}\r\n", date.rfc5322()));
        }
        for (name, id) in [
            ("Message-ID", 0x1035),
            ("In-Reply-To", 0x1042),
            ("References", 0x1039),
        ] {
            if let Some(value) = self.text(id) {
                add(name, field(name, &value));
            }
        }
        head
    }

    fn transport_head(&self) -> String {
        let Some(kept) = self.text(0x007d) else {
            return String::new();
        };
        let (mut head, mut keep) = (String::new(), false);
        for line in kept.lines() {
            let line = line.trim_end_matches('\r');
            if line.is_empty() {
                break;
            }
            if !line.starts_with([' ', '\t']) {
                let name = headers::name(line.as_bytes())
                    .unwrap_or_default()
                    .to_ascii_lowercase();
                keep = !name.is_empty() && !OF_PARTS.iter().any(|part| name.starts_with(part));
            }
            if keep {
                head.push_str(line);
                head.push_str("\r\n");
            }
        }
        head
    }

    /// Somebody, as name and address: by properties of name, address, SMTP address.
    fn party(&self, [name, address, smtp]: [u16; 3]) -> Vec<(String, String)> {
        let address = self.text(smtp).or_else(|| self.text(address));
        let name = self.text(name);
        match (name, address) {
            (None, None) => Vec::new(),
            (name, address) => vec![(name.unwrap_or_default(), address.unwrap_or_default())],
        }
    }

    /// To, Cc and Bcc.
    fn recipients(&mut self) -> [Vec<(String, String)>; 3] {
        let mut lists = [Vec::new(), Vec::new(), Vec::new()];
        let rows = match self.table(RECIPIENTS) {
            Ok(rows) => rows,
            Err(_) => {
                self.problems.push(Problem::RecipientLost);
                Vec::new()
            }
        };
        for (_, row) in &rows {
            let word = |id| text::field(row, id, self.encoding);
            let address = word(0x39fe).or_else(|| word(0x3003)).unwrap_or_default();
            let kind = row.number(0x0c15).unwrap_or(1) & 0x0f;
            let list = match kind {
                2 => 1,
                3 => 2,
                _ => 0,
            };
            lists[list].push((word(0x3001).unwrap_or_default(), address));
        }
        if rows.is_empty() {
            for (list, id) in lists.iter_mut().zip([0x0e04, 0x0e03, 0x0e02]) {
                let shown = self.text(id).unwrap_or_default();
                let names = shown
                    .split(';')
                    .map(str::trim)
                    .filter(|name| !name.is_empty());
                list.extend(names.map(|name| (name.to_owned(), String::new())));
            }
        }
        lists
    }

    fn table(&self, id: u32) -> Result<Vec<(u32, Properties<'f>)>> {
        match self.file.find_sub(self.node.sub, id)? {
            Some(table) => rows(self.file, table, self.limits.message, self.limits.rows),
            None => Ok(Vec::new()),
        }
    }

    /// The bodies, and what is attached to them.
    fn parts(&mut self) -> Result<Part> {
        let rows = match self.table(ATTACHMENTS) {
            Ok(rows) => rows,
            Err(_) => {
                self.problems.push(Problem::AttachmentLost);
                Vec::new()
            }
        };
        let bodies = self.bodies();
        let mut parts = vec![Part::multi("alternative", &self.boundary("a"), bodies)];
        let mut octets = parts[0].0.len() as u64;
        for (id, _) in rows {
            match self.attachment(id) {
                Ok(Some(Attached::Whole(message))) => return Ok(message),
                Ok(Some(Attached::Part(part))) => {
                    octets += part.0.len() as u64;
                    if octets > self.limits.message {
                        return Err(Problem::MessageTooLarge);
                    }
                    parts.push(part);
                }
                Ok(None) | Err(_) => self.problems.push(Problem::AttachmentLost),
            }
        }
        Ok(Part::multi("mixed", &self.boundary("m"), parts))
    }

    /// Another one in each depth, so that none ends the parts of another.
    fn boundary(&self, kind: &str) -> String {
        format!("=_pst_{kind}_{}", self.depth)
    }

    fn bodies(&mut self) -> Vec<Part> {
        let most = self.limits.message;
        let utf8 = "text/plain; charset=utf-8";
        let mut bodies = Vec::new();
        match self.all.octets(0x1000, most) {
            Ok(Some((kind, octets))) => {
                let text = decoded(kind, &octets, self.encoding).unwrap_or_default();
                bodies.push(Part::leaf(utf8, "", text.as_bytes()));
            }
            Ok(None) => {}
            Err(_) => self.problems.push(Problem::BodyLost),
        }
        match self.all.octets(0x1013, most) {
            Ok(Some((0x0102, octets))) => {
                let page = self
                    .all
                    .number(0x3fde)
                    .or_else(|| self.all.number(0x3ffd))
                    .unwrap_or(1_252);
                let charset = text::encoding(page).name().to_ascii_lowercase();
                bodies.push(Part::leaf(
                    &format!("text/html; charset={charset}"),
                    "",
                    &octets,
                ));
            }
            Ok(Some((kind, octets))) => {
                let page = decoded(kind, &octets, self.encoding).unwrap_or_default();
                bodies.push(Part::leaf("text/html; charset=utf-8", "", page.as_bytes()));
            }
            Ok(None) => {}
            Err(_) => self.problems.push(Problem::BodyLost),
        }
        let has_page = matches!(self.all.find(0x1013), Some(property) if property.kind != 0x000d);
        if !has_page {
            self.rich_body(&mut bodies);
        }
        if bodies.is_empty() {
            bodies.push(Part::leaf(utf8, "", b""));
        }
        bodies
    }

    /// RTF, where there is no page: its text or its page, and itself where it is more than the text.
    fn rich_body(&mut self, bodies: &mut Vec<Part>) {
        let packed = match self.all.octets(0x1009, self.limits.message) {
            Ok(Some((_, packed))) => packed,
            Ok(None) => return,
            Err(_) => return self.problems.push(Problem::BodyLost),
        };
        let Some(rich) = rtf::unpacked(&packed, self.limits.message) else {
            return self.problems.push(Problem::BodyLost);
        };
        let carried = rtf::carried(&rich, self.encoding);
        if carried.is_html {
            bodies.push(Part::leaf(
                "text/html; charset=utf-8",
                "",
                carried.text.as_bytes(),
            ));
            return;
        }
        if bodies.is_empty() {
            bodies.push(Part::leaf(
                "text/plain; charset=utf-8",
                "",
                carried.text.as_bytes(),
            ));
        }
        bodies.push(Part::leaf("application/rtf", "", &rich));
    }

    fn attachment(&mut self, id: u32) -> Result<Option<Attached>> {
        let node = self
            .file
            .find_sub(self.node.sub, id)?
            .ok_or(Problem::Damaged)?;
        let all = Properties::of(self.file, node, self.limits.message)?;
        let word = |id| text::field(&all, id, self.encoding);
        if all.number(0x3705) == Some(5) {
            return self.embedded(&all).map(|part| part.map(Attached::Part));
        }
        let Some((0x0102, content)) = all.octets(0x3701, self.limits.message)? else {
            return Ok(None);
        };
        let name = word(0x3707)
            .or_else(|| word(0x3704))
            .or_else(|| word(0x3001));
        let content_type = word(0x370e).filter(|kind| is_type(kind));
        let content_type = content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
        if self.is_signed_whole(&content_type) {
            return Ok(Some(Attached::Whole(Part(
                [b"MIME-Version: 1.0\r\n", content.as_slice()].concat(),
            ))));
        }
        let id = word(0x3712)
            .map(|id| field("Content-ID", &format!("<{}>", id.trim_matches(['<', '>']))))
            .unwrap_or_default();
        let place = if id.is_empty() {
            "attachment"
        } else {
            "inline"
        };
        let name = name
            .map(|name| parameter("filename", &name))
            .unwrap_or_default();
        let more = format!("Content-Disposition: {place}{name}\r\n{id}");
        let kind = content_type.to_ascii_lowercase();
        let is_container = kind.starts_with("multipart/") || kind.starts_with("message/");
        let kind = if is_container {
            "application/octet-stream".to_owned()
        } else {
            kind
        };
        Ok(Some(Attached::Part(Part::leaf(&kind, &more, &content))))
    }

    /// Whether what is attached is the signed message as a whole (MS-OXOSMIME).
    fn is_signed_whole(&self, content_type: &str) -> bool {
        let class = self.text(0x001a).unwrap_or_default().to_ascii_lowercase();
        class.contains("smime") && content_type.eq_ignore_ascii_case("multipart/signed")
    }

    fn embedded(&mut self, all: &Properties<'_>) -> Result<Option<Part>> {
        if self.depth >= self.limits.embedded_depth {
            return Err(Problem::TooDeep);
        }
        let Some(node) = all.object(0x3701)? else {
            return Ok(None);
        };
        let mut item = Item::read(self.file, node, self.limits, self.depth + 1)?;
        let message = item.message()?;
        self.problems.append(&mut item.problems);
        Ok(Some(mime::Part::message(&message)))
    }
}

enum Attached {
    Part(Part),
    /// What is attached is the message itself.
    Whole(Part),
}

/// A subject without the mark of how long its prefix is (MS-PST §2.5.3.1.1.1).
fn plain_subject(subject: &str) -> &str {
    let mut letters = subject.chars();
    if letters.next() == Some('\u{1}') {
        letters.next();
        return letters.as_str();
    }
    subject
}

fn is_type(kind: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&octet))
    };
    kind.len() < 128
        && kind
            .split_once('/')
            .is_some_and(|(kind, sub)| is_word(kind) && is_word(sub))
}
