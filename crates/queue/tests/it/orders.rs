//! Orders of administrators: whom they cover, what they do, that they interrupt nothing.

use std::time::Duration;

use caduceus_queue::{Act, Destination, Ending, Input, Order, Scope, Settlement, SourceId};
use model::{DeliveryId, OrderId, OrganisationId, Outcome, RefusalScope, Stream};

use crate::routed::Desk;

fn order(desk: &Desk, scope: Scope, act: Act) -> Order {
    Order {
        id: OrderId::from_bytes([9; 16]),
        scope,
        act,
        until: desk.now.plus(Duration::from_secs(3_600)),
    }
}

fn give(desk: &mut Desk, scope: Scope, act: Act) {
    let order = order(desk, scope, act);
    desk.input(Input::Orders(vec![order]));
}

fn running(desk: &Desk, id: DeliveryId) -> bool {
    desk.running.iter().any(|(running, _)| *running == id)
}

#[test]
fn what_is_suspended_waits_until_the_order_ends() {
    let mut desk = Desk::new(1);
    let scope = Scope {
        destination: Some(Destination::new("a.example")),
        ..Scope::default()
    };
    give(&mut desk, scope, Act::Hold);
    let held = desk.add("a.example");
    let free = desk.add("b.example");
    desk.resolve_all();
    assert!(!running(&desk, held) && running(&desk, free));
    assert_eq!(desk.state.held(), 1);
    desk.input(Input::Orders(Vec::new()));
    assert!(running(&desk, held), "resumed");
    assert_eq!(desk.state.held(), 0);
}

#[test]
fn a_suspension_ends_by_itself() {
    let mut desk = Desk::new(1);
    give(&mut desk, Scope::default(), Act::Hold);
    let id = desk.add("a.example");
    desk.resolve_all();
    desk.pass(3_599);
    assert!(!running(&desk, id));
    desk.pass(2);
    assert!(running(&desk, id));
}

/// Expiry holds in every state, also in the one that people put mail into.
#[test]
fn what_is_suspended_still_expires() {
    let mut desk = Desk::new(1);
    give(&mut desk, Scope::default(), Act::Hold);
    let id = desk.add_as("a.example", |item| {
        item.expires = item.due.plus(Duration::from_secs(60));
    });
    desk.resolve_all();
    desk.pass(61);
    assert_eq!(desk.settled, [(id, Settlement::Expired)]);
}

#[test]
fn an_order_covers_what_fits_all_of_its_scope() {
    let mut desk = Desk::new(2);
    let scope = Scope {
        organisation: Some(OrganisationId::from_bytes([1; 16])),
        stream: Some(Stream::Marketing),
        provider: desk.state.routing().shaping.find("big"),
        ..Scope::default()
    };
    give(&mut desk, scope, Act::Hold);
    let marketing = |item: &mut caduceus_queue::Item| item.stream = Stream::Marketing;
    let covered = desk.add_as("a.example", marketing);
    let other_stream = desk.add("a.example");
    let other_organisation = desk.add_as("a.example", |item| {
        item.stream = Stream::Marketing;
        item.organisation = OrganisationId::from_bytes([2; 16]);
    });
    desk.resolve_all();
    let other_provider = desk.add_as("b.example", marketing);
    desk.resolve("b.example", &["mx.b.example"]);
    assert!(!running(&desk, covered));
    assert!(running(&desk, other_stream) && running(&desk, other_organisation));
    assert!(running(&desk, other_provider));
}

#[test]
fn bounce_and_expire_end_what_waits_and_interrupt_nothing() {
    for (ending, settlement) in [
        (Ending::Bounce, Settlement::Bounced(RefusalScope::Us)),
        (Ending::Expire, Settlement::Expired),
    ] {
        let mut desk = Desk::new(1);
        let ids: Vec<DeliveryId> = (0..6).map(|_| desk.add("a.example")).collect();
        desk.resolve_all();
        let later = desk.add_as("a.example", |item| {
            item.due = item.due.plus(Duration::from_secs(50));
        });
        give(&mut desk, Scope::default(), Act::End(ending));
        desk.pass(0);
        assert_eq!(desk.started(), 4, "attempts go on");
        let ended: Vec<_> = desk.settled.iter().map(|(id, _)| *id).collect();
        assert_eq!(ended, [ids[4], ids[5], later]);
        assert!(desk.settled.iter().all(|(_, how)| *how == settlement));
        desk.finish(ids[0], Outcome::Accepted);
        assert_eq!(desk.settled.last(), Some(&(ids[0], Settlement::Delivered)));
        let fresh = desk.add("a.example");
        assert_eq!(
            desk.settled.last(),
            Some(&(fresh, settlement)),
            "what comes meanwhile too"
        );
    }
}

/// Kumo #75: a long queue is ended in portions, so that memory does not run out over it.
#[test]
fn a_long_queue_is_ended_in_portions() {
    let mut desk = Desk::new(1);
    for _ in 0..25_000 {
        desk.add("a.example");
    }
    desk.resolve_all();
    let before = desk.settled.len();
    give(&mut desk, Scope::default(), Act::End(Ending::Expire));
    assert!(desk.settled.len() - before <= 10_000);
    desk.pass(1);
    assert_eq!(desk.state.len(), desk.started());
}

#[test]
fn rebinding_sends_by_the_named_source() {
    let mut desk = Desk::new(4);
    let ids: Vec<DeliveryId> = (0..40)
        .map(|n| desk.add(&format!("c{n}.example")))
        .collect();
    desk.resolve_all();
    let to = SourceId::at(3).expect("a source");
    give(&mut desk, Scope::default(), Act::Rebind(to));
    desk.pass(0);
    let waiting = ids.iter().filter(|id| !running(&desk, **id));
    assert!(waiting.clone().count() > 10);
    assert!(waiting.clone().all(|id| desk.source_of(*id) == to));
}

#[test]
fn a_transfer_gives_away_what_waits() {
    let mut desk = Desk::new(1);
    let ids: Vec<DeliveryId> = (0..6).map(|_| desk.add("a.example")).collect();
    desk.resolve_all();
    give(&mut desk, Scope::default(), Act::End(Ending::Transfer));
    desk.pass(0);
    assert_eq!(desk.released, ids[4..]);
    assert_eq!(desk.state.len(), 4, "what runs ends here");
}

#[test]
fn an_order_about_a_message_covers_its_deliveries() {
    let mut desk = Desk::new(1);
    let (one, two) = (desk.add("a.example"), desk.add("a.example"));
    let scope = Scope {
        deliveries: Some(std::sync::Arc::new([one].into())),
        ..Scope::default()
    };
    give(&mut desk, scope, Act::End(Ending::Bounce));
    desk.resolve_all();
    assert!(running(&desk, two) && !running(&desk, one));
    assert_eq!(desk.settled, [(one, Settlement::Bounced(RefusalScope::Us))]);
}

#[test]
fn the_same_orders_again_change_nothing() {
    let mut desk = Desk::new(1);
    let held = order(&desk, Scope::default(), Act::Hold);
    desk.input(Input::Orders(vec![held.clone()]));
    desk.add("a.example");
    desk.resolve_all();
    desk.input(Input::Orders(vec![held]));
    assert_eq!(desk.state.held(), 1);
    assert!(desk.state.next_wake().is_some_and(|wake| wake > desk.now));
}
