//! A scheduler that knows providers and sources, driven by hand: `delivery.md` §3 and §4 as tests.

use std::collections::BTreeSet;
use std::time::Duration;

use caduceus_queue::{
    Destination, Effect, Input, Item, Pool, Reply, Routing, Said, Settings, Settlement, Shaping,
    Source, SourceId, Sources, State, step,
};
use model::{DeliveryId, Demand, OrganisationId, Outcome, RefusalScope, Stream, Timestamp};

use crate::chance::Even;

const FILE: &str = r#"
[provider.big]
mx = ["big.example"]
connections = 4
per_minute = 60
[[provider.big.reply]]
code = [421]
text = ["slow down"]
hits = 2
within = "10m"
then = "back_off"
for = "10m"
[[provider.big.reply]]
text = ["blocked"]
then = "switch_source"
for = "1h"
"#;

pub struct Desk {
    pub state: State,
    pub now: Timestamp,
    /// Attempts under way, in the order they started.
    pub running: Vec<(DeliveryId, u64)>,
    pub settled: Vec<(DeliveryId, Settlement)>,
    pub released: Vec<DeliveryId>,
    /// Given back for want of room, and until when.
    pub parked: Vec<(DeliveryId, Timestamp)>,
    pub asked: Vec<String>,
    numbers: u128,
}

impl Desk {
    /// With so many sources, called `s0`, `s1`, …
    pub fn new(sources: usize) -> Self {
        Self::pooled(sources, Vec::new())
    }

    pub fn pooled(sources: usize, pools: Vec<Pool>) -> Self {
        let source = |n| Source {
            name: format!("s{n}").into(),
            weight: 1,
            warm_from: None,
        };
        let sources = Sources::new((0..sources).map(source).collect(), pools);
        let shaping = Shaping::parse(FILE).expect("a shaping file");
        Self {
            state: State::routed(Settings::default(), Routing::new(sources, shaping)),
            now: Timestamp::from_secs(1_000_000),
            running: Vec::new(),
            settled: Vec::new(),
            released: Vec::new(),
            parked: Vec::new(),
            asked: Vec::new(),
            numbers: 0,
        }
    }

    pub fn input(&mut self, input: Input) {
        for effect in step(&mut self.state, self.now, &Even(0), input) {
            match effect {
                Effect::Start { id, fence, .. } => self.running.push((id, fence)),
                Effect::Settle { id, settlement, .. } => {
                    self.running.retain(|(running, _)| *running != id);
                    self.settled.push((id, settlement));
                }
                Effect::Defer { id, .. } => self.running.retain(|(running, _)| *running != id),
                Effect::Release { id, .. } => self.released.push(id),
                Effect::Park { id, due, .. } => self.parked.push((id, due)),
                Effect::Resolve(number) => {
                    let name = self.state.destination(number).expect("a destination");
                    self.asked.push(name.as_str().to_owned());
                }
            }
        }
    }

    pub fn add_as(&mut self, to: &str, change: impl FnOnce(&mut Item)) -> DeliveryId {
        self.numbers += 1;
        let id = DeliveryId::from_bytes(self.numbers.to_be_bytes());
        let mut item = Item {
            id,
            organisation: OrganisationId::from_bytes([1; 16]),
            destination: Destination::new(to),
            stream: Stream::Transactional,
            priority: 4,
            demand: Demand::VerifiedTls,
            due: self.now,
            expires: self.now.plus(Duration::from_secs(100_000)),
            attempts: 0,
            fence: 0,
            source: None,
            spared: false,
        };
        change(&mut item);
        self.input(Input::Add(item));
        id
    }

    pub fn add(&mut self, to: &str) -> DeliveryId {
        self.add_as(to, |_| ())
    }

    pub fn resolve(&mut self, name: &str, hosts: &[&str]) {
        self.input(Input::Resolved {
            destination: Destination::new(name),
            hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
        });
    }

    /// Answers every question with the big provider's host.
    pub fn resolve_all(&mut self) {
        for name in std::mem::take(&mut self.asked) {
            self.resolve(&name, &[&format!("{name}.big.example")]);
        }
    }

    pub fn finish(&mut self, id: DeliveryId, outcome: Outcome) {
        self.finish_saying(id, outcome, Said::default());
    }

