//! Sources, providers, orders and new times, through the database and on two nodes.

use std::time::Duration;

use flow::orders::{NewOrder, OrderAct, OrderScope};
use flow::{Job, Ways};
use model::{Code, Domain, Outcome, RecipientState, RefusalScope, Stream, Timestamp};
use queue::{Routing, Shaping, Source, Sources};

use crate::clinic::{Clinic, DEFERRED};
use crate::letters::{PLAIN, arrival, letter};
use crate::{code, on_disk, refusal};

/// Two sources; the second is new on the clock's first day when `warm_from` says so.
fn ways(warm_from: Option<Timestamp>) -> Ways {
    let source = |name: &str, warm_from| Source {
        name: name.into(),
        weight: 1,
        warm_from,
    };
    let all = vec![source("old", None), source("new", warm_from)];
    let file = "[provider.big]\nmx = ['big.example']";
    let shaping = Shaping::parse(file).expect("a shaping file");
    Ways::new(
        Routing::new(Sources::new(all, Vec::new()), shaping),
        Vec::new(),
    )
}

/// Answers what the scheduler asks of DNS: every domain is the big provider's.
fn resolve(clinic: &Clinic) {
    let dispatcher = clinic.flow.dispatcher();
    for domain in dispatcher.lookups(100) {
        let host = format!("{}.big.example", domain.as_str());
        dispatcher.found(&domain, vec![host]);
    }
}

fn take(clinic: &Clinic) -> Vec<Job> {
    let mut jobs = clinic.take();
    resolve(clinic);
    jobs.extend(clinic.take());
    jobs
}

fn order(act: OrderAct, scope: OrderScope) -> NewOrder {
    NewOrder {
        act,
        scope,
        reason: "a look at it".to_owned(),
        lasts: Duration::from_secs(3_600),
    }
}

fn transactional() -> OrderScope {
    OrderScope {
        stream: Some(Stream::Transactional),
        ..OrderScope::default()
    }
}

