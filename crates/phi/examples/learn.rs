//! Learns how letters about somebody's health read, from `learn/*.mail` and the open letters of `tests/mail`.
//!
//!     cargo run -p caduceus-phi --example learn                # five-fold check, by file
//!     python3 bench/phi/lessons.py --count 800 --real FOLDER > target/lessons.jsonl
//!     cargo run -p caduceus-phi --example learn -- --write target/lessons.jsonl     # and the table of weights
//!
//! Logistic regression over the signs of `Scanner::signs`, each counted once and divided by the root of how
//! many a letter has; AdaGrad (Duchi, Hazan, Singer 2011) with a fixed order, so that the same letters give
//! the same table. In the check neighbours stay together, since letters come in like pairs.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};

use caduceus_phi::{Form, Part, PartKind, Reading, Scanner};

const FOLDS: usize = 5;
const TOGETHER: usize = 8;
const ROUNDS: usize = 30;
const PACE: f64 = 0.2;
/// How strongly weights are pulled to zero.
const PULL: f64 = 0.05;
/// Letters in which a sign has to stand.
const LETTERS_MIN: u32 = 2;
/// Files that the rules' authors had in view.
const IN_VIEW: &[&str] = &[
    "daily_", "english_", "joined_", "lessons", "offices", "short_", "spanish_", "trade_",
    "varied_",
];
/// As `sense::weights` has them.
const PLACES: u64 = 1 << 17;
const STEP: f64 = 24.0 / 256.0;

struct Letter {
    file: String,
    about_health: bool,
    /// The signs of each piece, with those of all of it.
    pieces: Vec<Vec<u32>>,
}

/// Signs by number, and in how many letters each stands.
#[derive(Default)]
struct Known {
    numbers: HashMap<u64, u32>,
    signs: Vec<(u64, u32)>,
}

fn main() -> std::io::Result<()> {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<PathBuf> = arguments
        .iter()
        .filter(|a| !a.starts_with("--"))
        .map(PathBuf::from)
        .collect();
    let mut files = given;
    for folder in ["learn", "tests/mail"] {
        for entry in std::fs::read_dir(crate_folder.join(folder))? {
            files.push(entry?.path());
        }
    }
    // What is measured by is never learnt from.
    files.retain(|file| !file.to_string_lossy().contains("blind"));
    files.sort();
    let mut known = Known::default();
    let mut letters = Vec::new();
    let scanner = Scanner::new();
    for file in &files {
        let text = std::fs::read_to_string(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".jsonl") {
            letters.extend(
                text.lines()
                    .filter_map(|line| lesson(&scanner, &name, line, &mut known)),
            );
        } else {
            let all = text.split("\n== ").skip(1);
            letters.extend(all.filter_map(|letter| read(&scanner, &name, letter, &mut known)));
        }
    }
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{} letters, {} signs",
        letters.len(),
        known.signs.len()
    )?;
    check(&letters, &known, &mut out)?;
    if arguments.iter().any(|argument| argument == "--write") {
        let all: Vec<&Letter> = letters.iter().collect();
        let weights = learn(&all, &known);
        let table = crate_folder.join("src/sense/weights.bin");
        std::fs::write(table, packed(&weights, &known))?;
    }
    Ok(())
}

/// One letter as the numbers of its signs.
fn read(scanner: &Scanner, file: &str, letter: &str, known: &mut Known) -> Option<Letter> {
    let (head, rest) = letter.split_once('\n')?;
    let (subject, body) = rest.split_once("\n\n")?;
    let parts = [
        Part::new(
            PartKind::Subject,
            subject.strip_prefix("subject: ").unwrap_or(""),
        ),
        Part::new(PartKind::Body, body.trim()),
    ];
    let about_health = head.split_whitespace().any(|fact| fact == "phi");
    Some(letter_of(scanner, file, about_health, &parts, known))
}

/// One line of `bench/phi/lessons.py`.
fn lesson(scanner: &Scanner, file: &str, line: &str, known: &mut Known) -> Option<Letter> {
    let given: serde_json::Value = serde_json::from_str(line).ok()?;
    let parts: Vec<Part<'_>> = given["parts"]
        .as_array()?
        .iter()
        .map(|part| {
            let word = |name: &str| part[name].as_str().unwrap_or_default();
            let kind = match word("kind") {
                "subject" => PartKind::Subject,
                "attachment" => PartKind::Attachment,
                _ => PartKind::Body,
            };
            Part {
                form: Form::from_word(word("form")).unwrap_or_default(),
                ..Part::new(kind, word("text"))
            }
        })
        .collect();
    let about_health = given["about_health"].as_bool()?;
    Some(letter_of(scanner, file, about_health, &parts, known))
}

