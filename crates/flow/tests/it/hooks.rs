//! Webhooks without sockets: nothing that happened is missed, no answer loses anything, and what is
//! told says nothing about anyone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ctx::Ctx;
use flow::hooks::{Answered, DeliveryState, HookChange, HookJob, HookState, NewHook, Range};
use flow::view::StreamFilter;
use model::{Code, EventId, MessageId, Mode, Outcome, Timestamp, WebhookId, limits};
use serde_json::Value;
use sim::kit::SimRng;

use crate::clinic::{Clinic, DEFERRED, REFUSED};
use crate::letters::{letter, portal_letter};
use crate::{code, on_disk};

const URL: &str = "https://hooks.practice.example/in?token=kanaritoken";
const OK: Answered = status(200);

const fn status(code: u16) -> Answered {
    Answered::Status {
        code,
        retry_after: None,
    }
}

fn new_hook(kinds: &[&str]) -> NewHook {
    NewHook {
        url: URL.to_owned(),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        ..NewHook::default()
    }
}

impl Clinic {
    fn hook(&self, kinds: &[&str]) -> WebhookId {
        let made = self.flow.create_hook(&self.staff, new_hook(kinds));
        made.expect("a webhook").id
    }
    fn jobs(&self) -> Vec<HookJob> {
        self.tick();
        self.flow.hook_jobs().expect("jobs")
    }
    fn answer(&self, job: &HookJob, answered: Answered) {
        self.tick();
        self.flow.hook_answered(job, answered).expect("stored");
    }
    /// Until nothing is due; what was sent, in order.
    fn tell_all(&self, answered: Answered) -> Vec<HookJob> {
        let mut sent = Vec::new();
        loop {
            let jobs = self.jobs();
            if jobs.is_empty() {
                return sent;
            }
            for job in jobs {
                self.answer(&job, answered);
                sent.push(job);
            }
        }
    }
    fn states(&self, id: WebhookId) -> BTreeMap<&'static str, u64> {
        let view = self.flow.hook(&self.staff, id).expect("a webhook");
        view.counts
            .into_iter()
            .map(|(state, n)| (state.word(), n))
            .collect()
    }
    fn hook_state(&self, id: WebhookId) -> (HookState, Option<String>) {
        let view = self.flow.hook(&self.staff, id).expect("a webhook");
        (view.state, view.because)
    }
}

fn kinds(jobs: &[HookJob]) -> Vec<&str> {
    jobs.iter().map(|job| job.kind.as_str()).collect()
}

fn body(job: &HookJob) -> Value {
    serde_json::from_slice(&job.body).expect("a body is JSON")
}

