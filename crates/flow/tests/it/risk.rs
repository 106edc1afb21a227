//! Sending that is unusual: judged by the minute, held, told, released; nothing of it is lost.

use std::time::Duration;

use flow::risk::{SenderKind, SendingCap, SendingRung};
use flow::{OutLetter, Review};
use model::{Code, Mode, Outcome, RecipientState};

use crate::clinic::{Clinic, REFUSED};
use crate::letters::letter;
use crate::{code, on_disk};

const REASON: &str = "Kanarireason: they moved to a new system";

/// More than any person sends in an hour.
fn burst(clinic: &Clinic, ctx: &ctx::Ctx, messages: usize) -> model::Result<()> {
    for n in 0..messages {
        clinic.submit(ctx, letter(&[&format!("lee{}@peer.example", n % 50)]))?;
    }
    clinic.flow.watch_sending()
}

fn rung(clinic: &Clinic, subject: &str) -> Option<SendingRung> {
    clinic
        .flow
        .sender(&clinic.officer(), subject)
        .ok()
        .map(|row| row.rung)
}

/// Everything that is due arrives.
fn delivered(clinic: &Clinic) -> Vec<OutLetter> {
    let mut letters = Vec::new();
    loop {
        let jobs = clinic.take();
        if jobs.is_empty() {
            return letters;
        }
        for job in jobs {
            letters.push(clinic.letter(&job));
            clinic.finish(job, Outcome::Accepted);
        }
    }
}

/// What its sending was judged by, in the order of the alphabet.
fn signals(clinic: &Clinic) -> Vec<&'static str> {
    let row = clinic.flow.sender(&clinic.officer(), clinic.staff.actor());
    let reasons = row.map(|row| row.reasons).unwrap_or_default();
    let mut words: Vec<_> = reasons.iter().map(|reason| reason.signal).collect();
    words.sort_unstable();
    words
}

