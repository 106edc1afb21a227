//! Reports: who submitted by SMTP hears of a failure once, in words that say nothing of the message.

use std::time::Duration;

use flow::OutLetter;
use mail::smtp::Notify;
use model::{Demand, Outcome, RecipientState, limits};
use store::tables::sender_reports;

use crate::clinic::{Clinic, DEFERRED, REFUSED};
use crate::letters::{PLAIN, arrival, asking, octets, other_code, portal_letter};
use crate::on_disk;

fn text(report: &OutLetter) -> String {
    assert!(report.from.is_none(), "a report has the null reverse-path");
    assert_eq!(report.demand, Demand::VerifiedTls);
    assert_eq!(
        report.dsn.notify,
        Notify::Never,
        "nobody is told about a report"
    );
    String::from_utf8(octets(report)).expect("ASCII")
}

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

    /// ENVID and ORCPT come back as Original-Envelope-Id and Original-Recipient (RFC 3464), for the
    /// recipient they were given for.
    fn a_report_names_what_the_sender_called_it(store) {
        let clinic = Clinic::open(store);
        let mut mail = arrival(&[("lee@peer.example", ""), ("kim@peer.example", "")], PLAIN);
        mail.envid = Some("Kanari QQ314159".to_owned());
        mail.recipients[1].1 = asking("", Some("rfc822;Old.Kim@peer.example"));
        clinic.arrive(mail)?;
        for job in clinic.take() {
            clinic.finish(job, REFUSED);
        }
        let reports: Vec<String> = clinic.take().iter().map(|job| text(&clinic.letter(job))).collect();
        assert_eq!(reports.len(), 2);
        for said in &reports {
            assert!(said.contains("Original-Envelope-Id: Kanari QQ314159\r\n"), "{said}");
            assert!(said.contains("From: Mail Delivery <mailer-daemon@clinic.example>\r\n"), "{said}");
            let named = said.contains("Original-Recipient: rfc822; Old.Kim@peer.example\r\n");
            assert_eq!(named, said.contains("Final-Recipient: rfc822; kim@peer.example\r\n"));
        }
    }

    /// Success is told where the next server knows no DSN, and only to who asked; what was asked goes
    /// on with the letter, also after a restart.
    fn success_is_told_where_the_next_server_does_not_tell_it(store) {
        let clinic = Clinic::open(store);
        for (notify, untold, wanted) in [("SUCCESS", true, 1), ("SUCCESS", false, 0), ("", false, 0)] {
            let mut mail = arrival(&[("lee@peer.example", notify)], PLAIN);
            mail.envid = Some("QQ314159".to_owned());
            clinic.arrive(mail)?;
            let job = clinic.take_one();
            clinic.letter(&job);
            clinic.finish(job, DEFERRED);
            clinic.wait();
            let job = clinic.take_one();
            let letter = clinic.letter(&job);
            assert_eq!(letter.dsn.notify, Notify::read(notify), "read back from the database");
            assert_eq!(letter.dsn.envid.as_deref(), Some("QQ314159"));
            let mut evidence = clinic.evidence(&job, Outcome::Accepted);
            evidence.success_untold = untold;
            clinic.flow.dispatcher().finish(job, Outcome::Accepted, evidence)?;
            clinic.work();
            let reports = clinic.take();
            assert_eq!(reports.len(), wanted, "{notify} {untold}");
            for job in reports {
                let said = text(&clinic.letter(&job));
                assert!(said.contains("Action: relayed\r\nStatus: 2.0.0\r\n"), "{said}");
                assert!(!said.contains("Kanari"), "{said}");
                clinic.finish(job, Outcome::Accepted);
            }
        }
    }

    /// The portal tells nobody of success by DSN: a notice that went out is as far as it is known.
    fn a_notice_that_went_out_is_told_as_passed_on(store) {
        let clinic = Clinic::open(store);
        let content = format!("Caduceus-Method: portal\n{PLAIN}");
        clinic.arrive(arrival(&[("lee@peer.example", "SUCCESS")], &content))?;
        let notice = clinic.deliver(Outcome::Accepted);
        assert_eq!(notice.dsn, Default::default(), "the notice is ours");
        let said = text(&clinic.deliver(Outcome::Accepted));
        assert!(said.contains("Action: relayed\r\n"), "{said}");
    }

    /// RFC 3461 §4.1: after four hours, once, to who asked or said nothing.
    fn a_delay_is_told_once_to_who_did_not_decline(store) {
        let clinic = Clinic::open(store);
        let asked = [("lee@peer.example", ""), ("kim@peer.example", "DELAY"), ("pat@peer.example", "FAILURE"), ("doc@peer.example", "NEVER")];
        clinic.arrive(arrival(&asked, PLAIN))?;
        clinic.send(&["app@peer.example"]);
        let first = clinic.take();
        assert_eq!(first.len(), 5);
        for job in first {
            clinic.finish(job, DEFERRED);
        }
        clinic.flow.tidy()?;
        assert_eq!(clinic.flow.work()?, 0, "not yet");
        clinic.clock.advance(limits::DELAY_REPORT_AFTER + Duration::from_secs(60));
        let mut told = Vec::new();
        for _ in 0..3 {
            clinic.flow.tidy()?;
            clinic.work();
            for job in clinic.take() {
                let letter = clinic.letter(&job);
                if letter.from.is_none() {
                    told.push(text(&letter));
                    clinic.finish(job, Outcome::Accepted);
                } else {
                    clinic.finish(job, DEFERRED);
                }
            }
            clinic.clock.advance(Duration::from_secs(3_600));
        }
        assert_eq!(told.len(), 2, "{told:?}");
        for said in &told {
            assert!(said.contains("Action: delayed\r\n") && said.contains("Will-Retry-Until: "), "{said}");
            assert!(!said.contains("Kanari") && !said.contains("pat@") && !said.contains("doc@"), "{said}");
        }
        // Another process looks at all of it again, and tells nobody twice.
        let again = clinic.again(store, 2);
        again.flow.tidy()?;
        assert_eq!(again.flow.work()?, 0);
    }

    /// RFC 3834 §2: whatever they asked for.
    fn nobody_is_told_about_what_programs_and_lists_send(store) {
        let clinic = Clinic::open(store);
        for field in ["Auto-Submitted: auto-generated", "Precedence: bulk", "List-Id: <news.clinic.example>"] {
            let content = format!("{field}\n{PLAIN}");
            clinic.arrive(arrival(&[("lee@peer.example", "SUCCESS,FAILURE,DELAY")], &content))?;
            let letter = clinic.deliver(REFUSED);
            assert_eq!(letter.dsn, Default::default(), "nor is the next server asked to");
            assert!(clinic.take().is_empty(), "{field}");
        }
    }

    /// A report that comes back counts against nobody: its reader wrote another message.
    fn a_sender_is_never_suppressed_because_a_report_bounced(store) {
        let clinic = Clinic::open(store);
        for _ in 0..5 {
            clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
            clinic.deliver(REFUSED);
            for report in clinic.take() {
                let mut evidence = clinic.evidence(&report, REFUSED);
                evidence.verdict = Some(model::Verdict {
                    class: model::BounceClass::InvalidRecipient,
                    scope: model::RefusalScope::Recipient,
                    action: model::BounceAction::Suppress,
                    rule: "test",
                });
                clinic.flow.dispatcher().finish(report, REFUSED, evidence)?;
                clinic.work();
            }
        }
        let receipt = clinic.send(&["nurse@clinic.example"]);
        assert_eq!(clinic.state(&receipt), RecipientState::Queued);
    }

    /// Software that writes to a dead list does not fill its own mailbox; the events say all the same.
    fn an_hour_has_an_end_of_reports_to_one_sender(store) {
        let clinic = Clinic::open(store);
        let (organisation, most) = (clinic.organisation, limits::REPORTS_PER_HOUR_MAX);
        let nurse = crate::letters::address("nurse@clinic.example").fold();
        let token = clinic.world.keys(organisation)?.blind("report", &nurse);
        let hour = clinic.world.now().secs().div_euclid(3_600);
        clinic.world.store.write(move |tx| {
            (0..most).try_for_each(|_| sender_reports::take(tx, organisation, &token, hour, most).map(drop))
        })?;
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        clinic.deliver(REFUSED);
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.count(receipt.message, "report.withheld"), 1);
        clinic.clock.advance(Duration::from_secs(3_600));
        let receipt = clinic.arrive(arrival(&[("kim@peer.example", "")], PLAIN))?;
        clinic.deliver(REFUSED);
        text(&clinic.deliver(Outcome::Accepted));
        assert_eq!(clinic.count(receipt.message, "report.withheld"), 0);
    }

    /// What could not be made yet was no report: it uses up nothing of the hour.
    fn tries_that_fail_cost_no_report(store) {
        let clinic = Clinic::open(store).signing();
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        let job = clinic.take_one();
        let evidence = clinic.evidence(&job, REFUSED);
        clinic.flow.dispatcher().finish(job, REFUSED, evidence)?;
        let rename = |from, to| store.beside().replace_text("dkim_keys", "selector", from, to);
        assert_eq!(rename("test", "broken"), 1);
        let again = clinic.again(store, 5);
        for _ in 0..=limits::REPORTS_PER_HOUR_MAX {
            assert!(again.flow.work().is_err(), "its key does not open");
        }
        assert_eq!(rename("broken", "test"), 1);
        again.work();
        text(&again.letter(&again.take_one()));
        assert_eq!(again.count(receipt.message, "report.withheld"), 0);
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
