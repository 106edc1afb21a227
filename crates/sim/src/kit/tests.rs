//! The kit's own promises.

use std::time::Duration;

use model::seams::{Clock, Rng, Vault};

use super::{SimClock, SimRng, memory_root};

/// The published sequence of splitmix64 for this seed.
#[test]
fn chance_follows_from_the_seed() {
    let rng = SimRng::new(1_234_567);
    let drawn: Vec<u64> = (0..5).map(|_| rng.next()).collect();
    let known = [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
        4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
    ];
    assert_eq!(drawn, known);
}

#[test]
fn numbers_stay_below_their_bound() {
    let rng = SimRng::new(1);
    let drawn: Vec<u64> = (0..1_000).map(|_| rng.below(7)).collect();
    assert!(drawn.iter().all(|&n| n < 7));
    assert!((0..7).all(|n| drawn.contains(&n)));
    assert!(!rng.happens(0, 5) && rng.happens(5, 5));
    let mut bytes = [0u8; 13];
    rng.fill(&mut bytes);
    assert_ne!(bytes, [0u8; 13]);
}

#[test]
fn time_moves_only_forward_and_only_when_told() {
    let clock = SimClock::default();
    let start = clock.now();
    assert_eq!(clock.now(), start);
    clock.advance(Duration::from_secs(60));
    clock.advance_to(start);
    assert_eq!(clock.now().since(start), Duration::from_secs(60));
}

#[test]
fn a_root_opens_its_own_keys_only() {
    let rng = SimRng::new(9);
    let key = vault::random_key(&rng);
    let wrapped = memory_root(1).wrap(b"context", &key, &rng).expect("wraps");
    assert_eq!(
        memory_root(1)
            .unwrap(b"context", &wrapped)
            .expect("unwraps")
            .expose(),
        key.expose()
    );
    assert!(memory_root(2).unwrap(b"context", &wrapped).is_err());
    assert!(memory_root(1).unwrap(b"another", &wrapped).is_err());
}