on_disk! {
    /// What a person sends on a busy day is nobody's business.
    fn ordinary_sending_changes_nothing(store) {
        let clinic = Clinic::open(store);
        burst(&clinic, &clinic.staff, 20)?;
        let row = clinic.flow.sender(&clinic.officer(), clinic.staff.actor())?;
        assert_eq!((row.rung, row.risk.as_str()), (SendingRung::Observe, "normal"));
        assert!(row.reasons.is_empty());
        let page = clinic.flow.senders(&clinic.officer(), None, 10)?;
        let subjects: Vec<&str> = page.rows.iter().map(|row| row.subject.as_str()).collect();
        assert_eq!(subjects, ["organisation", "transactional", clinic.staff.actor()]);
        assert!(clinic.flow.unusual_senders(&clinic.officer(), None, 10)?.rows.is_empty());
    }

    /// Over a fixed limit all of it is held; a release lets the sender go on, and what was held waits for its
    /// own decision and then goes as it would have gone.
    fn what_looks_like_misuse_is_held_and_nothing_is_lost(store) {
        let clinic = Clinic::open(store);
        clinic.hire("ana@clinic.example", "Ana Admin", "administrator");
        let me = clinic.staff.actor().to_owned();
        burst(&clinic, &clinic.staff, 201)?;
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Hold));
        let held = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        assert_eq!(clinic.state(&held), RecipientState::Held);
        assert_eq!(clinic.recipient(&held).trace.decided_by, "17");
        // Others are as free as before.
        let other = clinic.submit(&clinic.user(&[ctx::Role::Staff]), letter(&["lee@peer.example"]))?;
        assert_eq!(clinic.state(&other), RecipientState::Queued);
        clinic.work();
        let officer = clinic.officer();
        let urgent = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        let agreed = clinic.flow.review(&officer, urgent.message, Review::Release, REASON)?;
        assert_eq!((agreed.decided.len(), agreed.waiting.len()), (0, 1), "care that cannot wait takes two");
        let alone = clinic.flow.review(&officer, urgent.message, Review::Release, REASON);
        assert_eq!(code(alone), Some(Code::SecondPersonNeeded));
        let second = clinic.user(&[ctx::Role::Compliance]);
        let gone = clinic.flow.review(&second, urgent.message, Review::Release, REASON)?;
        assert_eq!(gone.decided.len(), 1);
        assert_eq!(code(clinic.flow.release_sender(&clinic.staff, &me, 1, REASON)), Some(Code::ActionForbidden));
        clinic.flow.release_sender(&officer, &me, 1, REASON)?;
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Observe));
        let again = clinic.flow.release_sender(&officer, &me, 1, REASON);
        assert_eq!(code(again), Some(Code::StateConflict));
        clinic.flow.review(&officer, held.message, Review::Release, REASON)?;
        clinic.work();
        assert_ne!(clinic.state(&held), RecipientState::Held);
        assert_eq!(clinic.flow.conservation()?.off(), 0);
        for cell in store.beside().cells() {
            assert!(!String::from_utf8_lossy(&cell.bytes).contains("Kanarireason"), "{}", cell.table);
        }
    }

    /// An organisation whose people write more sets its own limits, with a reason on record; whoever is limited does
    /// not, nor does software, and what limits nothing is no limit.
    fn fixed_limits_are_the_organisations_to_choose(store) {
        let clinic = Clinic::open(store);
        let (me, officer) = (clinic.staff.actor().to_owned(), clinic.officer());
        let of_program = clinic.flow.sending_caps(&officer, SenderKind::Person)?;
        assert!(!of_program.chosen);
        let busier: Vec<SendingCap> = of_program.caps.iter().map(|cap| SendingCap {
            hour: cap.hour.map(|hour| hour * 2),
            day: None,
            ..*cap
        }).collect();
        let set = |ctx: &ctx::Ctx, caps: &[SendingCap]| {
            clinic.flow.set_sending_caps(ctx, SenderKind::Person, Some(caps), REASON)
        };
        let sender = clinic.user(&[ctx::Role::Staff]);
        assert_eq!(code(set(&sender, &busier)), Some(Code::ActionForbidden));
        assert_eq!(code(set(&clinic.app("", Mode::Live), &busier)), Some(Code::ActionForbidden));
        let backwards = [SendingCap { hour: Some(2), day: Some(1), ..busier[0] }];
        let nothing = [SendingCap { hour: Some(0), ..busier[0] }];
        let twice = [busier[0], busier[0]];
        for wrong in [&backwards[..], &nothing, &twice] {
            assert_eq!(code(set(&officer, wrong)), Some(Code::FieldInvalid));
        }
        let silent = clinic.flow.set_sending_caps(&officer, SenderKind::Person, Some(&busier), " ");
        assert_eq!(code(silent), Some(Code::FieldMissing));
        set(&officer, &busier)?;
        assert_eq!(clinic.flow.sending_caps(&officer, SenderKind::Person)?.caps, busier);
        assert!(!clinic.flow.sending_caps(&officer, SenderKind::Software)?.chosen);
        burst(&clinic, &clinic.staff, 201)?;
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Observe));
        clinic.flow.set_sending_caps(&clinic.officer(), SenderKind::Person, None, REASON)?;
        assert_eq!(clinic.flow.sending_caps(&officer, SenderKind::Person)?, of_program);
        clinic.flow.watch_sending()?;
        clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        clinic.flow.watch_sending()?;
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Hold), "the program's own hold again");
        assert_eq!(code(set(&clinic.staff, &busier)), Some(Code::ActionForbidden), "who is held raises no limit");
    }

    /// One whose standing cannot be read stays where it was, and keeps nobody else from being judged.
    fn a_standing_that_cannot_be_read_is_nobody_elses(store) {
        let clinic = Clinic::open(store);
        let me = clinic.staff.actor().to_owned();
        burst(&clinic, &clinic.staff, 201)?;
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Hold));
        let organisation = clinic.staff.organisation();
        let whose = me.clone();
        clinic.world.store.write(move |tx| {
            let held = store::tables::risk::find(tx, (organisation, &whose))?.expect("judged");
            store::tables::risk::put(tx, &store::tables::risk::Subject {
                standing: Some("no JSON".to_owned()),
                ..held
            })
        })?;
        clinic.flow.refresh_places()?;
        let held = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        assert_eq!(clinic.state(&held), RecipientState::Held, "it stays restricted");
        let other = clinic.user(&[ctx::Role::Staff]);
        // Its own judgement fails each time; the other's does not.
        let _ = burst(&clinic, &other, 201);
        clinic.flow.refresh_places()?;
        assert_eq!(rung(&clinic, other.actor()), Some(SendingRung::Hold));
    }

    /// Three times the limit: nothing goes to anybody new, until time or a person ends it.
    fn the_ladder_goes_up_and_down_by_itself(store) {
        let clinic = Clinic::open(store);
        let me = clinic.staff.actor().to_owned();
        clinic.submit(&clinic.staff, letter(&["known@peer.example"]))?;
        clinic.deliver(Outcome::Accepted);
        clinic.clock.advance(Duration::from_secs(7_200));
        for n in 0..601 {
            clinic.submit(&clinic.staff, letter(&[&format!("lee{}@peer.example", n % 50)]))?;
        }
        clinic.clock.advance(Duration::from_secs(50));
        clinic.flow.watch_sending()?;
        assert_eq!(rung(&clinic, &me), Some(SendingRung::KnownOnly));
        let strange = clinic.submit(&clinic.staff, letter(&["stranger@peer.example"]));
        assert_eq!(code(strange), Some(Code::SendingRestricted));
        clinic.tick();
        let of_the_burst = clinic.submit(&clinic.staff, letter(&["lee1@peer.example"]));
        assert_eq!(code(of_the_burst), Some(Code::SendingRestricted), "a stranger until the burst");
        let known = clinic.submit(&clinic.staff, letter(&["known@peer.example"]))?;
        assert_eq!(clinic.state(&known), RecipientState::Held);
        let officer = clinic.officer();
        assert_eq!(code(clinic.flow.confirm_sender(&officer, &me, "observe", REASON)), Some(Code::FieldInvalid));
        clinic.flow.confirm_sender(&officer, &me, "suspend", REASON)?;
        let none = clinic.submit(&clinic.staff, letter(&["lee1@peer.example"]));
        assert_eq!(code(none), Some(Code::SendingSuspended));
        clinic.clock.advance(Duration::from_secs(2 * 86_400));
        clinic.flow.watch_sending()?;
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Suspend), "a person ends what a person confirmed");
        clinic.flow.confirm_sender(&clinic.officer(), &me, "slow", REASON)?;
        let sent = (0..10).filter(|_| clinic.submit(&clinic.staff, letter(&["lee1@peer.example"])).is_ok());
        assert_eq!(sent.count(), 6, "a minute");
    }

    /// A release answers for what was counted and not stored yet, too; another's counts stay.
    fn a_release_forgets_what_was_counted_and_not_stored(store) {
        let clinic = Clinic::open(store);
        let me = clinic.staff.actor().to_owned();
        burst(&clinic, &clinic.staff, 201)?;
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Hold));
        for n in 0..201 {
            clinic.submit(&clinic.staff, letter(&[&format!("lee{}@peer.example", n % 50)]))?;
        }
        let other = clinic.user(&[ctx::Role::Staff]);
        clinic.submit(&other, letter(&["lee@peer.example"]))?;
        clinic.flow.release_sender(&clinic.officer(), &me, 1, REASON)?;
        clinic.flow.watch_sending()?;
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Observe));
        assert_eq!(rung(&clinic, other.actor()), Some(SendingRung::Observe), "it was counted");
    }

    /// The owner and the administrators hear of it, without a number or a name.
    fn who_must_know_is_told(store) {
        let clinic = Clinic::open(store);
        clinic.hire("ana@clinic.example", "Ana Admin", "administrator");
        burst(&clinic, &clinic.staff, 201)?;
        clinic.work();
        let told: Vec<OutLetter> = delivered(&clinic)
            .into_iter()
            .filter(|letter| letter.to.as_str() == "ana@clinic.example")
            .collect();
        assert_eq!(told.len(), 1, "told once");
        let text = crate::letters::text_of(&told[0]);
        assert!(text.contains("/console/risk") && !text.contains("peer.example"), "{text}");
    }

    /// Another network and another program are noticed once; the first of each is no surprise, and neither is
    /// the same one again.
    fn a_new_network_and_a_new_program_are_signals(store) {
        let clinic = Clinic::open(store);
        let from = |ip: &str, agent| {
            let came = ctx::Came::new(ip.parse().ok(), Some(agent));
            clinic.staff.clone().having_come(came)
        };
        let send = |ctx: &ctx::Ctx| -> model::Result<()> {
            for _ in 0..3 {
                clinic.submit(ctx, letter(&["lee@peer.example"]))?;
            }
            clinic.flow.watch_sending()?;
            clinic.clock.advance(Duration::from_secs(600));
            clinic.flow.watch_sending()
        };
        for _ in 0..3 {
            send(&from("192.0.2.7", "ehr/1"))?;
        }
        // Two weeks are learnt before anything is unusual.
        clinic.clock.advance(Duration::from_secs(15 * 86_400));
        assert_eq!(signals(&clinic), [""; 0]);
        clinic.submit(&from("192.0.2.200", "ehr/2"), letter(&["lee@peer.example"]))?;
        clinic.flow.watch_sending()?;
        assert_eq!(signals(&clinic), [""; 0], "the same network and program");
        for _ in 0..3 {
            clinic.submit(&from("203.0.113.9", "curl/8"), letter(&["lee@peer.example"]))?;
        }
        clinic.flow.watch_sending()?;
        assert_eq!(signals(&clinic), ["new_agent", "new_network"]);
        for cell in store.beside().cells() {
            let text = String::from_utf8_lossy(&cell.bytes);
            assert!(!text.contains("203.0.113") && !text.contains("curl"), "{}", cell.table);
        }
    }

    /// Why somebody is held is said for as long as they are; after a release they go on, and what they were
    /// released from does not hold them again.
    fn the_reasons_stay_and_a_release_lasts(store) {
        let clinic = Clinic::open(store);
        let me = clinic.staff.actor().to_owned();
        burst(&clinic, &clinic.staff, 201)?;
        for _ in 0..4 {
            clinic.clock.advance(Duration::from_secs(300));
            clinic.flow.watch_sending()?;
        }
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Hold));
        assert!(signals(&clinic).contains(&"messages"), "{:?}", signals(&clinic));
        clinic.submit(&clinic.staff, letter(&["lee1@peer.example"]))?;
        clinic.flow.watch_sending()?;
        clinic.flow.release_sender(&clinic.officer(), &me, 1, REASON)?;
        let free = clinic.submit(&clinic.staff, letter(&["lee1@peer.example"]))?;
        assert_eq!(clinic.state(&free), RecipientState::Queued);
        clinic.flow.watch_sending()?;
        clinic.clock.advance(Duration::from_secs(60));
        clinic.flow.watch_sending()?;
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Observe));
        // What is held for the restriction is no reason for more of it.
        assert!(!signals(&clinic).contains(&"dlp_blocks"));
    }

    /// Who was never written to before is new, however the clock goes on between counting and storing; of what
    /// one node counted late, nothing is lost to what is usual.
    fn strangers_are_counted_once_and_late_counts_are_learnt(store) {
        let clinic = Clinic::open(store);
        let me = clinic.staff.actor().to_owned();
        for n in 0..3 {
            clinic.submit(&clinic.staff, letter(&[&format!("new{n}@peer.example")]))?;
            clinic.clock.advance(Duration::from_secs(20));
            clinic.flow.watch_sending()?;
        }
        clinic.submit(&clinic.staff, letter(&["new0@peer.example"]))?;
        clinic.flow.watch_sending()?;
        let organisation = clinic.staff.organisation();
        let counted = clinic.world.store.read(move |tx| {
            store::tables::risk::steps(tx, (organisation, &me), 10)
        })?;
        let text: String = counted.into_iter().map(|(_, step)| step).collect();
        assert!(text.contains(r#""messages":4"#) && text.contains(r#""first_ever":3"#), "{text}");
    }

    /// Wrong keys count for the program whose they are; alone they slow it at most.
    fn wrong_keys_and_bounces_count_for_their_sender(store) {
        let clinic = Clinic::open(store);
        let me = clinic.staff.actor().to_owned();
        for n in 0..4 {
            clinic.submit(&clinic.staff, letter(&[&format!("gone{n}@peer.example")]))?;
        }
        clinic.take().into_iter().for_each(|job| clinic.finish(job, REFUSED));
        let organisation = clinic.staff.organisation();
        clinic.flow.note_failed_sign_ins(vec![(organisation, me.clone(), 300)]);
        clinic.flow.watch_sending()?;
        assert!(signals(&clinic).contains(&"failed_sign_ins"), "{:?}", signals(&clinic));
        assert_eq!(rung(&clinic, &me), Some(SendingRung::Slow), "nobody is held by what strangers try");
        let whose = (organisation, me.clone());
        let steps = clinic.world.store.read(move |tx| {
            store::tables::risk::steps(tx, (whose.0, &whose.1), 10)
        })?;
        let counted: String = steps.into_iter().map(|(_, step)| step).collect();
        assert!(counted.contains(r#""bounces":4"#), "{counted}");
    }
}
