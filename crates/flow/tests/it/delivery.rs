//! The life of a delivery, end by end.

use std::time::Duration;

use model::{Demand, Method, Outcome, RecipientState, RefusalScope, limits};

use crate::clinic::{Clinic, DEFERRED, REFUSED};
use crate::letters::{PLAIN, arrival, letter, octets, text_of};
use crate::on_disk;

on_disk! {
    fn delivered(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        let sent = clinic.deliver(Outcome::Accepted);
        assert_eq!((sent.to.as_str(), sent.demand), ("lee@peer.example", Demand::VerifiedTls));
        assert_eq!(sent.from.as_ref().map(|a| a.as_str().to_owned()), Some("nurse@clinic.example".to_owned()));
        let recipient = clinic.recipient(&receipt);
        assert_eq!(recipient.state, RecipientState::Delivered);
        let attempt = recipient.attempts.first().expect("an attempt");
        assert_eq!((attempt.number, attempt.reply_code, attempt.tls_verified), (1, Some(250), true));
        assert_eq!(attempt.reply_enhanced.as_deref(), Some("2.0.0"));
        assert_eq!(clinic.events(receipt.message), ["message.accepted", "message.sealed", "delivery.accepted"]);
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.flow.dispatcher().waiting(), 0);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    fn deferred_then_delivered(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.deliver(DEFERRED);
        assert_eq!(clinic.state(&receipt), RecipientState::Queued);
        assert!(clinic.take().is_empty(), "not before its time");
        clinic.wait();
        let job = clinic.take_one();
        assert_eq!(job.attempt, 2);
        clinic.finish(job, Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(clinic.outcomes(&receipt), ["deferred", "accepted"]);
        assert_eq!(clinic.count(receipt.message, "delivery.deferred"), 1);
    }

    /// What is our own fault, or our being turned away, does not count against the recipient.
    fn our_faults_do_not_count(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        for outcome in [Outcome::OurFault, Outcome::Deferred(RefusalScope::Us), Outcome::OurFault] {
            let job = clinic.take_one();
            assert_eq!(job.attempt, 1);
            clinic.finish(job, outcome);
            clinic.wait();
        }
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
    }

    /// Nor is it one where the delivery's time is over by then: the expiry is no attempt's doing.
    fn an_end_that_comes_twice_is_none(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        let job = clinic.take_one();
        clinic.finish(job.clone(), DEFERRED);
        clinic.finish(job.clone(), Outcome::Accepted);
        clinic.clock.advance(limits::DELIVERY_LIFETIME);
        clinic.finish(job, Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Queued, "nobody took it");
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.state(&receipt), RecipientState::Expired);
        assert_eq!(clinic.outcomes(&receipt), ["deferred"]);
    }

    fn expired_in_the_queue(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        clinic.deliver(DEFERRED);
        clinic.clock.advance(limits::DELIVERY_LIFETIME);
        assert!(clinic.take().is_empty(), "no attempt starts after its time");
        assert_eq!(clinic.state(&receipt), RecipientState::Expired);
        assert_eq!(clinic.count(receipt.message, "delivery.expired"), 1);
        clinic.work();
        let report = clinic.deliver(Outcome::Accepted);
        assert!(report.from.is_none());
        assert_eq!(report.to.as_str(), "nurse@clinic.example");
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// Nothing is sent below the demand: the message stays and a notice goes, without a word of it.
    fn below_the_demand_it_waits_in_the_portal(store) {
        let clinic = Clinic::open(store);
        let mut draft = letter(&["lee@peer.example"]);
        draft.subject = "Kanarisubject".to_owned();
        draft.text = Some("Kanaritext".to_owned());
        draft.from_name = Some("Kanariname".to_owned());
        let receipt = clinic.submit(&clinic.staff, draft)?;
        clinic.work();
        clinic.deliver(Outcome::BelowDemand);
        let recipient = clinic.recipient(&receipt);
        assert_eq!((recipient.method, recipient.state), (Method::Portal, RecipientState::Queued));
        let notice = clinic.deliver(Outcome::Accepted);
        assert_eq!(notice.demand, Demand::Opportunistic);
        assert!(text_of(&notice).contains("https://mail.clinic.example/p/"));
        let octets = octets(&notice);
        assert!(!String::from_utf8_lossy(&octets).contains("Kanari"), "a notice says nothing");
        let recipient = clinic.recipient(&receipt);
        assert_eq!((recipient.method, recipient.state), (Method::Portal, RecipientState::Notified));
        assert_eq!(clinic.count(receipt.message, "delivery.below_demand"), 1);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// Who asked for verified TLS or nothing gets nothing: no copy in the portal.
    fn tls_or_drop_is_dropped(store) {
        let clinic = Clinic::open(store);
        let mut draft = letter(&["lee@peer.example"]);
        draft.demanded = Some(Method::TlsOrDrop);
        let receipt = clinic.submit(&clinic.staff, draft)?;
        clinic.work();
        clinic.deliver(Outcome::BelowDemand);
        let recipient = clinic.recipient(&receipt);
        assert_eq!((recipient.method, recipient.state), (Method::TlsOrDrop, RecipientState::Bounced));
        assert!(clinic.take().is_empty());
    }

    /// Silence after the final dot is its own state: tried again, and every duplicate is explained.
    fn ambiguous_is_retried_and_marked(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.deliver(Outcome::Ambiguous);
        assert_eq!(clinic.state(&receipt), RecipientState::Queued);
        assert_eq!(clinic.count(receipt.message, "delivery.ambiguous"), 1);
        assert_eq!(clinic.count(receipt.message, "delivery.transmitted"), 1);
        clinic.wait();
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(clinic.outcomes(&receipt), ["ambiguous", "accepted"]);
    }

    /// One message, three recipients, three ways and ends; each has evidence of its own.
    fn recipients_go_their_own_ways(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@a.example", "kim@b.example", "ana@c.example"]);
        for job in clinic.take() {
            let end = match clinic.letter(&job).destination.as_str() {
                "a.example" => Outcome::Accepted,
                "b.example" => Outcome::BelowDemand,
                _ => REFUSED,
            };
            clinic.finish(job, end);
        }
        clinic.deliver(Outcome::Accepted);
        let found: Vec<_> = clinic.recipients(receipt.message).iter().map(|r| (r.method, r.state)).collect();
        let expected = [
            (Method::Tls, RecipientState::Delivered),
            (Method::Portal, RecipientState::Notified),
            (Method::Tls, RecipientState::Bounced),
        ];
        assert_eq!(found, expected);
        let page = clinic.flow.events(&clinic.staff, receipt.message, None, 100)?;
        for recipient in &receipt.recipients {
            let own = page.rows.iter().filter(|e| e.recipient == Some(recipient.id));
            assert!(own.clone().any(|e| e.kind == "message.sealed"));
            assert!(own.filter(|e| e.kind.starts_with("delivery.")).count() >= 1);
        }
    }

    /// A turn is given when somebody asks: what nobody asked for is begun once, however late.
    fn what_nobody_asked_for_is_begun_once_however_late(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.clock.advance(limits::DELIVERY_LEASE + Duration::from_secs(1));
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        assert_eq!(clinic.outcomes(&receipt), ["accepted"]);
        assert!(clinic.take().is_empty());
    }
}
