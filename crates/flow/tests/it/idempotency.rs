//! A repeated request is answered once: same key and body give the same message, for seven days, for
//! one app and mode.

use std::time::Duration;

use ctx::Ctx;
use flow::Receipt;
use model::{Code, Mode, Result};

use crate::clinic::Clinic;
use crate::letters::letter;
use crate::{code, on_disk};

fn submit(clinic: &Clinic, ctx: &Ctx, subject: &str, key: &str) -> Result<Receipt> {
    let mut letter = letter(&["lee@peer.example"]);
    letter.subject = subject.to_owned();
    let draft = clinic.flow.draft_from_letter(ctx, letter)?;
    clinic.flow.submit(ctx, draft, Some(key))
}

on_disk! {
    fn a_repeat_gives_the_same_message(store) {
        let clinic = Clinic::open(store);
        let app = clinic.app("*", Mode::Live);
        let first = submit(&clinic, &app, "a", "key-1")?;
        let again = submit(&clinic, &app, "a", "key-1")?;
        assert!(!first.repeated && again.repeated);
        assert_eq!(first.message, again.message);
        assert_eq!(first.recipients[0].id, again.recipients[0].id);
        assert_eq!(code(submit(&clinic, &app, "b", "key-1")), Some(Code::IdempotencyMismatch));
        assert_ne!(submit(&clinic, &app, "a", "key-2")?.message, first.message);
        clinic.work();
        assert_eq!(clinic.take().len(), 2, "one letter for each message");
    }

    /// Another app, another mode, another process: only the last shares the key.
    fn a_key_belongs_to_an_app_and_a_mode(store) {
        let clinic = Clinic::open(store);
        let app = clinic.app("*", Mode::Live);
        let first = submit(&clinic, &app, "a", "key")?.message;
        let other = clinic.app("*", Mode::Live);
        assert_ne!(submit(&clinic, &other, "a", "key")?.message, first);
        let seat = ctx::Seat { principal: app.principal().clone(), mode: Mode::Test, session: None };
        let test = Ctx::seat(&clinic.world, seat);
        assert_ne!(submit(&clinic, &test, "a", "key")?.message, first);
        let process = clinic.again(store, 7);
        let seat = ctx::Seat { principal: app.principal().clone(), mode: Mode::Live, session: None };
        let same = Ctx::seat(&process.world, seat);
        assert_eq!(submit(&process, &same, "a", "key")?.message, first);
    }

    fn a_key_is_kept_seven_days(store) {
        let clinic = Clinic::open(store);
        let app = clinic.app("*", Mode::Live);
        let first = submit(&clinic, &app, "a", "key")?.message;
        clinic.clock.advance(Duration::from_secs(7 * 86_400));
        clinic.flow.tidy()?;
        assert_eq!(submit(&clinic, &app, "a", "key")?.message, first);
        clinic.clock.advance(Duration::from_secs(1));
        let second = submit(&clinic, &app, "another body", "key")?;
        assert!(!second.repeated && second.message != first);
        assert_eq!(submit(&clinic, &app, "another body", "key")?.message, second.message);
        clinic.clock.advance(Duration::from_secs(8 * 86_400));
        clinic.flow.tidy()?;
        assert_ne!(submit(&clinic, &app, "another body", "key")?.message, second.message);
    }

    /// Requests that race give one message, and every one of them its id.
    fn racing_requests_give_one_message(store) {
        let clinic = Clinic::open(store);
        let app = clinic.app("*", Mode::Live);
        for round in 0..3 {
            let key = format!("key-{round}");
            let receipts: Vec<Receipt> = std::thread::scope(|scope| {
                let sender = || submit(&clinic, &app, "a", &key);
                let racing: Vec<_> = (0..4).map(|_| scope.spawn(sender)).collect();
                racing.into_iter().map(|r| r.join().expect("no panic")).collect::<Result<_>>()
            })?;
            assert!(receipts.iter().all(|r| r.message == receipts[0].message));
            assert_eq!(receipts.iter().filter(|r| !r.repeated).count(), 1);
        }
        assert_eq!(clinic.flow.overview(&clinic.staff)?.accepted, 3);
    }

    fn a_key_is_printable_and_short(store) {
        let clinic = Clinic::open(store);
        for key in ["", "a b", "a\u{e9}", "a\n", &"k".repeat(257)] {
            let answer = submit(&clinic, &clinic.staff, "a", key);
            assert_eq!(code(answer), Some(Code::IdempotencyKeyInvalid), "{key:?}");
        }
        submit(&clinic, &clinic.staff, "a", &"k".repeat(256))?;
    }
}
