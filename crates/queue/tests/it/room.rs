//! Room: what a scheduler gives back because its lane is full or others wait for its place.

use std::time::Duration;

use caduceus_queue::{Act, Input, Order, Scope, Settings, State};
use model::{OrderId, Outcome};

use crate::routed::Desk;

fn desk(ready_per_lane_max: u32) -> Desk {
    let mut desk = Desk::new(1);
    let settings = Settings {
        concurrency_per_destination: 1,
        ready_per_lane_max,
        ..Settings::default()
    };
    desk.state = State::routed(settings, desk.state.routing().clone());
    desk
}

fn hold_all(desk: &mut Desk) -> Order {
    let order = Order {
        id: OrderId::from_bytes([9; 16]),
        scope: Scope::default(),
        act: Act::Hold,
        until: desk.now.plus(Duration::from_secs(3_600)),
    };
    desk.input(Input::Orders(vec![order.clone()]));
    order
}

#[test]
fn what_finds_its_lane_full_comes_again_in_minutes() {
    let mut desk = desk(3);
    let first = desk.add("a.example");
    desk.resolve("a.example", &["mx.a.example"]);
    for _ in 0..5 {
        desk.add("a.example");
    }
    assert_eq!(
        (desk.state.len(), desk.parked.len()),
        (4, 2),
        "one runs, three are ready"
    );
    for (_, due) in &desk.parked {
        let wait = due.since(desk.now).as_secs();
        assert!((60..300).contains(&wait), "{wait}");
    }
    let other = desk.add("b.example");
    desk.resolve("b.example", &["mx.b.example"]);
    assert!(desk.state.running(other).is_some(), "another lane has room");
    desk.finish(first, Outcome::Accepted);
    desk.add("a.example");
    assert_eq!(desk.parked.len(), 2, "a place became free");
}

/// Suspended mail keeps its place only while nobody else wants it.
#[test]
fn what_is_held_gives_its_place_to_what_waits() {
    let mut desk = desk(100);
    let order = hold_all(&mut desk);
    let add = |desk: &mut Desk| {
        desk.add("a.example");
        desk.resolve("a.example", &["mx.a.example"]);
    };
    add(&mut desk);
    assert_eq!((desk.state.held(), desk.parked.len()), (1, 0));
    desk.input(Input::Pressed(true));
    assert_eq!((desk.state.held(), desk.parked.len()), (0, 1));
    add(&mut desk);
    assert_eq!(desk.parked.len(), 2);
    assert!(desk.parked.iter().all(|(_, due)| *due == order.until));
    desk.input(Input::Pressed(false));
    add(&mut desk);
    assert_eq!((desk.state.held(), desk.parked.len()), (1, 2));
}

/// Between its start here and the mark in the database an order may come.
#[test]
fn what_did_not_begin_obeys_the_orders_that_came() {
    let mut desk = desk(100);
    let id = desk.add("a.example");
    desk.resolve("a.example", &["mx.a.example"]);
    let (_, fence) = desk.running.remove(0);
    hold_all(&mut desk);
    assert!(desk.state.running(id).is_some(), "nothing is interrupted");
    desk.input(Input::NotBegun { id, fence });
    assert!(desk.state.running(id).is_none());
    assert_eq!(desk.state.held(), 1);
    desk.input(Input::Orders(Vec::new()));
    assert_eq!(desk.running.len(), 1, "it begins when the order is over");
}
