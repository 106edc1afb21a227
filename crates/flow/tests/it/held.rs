//! Held messages: released or rejected by those who may, with a reason, on record.

use ctx::Role;
use flow::Review;
use flow::rules::Saved;
use flow::view::{Advice, HeldFilter, WaitsFor};
use model::{Code, Demand, Outcome, RecipientState};

use crate::clinic::Clinic;
use crate::letters::{letter, text_of};
use crate::{code, on_disk, refusal};

const REASON: &str = "Kanarireason: the patient asked for it by phone";

fn held(clinic: &Clinic) -> flow::Receipt {
    let draft = clinic.to_be_held(letter(&["lee@peer.example"]));
    let receipt = clinic.submit(&clinic.staff, draft).expect("accepted");
    assert_eq!(clinic.state(&receipt), RecipientState::Held);
    receipt
}

on_disk! {
    /// It goes as if policy had said verified TLS; the reason is nowhere in the clear.
    fn a_released_message_goes_protected(store) {
        let clinic = Clinic::sealing_later(store);
        let receipt = held(&clinic);
        let early = clinic.flow.review(&clinic.officer(), receipt.message, Review::Release, REASON);
        assert_eq!(code(early), Some(Code::StateConflict), "not sealed yet");
        clinic.work();
        let decided = clinic.flow.review(&clinic.officer(), receipt.message, Review::Release, REASON)?;
        assert_eq!(decided.decided, [receipt.recipients[0].id]);
        clinic.work();
        let job = clinic.take_one();
        let out = clinic.letter(&job);
        assert_eq!(out.demand, Demand::VerifiedTls);
        assert!(text_of(&out).starts_with("We look forward"));
        clinic.finish(job, Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(clinic.count(receipt.message, "message.released"), 1);
        let again = clinic.flow.review(&clinic.officer(), receipt.message, Review::Reject, REASON);
        assert_eq!(code(again), Some(Code::StateConflict));
        for cell in store.beside().cells() {
            assert!(!String::from_utf8_lossy(&cell.bytes).contains("Kanarireason"), "{}", cell.table);
        }
        clinic.flow.proof(&clinic.staff, receipt.recipients[0].id)?;
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// Which rule holds it, and who agreed, is between its sender and the reviewers.
    fn a_colleague_does_not_see_why_mail_is_held(store) {
        let clinic = Clinic::open(store);
        let receipt = held(&clinic);
        let seen = |ctx: &ctx::Ctx| -> model::Result<(usize, bool)> {
            let listed = clinic.flow.held(ctx, HeldFilter::default(), None, 50)?.rows.len();
            let shown = clinic.flow.message(ctx, receipt.message)?.recipients[0].holding.is_some();
            Ok((listed, shown))
        };
        assert_eq!(seen(&clinic.user(&[Role::Staff]))?, (0, false));
        for ctx in [clinic.staff.clone(), clinic.officer(), clinic.user(&[Role::Auditor])] {
            assert_eq!(seen(&ctx)?, (1, true), "{}", ctx.actor());
        }
    }

    /// Below verified TLS a released message goes to the portal, as any other.
    fn a_release_is_no_way_around_protection(store) {
        let clinic = Clinic::open(store);
        let receipt = held(&clinic);
        clinic.work();
        clinic.flow.review(&clinic.officer(), receipt.message, Review::Release, REASON)?;
        clinic.work();
        clinic.deliver(Outcome::BelowDemand);
        clinic.tick();
        clinic.work();
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Notified);
    }

    /// A rejected one ends: nothing of it leaves, now or later.
    fn a_rejected_message_ends(store) {
        let clinic = Clinic::open(store);
        let receipt = held(&clinic);
        clinic.work();
        clinic.flow.review(&clinic.officer(), receipt.message, Review::Reject, REASON)?;
        assert_eq!(clinic.state(&receipt), RecipientState::Blocked);
        clinic.work();
        assert!(clinic.take().is_empty());
        let again = clinic.flow.review(&clinic.officer(), receipt.message, Review::Release, REASON);
        assert_eq!(code(again), Some(Code::StateConflict));
        assert_eq!(clinic.count(receipt.message, "message.rejected"), 1);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    fn who_may_and_what_is_asked_for(store) {
        let clinic = Clinic::open(store);
        let receipt = held(&clinic);
        clinic.work();
        let review = |ctx: &ctx::Ctx, reason: &str| clinic.flow.review(ctx, receipt.message, Review::Release, reason);
        for role in [Role::Administrator, Role::Staff, Role::Auditor, Role::Developer] {
            assert_eq!(code(review(&clinic.user(&[role]), REASON)), Some(Code::ActionForbidden), "{role}");
        }
        assert_eq!(code(review(&clinic.neighbour(), REASON)), Some(Code::NotFound));
        let at = |code| Some((code, Some("/reason".to_owned())));
        let officer = clinic.officer();
        assert_eq!(refusal(review(&officer, "  \n")), at(Code::FieldMissing));
        assert_eq!(refusal(review(&officer, &"x".repeat(501))), at(Code::FieldInvalid));
        assert_eq!(clinic.state(&receipt), RecipientState::Held);
        assert!(review(&clinic.user(&[Role::Compliance]), REASON).is_ok());
    }

    /// What a person sent waits for somebody else, whatever roles the person has.
    fn nobody_releases_their_own(store) {
        let clinic = Clinic::open(store);
        let receipt = held(&clinic);
        clinic.work();
        let own = clinic.flow.review(&clinic.staff, receipt.message, Review::Release, REASON);
        assert_eq!(code(own), Some(Code::ActionForbidden));
        assert_eq!(clinic.state(&receipt), RecipientState::Held);
    }

    /// One letter an hour; the next one counts what came in between, and leaves out what was decided.
    fn what_is_held_within_the_hour_is_counted_by_the_next_letter(store) {
        let clinic = Clinic::open(store);
        clinic.hire("ola@clinic.example", "Ola Officer", "compliance");
        let officer = clinic.officer();
        let rule = "rule one:\n  when always\n  then quarantine notify compliance\n  because of a test\n";
        clinic.flow.save_rules(&officer, rule, REASON)?;
        clinic.tried(&officer, 1);
        clinic.flow.activate_rules(&officer, 1, REASON)?;
        let hold = |to: &[&str]| {
            let receipt = clinic.submit(&clinic.staff, letter(to)).expect("accepted");
            clinic.work();
            receipt
        };
        let told = || -> Vec<String> {
            let letters = clinic.take();
            let texts = letters.iter().map(|job| text_of(&clinic.letter(job))).collect();
            letters.into_iter().for_each(|job| clinic.finish(job, Outcome::Accepted));
            texts
        };
        hold(&["lee@peer.example", "kim@peer.example"]);
        let first = told();
        assert_eq!(first.len(), 1);
        assert!(first[0].contains("Held messages for 2 recipients wait"), "{}", first[0]);
        let decided = hold(&["a@peer.example"]);
        let waits = hold(&["b@peer.example"]);
        assert!(told().is_empty(), "one an hour");
        clinic.flow.tidy()?;
        assert!(told().is_empty(), "the hour is not over");
        clinic.flow.review(&officer, decided.message, Review::Reject, REASON)?;
        clinic.clock.advance(std::time::Duration::from_secs(3_600));
        clinic.flow.tidy()?;
        let next = told();
        assert_eq!(next.len(), 1);
        assert!(next[0].contains("A held message waits, for one recipient"), "{}", next[0]);
        assert!(!next[0].contains("peer.example") && !next[0].contains("Held messages"), "{}", next[0]);
        clinic.clock.advance(std::time::Duration::from_secs(3_600));
        clinic.flow.tidy()?;
        assert!(told().is_empty(), "everything was told");
        clinic.flow.review(&officer, waits.message, Review::Release, REASON)?;
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// By the kind of rule that holds it, in a fixed sentence; no rule's own words.
    fn a_sender_is_told_what_to_do(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.officer();
        let cases = [
            ("look-alike recipient or level at least none", Advice::Address),
            ("whole record or level at least none", Advice::Less),
            ("not agreement on file", Advice::Consent),
            ("level at least none", Advice::Wait),
        ];
        for (version, (when, advice)) in (1..).zip(cases) {
            let rule = format!("rule one:\n  when {when}\n  then quarantine\n  because of a test\n");
            assert!(matches!(clinic.flow.save_rules(&officer, &rule, REASON)?, Saved::Version(n) if n == version));
            clinic.tried(&officer, version);
            clinic.flow.activate_rules(&officer, version, REASON)?;
            let receipt = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
            let view = clinic.flow.message(&clinic.staff, receipt.message)?;
            assert_eq!(view.recipients[0].advice, Some(advice), "{when}");
            let held = clinic.flow.held(&officer, HeldFilter::default(), None, 50)?;
            let row = held.rows.iter().find(|row| row.id == receipt.message).expect("it is listed");
            assert_eq!(row.holding.rules[0].0, "one");
        }
        let waits = HeldFilter { rule: Some("one".to_owned()), waits_for: Some(WaitsFor::SecondPerson) };
        assert!(clinic.flow.held(&officer, waits, None, 50)?.rows.is_empty());
        let pages = clinic.flow.held(&officer, HeldFilter::default(), None, 3)?;
        let rest = clinic.flow.held(&officer, HeldFilter::default(), pages.next.as_deref(), 3)?;
        assert_eq!((pages.rows.len(), rest.rows.len(), rest.next), (3, 1, None));
    }
}