/// A key that is nobody's: PKCS #8 of an Ed25519 key (RFC 8410 §7), a fixed prefix, then 32 octets.
fn source_key() -> flow::SourceKey {
    let prefix = [
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    let der = [prefix.as_slice(), &[7; 32]].concat();
    let domain = model::Domain::parse("esp.example").expect("a domain");
    flow::SourceKey::new(&domain, "s1", &model::Secret::new(der)).expect("a key")
}

on_disk! {
    /// The author's signature and what is sealed stay; the hash is that of what travels.
    fn a_source_with_a_key_signs_what_leaves_by_it(store) {
        let plain = Clinic::open_with(store, ways(None));
        plain.send(&["lee@a.example"]);
        let sealed = plain.letter(&take(&plain)[0]);
        let keys = [None, Some(std::sync::Arc::new(source_key()))];
        for key in keys {
            let signing = ways(None).signing_with(vec![key.clone(), key.clone()]);
            let clinic = plain.again_with(store, 5 + u64::from(key.is_some()), signing);
            plain.clock.advance(Duration::from_secs(16));
            assert_eq!(clinic.beat(), 1);
            let job = take(&clinic).remove(0);
            let letter = clinic.letter(&job);
            let head = String::from_utf8(letter.head.to_vec())?;
            assert_eq!(head.contains("d=esp.example"), key.is_some());
            assert!(letter.head.ends_with(&sealed.head), "what is sealed is fixed");
            assert_eq!(letter.sent_sha256 == sealed.sent_sha256, key.is_none());
        }
    }

    /// The row remembers the source, so that a greylisted retry keeps it after a restart.
    fn a_retry_keeps_its_source_after_a_restart(store) {
        let dead = Clinic::open_with(store, ways(None));
        for n in 0..6 {
            dead.send(&[&format!("lee{n}@peer.example")]);
        }
        let mut before = Vec::new();
        for job in take(&dead) {
            before.push((job.delivery, job.way.source.clone()));
            dead.finish(job, DEFERRED);
        }
        assert!(before.iter().any(|(_, s)| &**s == "old") && before.iter().any(|(_, s)| &**s == "new"));
        let clinic = dead.again_with(store, 5, ways(None));
        clinic.flow.dispatcher().beat(true)?;
        clinic.clock.advance(Duration::from_secs(400));
        let mut after: Vec<_> = take(&clinic).iter().map(|job| (job.delivery, job.way.source.clone())).collect();
        before.sort();
        after.sort();
        assert_eq!(before, after);
    }

    /// The day's cap of a new source holds for both nodes together; the rest goes by the old one.
    fn a_new_source_carries_its_day_and_no_more(store) {
        let first = Clinic::open(store);
        let now = first.world.now();
        let one = first.again_with(store, 3, ways(Some(now)));
        let two = first.again_with(store, 4, ways(Some(now)));
        let mut by_new = 0;
        let mut by_old = 0;
        for clinic in [&one, &two] {
            clinic.beat();
            for n in 0..80 {
                clinic.send(&[&format!("lee{n}@peer.example")]);
                for job in take(clinic) {
                    if &*job.way.source == "new" { by_new += 1 } else { by_old += 1 }
                    clinic.finish(job, Outcome::Accepted);
                }
            }
        }
        assert_eq!((by_new, by_old), (50, 110));
        let view = one.flow.queue(&one.staff)?;
        assert_eq!((view.waiting, view.running), (0, 0));
    }

    /// A suspension stands in the database: other nodes obey it, a restart keeps it, ending it resumes.
    fn a_suspension_holds_on_every_node(store) {
        let one = Clinic::open_with(store, ways(None));
        let two = one.again_with(store, 5, ways(None));
        two.beat();
        let id = one.flow.order(&one.staff, order(OrderAct::Suspend, transactional()))?;
        two.beat();
        for clinic in [&one, &two] {
            clinic.send(&["lee@peer.example"]);
            assert!(take(clinic).is_empty());
            assert_eq!(clinic.flow.queue(&clinic.staff)?.held, 1);
        }
        let again = one.again_with(store, 6, ways(None));
        again.flow.dispatcher().beat(true)?;
        assert!(take(&again).is_empty(), "a restart keeps it");
        again.flow.end_order(&one.staff, id)?;
        assert_eq!(take(&again).len(), 2);
        assert_eq!(code(again.flow.end_order(&one.staff, id)), Some(Code::StateConflict));
        let listed = again.flow.order_page(&one.staff, false, None, 50)?.rows;
        assert_eq!((listed.len(), listed[0].in_force, &*listed[0].reason), (1, false, "a look at it"));
    }

    /// Whoever is asked "are you sure" is told of how many, and asking changes nothing.
    fn an_order_says_how_many_it_would_touch(store) {
        let clinic = Clinic::open_with(store, ways(None));
        let sent = clinic.send(&["lee@peer.example", "kim@other.example"]);
        clinic.send(&["lee@peer.example"]);
        let touches = |act, scope| clinic.flow.order_touches(&clinic.staff, &order(act, scope));
        let all = touches(OrderAct::Suspend, transactional())?;
        assert_eq!((all.waiting, all.running, all.elsewhere), (3, 0, 0));
        let of_message = OrderScope { message: Some(sent.message), ..OrderScope::default() };
        let found = touches(OrderAct::Bounce, of_message.clone())?;
        assert_eq!((found.waiting, found.elsewhere), (2, 0));
        let domain = Domain::parse("peer.example")?;
        let there = OrderScope { domain: Some(domain), ..OrderScope::default() };
        assert_eq!(touches(OrderAct::Expire, there.clone())?.waiting, 2);
        let news = OrderScope { stream: Some(Stream::Marketing), ..OrderScope::default() };
        assert_eq!(touches(OrderAct::Bounce, news)?.waiting, 0);
        let beside = clinic.again_with(store, 5, ways(None));
        let seen = beside.flow.order_touches(&beside.staff, &order(OrderAct::Suspend, of_message))?;
        assert_eq!((seen.waiting, seen.elsewhere), (0, 2), "another node holds them");
        assert_eq!(take(&clinic).len(), 3, "asking changed nothing");
        let begun = touches(OrderAct::Expire, there)?;
        assert_eq!((begun.waiting, begun.running), (0, 2));
        assert!(clinic.flow.order_page(&clinic.staff, false, None, 50)?.rows.is_empty());
    }

    fn orders_are_listed_a_page_at_a_time(store) {
        let clinic = Clinic::open(store);
        let mut given = Vec::new();
        for _ in 0..5 {
            given.push(clinic.flow.order(&clinic.staff, order(OrderAct::Suspend, transactional()))?);
            clinic.clock.advance(Duration::from_secs(1));
        }
        clinic.flow.end_order(&clinic.staff, given[2])?;
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = clinic.flow.order_page(&clinic.staff, true, after.as_deref(), 2)?;
            seen.extend(page.rows.iter().map(|row| row.id));
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        assert_eq!(seen, [given[4], given[3], given[1], given[0]]);
        assert_eq!(clinic.flow.order_page(&clinic.staff, false, None, 50)?.rows.len(), 5);
        assert!(!clinic.flow.load_order(&clinic.staff, given[2])?.in_force);
    }

    /// Who gives many orders keeps nobody else's from being obeyed.
    fn an_organisation_has_only_so_many_orders_in_force(store) {
        let clinic = Clinic::open(store);
        let suspend = || clinic.flow.order(&clinic.staff, order(OrderAct::Suspend, transactional()));
        for _ in 1..model::limits::ORDERS_IN_FORCE_MAX {
            suspend()?;
        }
        let last = suspend()?;
        assert_eq!(code(suspend()), Some(Code::StateConflict));
        clinic.flow.end_order(&clinic.staff, last)?;
        suspend()?;
    }

    fn mail_does_not_wait_for_a_node_that_is_gone(store) {
        let clinic = Clinic::open(store);
        let gone = model::NodeId::mint(clinic.world.now(), clinic.world.rng.as_ref());
        let receipt = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        clinic.work();
        clinic.flow.order(&clinic.staff, order(OrderAct::Transfer(gone), transactional()))?;
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
    }

    fn bounced_by_order_is_told_to_its_sender(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        clinic.deliver(DEFERRED);
        let scope = OrderScope { message: Some(receipt.message), ..OrderScope::default() };
        clinic.flow.order(&clinic.staff, order(OrderAct::Bounce, scope))?;
        clinic.take();
        clinic.work();
        assert_eq!(clinic.state(&receipt), RecipientState::Bounced);
        assert_eq!(clinic.count(receipt.message, "delivery.refused"), 1);
        let report = clinic.take_one();
        assert_eq!(clinic.letter(&report).from, None, "a report to its sender");
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    fn expired_by_order(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        let other = clinic.send(&["kim@other.example"]);
        for job in clinic.take() {
            clinic.finish(job, DEFERRED);
        }
        let domain = Some(model::Domain::parse("Peer.example")?);
        let scope = OrderScope { domain, ..OrderScope::default() };
        clinic.flow.order(&clinic.staff, order(OrderAct::Expire, scope))?;
        clinic.take();
        assert_eq!(clinic.state(&receipt), RecipientState::Expired);
        assert_eq!(clinic.state(&other), RecipientState::Queued, "it goes elsewhere");
    }

    fn rebound_mail_leaves_by_the_other_source(store) {
        let clinic = Clinic::open_with(store, ways(None));
        for n in 0..6 {
            clinic.send(&[&format!("lee{n}@peer.example")]);
        }
        for job in take(&clinic) {
            clinic.finish(job, DEFERRED);
        }
        clinic.flow.order(&clinic.staff, order(OrderAct::Rebind("new".to_owned()), transactional()))?;
        clinic.clock.advance(Duration::from_secs(400));
        let jobs = take(&clinic);
        assert_eq!(jobs.len(), 6);
        assert!(jobs.iter().all(|job| &*job.way.source == "new"));
        let nowhere = order(OrderAct::Rebind("nowhere".to_owned()), transactional());
        assert_eq!(refusal(clinic.flow.order(&clinic.staff, nowhere)), Some((Code::FieldInvalid, Some("/to".to_owned()))));
    }

    /// A source of another organisation's own pool has a name to lose.
    fn mail_is_not_rebound_to_another_organisations_source(store) {
        let plain = Clinic::open(store);
        let (own, other) = (plain.organisation, plain.neighbour().organisation());
        let pool = |organisation, at| queue::Pool {
            stream: None,
            organisation: Some(organisation),
            sources: queue::SourceId::at(at).into_iter().collect(),
        };
        let source = |name: &str| Source { name: name.into(), weight: 1, warm_from: None };
        let sources = Sources::new(vec![source("ours"), source("theirs")], vec![pool(own, 0), pool(other, 1)]);
        let ways = Ways::new(Routing::new(sources, Shaping::parse("")?), Vec::new());
        let clinic = plain.again_with(store, 5, ways);
        let rebind = |to: &str| clinic.flow.order(&clinic.staff, order(OrderAct::Rebind(to.to_owned()), transactional()));
        assert_eq!(refusal(rebind("theirs")), Some((Code::FieldInvalid, Some("/to".to_owned()))));
        rebind("ours")?;
    }

    /// The old holder forgets what the new one takes, and what it says of it later changes nothing.
    fn transferred_mail_is_the_other_nodes(store) {
        let one = Clinic::open(store);
        let two = one.again(store, 5);
        two.beat();
        let receipt = one.send(&["lee@peer.example"]);
        one.deliver(DEFERRED);
        one.flow.order(&one.staff, order(OrderAct::Transfer(two.world.node), transactional()))?;
        one.take();
        assert_eq!(one.flow.dispatcher().waiting(), 0);
        assert_eq!(one.count(receipt.message, "delivery.transferred"), 1);
        two.beat();
        assert_eq!(two.flow.dispatcher().waiting(), 1);
        one.beat();
        one.clock.advance(Duration::from_secs(301));
        assert!(one.take().is_empty());
        two.deliver(Outcome::Accepted);
        assert_eq!(two.state(&receipt), RecipientState::Delivered);
        assert_eq!(two.flow.overview(&two.staff)?.off_by, 0);
    }

    /// Nobody orders about what is not theirs.
    fn an_order_reaches_its_own_organisation_only(store) {
        let clinic = Clinic::open(store);
        let neighbour = clinic.neighbour();
        let id = clinic.flow.order(&neighbour, order(OrderAct::Suspend, OrderScope::default()))?;
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(code(clinic.flow.end_order(&clinic.staff, id)), Some(Code::NotFound));
        assert!(clinic.flow.order_page(&clinic.staff, false, None, 50)?.rows.is_empty());
        let scope = OrderScope { message: Some(receipt.message), ..OrderScope::default() };
        assert_eq!(code(clinic.flow.order(&neighbour, order(OrderAct::Bounce, scope))), Some(Code::NotFound));
        let scope = OrderScope { everywhere: true, ..OrderScope::default() };
        assert_eq!(refusal(clinic.flow.order(&clinic.staff, order(OrderAct::Suspend, scope))), Some((Code::FieldInvalid, Some("/everywhere".to_owned()))));
        let auditor = clinic.user(&[ctx::Role::Auditor]);
        assert_eq!(code(clinic.flow.order(&auditor, order(OrderAct::Suspend, OrderScope::default()))), Some(Code::ActionForbidden));
    }

    fn another_time_for_what_waits(store) {
        let clinic = Clinic::open(store);
        let mut later = letter(&["lee@peer.example"]);
        later.send_at = Some(clinic.world.now().plus(Duration::from_secs(3_600)));
        let receipt = clinic.submit(&clinic.staff, later)?;
        clinic.work();
        assert!(clinic.take().is_empty());
        let at = clinic.world.now().plus(Duration::from_secs(7_200));
        assert_eq!(clinic.flow.reschedule(&clinic.staff, receipt.message, at)?.len(), 1);
        clinic.clock.advance(Duration::from_secs(3_601));
        assert!(clinic.take().is_empty(), "not at the old time");
        let restarted = clinic.again(store, 5);
        restarted.flow.dispatcher().beat(true)?;
        clinic.clock.advance(Duration::from_secs(3_600));
        restarted.deliver(Outcome::Accepted);
        assert_eq!(restarted.state(&receipt), RecipientState::Delivered);
        assert_eq!(restarted.count(receipt.message, "message.rescheduled"), 1);
    }

    /// What was tried may have arrived: its time is not ours to move.
    fn no_other_time_for_what_was_tried(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.deliver(DEFERRED);
        let at = clinic.world.now().plus(Duration::from_secs(60));
        let result = clinic.flow.reschedule(&clinic.staff, receipt.message, at);
        assert_eq!(code(result), Some(Code::StateConflict));
        let far = clinic.world.now().plus(Duration::from_secs(91 * 86_400));
        let result = clinic.flow.reschedule(&clinic.staff, receipt.message, far);
        assert_eq!(code(result), Some(Code::DateInvalid));
        let neighbour = clinic.neighbour();
        assert_eq!(code(clinic.flow.reschedule(&neighbour, receipt.message, at)), Some(Code::NotFound));
    }

    /// What a provider's reply asks for is done to the source, and told on the queue page.
    fn a_reply_stops_a_source_and_the_page_says_so(store) {
        let file = "[provider.big]\nmx = ['big.example']\n[[provider.big.reply]]\ncode = [451]\nthen = 'suspend'\nfor = '1h'";
        let routing = Routing::new(Sources::single(), Shaping::parse(file)?);
        let clinic = Clinic::open_with(store, Ways::new(routing, Vec::new()));
        clinic.send(&["lee@peer.example"]);
        let job = take(&clinic).remove(0);
        clinic.finish(job, Outcome::Deferred(RefusalScope::Us));
        clinic.send(&["kim@other.example"]);
        assert!(take(&clinic).is_empty());
        let view = clinic.flow.queue(&clinic.staff)?;
        let row = &view.rows[0];
        assert_eq!((&*row.provider, &*row.source, row.waiting), ("big", "default", 2));
        let (why, until) = row.stopped.ok_or("it is stopped")?;
        assert_eq!(why, "suspended");
        assert!(until.since(clinic.world.now()) > Duration::from_secs(3_500));
        let reader = clinic.user(&[ctx::Role::Staff]);
        assert_eq!(code(clinic.flow.queue(&reader).map(drop)), Some(Code::ActionForbidden));
    }
}
