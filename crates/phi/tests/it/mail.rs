//! Reads `tests/mail/*.mail`, letters of many offices in English and Spanish, and holds the scanner to
//! what it reached on them: how many with health of somebody it knows, how many without it takes for such.
//!
//! A letter is `== name phi|none [patient] [es] [label:word]…`, a subject, an empty line and the text.
//! `patient` means that it goes to the patient. Whoever makes a rule makes it for mail in general: these
//! are a check, not a goal. `examples/learn.rs` learns from all but the blind ones, so only those say what is
//! found in mail that nobody had in view.

use std::collections::BTreeSet;
use std::path::Path;

use caduceus_phi::{Findings, Part, PartKind, PhiLevel, Reading, Scanner};

struct Letter {
    name: String,
    facts: BTreeSet<String>,
    subject: String,
    body: String,
}

impl Letter {
    fn is(&self, fact: &str) -> bool {
        self.facts.contains(fact)
    }

    fn labels(&self) -> BTreeSet<&str> {
        let labels = self.facts.iter();
        labels
            .filter_map(|fact| fact.strip_prefix("label:"))
            .collect()
    }

    fn scan(&self, scanner: &Scanner) -> Findings {
        let parts = [
            Part::new(PartKind::Subject, &self.subject),
            Part::new(PartKind::Body, &self.body),
        ];
        scanner.scan(&parts, &Reading::new(&|_| [0; 32]))
    }
}

/// Letters of many offices, where one sentence or more ties health to somebody.
const OFFICES: &[&str] = &[
    "english_none.mail",
    "english_phi.mail",
    "offices.mail",
    "spanish_none.mail",
    "spanish_phi.mail",
];

#[test]
fn letters_about_somebodys_health_are_told_from_business() -> std::io::Result<()> {
    let measured = measure(OFFICES)?;
    assert!(
        measured.with >= 118 && measured.without >= 109 && measured.spanish >= 60,
        "{} with, {} without",
        measured.with,
        measured.without
    );
    // Measured when this was written: 2 of 118 missed, 2 of 109 false alarms.
    assert!(measured.missed.len() <= 5, "missed: {:?}", measured.missed);
    assert!(
        measured.alarmed.len() <= 2,
        "false alarms: {:?}",
        measured.alarmed
    );
    Ok(())
}

#[test]
fn who_and_what_in_different_sentences_belong_together() -> std::io::Result<()> {
    let measured = measure(&["joined_open.mail"])?;
    assert_eq!((measured.with, measured.without), (30, 30));
    // Measured when this was written: 4 of 30 missed, 1 false alarm.
    assert!(measured.missed.len() <= 6, "missed: {:?}", measured.missed);
    assert!(
        measured.alarmed.len() <= 3,
        "false alarms: {:?}",
        measured.alarmed
    );
    Ok(())
}

/// Pairs that differ in nothing but whose health it is: what is still hard.
#[test]
fn pairs_of_like_letters_are_told_apart() -> std::io::Result<()> {
    let measured = measure(&["fresh_open.mail"])?;
    assert_eq!((measured.with, measured.without), (80, 80));
    // The rules alone missed 31 of 80, with 16 of 80 false alarms.
    let (missed, alarmed) = (measured.missed.len(), measured.alarmed.len());
    assert!(missed <= 8, "{missed} missed: {:?}", measured.missed);
    assert!(alarmed <= 4, "{alarmed} alarmed: {:?}", measured.alarmed);
    let measured = measure(&["fresh_blind.mail"])?;
    assert_eq!((measured.with, measured.without), (20, 20));
    // Counted and never read: the rules alone missed 6 of 20, with 2 of 20 false alarms.
    let (missed, alarmed) = (measured.missed.len(), measured.alarmed.len());
    assert!(missed <= 5, "{missed} missed");
    assert!(alarmed <= 3, "{alarmed} alarmed");
    Ok(())
}

/// Counted and never read: written after the weights were learnt, by somebody who saw none of this.
#[test]
fn mail_of_a_week_that_nothing_was_learnt_from_is_told_apart() -> std::io::Result<()> {
    let measured = measure(&["week_blind.mail"])?;
    assert_eq!((measured.with, measured.without), (19, 21));
    // 1 of 19 missed and 2 of 21 false alarms when they came; 3 and 2 since the rules decide between clear cases.
    let (missed, alarmed) = (measured.missed.len(), measured.alarmed.len());
    assert!(missed <= 4, "{missed} missed");
    assert!(alarmed <= 3, "{alarmed} false alarms");
    Ok(())
}

/// Counted and never read: what it finds here, it finds in mail that nobody had in view.
#[test]
fn letters_that_no_rule_was_made_for_are_told_apart_as_well() -> std::io::Result<()> {
    let measured = measure(&["joined_blind.mail"])?;
    assert_eq!((measured.with, measured.without), (30, 30));
    // The rules alone missed 7 of 30, with 2 false alarms.
    let (missed, alarmed) = (measured.missed.len(), measured.alarmed.len());
    assert!(missed <= 4, "{missed} missed");
    assert!(alarmed <= 4, "{alarmed} false alarms");
    Ok(())
}

