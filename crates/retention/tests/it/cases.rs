//! Retention cases as a lawyer reads them, `tests/cases/*.case`: facts, then a day and the answer on it.
//!
//! Each is worked by hand from the row of the collection its rule stands for; the arithmetic is in its
//! comment, and a case without one fails. Nothing writes these files but people.
//!
//! ```text
//! case TITLE
//! # the arithmetic
//! rules us-ky-hospital us-fed-*      enabled by counsel; of the pack and of tests/cases/made.toml
//! as hospital, physician in US-KY, US-OH     left out: what the rules are about
//! programmes medicare                        left out: what the rules ask for
//! zone America/New_York                      left out: America/Chicago
//! hold h1 custodian ann from D to D class clinical query released-until D over-ceiling
//! facts class clinical; made D; birth D; discharge D; death never; adult; custodian ann; query h1 matches
//! D: ANSWER            or a moment instead of the day; a day is its noon
//! ```

use std::collections::BTreeSet;
use std::path::Path;

use caduceus_retention::{Approval, Day, Item, Profile, Rule, RuleState, Rules, Verdict, due};
use caduceus_retention::{Hold, Zone, pack};
use model::Timestamp;

use crate::facts;
use crate::tell;

/// The answers asked for in issue 5: at least a hundred cases.
const CASES_MIN: usize = 100;

#[derive(Default)]
pub struct Case {
    title: String,
    has_sum: bool,
    rules: Vec<String>,
    types: Vec<String>,
    states: Vec<String>,
    programmes: Vec<String>,
    zone: String,
    holds: Vec<String>,
    facts: String,
    answers: Vec<(String, String)>,
}

