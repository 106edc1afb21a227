//! The simulated world over many seeds. Each test is a process of its own, so that all cores play.
//! A seed that fails is printed with its steps and the command that plays it again.

use std::ops::Range;

use caduceus_sim::kit::Engine;
use caduceus_sim::world::run;

/// Seeds of one test.
const EACH: u64 = 100;

fn play(seeds: Range<u64>, engine: Engine) {
    for seed in seeds {
        let summary = run(seed, engine).unwrap_or_else(|failure| panic!("\n{failure}\n"));
        assert!(summary.messages >= 10, "seed {seed} did not do its work");
    }
}

macro_rules! hundreds {
    ($($name:ident = $from:literal;)*) => {$(
        #[test]
        fn $name() {
            play($from..$from + EACH, Engine::Memory);
        }
    )*};
}

hundreds! {
    seeds_1000 = 1_000;
    seeds_1100 = 1_100;
    seeds_1200 = 1_200;
    seeds_1300 = 1_300;
    seeds_1400 = 1_400;
    seeds_1500 = 1_500;
    seeds_1600 = 1_600;
    seeds_1700 = 1_700;
    seeds_1800 = 1_800;
    seeds_1900 = 1_900;
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
