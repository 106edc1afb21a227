//! How well the scanner finds what a labelled text holds: `evaluate [--json] [--misses] FILE`.
//!
//! The file's records are a text behind `===QUERY===` and, behind `===PHI_TAGS===`, one JSON object a
//! line with `identifier_type` and `value`. Scored as phi.md §7 says: a tag is found when half of its
//! span is covered by findings of a kind that its type accepts; a finding is right when it touches a tag
//! whose type accepts it; a record without tags that is judged PHI is a false alarm. Misses are printed
//! by type and number of the record only when asked for: the data may not be public.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;

use caduceus_phi::{Finding, FindingKind, Part, PartKind, PhiLevel, Reading, Scanner};
use serde_json::{Value, json};

struct Record {
    text: String,
    /// Type and place.
    tags: Vec<(String, Range<usize>)>,
}

#[derive(Default)]
struct Score {
    tags: u32,
    hit: u32,
    found: u32,
    right: u32,
}

impl Score {
    fn recall(&self) -> f64 {
        ratio(self.hit, self.tags)
    }
    fn precision(&self) -> f64 {
        ratio(self.right, self.found)
    }
    /// Recall weighs four times what precision does.
    fn f2(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r > 0.0 {
            5.0 * p * r / (4.0 * p + r)
        } else {
            0.0
        }
    }
    fn json(&self) -> Value {
        json!({"n": self.tags, "recall": self.recall(), "precision": self.precision(), "f2": self.f2()})
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        1.0
    } else {
        f64::from(part) / f64::from(whole)
    }
}

#[derive(Default)]
struct Sum {
    types: BTreeMap<String, Score>,
    all: Score,
    with: u32,
    flagged: u32,
    without: u32,
    alarms: u32,
    misses: Vec<String>,
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let path = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let path =
        path.ok_or_else(|| std::io::Error::other("usage: evaluate [--json] [--misses] FILE"))?;
    let scanner = Scanner::new();
    let mut sum = Sum::default();
    for (number, record) in records(&std::fs::read_to_string(path)?).iter().enumerate() {
        judge(&scanner, number, record, &mut sum);
    }
    let mut out = std::io::stdout();
    if has("--misses") {
        for miss in &sum.misses {
            writeln!(out, "{miss}")?;
        }
    }
    if has("--json") {
        writeln!(out, "{}", report(&sum))
    } else {
        table(&sum, &mut out)
    }
}

fn records(file: &str) -> Vec<Record> {
    file.split("===QUERY===")
        .skip(1)
        .filter_map(|record| {
            let (text, tags) = record.split_once("===PHI_TAGS===")?;
            let text = text.trim().to_owned();
            let mut from = BTreeMap::new();
            let tags = tags
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok())
                .filter_map(|tag| {
                    let value = tag["value"].as_str()?;
                    // A value that stands twice is tagged twice, in order.
                    let start = from.entry(value.to_owned()).or_insert(0_usize);
                    let at = *start + text.get(*start..)?.find(value)?;
                    *start = at + value.len();
                    Some((
                        tag["identifier_type"].as_str()?.to_owned(),
                        at..at + value.len(),
                    ))
                })
                .collect();
            Some(Record { text, tags })
        })
        .collect()
}

fn judge(scanner: &Scanner, number: usize, record: &Record, sum: &mut Sum) {
    let found = scanner.scan(
        &[Part::new(PartKind::Body, &record.text)],
        &Reading::new(&|_| [0; 32]),
    );
    let flagged = u32::from(found.level >= PhiLevel::Likely);
    if record.tags.is_empty() {
        sum.without += 1;
        sum.alarms += flagged;
    } else {
        sum.with += 1;
        sum.flagged += flagged;
    }
    if (flagged == 1) == record.tags.is_empty() {
        sum.misses.push(format!("{number} verdict {}", found.level));
    }
    let ranges = |finding: &Finding| finding.start..finding.start + finding.len;
    for (kind, tag) in &record.tags {
        let fitting = found.findings.iter().filter(|f| accepts(kind, f.kind));
        let covered: usize = fitting.map(|f| shared(&ranges(f), tag)).sum();
        let hit = u32::from(covered * 2 >= tag.len());
        let score = sum.types.entry(kind.clone()).or_default();
        for score in [score, &mut sum.all] {
            score.tags += 1;
            score.hit += hit;
        }
        if hit == 0 {
            sum.misses
                .push(format!("{number} missed {kind} at {tag:?}"));
        }
    }
    for finding in &found.findings {
        let Some(kind) = type_of(finding.kind) else {
            continue;
        };
        let right = record.tags.iter().any(|(tagged, tag)| {
            accepts(tagged, finding.kind) && shared(&ranges(finding), tag) > 0
        });
        let score = sum.types.entry(kind.to_owned()).or_default();
        for score in [score, &mut sum.all] {
            score.found += 1;
            score.right += u32::from(right);
        }
        if !right {
            let place = ranges(finding);
            sum.misses
                .push(format!("{number} wrong {} at {place:?}", finding.kind));
        }
    }
}