    pub fn finish_saying(&mut self, id: DeliveryId, outcome: Outcome, said: Said) {
        let at = self.running.iter().position(|(running, _)| *running == id);
        let (id, fence) = self.running.remove(at.expect("it is running"));
        self.input(Input::Finished {
            id,
            fence,
            outcome,
            said,
        });
    }

    /// It ends with a reply that the provider's rules are asked about.
    pub fn reply(&mut self, id: DeliveryId, code: u16, text: &str) {
        let (_, provider) = self.state.lane_of(id).expect("it has a lane");
        let reply = Reply {
            code,
            enhanced: None,
            text,
        };
        let said = Said {
            rule: self.state.routing().shaping.judge(provider, reply),
            advice: None,
        };
        self.finish_saying(id, Outcome::Deferred(RefusalScope::Us), said);
    }

    pub fn pass(&mut self, seconds: u64) {
        let until = self.now.plus(Duration::from_secs(seconds));
        while let Some(wake) = self.state.next_wake().filter(|wake| *wake <= until) {
            self.now = self.now.max(wake);
            self.input(Input::Tick);
        }
        self.now = until;
        self.input(Input::Tick);
    }

    pub fn source_of(&self, id: DeliveryId) -> SourceId {
        self.state.lane_of(id).expect("it has a lane").0
    }

    pub fn started(&self) -> usize {
        self.running.len()
    }
}

#[test]
fn nothing_starts_before_its_mail_servers_are_known() {
    let mut desk = Desk::new(1);
    desk.add("a.example");
    desk.add("a.example");
    assert_eq!(desk.asked, ["a.example"], "asked once for both");
    assert_eq!(desk.started(), 0);
    desk.resolve("a.example", &["mx.a.example"]);
    assert_eq!(desk.started(), 2);
    desk.add("a.example");
    assert_eq!(desk.asked.len(), 1, "and known from then on");
}

/// A thousand domains of one provider are one provider.
#[test]
fn domains_of_one_provider_share_its_connections() {
    let mut desk = Desk::new(1);
    for n in 0..10 {
        desk.add(&format!("clinic{n}.example"));
    }
    desk.resolve_all();
    assert_eq!(desk.started(), 4);
    let (id, _) = desk.running[0];
    desk.finish(id, Outcome::Accepted);
    assert_eq!(desk.started(), 4, "the next one takes the place");
}

/// Domains with the same MX hosts share what was learnt about those, in whatever order DNS says them.
#[test]
fn domains_with_the_same_hosts_rest_together() {
    let mut desk = Desk::new(1);
    for name in ["a.example", "b.example"] {
        for _ in 0..6 {
            desk.add(name);
        }
    }
    desk.resolve("a.example", &["one.host.example", "two.host.example"]);
    for (id, _) in desk.running.clone() {
        desk.finish(id, Outcome::Deferred(RefusalScope::Domain));
    }
    desk.resolve("b.example", &["TWO.host.example", "one.host.example"]);
    assert_eq!(desk.started(), 0, "nobody answers there");
    let rest = |name| desk.state.resting_until(&Destination::new(name));
    assert!(rest("b.example").is_some() && rest("a.example") == rest("b.example"));
}

#[test]
fn a_rate_is_kept_over_all_domains() {
    let mut desk = Desk::new(1);
    for n in 0..200 {
        desk.add(&format!("clinic{}.example", n % 5));
    }
    desk.resolve_all();
    let begin = desk.now;
    let mut sent = 0;
    while desk.now < begin.plus(Duration::from_secs(60)) {
        for (id, _) in desk.running.clone() {
            desk.finish(id, Outcome::Accepted);
            sent += 1;
        }
        desk.pass(1);
    }
    assert!((55..=67).contains(&sent), "{sent} in a minute of 60");
}

#[test]
fn an_idle_minute_does_not_give_the_rate_back_early() {
    let mut desk = Desk::new(1);
    let mut sent = 0;
    // one at a time, so that nothing of the provider waits in between
    for _ in 0..30 {
        let id = desk.add("a.example");
        desk.resolve_all();
        if desk.running.iter().any(|(running, _)| *running == id) {
            desk.finish(id, Outcome::Accepted);
            sent += 1;
        }
    }
    assert_eq!(
        sent, 7,
        "a burst of six, and the one that empties the bucket"
    );
}