fn letter_of(
    scanner: &Scanner,
    file: &str,
    about_health: bool,
    parts: &[Part<'_>],
    known: &mut Known,
) -> Letter {
    let signs = scanner.signs(parts, &Reading::new(&|_| [0; 32]));
    let mut shared = signs.subject;
    // On letters in view when the rules were made the rules look better than they are.
    if !IN_VIEW.iter().any(|name| file.starts_with(name)) {
        shared.extend(signs.rules);
    }
    let mut pieces = signs.pieces;
    if pieces.is_empty() {
        pieces.push(Vec::new());
    }
    let mut once = std::collections::BTreeSet::new();
    let pieces = pieces
        .into_iter()
        .map(|piece| {
            let all = piece.into_iter().chain(shared.iter().copied());
            all.map(|sign| known.number(sign, once.insert(sign)))
                .collect()
        })
        .collect();
    Letter {
        file: file.to_owned(),
        about_health,
        pieces,
    }
}

impl Known {
    fn number(&mut self, sign: u64, first: bool) -> u32 {
        let next = u32::try_from(self.signs.len()).expect("signs are few");
        let number = *self.numbers.entry(sign).or_insert(next);
        if number == next {
            self.signs.push((sign, 0));
        }
        self.signs[number as usize].1 += u32::from(first);
        number
    }
}

/// The piece that speaks most for health, and the chance that the letter is about somebody's.
fn chance<'a>(letter: &'a Letter, weights: &[f64]) -> (&'a [u32], f64) {
    let weighed = letter.pieces.iter().map(|piece| {
        let sum: f64 = piece.iter().map(|sign| weights[*sign as usize]).sum();
        (piece.as_slice(), sum / root(piece))
    });
    let most = weighed.max_by(|(_, one), (_, other)| one.total_cmp(other));
    let (piece, sum) = most.unwrap_or((&[], 0.0));
    (piece, 1.0 / (1.0 + (-sum).exp()))
}

fn root(piece: &[u32]) -> f64 {
    f64::from(u32::try_from(piece.len().max(1)).unwrap_or(u32::MAX)).sqrt()
}

fn learn(letters: &[&Letter], known: &Known) -> Vec<f64> {
    let mut weights = vec![0.0; known.signs.len()];
    let mut moved = vec![1e-3; known.signs.len()];
    let pull = PULL / letters.len() as f64;
    let mut order: Vec<usize> = (0..letters.len()).collect();
    let mut chance_of = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..ROUNDS {
        for at in (1..order.len()).rev() {
            chance_of ^= chance_of << 13;
            chance_of ^= chance_of >> 7;
            chance_of ^= chance_of << 17;
            order.swap(at, (chance_of % (at as u64 + 1)) as usize);
        }
        for letter in order.iter().map(|at| letters[*at]) {
            let wanted = f64::from(u8::from(letter.about_health));
            let (piece, chance) = chance(letter, &weights);
            let slope = (chance - wanted) / root(piece);
            for sign in piece.iter().map(|sign| *sign as usize) {
                if known.signs[sign].1 < LETTERS_MIN {
                    continue;
                }
                let slope = slope + pull * weights[sign];
                moved[sign] += slope * slope;
                weights[sign] -= PACE * slope / f64::sqrt(moved[sign]);
            }
        }
    }
    weights
}

fn check(letters: &[Letter], known: &Known, out: &mut impl Write) -> std::io::Result<()> {
    // By file: with, missed, without, alarmed.
    let mut counts: BTreeMap<&str, [u32; 4]> = BTreeMap::new();
    for fold in 0..FOLDS {
        let is_kept = |at: &usize| at / TOGETHER % FOLDS == fold;
        let rest: Vec<&Letter> = (0..letters.len())
            .filter(|at| !is_kept(at))
            .map(|at| &letters[at])
            .collect();
        let weights = learn(&rest, known);
        for letter in (0..letters.len()).filter(is_kept).map(|at| &letters[at]) {
            let said = chance(letter, &weights).1 >= 0.5;
            for name in [letter.file.as_str(), "~ all"] {
                let count = counts.entry(name).or_default();
                let at = if letter.about_health { 0 } else { 2 };
                count[at] += 1;
                count[at + 1] += u32::from(said != letter.about_health);
            }
        }
    }
    for (file, [with, missed, without, alarmed]) in counts {
        writeln!(
            out,
            "{file}: {missed} of {with} missed, {alarmed} of {without} false alarms"
        )?;
    }
    Ok(())
}

/// The table; where two signs share a place the one that moves more letters has it.
fn packed(weights: &[f64], known: &Known) -> Vec<u8> {
    let mut table = vec![0; PLACES as usize * 2];
    let mut taken = vec![0.0; PLACES as usize];
    for ((sign, letters), weight) in known.signs.iter().zip(weights) {
        let place = (sign % PLACES) as usize;
        let moves = weight.abs() * f64::from(*letters);
        let stored = (weight / STEP).round().clamp(-127.0, 127.0) as i8;
        if stored != 0 && moves > taken[place] {
            taken[place] = moves;
            table[place * 2] = (sign >> 56) as u8;
            table[place * 2 + 1] = stored.to_le_bytes()[0];
        }
    }
    table
}
