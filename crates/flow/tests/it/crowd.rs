//! Limits of providers over several nodes: whoever asks first and however often, all together keep them.

use std::time::Duration;

use flow::{Job, Ways};
use model::{Outcome, RecipientState};
use queue::{Routing, Shaping, Source, Sources};
use sim::kit::SimRng;

use crate::clinic::Clinic;
use crate::on_disk;

const CONNECTIONS: usize = 3;
const PER_MINUTE: usize = 30;
const FILE: &str = "[provider.big]\nmx = ['big.example']\nconnections = 3\nper_minute = 30";

fn ways() -> Ways {
    let source = Source {
        name: "one".into(),
        weight: 1,
        warm_from: None,
    };
    let shaping = Shaping::parse(FILE).expect("a shaping file");
    let sources = Sources::new(vec![source], Vec::new());
    Ways::new(Routing::new(sources, shaping), Vec::new())
}

/// Takes whatever a node may take now; every domain is the big provider's, or each is its own.
fn take(node: &Clinic, big: bool) -> Vec<Job> {
    let dispatcher = node.flow.dispatcher();
    let mut jobs = dispatcher.take(100).expect("jobs");
    for domain in dispatcher.lookups(100) {
        let end = if big { "big" } else { "small" };
        dispatcher.found(&domain, vec![format!("mx.{end}.example")]);
    }
    jobs.extend(dispatcher.take(100).expect("jobs"));
    jobs
}

/// Two nodes with mail for one provider do what chance says; gives when each attempt began, in seconds.
fn history(store: &sim::kit::TestStore, seed: u64, most: usize, big: bool) -> Vec<u64> {
    let chance = SimRng::new(seed);
    let one = Clinic::open_with(store, ways());
    let two = one.again_with(store, 5 + seed, ways());
    let nodes = [&one, &two];
    two.beat();
    for n in 0..40 {
        let node = nodes[n % 2];
        node.send(&[&format!("lee{n}@d{}.example", n % 4)]);
    }
    let began = one.world.now();
    let mut running: Vec<(usize, Job)> = Vec::new();
    let mut starts = Vec::new();
    for _ in 0..2_000 {
        let at = usize::try_from(chance.below(2)).expect("0 or 1");
        match chance.below(6) {
            0..=2 => {
                let jobs = take(nodes[at], big);
                let now = one.world.now().since(began).as_secs();
                starts.extend(jobs.iter().map(|_| now));
                running.extend(jobs.into_iter().map(|job| (at, job)));
                assert!(running.len() <= most, "{} at once", running.len());
            }
            3 if !running.is_empty() => {
                let which = usize::try_from(chance.below(running.len() as u64)).expect("small");
                let (node, job) = running.remove(which);
                nodes[node].finish(job, Outcome::Accepted);
            }
            _ => {
                one.clock.advance(Duration::from_secs(chance.below(3)));
                assert_eq!(one.beat() + two.beat(), 0, "nobody falls silent");
            }
        }
    }
    for node in nodes {
        assert_eq!(node.flow.dispatcher().waiting(), 0, "everything left");
    }
    starts
}

on_disk! {
    /// Never more connections than the provider takes from one source, nor more messages a minute.
    fn two_nodes_keep_a_providers_limits_together(store) {
        let starts = history(store, 1, CONNECTIONS, true);
        assert_eq!(starts.len(), 40);
        for from in &starts {
            let minute = starts.iter().filter(|at| (*from..from + 60).contains(at));
            let burst = PER_MINUTE / 10 + 1;
            assert!(minute.count() <= PER_MINUTE + burst, "{starts:?}");
        }
    }

    /// Servers of no named provider have the limit of one destination.
    fn two_nodes_keep_the_limit_of_one_set_of_hosts(store) {
        let most = queue::Settings::default().concurrency_per_destination;
        history(store, 2, usize::try_from(most)?, false);
    }

    /// A node that joins while the other has every place waits for one, and gets it.
    fn who_comes_late_gets_the_next_place(store) {
        let one = Clinic::open_with(store, ways());
        for n in 0..6 {
            one.send(&[&format!("lee{n}@a.example")]);
        }
        let mut early = take(&one, true);
        assert_eq!(early.len(), CONNECTIONS, "alone it has all");
        let two = one.again_with(store, 5, ways());
        two.beat();
        let late = two.send(&["kim@a.example"]);
        assert!(take(&two, true).is_empty(), "every place is taken");
        one.finish(early.remove(0), Outcome::Accepted);
        assert!(take(&one, true).is_empty(), "the place is the other's");
        one.clock.advance(Duration::from_secs(2));
        let jobs = take(&two, true);
        assert_eq!(jobs.len(), 1);
        jobs.into_iter().for_each(|job| two.finish(job, Outcome::Accepted));
        assert_eq!(two.state(&late), RecipientState::Delivered);
    }
}
