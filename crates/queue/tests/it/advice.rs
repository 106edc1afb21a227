//! What a reply asks for decides the next attempt: the table of `docs/shaping.md`, line by line.

use std::time::Duration;

use caduceus_queue::{Advice, Input, Said, Settings, Settlement, SourceId, State};
use model::{DeliveryId, Outcome, RefusalScope};

use crate::routed::Desk;

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;

/// A desk whose mail for these domains all goes to the same servers of nobody in particular.
fn shared_servers(sources: usize, names: &[&str]) -> (Desk, Vec<DeliveryId>) {
    let mut desk = Desk::new(sources);
    let ids = names.iter().map(|name| desk.add(name)).collect();
    for name in names {
        desk.resolve(name, &["mx.shared.example"]);
    }
    (desk, ids)
}

fn saying(advice: Advice) -> Said {
    Said {
        rule: None,
        advice: Some(advice),
    }
}

/// It waits now; how long from now it is due.
fn wait_of(desk: &Desk, id: DeliveryId) -> Duration {
    let item = desk.state.waiting(id).expect("it waits");
    item.due.since(desk.now)
}

fn source_of(desk: &Desk, id: DeliveryId) -> SourceId {
    desk.state.lane_of(id).expect("it has a lane").0
}

#[test]
fn a_full_mailbox_is_left_alone_for_hours() {
    let (mut desk, ids) = shared_servers(1, &["a.example"]);
    let deferred = Outcome::Deferred(RefusalScope::Recipient);
    desk.finish_saying(ids[0], deferred, saying(Advice::QuotaWait));
    let wait = wait_of(&desk, ids[0]).as_secs();
    assert!((3 * HOUR..=5 * HOUR).contains(&wait), "{wait}");
}

#[test]
fn greylisting_is_tried_again_in_minutes_by_the_same_source() {
    let (mut desk, ids) = shared_servers(3, &["a.example"]);
    let source = source_of(&desk, ids[0]);
    for _ in 0..3 {
        let deferred = Outcome::Deferred(RefusalScope::Recipient);
        desk.finish_saying(ids[0], deferred, saying(Advice::Greylisted));
        let wait = wait_of(&desk, ids[0]).as_secs();
        assert!((MINUTE..=5 * MINUTE).contains(&wait), "{wait}");
        desk.pass(wait);
        assert_eq!(source_of(&desk, ids[0]), source);
    }
    let deferred = Outcome::Deferred(RefusalScope::Recipient);
    desk.finish_saying(ids[0], deferred, saying(Advice::Greylisted));
    let wait = wait_of(&desk, ids[0]).as_secs();
    assert!(wait > 5 * MINUTE, "what goes on is no greylisting: {wait}");
}

/// Refused for good by one source, it leaves by each other one before it bounces.
#[test]
fn what_a_blocklisted_source_may_not_bring_another_one_brings() {
    let (mut desk, ids) = shared_servers(3, &["a.example"]);
    let mut sources = vec![source_of(&desk, ids[0])];
    let refused = Outcome::Refused(RefusalScope::OurAddress);
    for _ in 0..2 {
        desk.finish_saying(ids[0], refused, saying(Advice::Elsewhere));
        let wait = wait_of(&desk, ids[0]).as_secs();
        assert!(wait <= MINUTE, "{wait}");
        desk.pass(wait);
        sources.push(source_of(&desk, ids[0]));
    }
    sources.sort_unstable();
    sources.dedup();
    assert_eq!(sources.len(), 3, "each source was tried once");
    desk.finish_saying(ids[0], refused, saying(Advice::Elsewhere));
    let bounced = Settlement::Bounced(RefusalScope::OurAddress);
    assert_eq!(desk.settled, [(ids[0], bounced)]);
}

#[test]
fn put_off_by_a_blocklist_with_no_other_source_it_waits() {
    let (mut desk, ids) = shared_servers(1, &["a.example"]);
    let deferred = Outcome::Deferred(RefusalScope::OurAddress);
    desk.finish_saying(ids[0], deferred, saying(Advice::Elsewhere));
    let item = desk.state.waiting(ids[0]).expect("it waits");
    assert_eq!(item.attempts, 0, "it counts against nobody");
}

