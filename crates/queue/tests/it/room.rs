//! Room: what a scheduler gives back because its lane is full or others wait for its place.

use std::time::Duration;

use caduceus_queue::{Act, Input, Order, Scope, Settings, State};
use model::{OrderId, Outcome, Stream};

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

/// A turn is given when the attempt begins: not to marketing that was there first, and not to what an
/// order holds by then.
#[test]
fn nothing_starts_before_there_is_room_and_the_urgent_goes_first() {
    let mut desk = desk(100);
    desk.state =
        State::routed(Settings::default(), desk.state.routing().clone()).start_when_asked();
    let news = desk.add_as("a.example", |item| item.stream = Stream::Marketing);
    desk.resolve("a.example", &["mx.a.example"]);
    assert!(desk.running.is_empty());
    assert!(
        desk.state.next_wake() < Some(desk.now),
        "it asks to be asked"
    );
    let code = desk.add("a.example");
    desk.input(Input::Ask(1));
    assert_eq!(desk.running.iter().map(|r| r.0).collect::<Vec<_>>(), [code]);
    hold_all(&mut desk);
    desk.input(Input::Ask(5));
    assert_eq!(desk.running.len(), 1, "an order came before its turn");
    desk.input(Input::Orders(Vec::new()));
    desk.input(Input::Ask(5));
    assert_eq!(desk.running.last().map(|r| r.0), Some(news));
    assert!(desk.state.next_wake() > Some(desk.now), "nothing can start");
}
