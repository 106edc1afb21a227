//! The simulated world over many seeds.

use caduceus_sim::kit::Engine;
use caduceus_sim::world::run;

#[test]
fn one_seed_one_history() {
    for seed in 1..=5 {
        let first = run(seed, Engine::Memory).expect("the seed holds");
        let again = run(seed, Engine::Memory).expect("the seed holds");
        assert_eq!(first, again);
    }
}