/// One domain that takes nothing does not slow down the others of its servers, and its own mail waits
/// without each letter being tried.
#[test]
fn a_domain_that_takes_nothing_rests_alone() {
    let (mut desk, ids) = shared_servers(1, &["a.example", "b.example"]);
    let deferred = Outcome::Deferred(RefusalScope::Domain);
    desk.finish_saying(ids[0], deferred, saying(Advice::DomainOnly));
    let rest = wait_of(&desk, ids[0]);
    assert!(!rest.is_zero());
    let same = desk.add("a.example");
    assert!(desk.state.waiting(same).is_some(), "its domain rests");
    for _ in 0..5 {
        let other = desk.add("b.example");
        assert!(desk.state.running(other).is_some(), "the servers do not");
    }
    desk.pass(rest.as_secs());
    assert!(desk.state.running(same).is_some());
    desk.finish(same, Outcome::Accepted);
    let next = desk.add("a.example");
    assert!(desk.state.running(next).is_some(), "it answers again");
}

/// What stood in line when the domain said so waits as well; nothing overtakes it meanwhile.
#[test]
fn what_was_ready_when_its_domain_rested_waits_too() {
    let mut desk = Desk::new(1);
    desk.state =
        State::routed(Settings::default(), desk.state.routing().clone()).start_when_asked();
    let first = desk.add("a.example");
    desk.resolve("a.example", &["mx.host.example"]);
    desk.input(Input::Ask(1));
    let second = desk.add("a.example");
    let deferred = Outcome::Deferred(RefusalScope::Domain);
    desk.finish_saying(first, deferred, saying(Advice::DomainOnly));
    desk.input(Input::Ask(5));
    assert!(desk.running.is_empty(), "its domain rests");
    assert!(desk.state.waiting(second).is_some());
    desk.now = desk.now.plus(Duration::from_secs(HOUR));
    desk.input(Input::Ask(5));
    assert!(
        desk.state.running(second).is_some(),
        "after the rest it goes"
    );
}

/// One that ran when the rest began may find that the domain takes mail after all: what waited for the end of
/// the rest goes on, before what comes later.
#[test]
fn a_rest_that_ends_early_ends_for_all_who_waited_for_it() {
    let (mut desk, ids) = shared_servers(1, &["a.example", "a.example"]);
    let deferred = Outcome::Deferred(RefusalScope::Domain);
    desk.finish_saying(ids[0], deferred, saying(Advice::DomainOnly));
    let waits = desk.add("a.example");
    assert!(desk.state.waiting(waits).is_some(), "its domain rests");
    desk.finish(ids[1], Outcome::Accepted);
    assert!(desk.state.running(waits).is_some(), "it takes mail again");
}

/// Nobody could say which servers the domain has, so it stood for itself. When DNS speaks again, what is ready
/// already counts among the mail of those servers too.
#[test]
fn what_is_ready_follows_its_domain_to_other_servers() {
    let mut desk = Desk::new(1);
    desk.state =
        State::routed(Settings::default(), desk.state.routing().clone()).start_when_asked();
    let all_they_take: Vec<_> = (0..4).map(|_| desk.add("b.example")).collect();
    desk.resolve("b.example", &["mx.big.example"]);
    desk.input(Input::Ask(4));
    let ready = desk.add("a.example");
    desk.resolve("a.example", &[]);
    desk.resolve("a.example", &["mx.big.example"]);
    desk.input(Input::Ask(1));
    assert!(desk.state.waiting(ready).is_some(), "they are full");
    desk.finish(all_they_take[0], Outcome::Accepted);
    desk.input(Input::Ask(1));
    assert!(desk.state.running(ready).is_some());
}

/// Said again and again, the rest grows; a recall and an expiry hold during it.
#[test]
fn a_domains_rest_grows_and_outlasts_no_expiry() {
    let (mut desk, ids) = shared_servers(1, &["a.example"]);
    let mut last = Duration::ZERO;
    for _ in 0..4 {
        let deferred = Outcome::Deferred(RefusalScope::Domain);
        desk.finish_saying(ids[0], deferred, saying(Advice::DomainOnly));
        let rest = wait_of(&desk, ids[0]);
        assert!(rest > last);
        last = rest;
        desk.pass(rest.as_secs());
    }
    let deferred = Outcome::Deferred(RefusalScope::Domain);
    desk.finish_saying(ids[0], deferred, saying(Advice::DomainOnly));
    let soon = desk.now.plus(Duration::from_secs(30));
    let brief = desk.add_as("a.example", |item| item.expires = soon);
    desk.pass(31);
    assert_eq!(desk.settled, [(brief, Settlement::Expired)]);
}