on_disk! {
    /// Of one recipient in the order in which it happened, each with a greater number.
    fn a_message_is_told_from_its_acceptance_to_its_end(store) {
        let clinic = Clinic::open(store);
        let hook = clinic.hook(&[]);
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.deliver(DEFERRED);
        clinic.wait();
        clinic.deliver(Outcome::Accepted);
        let sent = clinic.tell_all(OK);
        let expected = ["message.accepted", "message.sealed", "delivery.deferred", "delivery.accepted"];
        assert_eq!(kinds(&sent), expected);
        let sequence: Vec<u64> = sent.iter().filter_map(|job| body(job)["data"]["sequence"].as_u64()).collect();
        assert!(sequence.len() == 4 && sequence.is_sorted(), "{sequence:?}");
        let last = body(&sent[3]);
        assert_eq!(last["type"], "delivery.accepted");
        assert_eq!(last["data"]["message"], receipt.message.to_string());
        assert_eq!(last["data"]["recipient"], receipt.recipients[0].id.to_string());
        assert_eq!(last["data"]["facts"]["reply_code"], "250");
        assert_eq!(last["data"]["webhook"], hook.to_string());
        assert_eq!(last["data"]["stream"], "transactional");
        assert_eq!(clinic.states(hook), [("delivered", 4)].into());
    }

    /// What leaves holds no word, name or address, whatever the message says.
    fn nothing_that_anyone_wrote_is_told(store) {
        let clinic = Clinic::open(store);
        clinic.hook(&[]);
        let mut secret = letter(&["kanaripatient@peer.example"]);
        secret.subject = "Kanarisubject".to_owned();
        secret.text = Some("Kanaribody: your diabetes results".to_owned());
        secret.from_name = Some("Kanariname".to_owned());
        clinic.submit(&clinic.staff, secret)?;
        clinic.work();
        clinic.deliver(REFUSED);
        let (_, link) = clinic.notify("kanarireader@peer.example");
        clinic.visit(&link);
        let sent = clinic.tell_all(OK);
        assert!(sent.len() > 5);
        for job in &sent {
            let text = String::from_utf8(job.body.clone())?.to_lowercase();
            for word in ["kanari", "peer.example", "clinic.example", "diabetes", "@"] {
                assert!(!text.contains(word), "{word} in {text}");
            }
            let facts = body(job)["data"]["facts"].clone();
            let known = model::events::find(&job.kind).expect("in the vocabulary").facts;
            for (name, _) in facts.as_object().into_iter().flatten() {
                assert!(known.contains(&name.as_str()), "{} tells {name}", job.kind);
            }
        }
        let roles = sent.iter().map(|job| body(job)["data"]["facts"]["role"].clone());
        assert!(roles.into_iter().all(|role| role != "code"), "a code's letter is not the message");
    }

    fn only_what_was_asked_for_is_told(store) {
        let clinic = Clinic::open(store);
        let some = clinic.hook(&["delivery.refused", "portal.replied"]);
        let marketing = NewHook { stream: Some(model::Stream::Marketing), ..new_hook(&[]) };
        let marketing = clinic.flow.create_hook(&clinic.staff, marketing)?.id;
        let test = NewHook { mode: Some(Mode::Test), ..new_hook(&[]) };
        let test = clinic.flow.create_hook(&clinic.staff, test)?.id;
        clinic.send(&["lee@peer.example"]);
        clinic.deliver(REFUSED);
        assert_eq!(kinds(&clinic.tell_all(OK)), ["delivery.refused"]);
        assert_eq!(clinic.states(some), [("delivered", 1)].into());
        assert!(clinic.states(marketing).is_empty());
        assert!(clinic.states(test).is_empty());
        for (wrong, at) in [("message.opened", "/kinds/0"), ("delivery.", "/kinds/0"), ("x", "/kinds/0")] {
            let answer = clinic.flow.create_hook(&clinic.staff, new_hook(&[wrong]));
            assert_eq!(crate::refusal(answer), Some((Code::FieldInvalid, Some(at.to_owned()))), "{wrong}");
        }
    }

    /// Software hears of its own messages, in its key's mode, and sees its own webhooks.
    fn software_hears_of_its_own(store) {
        let clinic = Clinic::open(store);
        let app = clinic.app("clinic.example", Mode::Live);
        let other = clinic.app("clinic.example", Mode::Live);
        let hook = clinic.flow.create_hook(&app, new_hook(&["message.accepted"]))?.id;
        let own = clinic.submit(&app, letter(&["lee@peer.example"]))?.message;
        clinic.submit(&other, letter(&["lee@peer.example"]))?;
        clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        let sent = clinic.tell_all(OK);
        let messages: Vec<Value> = sent.iter().map(|job| body(job)["data"]["message"].clone()).collect();
        assert_eq!(messages, [Value::from(own.to_string())]);
        let of_people = clinic.hook(&[]);
        assert_eq!(code(clinic.flow.hook(&app, of_people)), Some(Code::NotFound));
        assert_eq!(code(clinic.flow.hook(&other, hook)), Some(Code::NotFound));
        let neighbour = clinic.neighbour();
        assert_eq!(code(clinic.flow.hook(&neighbour, hook)), Some(Code::NotFound));
        assert_eq!(code(clinic.flow.delete_hook(&neighbour, hook)), Some(Code::NotFound));
        let seen = |ctx| clinic.flow.hooks(ctx).map(|all| all.into_iter().map(|h| h.id).collect::<Vec<_>>());
        assert_eq!(seen(&app)?, [hook]);
        assert!(seen(&other)?.is_empty());
        assert_eq!(seen(&clinic.staff)?, [hook, of_people]);
    }

    /// The process died after the receiver took it and before that was stored: it comes again under
    /// the same id with the same body, and an end that arrives late changes nothing.
    fn a_crash_between_sending_and_storing_repeats_the_same_id(store) {
        let clinic = Clinic::open(store);
        let hook = clinic.hook(&["message.accepted"]);
        clinic.send(&["lee@peer.example"]);
        let first = clinic.jobs();
        assert_eq!(first.len(), 1);
        let again = clinic.again(store, 9);
        assert!(again.jobs().is_empty(), "the lease holds");
        clinic.clock.advance(limits::WEBHOOK_LEASE);
        let second = again.jobs();
        assert_eq!(second.len(), 1);
        assert_eq!((second[0].event, &second[0].body), (first[0].event, &first[0].body));
        clinic.answer(&first[0], status(500));
        assert!(again.jobs().is_empty());
        again.answer(&second[0], OK);
        assert_eq!(clinic.states(hook), [("delivered", 1)].into());
    }

    /// Two processes never send the same thing at once.
    fn two_nodes_share_the_work(store) {
        let clinic = Clinic::open(store);
        clinic.hook(&["message.accepted"]);
        for n in 0..6 {
            clinic.submit(&clinic.staff, letter(&[&format!("p{n}@peer.example")]))?;
        }
        let again = clinic.again(store, 9);
        let (one, two) = (clinic.jobs(), again.jobs());
        let all: Vec<EventId> = one.iter().chain(&two).map(|job| job.event).collect();
        assert_eq!(all.len(), 6);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 6);
    }

    fn a_slow_receiver_holds_up_nobody_else(store) {
        let clinic = Clinic::open(store);
        let slow = clinic.hook(&["message.accepted"]);
        let quick = clinic.hook(&["message.accepted"]);
        for n in 0..20 {
            clinic.submit(&clinic.staff, letter(&[&format!("p{n}@peer.example")]))?;
        }
        let mut told = 0;
        let mut held = 0;
        loop {
            let jobs = clinic.jobs();
            let (waits, answers): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job.webhook == slow);
            held += waits.len();
            if answers.is_empty() {
                break;
            }
            answers.iter().for_each(|job| clinic.answer(job, OK));
            told += answers.len();
        }
        assert_eq!((told, held), (20, limits::WEBHOOK_SENDS_MAX));
        assert_eq!(clinic.states(quick), [("delivered", 20)].into());
    }

    /// Every failure has its rung; then it is dead, listed and can be put back.
    fn what_is_never_taken_is_dead_and_can_be_replayed(store) {
        let clinic = Clinic::open(store);
        let hook = clinic.hook(&["message.accepted"]);
        clinic.send(&["lee@peer.example"]);
        let mut event = None;
        for tries in 1..=8 {
            let jobs = clinic.jobs();
            assert_eq!(jobs.len(), 1, "try {tries}");
            assert_eq!(jobs[0].tries, tries);
            assert_eq!(*event.get_or_insert(jobs[0].event), jobs[0].event, "the id is stable");
            clinic.answer(&jobs[0], if tries % 2 == 0 { status(500) } else { Answered::Fault("timed_out") });
            assert!(clinic.jobs().is_empty(), "not at once");
            clinic.clock.advance(Duration::from_secs(13 * 3_600));
        }
        assert_eq!(clinic.states(hook), [("dead", 1)].into());
        assert!(clinic.jobs().is_empty());
        let listed = clinic.flow.hook_deliveries(&clinic.staff, hook, Some(DeliveryState::Dead), None, 10)?;
        assert_eq!((listed.rows[0].tries, listed.rows[0].answer), (8, Some(500)));
        let event = event.expect("it was sent");
        clinic.flow.replay_hook_event(&clinic.staff, hook, event)?;
        let twice = clinic.flow.replay_hook_event(&clinic.staff, hook, event);
        assert_eq!(code(twice), Some(Code::StateConflict), "it is on its way");
        let sent = clinic.tell_all(OK);
        assert_eq!(sent.iter().map(|job| job.event).collect::<Vec<_>>(), [event]);
        assert_eq!(clinic.states(hook), [("delivered", 1)].into());
    }

    fn a_span_of_time_can_be_replayed(store) {
        let clinic = Clinic::open(store);
        let hook = clinic.hook(&["message.accepted"]);
        clinic.send(&["a@peer.example"]);
        clinic.clock.advance(Duration::from_secs(60));
        let since = clinic.world.now();
        clinic.send(&["b@peer.example"]);
        clinic.send(&["c@peer.example"]);
        assert_eq!(clinic.tell_all(OK).len(), 3);
        let range = |state| Range { since, until: Timestamp::MAX, state };
        assert_eq!(clinic.flow.replay_hook(&clinic.staff, hook, range(Some(DeliveryState::Dead)))?, 0);
        assert_eq!(clinic.flow.replay_hook(&clinic.staff, hook, range(None))?, 2);
        assert_eq!(clinic.tell_all(OK).len(), 2);
    }

    /// 403: nothing is lost, nothing more is sent, the operator is told; then all of it goes.
    fn forbidden_pauses_and_keeps(store) {
        let clinic = Clinic::open(store);
        let hook = clinic.hook(&["message.accepted"]);
        clinic.send(&["a@peer.example"]);
        let sent = clinic.tell_all(status(403));
        assert_eq!(sent.len(), 1);
        assert_eq!(clinic.hook_state(hook), (HookState::Paused, Some("forbidden".to_owned())));
        clinic.send(&["b@peer.example"]);
        clinic.clock.advance(Duration::from_secs(86_400));
        assert!(clinic.jobs().is_empty());
        assert_eq!(clinic.states(hook), [("waiting", 2)].into());
        clinic.world.sequence()?;
        let log = clinic.flow.audit(&clinic.staff, Some("webhook.stopped"), None, false)?;
        assert_eq!(log.rows.len(), 1);
        let resume = HookChange { state: Some(HookState::Active), ..HookChange::default() };
        clinic.flow.change_hook(&clinic.staff, hook, resume)?;
        let sent = clinic.tell_all(OK);
        assert_eq!(sent.len(), 2);
        assert_eq!(sent[0].tries, 1, "the refused try is not counted");
    }

    /// 410: nobody is there any more.
    fn gone_switches_off_and_gives_up(store) {
        let clinic = Clinic::open(store);
        let hook = clinic.hook(&["message.accepted"]);
        for to in ["a@peer.example", "b@peer.example"] {
            clinic.send(&[to]);
        }
        let jobs = clinic.jobs();
        clinic.answer(&jobs[0], status(410));
        clinic.answer(&jobs[1], status(500));
        assert_eq!(clinic.hook_state(hook), (HookState::Off, Some("gone".to_owned())));
        assert_eq!(clinic.states(hook), [("dead", 2)].into());
        clinic.send(&["c@peer.example"]);
        assert_eq!(clinic.states(hook), [("dead", 2)].into(), "what happens passes it by");
        let resume = HookChange { state: Some(HookState::Active), ..HookChange::default() };
        clinic.flow.change_hook(&clinic.staff, hook, resume)?;
        let all = Range { since: Timestamp::default(), until: Timestamp::MAX, state: None };
        clinic.flow.replay_hook(&clinic.staff, hook, all)?;
        assert_eq!(clinic.tell_all(OK).len(), 2);
    }

    fn days_of_failure_pause(store) {
        let clinic = Clinic::open(store);
        let hook = clinic.hook(&["message.accepted"]);
        for day in 0..6 {
            clinic.send(&[&format!("d{day}@peer.example")]);
            clinic.tell_all(status(503));
            let expected = if day < 5 { HookState::Active } else { HookState::Paused };
            assert_eq!(clinic.hook_state(hook).0, expected, "day {day}");
            clinic.clock.advance(Duration::from_secs(86_400));
        }
        assert_eq!(clinic.hook_state(hook).1.as_deref(), Some("failing"));
        let resume = HookChange { state: Some(HookState::Active), ..HookChange::default() };
        clinic.flow.change_hook(&clinic.staff, hook, resume)?;
        let jobs = clinic.jobs();
        clinic.answer(&jobs[0], status(503));
        assert_eq!(clinic.hook_state(hook).0, HookState::Active, "its days count anew");
    }

    fn a_receiver_is_given_the_time_it_asks_for(store) {
        let clinic = Clinic::open(store);
        clinic.hook(&["message.accepted"]);
        clinic.send(&["lee@peer.example"]);
        let hour = Some(Duration::from_secs(3_600));
        clinic.tell_all(Answered::Status { code: 429, retry_after: hour });
        clinic.clock.advance(Duration::from_secs(3_500));
        assert!(clinic.jobs().is_empty());
        clinic.clock.advance(Duration::from_secs(200));
        assert_eq!(clinic.jobs().len(), 1);
    }

    /// A retry lets a recipient's next event go; the first answer holds it.
    fn one_recipients_events_keep_their_order_as_far_as_retries_allow(store) {
        let clinic = Clinic::open(store);
        clinic.hook(&["message.accepted", "delivery.accepted"]);
        clinic.send(&["lee@peer.example"]);
        clinic.deliver(Outcome::Accepted);
        let first = clinic.jobs();
        assert_eq!(kinds(&first), ["message.accepted"]);
        assert!(clinic.jobs().is_empty(), "not before the one before was answered");
        clinic.answer(&first[0], status(500));
        let next = clinic.jobs();
        assert_eq!(kinds(&next), ["delivery.accepted"]);
    }

    fn both_secrets_sign_while_one_replaces_the_other(store) {
        let clinic = Clinic::open(store);
        let made = clinic.flow.create_hook(&clinic.staff, new_hook(&["webhook.tested"]))?;
        let hook = made.id;
        let first = made.shown_once.expose().clone();
        assert!(first.starts_with("whsec_"));
        let day = Duration::from_secs(86_400);
        let second = clinic.flow.rotate_hook(&clinic.staff, hook, day)?.shown_once.expose().clone();
        assert_ne!(first, second);
        clinic.flow.test_hook(&clinic.staff, hook)?;
        assert_eq!(clinic.tell_all(OK)[0].secrets.len(), 2);
        clinic.clock.advance(day);
        clinic.flow.test_hook(&clinic.staff, hook)?;
        assert_eq!(clinic.tell_all(OK)[0].secrets.len(), 1);
        let long = clinic.flow.rotate_hook(&clinic.staff, hook, limits::WEBHOOK_OVERLAP_MAX + day);
        assert_eq!(code(long.map(drop)), Some(Code::FieldInvalid));
    }

    /// Nothing shows on disk: neither where it leads nor what signs it.
    fn addresses_and_secrets_are_sealed_at_rest(store) {
        let clinic = Clinic::open(store);
        let made = clinic.flow.create_hook(&clinic.staff, new_hook(&[]))?;
        let (id, organisation) = (made.id, clinic.organisation);
        let row = clinic.world.store.read(move |tx| store::tables::webhooks::load(tx, id, organisation))?;
        let sealed = String::from_utf8_lossy(&row.sealed_target).into_owned();
        let secret = made.shown_once.expose().trim_start_matches("whsec_").to_owned();
        assert!(!sealed.contains("hooks.practice") && !sealed.contains(&secret));
        let view = clinic.flow.hook(&clinic.staff, id)?;
        assert_eq!(view.url, URL);
    }

    /// Whatever the receivers answer and whenever processes die: each event that was asked for is
    /// delivered, dead, or waits; none twice, none missing, and none that nobody asked for.
    fn every_event_is_delivered_dead_or_waits(store) {
        for seed in 0..6 {
            conserve(&Clinic::open(&sim::kit::store_on(store.engine())), seed)?;
        }
    }

    fn what_a_webhook_leaves_goes_with_it(store) {
        let clinic = Clinic::open(store);
        let hook = clinic.hook(&[]);
        clinic.send(&["lee@peer.example"]);
        let jobs = clinic.jobs();
        clinic.flow.delete_hook(&clinic.staff, hook)?;
        clinic.answer(&jobs[0], OK);
        assert!(clinic.jobs().is_empty());
        assert_eq!(code(clinic.flow.hook(&clinic.staff, hook)), Some(Code::NotFound));
    }

    /// What happened, of everything, in pages without gaps; people see all, software its own.
    fn the_stream_of_the_organisation_is_whole(store) {
        let clinic = Clinic::open(store);
        let app = clinic.app("clinic.example", Mode::Live);
        let own = clinic.submit(&app, letter(&["lee@peer.example"]))?.message;
        clinic.tick();
        clinic.work();
        clinic.deliver(Outcome::Accepted);
        let held = clinic.submit(&clinic.staff, portal_letter(&["lee@peer.example"]))?;
        clinic.work();
        clinic.flow.cancel(&clinic.staff, held.message)?;
        let read = |ctx: &Ctx, filter: StreamFilter, rows| -> model::Result<Vec<(Option<MessageId>, String)>> {
            let (mut seen, mut after) = (Vec::new(), None::<String>);
            loop {
                let page = clinic.flow.event_stream(ctx, filter.clone(), after.as_deref(), rows)?;
                seen.extend(page.rows.into_iter().map(|e| (e.message, e.kind)));
                after = page.next;
                if after.is_none() {
                    return Ok(seen);
                }
            }
        };
        let all = read(&clinic.staff, StreamFilter::all(), 50)?;
        let mut down = read(&clinic.staff, StreamFilter { newest_first: true, ..StreamFilter::all() }, 1)?;
        assert_eq!(read(&clinic.staff, StreamFilter::all(), 1)?, all);
        down.reverse();
        assert_eq!(down, all);
        assert!(all.iter().any(|(m, kind)| *m == Some(held.message) && kind == "message.cancelled"));
        let of_app = read(&app, StreamFilter::all(), 50)?;
        assert!(!of_app.is_empty() && of_app.iter().all(|(m, _)| *m == Some(own)));
        let one = StreamFilter { message: Some(own), ..StreamFilter::all() };
        let ways: Vec<String> = read(&clinic.staff, one, 2)?.into_iter().map(|(_, kind)| kind).collect();
        assert_eq!(ways, ["message.accepted", "message.sealed", "delivery.accepted"]);
        let recipient = StreamFilter { recipient: Some(held.recipients[0].id), ..StreamFilter::all() };
        assert!(read(&clinic.staff, recipient.clone(), 50)?.iter().all(|(m, _)| *m == Some(held.message)));
        assert_eq!(code(read(&app, recipient.clone(), 50)), Some(Code::NotFound));
        let neighbour = clinic.neighbour();
        assert_eq!(code(read(&neighbour, recipient, 50)), Some(Code::NotFound));
        assert!(read(&neighbour, StreamFilter::all(), 50)?.is_empty());
        let kinds = model::events::find("message.cancelled").into_iter().collect();
        assert_eq!(read(&clinic.staff, StreamFilter { kinds, ..StreamFilter::all() }, 50)?.len(), 1);
    }

    /// Following a person through everything is on record before it is answered.
    fn an_address_is_followed_on_record(store) {
        let clinic = Clinic::open(store);
        let first = clinic.send(&["lee@peer.example", "kim@peer.example"]).message;
        clinic.tick();
        let second = clinic.submit(&clinic.staff, portal_letter(&["Lee@peer.example"]))?.message;
        let address = crate::letters::address("lee@peer.example");
        let found = clinic.flow.trace_address(&clinic.staff, &address)?;
        assert_eq!(found.iter().map(|r| r.message).collect::<Vec<_>>(), [second, first]);
        assert!(clinic.flow.trace_address(&clinic.neighbour(), &address)?.is_empty());
        clinic.world.sequence()?;
        let log = clinic.flow.audit(&clinic.staff, Some("recipients.searched"), None, false)?;
        assert_eq!(log.rows.len(), 1);
    }

    /// A reply goes to the software that began the conversation, as its parts, on record.
    fn replies_are_told_and_opened_as_parts(store) {
        let clinic = Clinic::open(store);
        let app = clinic.app("clinic.example", Mode::Live);
        clinic.flow.create_hook(&app, new_hook(&["portal.replied"]))?;
        let receipt = clinic.submit(&app, portal_letter(&["lee@peer.example"]))?;
        clinic.work();
        let link = crate::letters::link_of(&clinic.deliver(Outcome::Accepted));
        let visit = clinic.visit(&link);
        clinic.tick();
        let reply = flow::portal::Reply { text: "Kanarireply".to_owned(), files: Vec::new() };
        clinic.flow.portal_reply(&visit, reply)?;
        let sent = clinic.tell_all(OK);
        assert_eq!(kinds(&sent), ["portal.replied"]);
        let told = body(&sent[0]);
        assert_eq!(told["data"]["message"], receipt.message.to_string());
        let id: MessageId = told["data"]["facts"]["reply_id"].as_str().unwrap_or_default().parse()?;
        let parsed = clinic.flow.parsed(&app, id)?;
        assert_eq!(parsed.answers, Some(receipt.message));
        let content = parsed.content.into_open(app.machine_access());
        assert!(content.text.is_some_and(|text| text.contains("Kanarireply")));
        assert!(content.headers.iter().any(|(name, _)| name == "from"));
        let stranger = clinic.app("clinic.example", Mode::Live);
        assert_eq!(code(clinic.flow.parsed(&stranger, id).map(drop)), Some(Code::NotFound));
        assert_eq!(code(clinic.flow.parsed(&clinic.neighbour(), id).map(drop)), Some(Code::NotFound));
        let opened = clinic.count(id, "message.opened");
        assert_eq!(opened, 1, "each opening is on record, a refused one is not");
    }
}

