//! How much text one CPU second scans: `cargo run --release --example scan_speed`.
//!
//! The text is made here: mails with greetings, business, some clinical lines, identifiers, signatures
//! and disclaimers, none like the other, so that neither caches nor tables flatter the figure. Each
//! finding pays for a real HMAC-SHA256 token.

use std::io::Write;

use aws_lc_rs::hmac;
use caduceus_phi::{Part, PartKind, PhiLevel, Reading, Scanner};

const MAILS: usize = 12_000;

fn main() -> std::io::Result<()> {
    let mut chance = Chance(7);
    let mails: Vec<String> = (0..MAILS).map(|_| mail(&mut chance)).collect();
    let bytes: usize = mails.iter().map(String::len).sum();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
    let token = |value: &str| {
        let mut token = [0; 32];
        token.copy_from_slice(hmac::sign(&key, value.as_bytes()).as_ref());
        token
    };
    let scanner = Scanner::new();

    let before = cpu_nanos()?;
    let (mut findings, mut phi) = (0, 0);
    for mail in &mails {
        let found = scanner.scan(&[Part::new(PartKind::Body, mail)], &Reading::new(&token));
        findings += found.findings.len();
        phi += usize::from(found.level >= PhiLevel::Likely);
    }
    let seconds = (cpu_nanos()? - before) as f64 / 1e9;

    let rate = bytes as f64 / 1e6 / seconds;
    writeln!(
        std::io::stdout(),
        "{{\"name\": \"phi_scan\", \"value\": {rate:.1}, \"unit\": \"MB per CPU second\", \"mails\": {MAILS}, \
         \"bytes\": {bytes}, \"findings\": {findings}, \"phi\": {phi}}}"
    )
}

/// Nanoseconds this process spent on a CPU (Linux).
fn cpu_nanos() -> std::io::Result<u64> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    let first = text
        .split_whitespace()
        .next()
        .and_then(|field| field.parse().ok());
    first.ok_or_else(|| std::io::Error::other("no CPU time in schedstat"))
}

/// A small deterministic generator.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap_or(0)]
    }
}

fn mail(chance: &mut Chance) -> String {
    let mut text = format!(
        "{} {},\r\n\r\n",
        chance.one(&["Dear", "Hello", "Hi"]),
        chance.one(WORDS)
    );
    let lines = 8 + chance.below(30);
    for _ in 0..lines {
        let line = match chance.below(20) {
            0 => clinical(chance),
            1 => business_number(chance),
            _ => sentence(chance),
        };
        text.push_str(&line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n-- \r\nJordan Blake\r\nLakeside Clinic, phone 312-555-");
    text.push_str(&format!("{:04}\r\n", chance.below(10_000)));
    text.push_str("\r\nThis message is for the intended recipient only and may contain protected health information.\r\n");
    text
}

fn sentence(chance: &mut Chance) -> String {
    let words: Vec<&str> = (0..9 + chance.below(8))
        .map(|_| chance.one(WORDS))
        .collect();
    words.join(" ") + "."
}

fn clinical(chance: &mut Chance) -> String {
    let ailment = chance.one(&[
        "hypertension",
        "asthma",
        "type 2 diabetes",
        "a fracture",
        "arthritis",
        "migraine",
    ]);
    let (month, day) = (1 + chance.below(12), 1 + chance.below(28));
    match chance.below(3) {
        0 => format!(
            "MRN {} was seen for {ailment} on {month:02}/{day:02}/2026.",
            100_000 + chance.below(900_000)
        ),
        1 => format!(
            "DOB {month:02}/{day:02}/19{:02}, {ailment}, takes metformin 500 mg.",
            30 + chance.below(60)
        ),
        _ => format!("The patient asked about {ailment} and the next visit on March {day}."),
    }
}

fn business_number(chance: &mut Chance) -> String {
    match chance.below(3) {
        0 => format!(
            "Invoice {} of 2026-{:02}-11 is due.",
            chance.below(1_000_000),
            1 + chance.below(12)
        ),
        1 => format!(
            "Tracking number 9400{:012} left the depot.",
            chance.below(1 << 40)
        ),
        _ => format!(
            "Call us at (415) 555-{:04} or write to desk{}@office.example.",
            chance.below(10_000),
            chance.below(99)
        ),
    }
}

const WORDS: &[&str] = &[
    "the",
    "of",
    "and",
    "a",
    "to",
    "in",
    "we",
    "you",
    "that",
    "it",
    "was",
    "for",
    "on",
    "are",
    "with",
    "as",
    "be",
    "this",
    "have",
    "from",
    "or",
    "one",
    "had",
    "by",
    "but",
    "not",
    "what",
    "all",
    "were",
    "when",
    "your",
    "can",
    "said",
    "there",
    "use",
    "each",
    "which",
    "she",
    "how",
    "their",
    "will",
    "other",
    "about",
    "out",
    "many",
    "then",
    "them",
    "these",
    "so",
    "some",
    "would",
    "make",
    "like",
    "into",
    "time",
    "has",
    "look",
    "two",
    "more",
    "write",
    "go",
    "see",
    "number",
    "way",
    "could",
    "people",
    "than",
    "first",
    "water",
    "been",
    "meeting",
    "office",
    "report",
    "project",
    "please",
    "thanks",
    "schedule",
    "update",
    "question",
    "attached",
    "document",
    "review",
    "budget",
    "quarter",
    "customer",
    "order",
    "delivery",
    "account",
    "service",
    "contract",
    "team",
    "agenda",
    "planning",
    "monday",
    "tuesday",
    "morning",
    "afternoon",
    "available",
    "confirm",
    "regards",
    "information",
];