fn shared(one: &Range<usize>, other: &Range<usize>) -> usize {
    one.end
        .min(other.end)
        .saturating_sub(one.start.max(other.start))
}

/// The type that counts a finding's mistakes.
fn type_of(kind: FindingKind) -> Option<&'static str> {
    use FindingKind as K;
    Some(match kind {
        K::Name | K::PatientName | K::ProviderName => "NAME",
        K::Street | K::Place | K::RestrictedZip | K::Facility => "GEOGRAPHIC_LOCATION",
        K::Date | K::DateOfBirth | K::DateOfCare | K::Age => "DATE",
        K::Mrn => "MEDICAL_RECORD_NUMBER",
        K::MemberId | K::Mbi | K::Hicn => "HEALTH_PLAN_BENEFICIARY_NUMBER",
        K::Phone => "PHONE_NUMBER",
        K::Fax => "FAX_NUMBER",
        K::UsSsn | K::Itin => "SOCIAL_SECURITY_NUMBER",
        K::Email => "EMAIL_ADDRESS",
        K::IpAddress => "IP_ADDRESS",
        K::Url => "URL",
        K::PatientId | K::Claim | K::Accession | K::Account | K::UniqueId | K::Device => {
            "UNIQUE_IDENTIFIER"
        }
        _ => return None,
    })
}

/// Numbers of a person are told apart by words that writers mix up: any of them is the number.
fn accepts(tag: &str, kind: FindingKind) -> bool {
    const NUMBERS: [&str; 5] = [
        "MEDICAL_RECORD_NUMBER",
        "HEALTH_PLAN_BENEFICIARY_NUMBER",
        "UNIQUE_IDENTIFIER",
        "ACCOUNT_NUMBER",
        "DEVICE_IDENTIFIER",
    ];
    const TELEPHONES: [&str; 2] = ["PHONE_NUMBER", "FAX_NUMBER"];
    type_of(kind).is_some_and(|kind| {
        kind == tag
            || (NUMBERS.contains(&kind) && NUMBERS.contains(&tag))
            || (TELEPHONES.contains(&kind) && TELEPHONES.contains(&tag))
    })
}

fn report(sum: &Sum) -> Value {
    let types: BTreeMap<&String, Value> = sum
        .types
        .iter()
        .map(|(kind, score)| (kind, score.json()))
        .collect();
    json!({
        "types": types,
        "all": sum.all.json(),
        "sensitivity": ratio(sum.flagged, sum.with),
        "specificity": 1.0 - ratio(sum.alarms, sum.without.max(1)),
        "records": sum.with + sum.without,
    })
}

fn table(sum: &Sum, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(
        out,
        "{:32} {:>5} {:>7} {:>9} {:>6}",
        "type", "n", "recall", "precision", "F2"
    )?;
    let all = "all".to_owned();
    for (kind, score) in sum.types.iter().chain([(&all, &sum.all)]) {
        let (r, p, f2) = (score.recall(), score.precision(), score.f2());
        writeln!(out, "{kind:32} {:5} {r:7.3} {p:9.3} {f2:6.3}", score.tags)?;
    }
    writeln!(out, "flagged with tags    {} of {}", sum.flagged, sum.with)?;
    writeln!(
        out,
        "flagged without tags {} of {}",
        sum.alarms, sum.without
    )
}
