//! Scheduler cases as scripts with golden output: `tests/cases/*.case`.
//!
//! A line is a comment (`#`), a command, or an effect of the command above it (`=>`). The test runs
//! the commands and writes each one's effects under it; the result must be the file itself. After a
//! deliberate change, `UPDATE_CASES=1` rewrites the files for review.
//!
//! ```text
//! limits destination 2 total 10 lease 15:00      first line, optional
//! chance low | high
//! at 1:05:00                                     set the clock and tick; [h:]mm:ss from the start
//! run until 2:00:00                              tick at every wake up to then
//! add a to clinic.example [of org] [marketing] [verified] [priority 3] [due T] [expires T] [attempts 2] [fence 7]
//! finish a accepted | refused SCOPE | deferred SCOPE | ambiguous | below | fault  [stale N]
//! cancel a | lost a | drain | show
//! ```

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use caduceus_queue::{
    Destination, Effect, Input, Item, RetryCurve, Said, Settings, Settlement, State, step,
};
use model::{DeliveryId, Demand, OrganisationId, Outcome, RefusalScope, Stream, Timestamp};

use crate::chance::Even;

struct Script {
    state: State,
    now: Timestamp,
    chance: Even,
    names: Vec<String>,
    organisations: Vec<String>,
}

#[test]
fn every_case_gives_its_golden_output() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of cases")
        .map(|f| f.expect("an entry").path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "cases are missing");
    let mut wrong = Vec::new();
    for file in files {
        let golden = std::fs::read_to_string(&file).expect("a readable case");
        let actual = run(&golden);
        if golden != actual {
            if std::env::var_os("UPDATE_CASES").is_some() {
                std::fs::write(&file, &actual).expect("a writable case");
            }
            wrong.push(format!(
                "{}\n{}",
                file.display(),
                first_difference(&golden, &actual)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn first_difference(golden: &str, actual: &str) -> String {
    let pairs = golden
        .lines()
        .chain(std::iter::repeat("(end)"))
        .zip(actual.lines().chain(std::iter::repeat("(end)")));
    for (number, (was, is)) in pairs.enumerate() {
        if was != is {
            return format!("  line {}\n  golden: {was}\n  actual: {is}", number + 1);
        }
    }
    "  only the line ends differ".into()
}

fn run(text: &str) -> String {
    let mut out = String::new();
    let mut script = Script {
        state: State::new(Settings {
            retry: RetryCurve::default(),
            ..standard()
        }),
        now: Timestamp::from_secs(0),
        chance: Even(0),
        names: Vec::new(),
        organisations: Vec::new(),
    };
    for line in text.lines().filter(|line| !line.starts_with("=>")) {
        writeln!(out, "{line}").expect("a string takes it");
        let words: Vec<&str> = line
            .split('#')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        for answer in script.command(&words) {
            writeln!(out, "=> {answer}").expect("a string takes it");
        }
    }
    out
}

impl Script {
    fn command(&mut self, words: &[&str]) -> Vec<String> {
        match words {
            [] => Vec::new(),
            ["limits", rest @ ..] => {
                self.state = State::new(settings(rest));
                Vec::new()
            }
            ["chance", which] => {
                self.chance = Even(if *which == "high" { 255 } else { 0 });
                Vec::new()
            }
            ["at", at] => {
                self.now = moment(at);
                self.input(Input::Tick)
            }
            ["run", "until", at] => self.run_until(moment(at)),
            ["add", name, "to", to, rest @ ..] => {
                let item = self.item(name, to, rest);
                self.input(Input::Add(item))
            }
            ["finish", name, how @ ..] => {
                let id = self.id(name);
                let fence = option(how, "stale")
                    .map_or_else(|| self.state.running(id).unwrap_or(0), number);
                self.input(Input::Finished {
                    id,
                    fence,
                    outcome: outcome(how),
                    said: Said::default(),
                })
            }
            ["cancel", name] => {
                let id = self.id(name);
                self.input(Input::Cancel(id))
            }
            ["lost", name] => {
                let id = self.id(name);
                self.input(Input::LeaseLost(id))
            }
            ["drain"] => self.input(Input::Drain),
            ["show"] => self.show(),
            _ => panic!("no such command: {words:?}"),
        }
    }

    fn input(&mut self, input: Input) -> Vec<String> {
        let effects = step(&mut self.state, self.now, &self.chance, input);
        effects
            .into_iter()
            .map(|effect| self.print(effect))
            .collect()
    }

    fn run_until(&mut self, until: Timestamp) -> Vec<String> {
        let mut answers = Vec::new();
        while let Some(wake) = self.state.next_wake().filter(|wake| *wake <= until) {
            self.now = self.now.max(wake);
            let at = clock(self.now);
            answers.extend(
                self.input(Input::Tick)
                    .into_iter()
                    .map(|answer| format!("{at} {answer}")),
            );
        }
        self.now = until;
        answers
    }

    fn show(&self) -> Vec<String> {
        let counts = self.state.counts();
        let wake = self.state.next_wake().map_or("never".into(), clock);
        let head = format!(
            "scheduled {} ready {} running {} wake {wake}",
            counts.scheduled, counts.ready, counts.running
        );
        let rows = self.state.destinations().map(|(name, waiting, running)| {
            let rest = self
                .state
                .resting_until(name)
                .map_or(String::new(), |at| format!(" rests until {}", clock(at)));
            format!(
                "{} waiting {waiting} running {running}{rest}",
                name.as_str()
            )
        });
        std::iter::once(head).chain(rows).collect()
    }

    fn item(&mut self, name: &str, to: &str, rest: &[&str]) -> Item {
        let has = |word: &str| rest.contains(&word);
        let moment_or = |word: &str, other: Timestamp| option(rest, word).map_or(other, moment);
        Item {
            id: self.id(name),
            organisation: self.organisation(option(rest, "of").unwrap_or("clinic")),
            destination: Destination::new(to),
            stream: if has("marketing") {
                Stream::Marketing
            } else {
                Stream::Transactional
            },
            priority: option(rest, "priority")
                .map_or(5, |n| u8::try_from(number(n)).expect("a priority")),
            demand: if has("verified") {
                Demand::VerifiedTls
            } else {
                Demand::Opportunistic
            },
            due: moment_or("due", self.now),
            expires: moment_or("expires", Timestamp::from_secs(86_400)),
            attempts: option(rest, "attempts")
                .map_or(0, |n| u32::try_from(number(n)).expect("a count")),
            fence: option(rest, "fence").map_or(0, number),
            source: None,
            spared: false,
        }
    }

    fn id(&mut self, name: &str) -> DeliveryId {
        DeliveryId::from_bytes(index(&mut self.names, name))
    }
    fn organisation(&mut self, name: &str) -> OrganisationId {
        OrganisationId::from_bytes(index(&mut self.organisations, name))
    }
    fn name(&self, id: DeliveryId) -> &str {
        &self.names[usize::from(id.as_bytes()[15])]
    }

    fn print(&self, effect: Effect) -> String {
        match effect {
            Effect::Resolve(number) => {
                let name = self.state.destination(number).expect("a destination");
                format!("resolve {}", name.as_str())
            }
            Effect::Release { id, fence, .. } => {
                format!("release {} fence {fence}", self.name(id))
            }
            Effect::Park { id, due, .. } => format!("park {} until {}", self.name(id), clock(due)),
            Effect::Start { id, fence, attempt } => {
                format!("start {} attempt {attempt} fence {fence}", self.name(id))
            }
            Effect::Settle {
                id,
                fence,
                settlement,
            } => format!(
                "settle {} {} fence {fence}",
                self.name(id),
                ending(settlement)
            ),
            Effect::Defer {
                id,
                fence,
                due,
                attempts,
                ambiguous,
            } => {
                let mark = if ambiguous { " ambiguous" } else { "" };
                format!(
                    "defer {} until {} attempts {attempts} fence {fence}{mark}",
                    self.name(id),
                    clock(due)
                )
            }
        }
    }
}

fn index(known: &mut Vec<String>, name: &str) -> [u8; 16] {
    let found = known.iter().position(|n| n == name).unwrap_or_else(|| {
        known.push(name.into());
        known.len() - 1
    });
    let mut bytes = [0; 16];
    bytes[15] = u8::try_from(found).expect("few names");
    bytes
}

fn option<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == name)?;
    words.get(at + 1).copied()
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

/// What a case does not set; its lease is shorter than the product's.
fn standard() -> Settings {
    Settings {
        lease: Duration::from_secs(900),
        ..Settings::default()
    }
}

fn settings(words: &[&str]) -> Settings {
    let count = |name: &str, other: u32| {
        option(words, name).map_or(other, |n| u32::try_from(number(n)).expect("a count"))
    };
    let span = |name: &str, other: Duration| {
        option(words, name).map_or(other, |t| moment(t).since(moment("0")))
    };
    let standard = standard();
    Settings {
        concurrency_per_destination: count("destination", standard.concurrency_per_destination),
        concurrency_total: count("total", standard.concurrency_total),
        lease: span("lease", standard.lease),
        lifetime: span("lifetime", standard.lifetime),
        retry: standard.retry,
        ready_per_lane_max: standard.ready_per_lane_max,
    }
}

fn moment(text: &str) -> Timestamp {
    let seconds = text.split(':').fold(0, |sum, part| {
        sum * 60 + i64::try_from(number(part)).expect("a time")
    });
    Timestamp::from_secs(seconds)
}

fn clock(at: Timestamp) -> String {
    let seconds = at.secs();
    format!(
        "{}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn outcome(words: &[&str]) -> Outcome {
    match words {
        ["accepted", ..] => Outcome::Accepted,
        ["refused", of, ..] => Outcome::Refused(scope(of)),
        ["deferred", of, ..] => Outcome::Deferred(scope(of)),
        ["ambiguous", ..] => Outcome::Ambiguous,
        ["below", ..] => Outcome::BelowDemand,
        ["fault", ..] => Outcome::OurFault,
        _ => panic!("no such outcome: {words:?}"),
    }
}

const SCOPES: [(&str, RefusalScope); 6] = [
    ("recipient", RefusalScope::Recipient),
    ("domain", RefusalScope::Domain),
    ("our_address", RefusalScope::OurAddress),
    ("our_domain", RefusalScope::OurDomain),
    ("content", RefusalScope::Content),
    ("us", RefusalScope::Us),
];

fn scope(word: &str) -> RefusalScope {
    SCOPES
        .iter()
        .find(|(name, _)| *name == word)
        .expect("a scope")
        .1
}

fn ending(settlement: Settlement) -> String {
    match settlement {
        Settlement::Delivered => "delivered".into(),
        Settlement::ToPortal => "portal".into(),
        Settlement::Bounced(scope) => {
            format!(
                "bounced {}",
                SCOPES.iter().find(|(_, s)| *s == scope).expect("a scope").0
            )
        }
        Settlement::Expired => "expired".into(),
        Settlement::Cancelled => "cancelled".into(),
    }
}
