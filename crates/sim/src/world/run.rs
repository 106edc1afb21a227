//! One seed from its first step to its last.

use std::fmt;
use std::sync::Arc;

use store::Engine;

use super::house::House;
use super::oracle::Broken;
use super::planted::Planted;
use super::play::Driver;
use super::sea::{Dns, Guard, Habits, Sea, domain};
use crate::kit::{Faults, Rates, SimClock, SimRng};

/// Messages that every history accepts at least.
const MESSAGES_MIN: usize = 10;
const STEPS: u64 = 45;
/// Steps between two looks at what is dear to check.
const CLOSELY_EVERY: u64 = 25;

/// What a history held, for progress and for comparing two runs of one seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub messages: usize,
    pub taken: usize,
    /// Readers who read their message in the portal.
    pub read: usize,
    pub steps: usize,
    /// How often a planted fault happened.
    pub faults: u32,
    /// Of every line of the log.
    pub digest: String,
}

/// What an oracle found.
pub struct Failure {
    pub seed: u64,
    pub engine: Engine,
    pub what: String,
    pub log: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.log {
            writeln!(f, "{line}")?;
        }
        let engine = match self.engine {
            Engine::Memory => "memory",
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        };
        writeln!(f, "\nseed {} on {engine}: {}", self.seed, self.what)?;
        write!(
            f,
            "play it again: cargo run -p caduceus-sim --bin soak -- --seed {} --engine {engine}",
            self.seed
        )
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Plays one seed.
///
/// # Errors
/// The first thing that must not be.
pub fn run(seed: u64, engine: Engine) -> Result<Summary, Box<Failure>> {
    run_with(seed, engine, None)
}

/// Plays one seed with a program that does something wrong.
///
/// # Errors
/// What the oracles found: with a fault that happened they must.
pub fn run_with(
    seed: u64,
    engine: Engine,
    planted: Option<Planted>,
) -> Result<Summary, Box<Failure>> {
    let failed = |what: String, log: Vec<String>| {
        Box::new(Failure {
            seed,
            engine,
            what,
            log,
        })
    };
    let mut driver = prepare(seed, engine, planted)
        .map_err(|error| failed(format!("the world could not be made: {error}"), Vec::new()))?;
    match play(&mut driver) {
        Ok(()) => Ok(summary(&driver)),
        Err(Broken(what)) => Err(failed(what, std::mem::take(&mut driver.log))),
    }
}

fn play(driver: &mut Driver) -> Result<(), Broken> {
    driver.look()?;
    for step in 1..=STEPS {
        driver.step()?;
        if step % CLOSELY_EVERY == 0 {
            driver.look_closely()?;
        }
    }
    while driver.books.accepted() < MESSAGES_MIN {
        driver.send_one()?;
    }
    driver.drain()?;
    driver.look_at_mail()?;
    driver.drain()
}

fn prepare(seed: u64, engine: Engine, planted: Option<Planted>) -> model::Result<Driver> {
    // Independent sequences from one seed: what one part draws moves no other.
    let draw = SimRng::new(seed);
    let (program, weather, faults, driver) = (draw.next(), draw.next(), draw.next(), draw.next());
    let clock = Arc::new(SimClock::default());
    let sea = Sea::new(weather, clock);
    let domains = make_domains(&sea, &draw);
    let rates = [
        Rates::default(),
        Rates {
            not_done: 10,
            unreported: 10,
            death: 3,
        },
        Rates {
            not_done: 40,
            unreported: 40,
            death: 10,
        },
    ];
    let faults = Faults::new(faults, *draw.pick(&rates));
    let nodes = if draw.happens(1, 4) { 2 } else { 1 };
    let house = House::found(program, engine, nodes, sea, faults)?;
    let mut driver = Driver::new(house, SimRng::new(driver), domains);
    driver.plant(planted, seed);
    Ok(driver)
}

/// Recipients' domains: most with records, some that DNS tells odd things about.
fn make_domains(sea: &Sea, draw: &SimRng) -> Vec<String> {
    let odd = [Dns::Implicit, Dns::NullMx, Dns::Failing, Dns::Nowhere];
    let mut names = Vec::new();
    for i in 0..7 {
        let name = format!("d{i}.example");
        let dns = if i < 5 {
            Dns::Records
        } else {
            *draw.pick(&odd)
        };
        let hosts = match dns {
            Dns::Implicit => 1,
            Dns::NullMx | Dns::Nowhere => 0,
            _ => 1 + draw.below(2),
        };
        let guard = if dns == Dns::Records {
            *draw.pick(&[Guard::None, Guard::None, Guard::Dane, Guard::Sts])
        } else {
            Guard::None
        };
        sea.add_zone(
            &domain(&name),
            dns,
            guard,
            (0..hosts).map(|_| Habits::draw(draw)).collect(),
        );
        names.push(name);
    }
    names
}

fn summary(driver: &Driver) -> Summary {
    let text = driver.log.join("\n");
    Summary {
        messages: driver.books.accepted(),
        taken: driver.house.sea.lock().taken.len(),
        read: driver
            .log
            .iter()
            .filter(|line| line.ends_with("a reader reads"))
            .count(),
        steps: driver.log.len(),
        faults: driver.faults_planted(),
        digest: digest(&text),
    }
}

fn digest(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest
        .as_ref()
        .iter()
        .take(8)
        .map(|b| format!("{b:02x}"))
        .collect()
}
