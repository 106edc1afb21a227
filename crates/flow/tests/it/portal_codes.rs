//! One-time codes: five tries, ten minutes, the newest only, six an hour, once.

use std::time::Duration;

use model::{Code, limits};

use crate::clinic::Clinic;
use crate::letters::other_code;
use crate::{code, on_disk};

on_disk! {
    /// The fifth wrong code locks: then even the right one is wrong, with the same answer.
    fn five_tries(store) {
        let clinic = Clinic::open(store);
        let (receipt, link) = clinic.notify("lee@peer.example");
        let right = clinic.code(&link);
        for _ in 0..5 {
            assert_eq!(code(clinic.flow.portal_enter(&link, &other_code(&right))), Some(Code::CodeExpired));
        }
        assert_eq!(code(clinic.flow.portal_enter(&link, &right)), Some(Code::CodeExpired));
        assert_eq!(clinic.count(receipt.message, "portal.code_refused"), 6);
        let right = clinic.code(&link);
        for _ in 0..4 {
            assert_eq!(code(clinic.flow.portal_enter(&link, &other_code(&right))), Some(Code::CodeExpired));
        }
        clinic.flow.portal_enter(&link, &format!(" {right} "))?;
    }

    fn ten_minutes(store) {
        let clinic = Clinic::open(store);
        let (_, link) = clinic.notify("lee@peer.example");
        let right = clinic.code(&link);
        clinic.clock.advance(limits::CODE_WAIT);
        assert_eq!(code(clinic.flow.portal_enter(&link, &right)), Some(Code::CodeExpired));
    }

    fn the_newest_only_and_once(store) {
        let clinic = Clinic::open(store);
        let (_, link) = clinic.notify("lee@peer.example");
        assert_eq!(code(clinic.flow.portal_enter(&link, "123456")), Some(Code::CodeExpired), "before any");
        let (older, newer) = (clinic.code(&link), clinic.code(&link));
        assert_eq!(code(clinic.flow.portal_enter(&link, &older)), Some(Code::CodeExpired));
        clinic.flow.portal_enter(&link, &newer)?;
        assert_eq!(code(clinic.flow.portal_enter(&link, &newer)), Some(Code::CodeExpired));
    }

    fn six_an_hour(store) {
        let clinic = Clinic::open(store);
        let (_, link) = clinic.notify("lee@peer.example");
        for _ in 0..6 {
            clinic.code(&link);
        }
        assert_eq!(code(clinic.flow.portal_send_code(&link)), Some(Code::RateLimited));
        assert!(clinic.take().is_empty());
        clinic.clock.advance(Duration::from_secs(3_600));
        clinic.code(&link);
    }

    /// A code opens its own link only; unknown and expired links look the same.
    fn links_answer_alike(store) {
        let clinic = Clinic::open(store);
        let (_, one) = clinic.notify("lee@peer.example");
        let (_, two) = clinic.notify("kim@peer.example");
        let right = clinic.code(&one);
        clinic.code(&two);
        assert_eq!(code(clinic.flow.portal_enter(&two, &right)), Some(Code::CodeExpired));
        let answers = |link: &str| {
            [
                code(clinic.flow.portal_landing(link)),
                code(clinic.flow.portal_send_code(link)),
                code(clinic.flow.portal_enter(link, &right)),
            ]
        };
        let unknown = answers("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(unknown, [Some(Code::NotFound); 3]);
        clinic.clock.advance(limits::NOTICE_LIFETIME + Duration::from_secs(1));
        assert_eq!(answers(&one), unknown);
    }

    /// Guesses that race are all counted.
    fn racing_guesses_count(store) {
        let clinic = Clinic::open(store);
        let (_, link) = clinic.notify("lee@peer.example");
        let right = clinic.code(&link);
        let wrong = other_code(&right);
        std::thread::scope(|scope| {
            for _ in 0..5 {
                scope.spawn(|| clinic.flow.portal_enter(&link, &wrong).is_ok());
            }
        });
        assert_eq!(code(clinic.flow.portal_enter(&link, &right)), Some(Code::CodeExpired));
    }

    /// A code that stays unsent for ten minutes is not sent any more.
    fn a_late_code_is_not_sent(store) {
        let clinic = Clinic::open(store);
        let (receipt, link) = clinic.notify("lee@peer.example");
        clinic.tick();
        clinic.flow.portal_send_code(&link)?;
        clinic.deliver(crate::clinic::DEFERRED);
        clinic.clock.advance(limits::CODE_WAIT);
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.count(receipt.message, "delivery.expired"), 1);
        assert_eq!(clinic.state(&receipt), model::RecipientState::Notified, "the message is not its code");
    }
}
