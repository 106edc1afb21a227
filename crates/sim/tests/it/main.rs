//! The simulated world over many seeds. Each test is a process of its own, so that all cores play.
//! A seed that fails is printed with its steps and the command that plays it again.

mod fuzz;
mod planted;

use std::ops::Range;

use caduceus_sim::kit::Engine;
use caduceus_sim::world::run;

/// Seeds of one test: few enough for the everyday loop, `cargo ci simulation` plays 1,000 others.
const EACH: u64 = 50;

fn play(seeds: Range<u64>, engine: Engine) {
    for seed in seeds {
        let summary = run(seed, engine).unwrap_or_else(|failure| panic!("\n{failure}\n"));
        assert!(summary.messages >= 10, "seed {seed} did not do its work");
    }
}

macro_rules! fifties {
    ($($name:ident = $from:literal;)*) => {$(
        #[test]
        fn $name() {
            play($from..$from + EACH, Engine::Memory);
        }
    )*};
}

fifties! {
    seeds_2000 = 2_000;
    seeds_2050 = 2_050;
    seeds_2100 = 2_100;
    seeds_2150 = 2_150;
}

#[test]
fn seeds_on_sqlite_files() {
    play(1..9, Engine::Sqlite);
}

#[test]
fn seeds_on_postgres() {
    play(1..9, Engine::Postgres);
}

#[test]
fn one_seed_is_one_history() {
    for seed in 1..=8 {
        let first = run(seed, Engine::Memory).expect("the seed holds");
        let again = run(seed, Engine::Memory).expect("the seed holds");
        assert_eq!(first, again);
    }
}
