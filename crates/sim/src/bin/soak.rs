//! Plays seeds until time is up or one fails: `soak --seconds 60`, `soak --seed 7`. Or plays hostile
//! input against every reader: `soak --fuzz 10`, `soak --fuzz 1 --target reports`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use caduceus_sim::fuzz::TARGETS;
use caduceus_sim::kit::Engine;
use caduceus_sim::world::run;
use clap::{Parser, ValueEnum};

#[derive(Parser)]
#[command(about = "Plays the simulated world, seed after seed")]
struct Arguments {
    /// Play this seed alone.
    #[arg(long)]
    seed: Option<u64>,
    /// Begin with this seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Stop after so many seeds.
    #[arg(long)]
    count: Option<u64>,
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    #[arg(long, value_enum, default_value_t = On::Memory)]
    engine: On,
    /// Play hostile input for so many minutes instead, round after round from --from on.
    #[arg(long, value_name = "MINUTES")]
    fuzz: Option<u64>,
    /// With --fuzz: this reader alone.
    #[arg(long, requires = "fuzz")]
    target: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum On {
    Memory,
    Sqlite,
    Postgres,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(minutes) = arguments.fuzz {
        return fuzz(minutes, arguments.from, arguments.target.as_deref());
    }
    let engine = match arguments.engine {
        On::Memory => Engine::Memory,
        On::Sqlite => Engine::Sqlite,
        On::Postgres => Engine::Postgres,
    };
    let (first, count) = match arguments.seed {
        Some(seed) => (seed, 1),
        None => (arguments.from, arguments.count.unwrap_or(u64::MAX)),
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a person is willing to wait"
    )]
    let began = Instant::now();
    let limit = Duration::from_secs(arguments.seconds);
    let (mut played, mut messages, mut taken, mut read) = (0u64, 0, 0, 0);
    for seed in first..first.saturating_add(count) {
        match run(seed, engine) {
            Ok(summary) => {
                played += 1;
                messages += summary.messages;
                taken += summary.taken;
                read += summary.read;
                if arguments.seed.is_some() {
                    println!("{summary:?}");
                }
            }
            Err(failure) => {
                eprintln!("{failure}");
                return ExitCode::FAILURE;
            }
        }
        let passed = began.elapsed();
        if played.is_multiple_of(20) {
            let secs = passed.as_secs_f64();
            println!(
                "{secs:>6.1} s  {played} seeds  {messages} messages  {taken} letters arrived  {read} readings"
            );
        }
        if passed >= limit {
            break;
        }
    }
    println!(
        "{played} seeds, {messages} messages, {taken} letters arrived, {read} readings, nothing found"
    );
    ExitCode::SUCCESS
}

/// Rounds of one target in a row.
const BATCH: u64 = 500;

/// Every target in turn until time is up. A target that fails panics with its name, the round and the
/// smallest input that was found to fail.
fn fuzz(minutes: u64, from: u64, target: Option<&str>) -> ExitCode {
    let chosen = TARGETS
        .iter()
        .filter(|t| target.is_none_or(|name| t.name == name));
    let chosen: Vec<_> = chosen.collect();
    if chosen.is_empty() {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("there is no such target; there are {}", names.join(", "));
        return ExitCode::FAILURE;
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a person is willing to wait"
    )]
    let began = Instant::now();
    let limit = Duration::from_secs(minutes.saturating_mul(60));
    let mut first = from;
    while began.elapsed() < limit {
        for target in &chosen {
            target.survive(first, BATCH);
        }
        first = first.saturating_add(BATCH);
        let secs = began.elapsed().as_secs_f64();
        println!(
            "{secs:>6.1} s  rounds {from} to {first} of {} readers",
            chosen.len()
        );
    }
    println!(
        "{} readers, {} rounds each, nothing found",
        chosen.len(),
        first - from
    );
    ExitCode::SUCCESS
}
