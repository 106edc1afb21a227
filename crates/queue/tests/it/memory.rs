//! What a queued item costs, measured on the whole process.

use caduceus_queue::{Destination, Input, Item, Settings, State, step};
use model::{DeliveryId, Demand, OrganisationId, Stream, Timestamp};

use crate::chance::{Even, Seeded};

const ITEMS: u64 = 200_000;
const BYTES_PER_ITEM_MAX: u64 = 400;

/// Resident bytes of this process (proc(5), `statm`, second field, in pages).
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux tells");
    let pages: u64 = statm
        .split_whitespace()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .expect("a number of pages");
    pages * 4_096
}

/// Half of the items wait for their time, half are ready and held back by the limits.
fn fill(state: &mut State) {
    let chance = Seeded::new(7);
    for number in 0..ITEMS {
        let mut id = u128::from(number).to_be_bytes();
        id[..8].copy_from_slice(&chance.draw().to_be_bytes()); // not in order: trees fill less well
        let due = if number % 2 == 0 {
            0
        } else {
            3_600 + chance.below(7_200)
        };
        let item = Item {
            id: DeliveryId::from_bytes(id),
            organisation: OrganisationId::from_bytes([chance.below(50) as u8; 16]),
            destination: Destination::new(&format!("domain-{}.example", chance.below(ITEMS / 50))),
            stream: Stream::Transactional,
            priority: 5,
            demand: Demand::VerifiedTls,
            due: Timestamp::from_secs(due as i64),
            expires: Timestamp::from_secs(100_000),
            attempts: 0,
            fence: 0,
            source: None,
            spared: false,
        };
        step(state, Timestamp::from_secs(10), &Even(0), Input::Add(item));
    }
}

#[test]
fn an_item_costs_no_more_than_its_budget() {
    let before = resident();
    let mut state = State::new(Settings::default());
    fill(&mut state);
    let per_item = resident().saturating_sub(before) / ITEMS;
    assert_eq!(state.len() as u64, ITEMS);
    assert!(per_item <= BYTES_PER_ITEM_MAX, "{per_item} bytes an item");
    assert!(
        per_item >= 100,
        "{per_item} bytes an item: the measure does not see the queue"
    );
}