#[test]
fn replies_that_ask_for_it_make_one_source_back_off_at_one_provider() {
    let mut desk = Desk::new(1);
    for _ in 0..4 {
        desk.add("a.example");
    }
    desk.resolve_all();
    let (first, second) = (desk.running[0].0, desk.running[1].0);
    desk.reply(first, 421, "please SLOW DOWN");
    desk.add("b.example");
    desk.resolve_all();
    assert_eq!(desk.started(), 4, "one is not enough");
    desk.reply(second, 421, "please slow down");
    desk.add("c.example");
    desk.resolve_all();
    assert_eq!(desk.started(), 3, "nothing new starts");
    desk.add("elsewhere.example");
    desk.resolve("elsewhere.example", &["mx.other.example"]);
    assert_eq!(desk.started(), 4, "others are not concerned");
    for (id, _) in desk.running.clone() {
        desk.finish(id, Outcome::Accepted);
    }
    desk.pass(599);
    let big = |desk: &Desk| {
        desk.state
            .traffic()
            .values()
            .map(|row| row.ready)
            .sum::<usize>()
    };
    assert!(big(&desk) > 0);
    desk.pass(2);
    assert_eq!(big(&desk), 0, "the wait is over");
}

/// 421 in the middle of a session says nothing about those who waited for it.
#[test]
fn being_turned_away_counts_against_no_recipient() {
    let mut desk = Desk::new(1);
    for _ in 0..4 {
        desk.add("a.example");
    }
    desk.resolve_all();
    for (id, _) in desk.running.clone() {
        desk.reply(id, 421, "closing");
    }
    for n in 1..=4u128 {
        let id = DeliveryId::from_bytes(n.to_be_bytes());
        let attempts = desk.state.waiting(id).map(|item| item.attempts);
        assert_eq!(attempts, Some(0));
    }
}

#[test]
fn a_blocked_source_gives_its_mail_to_the_others() {
    let mut desk = Desk::new(2);
    for n in 0..12 {
        desk.add(&format!("clinic{n}.example"));
    }
    desk.resolve_all();
    let sources: BTreeSet<SourceId> = (desk.running.iter())
        .map(|(id, _)| desk.source_of(*id))
        .collect();
    assert_eq!(sources.len(), 2, "both are used");
    let (hit, _) = desk.running[0];
    let blocked = desk.source_of(hit);
    desk.reply(hit, 550, "your address is BLOCKED");
    for (id, _) in desk.running.clone() {
        desk.finish(id, Outcome::Accepted);
    }
    desk.pass(200);
    assert!(
        desk.running
            .iter()
            .all(|(id, _)| desk.source_of(*id) != blocked)
    );
    assert_ne!(desk.source_of(hit), blocked, "the one that was hit too");
}

/// `delivery.md` §4: greylisting knows a retry by where it comes from.
#[test]
fn a_greylisted_retry_keeps_its_source() {
    let mut desk = Desk::new(8);
    let ids: Vec<DeliveryId> = (0..3).map(|n| desk.add(&format!("c{n}.example"))).collect();
    desk.resolve_all();
    for id in ids {
        let before = desk.source_of(id);
        desk.finish(id, Outcome::Deferred(RefusalScope::Recipient));
        desk.pass(400);
        assert!(desk.running.iter().any(|(running, _)| *running == id));
        assert_eq!(desk.source_of(id), before);
    }
    // and after a restart, where the source comes from the database
    let kept = SourceId::at(5);
    let id = desk.add_as("c0.example", |item| {
        (item.source, item.attempts) = (kept, 1)
    });
    assert_eq!(Some(desk.source_of(id)), kept);
}

#[test]
fn what_a_new_source_may_not_send_today_goes_by_a_warm_one() {
    let mut desk = Desk::new(2);
    for n in 0..8 {
        desk.add(&format!("clinic{n}.example"));
    }
    desk.resolve_all();
    let (id, fence) = desk.running[0];
    let new = desk.source_of(id);
    let until = desk.now.plus(Duration::from_secs(50_000));
    desk.running.retain(|(running, _)| *running != id);
    desk.input(Input::Exhausted { id, fence, until });
    assert_ne!(desk.source_of(id), new, "it goes by the other");
    for _ in 0..20 {
        for (id, _) in desk.running.clone() {
            desk.finish(id, Outcome::Accepted);
        }
        desk.pass(10);
    }
    assert!(desk.state.is_empty(), "nothing waits for tomorrow");
}

