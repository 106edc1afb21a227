//! Reports: who submitted by SMTP hears of a failure once, in words that say nothing of the message.

use model::{Demand, Outcome, RecipientState};

use crate::clinic::{Clinic, REFUSED};
use crate::letters::{PLAIN, arrival, octets, other_code, portal_letter};
use crate::on_disk;

on_disk! {
    /// Null return path, verified TLS, the status, and neither subject nor text.
    fn a_bounce_is_reported_to_the_sender(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        clinic.deliver(REFUSED);
        assert_eq!(clinic.state(&receipt), RecipientState::Bounced);
        let job = clinic.take_one();
        let report = clinic.letter(&job);
        assert!(report.from.is_none());
        assert_eq!(report.to.as_str(), "nurse@clinic.example");
        assert_eq!(report.demand, Demand::VerifiedTls);
        let octets = octets(&report);
        let said = String::from_utf8_lossy(&octets);
        assert!(said.contains("Status: 5.1.1") && said.contains("Action: failed"), "{said}");
        assert!(said.contains("lee@peer.example") && !said.contains("Kanari"), "{said}");
        // A report that cannot be delivered is the end of it.
        clinic.finish(job, REFUSED);
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.state(&receipt), RecipientState::Bounced);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// NOTIFY without FAILURE (RFC 3461 §4.1), and senders who see events instead.
    fn those_who_asked_for_none_get_none(store) {
        let clinic = Clinic::open(store);
        for (notify, wanted) in [("NEVER", 0), ("DELAY", 0), ("SUCCESS", 0), ("FAILURE", 1), ("SUCCESS,FAILURE", 1)] {
            clinic.arrive(arrival(&[("lee@peer.example", notify)], PLAIN))?;
            clinic.deliver(REFUSED);
            let reports = clinic.take();
            assert_eq!(reports.len(), wanted, "{notify}");
            for job in reports {
                clinic.finish(job, Outcome::Accepted);
            }
        }
        clinic.send(&["lee@peer.example"]);
        clinic.deliver(REFUSED);
        assert!(clinic.take().is_empty(), "the API shows events");
    }

    /// A notice whose first try was silent may have arrived: who read is not reported as failed.
    fn nobody_is_told_of_a_failure_that_was_none(store) {
        let clinic = Clinic::open(store);
        let mut content = PLAIN.to_owned();
        content.insert_str(0, "Caduceus-Method: portal\n");
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], &content))?;
        let link = crate::letters::link_of(&clinic.deliver(Outcome::Ambiguous));
        let visit = clinic.visit(&link);
        clinic.flow.portal_thread(&visit)?;
        assert_eq!(clinic.state(&receipt), RecipientState::PickedUp);
        clinic.wait();
        clinic.deliver(REFUSED);
        assert_eq!(clinic.state(&receipt), RecipientState::PickedUp);
        assert!(clinic.take().is_empty(), "no report");
    }

    /// A notice that is refused is a bounce like any other.
    fn a_refused_notice_bounces(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.submit(&clinic.staff, portal_letter(&["lee@peer.example"]))?;
        clinic.work();
        let link = crate::letters::link_of(&clinic.deliver(REFUSED));
        assert_eq!(clinic.state(&receipt), RecipientState::Bounced);
        assert!(clinic.flow.portal_enter(&link, &other_code("000000")).is_err());
    }
}