#[test]
fn every_case_has_its_answer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let all = all_rules(&folder);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "case"))
        .collect();
    files.sort();
    let (mut count, mut wrong, mut used) = (0, Vec::new(), BTreeSet::new());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        for case in cases(&text) {
            count += 1;
            let place = format!("{}: {}", file.display(), case.title);
            used.extend(case.rules.iter().cloned());
            assert!(case.has_sum, "{place}: no arithmetic");
            assert!(!case.answers.is_empty(), "{place}: no answer");
            wrong.extend(
                case.play(&all)
                    .into_iter()
                    .map(|fault| format!("{place}\n{fault}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= CASES_MIN, "{count} cases, {CASES_MIN} wanted");
    for rule in all.all() {
        let has_case = used.iter().any(|pattern| fits(pattern, &rule.id));
        assert!(has_case, "{} has no case", rule.id);
    }
}

fn all_rules(folder: &Path) -> Rules {
    let shipped = pack::shipped().expect("the shipped pack");
    let made = std::fs::read_to_string(folder.join("made.toml")).expect("made rules");
    let made = pack::read("made.toml", &made).expect("made rules");
    let majority = shipped.majorities().clone();
    Rules::new(shipped.all().cloned().chain(made), majority).expect("rules")
}

pub fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "case" {
            cases.push(Case {
                title: rest.to_owned(),
                ..Case::default()
            });
            continue;
        }
        let Some(case) = cases.last_mut() else {
            assert_eq!(word, "#", "{line}");
            continue;
        };
        case.line(line, word, rest);
    }
    cases
}

fn words(list: &str) -> Vec<String> {
    list.split([',', ' '])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

impl Case {
    fn line(&mut self, line: &str, word: &str, rest: &str) {
        match word {
            "#" => self.has_sum = true,
            "rules" => self.rules.extend(words(rest)),
            "as" => {
                let (types, states) = rest.split_once(" in ").expect("types in states");
                (self.types, self.states) = (words(types), words(states));
            }
            "programmes" => self.programmes = words(rest),
            "zone" => self.zone = rest.to_owned(),
            "hold" => self.holds.push(rest.to_owned()),
            "facts" => {
                self.facts.push_str(rest);
                self.facts.push(';');
            }
            _ => {
                let (when, answer) = line.split_once(": ").expect(line);
                self.answers.push((when.to_owned(), answer.to_owned()));
            }
        }
    }

    fn play(&self, all: &Rules) -> Vec<String> {
        let rules = self.enabled(all);
        let profile = self.profile(&rules);
        let holds: Vec<Hold> = self.holds.iter().map(|hold| facts::hold(hold)).collect();
        let item: Item = facts::item(&self.facts, profile.zone);
        let mut wrong = Vec::new();
        for (when, wanted) in &self.answers {
            let now = facts::moment(when, profile.zone);
            let answer = due(&item, &rules, &holds, &profile, now);
            let told = tell::answer(&answer);
            if told != *wanted {
                wrong.push(format!("  on {when}\n  case: {wanted}\n  told: {told}"));
            }
            assert_eq!(
                answer.verdict.is_due(),
                wanted.starts_with("due"),
                "{}",
                self.title
            );
        }
        wrong
    }

    fn enabled(&self, all: &Rules) -> Rules {
        let wanted: Vec<Rule> = all
            .all()
            .filter(|rule| self.rules.iter().any(|pattern| fits(pattern, &rule.id)))
            .map(enable)
            .collect();
        for pattern in &self.rules {
            let is_there = wanted.iter().any(|rule| fits(pattern, &rule.id));
            assert!(is_there || pattern == "none", "no rule {pattern}");
        }
        Rules::new(wanted, all.majorities().clone()).expect("rules")
    }

    fn profile(&self, rules: &Rules) -> Profile {
        let states = match self.states.is_empty() {
            true => rules
                .all()
                .map(|rule| rule.jurisdiction.word().to_owned())
                .collect(),
            false => self.states.clone(),
        };
        let types = match self.types.is_empty() {
            true => rules
                .all()
                .filter_map(|rule| rule.providers.first())
                .map(|provider| provider.word().to_owned())
                .collect(),
            false => self.types.clone(),
        };
        let programmes: BTreeSet<String> = match self.programmes.is_empty() {
            true => rules
                .all()
                .flat_map(|rule| &rule.programmes)
                .map(|programme| programme.word().to_owned())
                .collect(),
            false => self.programmes.iter().cloned().collect(),
        };
        let zone = match self.zone.is_empty() {
            true => "America/Chicago",
            false => &self.zone,
        };
        facts::profile(&states, &types, &programmes, zone)
    }
}

fn fits(pattern: &str, id: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => id.starts_with(start),
        None => id == pattern,
    }
}

pub fn enable(rule: &Rule) -> Rule {
    let on = Day::new(2024, 1, 2).expect("a day");
    Rule {
        state: RuleState::Enabled(Approval {
            by: "A. Counsel".into(),
            on,
        }),
        ..rule.clone()
    }
}

/// A verdict is told the same after it was stored.
#[test]
fn answers_survive_being_stored() {
    let shipped = pack::shipped().expect("the shipped pack");
    let rules = Rules::new(shipped.all().map(enable), shipped.majorities().clone()).expect("rules");
    let zone = Zone::parse("America/Chicago").expect("a zone");
    let states: Vec<String> = ["US-TX", "US-MS", "US-IL"].map(str::to_owned).into();
    let profile = facts::profile(
        &states,
        &["hospital".to_owned()],
        &BTreeSet::new(),
        zone_name(zone),
    );
    let item = facts::item(
        "class clinical; made 2012-01-01; birth 2005-05-05; discharge 2012-01-02; last_service 2012-01-02;\
         litigation_notice 2013-01-01; litigation_resolved 2014-01-01; death 2020-01-01",
        zone,
    );
    for at in ["2015-01-01", "2039-01-01", "2045-01-01"] {
        let now: Timestamp = facts::moment(at, zone);
        let answer = due(&item, &rules, &[], &profile, now);
        assert!(
            !matches!(answer.verdict, Verdict::Unknown { .. }),
            "{:?}",
            answer.verdict
        );
        let stored = serde_json::to_string(&answer).expect("JSON");
        let read = serde_json::from_str(&stored).expect("the same");
        assert_eq!(answer, read);
        let sentences = answer.explanation.sentences();
        assert!(sentences.len() >= 3);
        for sentence in sentences.iter().flat_map(|(_, steps)| steps) {
            assert!(
                !sentence.code.is_empty() && !sentence.arguments.is_empty(),
                "{sentence:?}"
            );
        }
        assert!(!answer.verdict.sentences().is_empty());
        let printed = format!("{item:?} {answer:?}");
        assert!(
            !printed.contains("2005-05-05"),
            "a birth date in what Debug prints: {printed}"
        );
    }
}

fn zone_name(zone: Zone) -> &'static str {
    assert_eq!(zone.to_string(), "America/Chicago");
    "America/Chicago"
}
