use std::time::Duration;

use model::{NodeId, Timestamp};
use queue::Limits;
use store::tables::way_limits::WayLimits;

use super::Known;

const NEVER: Timestamp = Timestamp::from_micros(i64::MIN);

fn node(n: u8) -> NodeId {
    NodeId::from_bytes([n; 16])
}

fn fresh() -> Known {
    let row = WayLimits {
        full_at: [NEVER; 2],
        next: None,
    };
    Known { row, running: 0 }
}

fn connections(most: u32) -> Limits {
    Limits {
        connections: Some(most),
        ..Limits::default()
    }
}

#[test]
fn no_more_get_in_than_there_are_places() {
    let mut known = fresh();
    let now = Timestamp::from_secs(1_000);
    let got_in = (0..10).filter(|n| known.enter(&connections(3), node(n % 2), now).is_none());
    assert_eq!(got_in.count(), 3);
}

/// One place, two nodes that both always want it: it goes from one to the other.
#[test]
fn one_place_goes_round_the_nodes() {
    let mut known = fresh();
    let mut got = [0u32; 2];
    for second in 0..100 {
        let now = Timestamp::from_secs(1_000 + second);
        known.running = 0; // what ran ended
        // the first one is always quicker to ask
        for n in [0, 1, 0] {
            if known.enter(&connections(1), node(n), now).is_none() {
                got[usize::from(n)] += 1;
            }
        }
    }
    assert!(got.iter().all(|times| *times >= 40), "{got:?}");
}

/// A place that was kept for a node which died is given to others soon.
#[test]
fn a_place_is_not_kept_for_the_dead() {
    let mut known = fresh();
    let now = Timestamp::from_secs(1_000);
    assert_eq!(known.enter(&connections(1), node(0), now), None);
    assert!(known.enter(&connections(1), node(1), now).is_some());
    known.running = 0;
    assert!(
        known.enter(&connections(1), node(0), now).is_some(),
        "it is the other's"
    );
    let later = now.plus(Duration::from_secs(6));
    assert_eq!(known.enter(&connections(1), node(0), later), None);
}

#[test]
fn the_rate_is_one_for_all_nodes() {
    let mut known = fresh();
    let limits = Limits {
        per_minute: Some(60),
        ..Limits::default()
    };
    let mut begun = 0;
    for second in 0..120 {
        let now = Timestamp::from_secs(1_000 + second);
        for n in 0..4 {
            begun += u32::from(known.enter(&limits, node(n), now).is_none());
        }
    }
    assert!((120..=120 + 6).contains(&begun), "{begun}");
}