#[test]
fn a_new_source_alone_waits_for_its_next_day() {
    let mut desk = Desk::new(1);
    desk.add("a.example");
    desk.resolve_all();
    let (id, fence) = desk.running.remove(0);
    let until = desk.now.plus(Duration::from_secs(5_000));
    desk.input(Input::Exhausted { id, fence, until });
    desk.pass(4_999);
    assert_eq!(desk.started(), 0);
    desk.pass(2);
    assert_eq!(desk.started(), 1, "the same, under a new fence");
    assert!(desk.running[0].1 > fence);
}

/// Kumo #539: mail that waits for anything at all ends at its expiry.
#[test]
fn expiry_holds_while_dns_does_not_answer() {
    let mut desk = Desk::new(1);
    let id = desk.add_as("a.example", |item| {
        item.expires = item.due.plus(Duration::from_secs(100));
    });
    desk.pass(101);
    assert_eq!(desk.settled, [(id, Settlement::Expired)]);
    desk.pass(1_000);
    assert_eq!(desk.state.next_wake(), None, "and nothing is left behind");
}

#[test]
fn a_question_without_an_answer_is_put_again_and_then_given_up() {
    let mut desk = Desk::new(1);
    desk.add("a.example");
    desk.pass(61);
    assert_eq!(desk.asked.len(), 2);
    desk.pass(200);
    assert_eq!(desk.asked.len(), 3);
    assert_eq!(desk.started(), 1, "the attempt finds out by itself");
}

#[test]
fn an_answer_that_got_old_is_asked_for_again_and_used_meanwhile() {
    let mut desk = Desk::new(1);
    // keeps the destination in memory
    desk.add_as("a.example", |item| {
        item.due = item.due.plus(Duration::from_secs(9_000));
    });
    desk.add("a.example");
    desk.resolve_all();
    desk.finish(desk.running[0].0, Outcome::Accepted);
    desk.pass(3_700);
    let id = desk.add("a.example");
    assert!(desk.running.iter().any(|(running, _)| *running == id));
    assert_eq!(desk.asked, ["a.example"]);
}

/// A password reset passes a newsletter, also where the provider gives few places.
#[test]
fn transactional_mail_finds_a_place_inside_a_providers_limit() {
    let mut desk = Desk::new(1);
    for n in 0..50 {
        desk.add_as(&format!("c{}.example", n % 5), |item| {
            item.stream = Stream::Marketing
        });
    }
    desk.resolve_all();
    assert_eq!(desk.started(), 3, "marketing does not fill the four places");
    let reset = desk.add("c0.example");
    assert!(desk.running.iter().any(|(running, _)| *running == reset));
    let next = desk.add("c1.example");
    desk.finish(reset, Outcome::Accepted);
    assert!(desk.running.iter().any(|(running, _)| *running == next));
}

/// Stalwart #966, #2323: a limit on one destination holds up nobody else, be it by rate, by
/// connections or because it rests.
#[test]
fn a_limit_of_one_provider_delays_nobody_else() {
    let mut desk = Desk::new(1);
    for n in 0..200 {
        desk.add_as(&format!("clinic{n}.example"), |item| item.priority = 9);
    }
    desk.resolve_all();
    assert_eq!(
        desk.started(),
        4,
        "all places of the big provider are taken"
    );
    while let Some(&(id, _)) = desk.running.first() {
        desk.reply(id, 421, "slow down");
    }
    assert!(
        desk.state.next_wake().is_some(),
        "it backs off, and its mail waits"
    );
    for n in 0..50 {
        let id = desk.add_as(&format!("other{n}.example"), |item| item.priority = 0);
        desk.resolve(
            &format!("other{n}.example"),
            &[&format!("mx.other{n}.example")],
        );
        assert!(
            desk.running.iter().any(|(running, _)| *running == id),
            "delivery {n} to another destination starts at once"
        );
        desk.finish(id, Outcome::Accepted);
    }
}

/// A clock that is set back by a day stops nothing for a day.
#[test]
fn a_clock_set_back_does_not_stop_a_provider() {
    let mut desk = Desk::new(1);
    for _ in 0..20 {
        desk.add("a.example");
    }
    desk.resolve_all();
    desk.now = desk.now.minus(Duration::from_secs(86_400));
    let mut sent = 0;
    for _ in 0..30 {
        for (id, _) in desk.running.clone() {
            desk.finish(id, Outcome::Accepted);
            sent += 1;
        }
        desk.pass(10);
    }
    assert_eq!(sent, 20);
}