#[test]
fn letters_of_many_kinds_are_told_apart() -> std::io::Result<()> {
    let measured = measure(&["trade_open.mail", "varied_open.mail"])?;
    assert_eq!((measured.with, measured.without), (26, 45));
    // Measured when this was written: 4 of 26 missed, 5 of 45 false alarms.
    assert!(measured.missed.len() <= 5, "missed: {:?}", measured.missed);
    assert!(
        measured.alarmed.len() <= 6,
        "false alarms: {:?}",
        measured.alarmed
    );
    Ok(())
}

/// Counted and never read, as above.
#[test]
fn letters_of_many_kinds_that_no_rule_was_made_for_are_told_apart_as_well() -> std::io::Result<()> {
    let measured = measure(&["varied_blind.mail"])?;
    assert_eq!((measured.with, measured.without), (9, 11));
    // Measured when this was written: 1 of 9 missed, 2 of 11 false alarms.
    let (missed, alarmed) = (measured.missed.len(), measured.alarmed.len());
    assert!(missed <= 2, "{missed} missed");
    assert!(alarmed <= 2, "{alarmed} false alarms");
    Ok(())
}

#[test]
fn mail_of_an_ordinary_day_is_told_apart() -> std::io::Result<()> {
    let measured = measure(&["daily_more.mail", "daily_open.mail", "short_open.mail"])?;
    assert_eq!((measured.with, measured.without), (51, 88));
    // Measured when this was written: 2 of 51 missed, 5 of 88 false alarms.
    assert!(measured.missed.len() <= 3, "missed: {:?}", measured.missed);
    assert!(
        measured.alarmed.len() <= 6,
        "false alarms: {:?}",
        measured.alarmed
    );
    Ok(())
}

/// Counted and never read, as above.
#[test]
fn mail_of_an_ordinary_day_that_no_rule_was_made_for_is_told_apart_as_well() -> std::io::Result<()>
{
    let measured = measure(&["daily_blind.mail"])?;
    assert_eq!((measured.with, measured.without), (10, 10));
    // Measured when this was written: 2 of 10 missed, 2 of 10 false alarms; 4 and 2 before the rules it measures.
    let (missed, alarmed) = (measured.missed.len(), measured.alarmed.len());
    assert!(missed <= 3, "{missed} missed");
    assert!(alarmed <= 3, "{alarmed} false alarms");
    Ok(())
}

/// How letters were judged.
#[derive(Default)]
struct Measured {
    with: usize,
    without: usize,
    spanish: usize,
    missed: Vec<String>,
    alarmed: Vec<String>,
}

fn measure(files: &[&str]) -> std::io::Result<Measured> {
    let scanner = Scanner::new();
    let mut measured = Measured::default();
    for letter in letters(files)? {
        let found = letter.scan(&scanner);
        let level = if letter.is("patient") {
            found.level_to_patient
        } else {
            found.level
        };
        let flagged = level >= PhiLevel::Likely;
        measured.spanish += usize::from(letter.is("es"));
        if letter.is("phi") {
            measured.with += 1;
            measured.missed.extend((!flagged).then_some(letter.name));
        } else {
            measured.without += 1;
            measured.alarmed.extend(flagged.then_some(letter.name));
        }
    }
    Ok(measured)
}

#[test]
fn labels_are_on_letters_about_such_care_and_on_no_business() -> std::io::Result<()> {
    let scanner = Scanner::new();
    let (mut missing, mut wrong) = (Vec::new(), Vec::new());
    let mut labelled = 0;
    for letter in letters(OFFICES)? {
        let found: BTreeSet<&str> = letter
            .scan(&scanner)
            .labels
            .iter()
            .map(|l| l.word())
            .collect();
        let wanted = letter.labels();
        labelled += usize::from(!wanted.is_empty());
        if wanted.difference(&found).next().is_some() {
            missing.push(letter.name);
        } else if letter.is("none") && !found.is_empty() {
            wrong.push(letter.name);
        }
    }
    assert!(labelled >= 24, "only {labelled} letters have labels");
    assert!(missing.len() <= 3, "no label: {missing:?}");
    assert!(wrong.is_empty(), "labelled: {wrong:?}");
    Ok(())
}

fn letters(files: &[&str]) -> std::io::Result<Vec<Letter>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let mut letters = Vec::new();
    for name in files {
        let file = std::fs::read_to_string(folder.join(name))?;
        letters.extend(file.split("\n== ").skip(1).map(read));
    }
    Ok(letters)
}

fn read(text: &str) -> Letter {
    let (head, rest) = text.split_once('\n').expect("a name and a letter");
    let (subject, body) = rest.split_once("\n\n").expect("a subject and a text");
    let mut words = head.split_whitespace().map(str::to_owned);
    Letter {
        name: words.next().expect("a name"),
        facts: words.collect(),
        subject: subject
            .strip_prefix("subject: ")
            .expect("a subject")
            .to_owned(),
        body: body.trim().to_owned(),
    }
}