/// One history: mail of all ends, receivers of all moods, processes that die.
fn conserve(clinic: &Clinic, seed: u64) -> Result<(), Box<dyn std::error::Error>> {
    use model::seams::Rng;
    let rng = SimRng::new(seed);
    let pick = |n: u8| -> u8 {
        let mut octet = [0];
        rng.fill(&mut octet);
        octet[0] % n
    };
    let asked = [
        "message.accepted",
        "delivery.accepted",
        "delivery.refused",
        "delivery.deferred",
    ];
    let hook = clinic.hook(&asked);
    let all = clinic.hook(&[]);
    for n in 0..25 {
        match pick(4) {
            0 => _ = clinic.send(&[&format!("p{n}@peer.example")]),
            1 => {
                for job in clinic.take() {
                    let ends = [Outcome::Accepted, REFUSED, DEFERRED];
                    clinic.finish(job, ends[usize::from(pick(3))]);
                }
            }
            2 => clinic
                .clock
                .advance(Duration::from_secs(u64::from(pick(255)) * 60)),
            _ => {
                for job in clinic.jobs() {
                    match pick(5) {
                        // The process dies before the end is stored; the lease runs out later.
                        0 => {}
                        1 => clinic.answer(&job, Answered::Fault("closed")),
                        2 => clinic.answer(&job, status(502)),
                        _ => clinic.answer(&job, OK),
                    }
                }
            }
        }
        check(clinic, hook, Some(&asked), seed)?;
        check(clinic, all, None, seed)?;
    }
    Ok(())
}

fn check(
    clinic: &Clinic,
    hook: WebhookId,
    asked: Option<&[&str]>,
    seed: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut happened = BTreeSet::new();
    let mut after = None::<String>;
    loop {
        let page =
            clinic
                .flow
                .event_stream(&clinic.staff, StreamFilter::all(), after.as_deref(), 200)?;
        happened.extend(
            page.rows
                .into_iter()
                .filter(|e| asked.is_none_or(|asked| asked.contains(&e.kind.as_str())))
                .map(|e| e.id),
        );
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut kept = Vec::new();
    let mut before = None;
    loop {
        let page = clinic
            .flow
            .hook_deliveries(&clinic.staff, hook, None, before, 200)?;
        kept.extend(page.rows.iter().map(|d| d.event));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let distinct: BTreeSet<EventId> = kept.iter().copied().collect();
    assert_eq!(kept.len(), distinct.len(), "seed {seed}: an event twice");
    assert_eq!(
        distinct, happened,
        "seed {seed}: an event was missed or made up"
    );
    Ok(())
}
