//! What is kept of receiving domains' TLS policies, evidence of what a connection was held to, and
//! reports about it.

use std::io::Read;
use std::time::Duration;

use flow::OutLetter;
use model::{
    Domain, Evidence, Outcome, PolicyFacts, RecipientState, StsMode, StsPolicy, TlsPolicy,
    TlsSession,
};
use serde_json::Value;

use crate::clinic::{Clinic, DEFERRED};
use crate::letters::{PLAIN, arrival, octets};
use crate::on_disk;

const DAY: Duration = Duration::from_secs(86_400);

fn domain(name: &str) -> Domain {
    Domain::parse(name).expect("a domain")
}

fn policy(clinic: &Clinic, id: &str, age: Duration) -> StsPolicy {
    let now = clinic.world.now();
    StsPolicy {
        id: id.to_owned(),
        mode: StsMode::Enforce,
        mx: vec!["mx.peer.example".to_owned()],
        fetched_at: now,
        ends_at: now.plus(age),
    }
}

fn session(failure: Option<&'static str>) -> TlsSession {
    TlsSession {
        domain: domain("peer.example"),
        policy: TlsPolicy::Sts,
        lines: vec!["version: STSv1".to_owned(), "mode: enforce".to_owned()],
        policy_domain: domain("peer.example"),
        mx_patterns: vec!["mx.peer.example".to_owned()],
        mx_host: Some(domain("mx.peer.example")),
        mx_ip: Some([192, 0, 2, 1].into()),
        failure,
    }
}

/// One attempt that learned this and ended so.
fn attempt(clinic: &Clinic, outcome: Outcome, add: impl FnOnce(&mut Evidence)) -> OutLetter {
    let job = clinic.take_one();
    let letter = clinic.letter(&job);
    let mut evidence = clinic.evidence(&job, outcome);
    add(&mut evidence);
    let finished = clinic.flow.dispatcher().finish(job, outcome, evidence);
    finished.expect("stored");
    clinic.work();
    letter
}

on_disk! {
    fn a_policy_is_kept_over_a_restart_until_it_ends(store) {
        let clinic = Clinic::open(store);
        clinic.send(&["lee@peer.example"]);
        let kept = policy(&clinic, "a1", DAY * 7);
        let first = attempt(&clinic, DEFERRED, |e| {
            e.learned = Some((domain("peer.example"), kept.clone()));
        });
        assert!(first.sts.is_none(), "nothing was known");
        clinic.wait();
        let second = attempt(&clinic, DEFERRED, |_| {});
        assert!(second.sts.as_ref() == Some(&kept));

        let again = clinic.again(store, 2);
        again.send(&["kim@peer.example"]);
        let third = attempt(&again, Outcome::Accepted, |_| {});
        assert!(third.sts.as_ref() == Some(&kept), "another process knows it too");

        clinic.clock.advance(DAY * 8);
        let later = clinic.again(store, 3);
        later.send(&["kim@peer.example"]);
        let job = later.take_one();
        assert!(later.letter(&job).sts.is_none(), "it has ended");
    }

    fn an_older_policy_never_replaces_a_newer_one(store) {
        let clinic = Clinic::open(store);
        let older = policy(&clinic, "a1", DAY * 7);
        clinic.clock.advance(DAY);
        let newer = policy(&clinic, "a2", DAY * 7);
        let name = domain("peer.example");
        clinic.flow.keep_sts_policy(clinic.organisation, &name, &newer)?;
        clinic.flow.keep_sts_policy(clinic.organisation, &name, &older)?;
        let again = clinic.again(store, 2);
        again.send(&["lee@peer.example"]);
        let job = again.take_one();
        assert!(again.letter(&job).sts.as_ref() == Some(&newer));
        assert!(clinic.flow.stale_sts_policies()?.is_empty(), "confirmed today");
        clinic.clock.advance(DAY * 2);
        let stale = clinic.flow.stale_sts_policies()?;
        assert_eq!(stale.len(), 1);
        assert!(stale[0].domain == name && stale[0].policy == newer);
    }

    fn the_message_shows_what_a_connection_was_held_to(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        let facts = PolicyFacts { kind: TlsPolicy::Sts, id: Some("a1".to_owned()) };
        let shown = facts.clone();
        attempt(&clinic, Outcome::Accepted, |e| e.policy = Some(shown));
        let recipient = clinic.recipient(&receipt);
        assert_eq!(recipient.state, RecipientState::Delivered);
        let made = recipient.attempts.first().expect("an attempt");
        assert_eq!(made.policy, Some(facts));
        let tls = made.tls.as_ref().expect("TLS");
        assert_eq!((tls.version.as_str(), tls.certificate_sha256.len()), ("TLSv1.3", 64));
    }

    fn requiretls_and_tls_required_no_travel_with_the_message(store) {
        let clinic = Clinic::open(store);
        let to = [("lee@peer.example", "")];
        let relaxed = format!("TLS-Required: No\n{PLAIN}");
        for (require_tls, content, wanted) in [
            (false, PLAIN, (false, false)),
            (true, PLAIN, (true, false)),
            (false, relaxed.as_str(), (false, true)),
            (true, relaxed.as_str(), (true, false)),
        ] {
            let mut mail = arrival(&to, content);
            mail.require_tls = require_tls;
            clinic.arrive(mail)?;
            let job = clinic.take_one();
            let letter = clinic.letter(&job);
            assert_eq!((letter.require_tls, letter.tls_optional), wanted);
            clinic.finish(job, DEFERRED);
            // Read back from the database it is the same.
            clinic.wait();
            let letter = attempt(&clinic, Outcome::Accepted, |_| {});
            assert_eq!((letter.require_tls, letter.tls_optional), wanted);
        }
    }

    /// The same from the API; the header field travels so that later servers hear of it.
    fn letters_ask_for_tls_on_the_way_as_mail_does(store) {
        let clinic = Clinic::open(store);
        for (transport, wanted) in [
            (flow::Transport::Required, (true, false)),
            (flow::Transport::Optional, (false, true)),
        ] {
            let letter = flow::Letter { transport, ..crate::letters::letter(&["lee@peer.example"]) };
            clinic.submit(&clinic.staff, letter)?;
            clinic.work();
            let sent = clinic.deliver(Outcome::Accepted);
            assert_eq!((sent.require_tls, sent.tls_optional), wanted);
            let text = String::from_utf8(octets(&sent)).expect("text");
            assert_eq!(text.contains("\r\nTLS-Required: No\r\n"), wanted.1, "{text}");
        }
    }

    fn a_day_of_sessions_becomes_one_report(store) {
        let clinic = Clinic::open(store);
        for failure in [None, None, Some("certificate-expired")] {
            clinic.send(&["lee@peer.example"]);
            attempt(&clinic, Outcome::Accepted, |e| e.sessions = vec![session(failure)]);
        }
        assert!(clinic.flow.due_tls_reports()?.is_empty(), "the day is not over");
        clinic.clock.advance(DAY);
        let mut due = clinic.flow.due_tls_reports()?;
        assert_eq!(due.len(), 1);
        assert!(clinic.flow.due_tls_reports()?.is_empty(), "one node at a time");
        let report = due.remove(0);
        assert!(report.domain == domain("peer.example"));
        let mut file = String::new();
        flate2::read::GzDecoder::new(&*report.gzip).read_to_string(&mut file).expect("gzip");
        let file: Value = serde_json::from_str(&file).expect("JSON");
        let told = &file["policies"][0];
        assert_eq!(told["policy"]["policy-type"], "sts");
        assert_eq!(told["policy"]["mx-host"][0], "mx.peer.example");
        assert_eq!(told["summary"]["total-successful-session-count"], 2);
        assert_eq!(told["summary"]["total-failure-session-count"], 1);
        assert_eq!(told["failure-details"][0]["result-type"], "certificate-expired");

        let to = model::Address::parse("reports@peer.example").expect("an address");
        let letter = clinic.flow.tls_report_letter(&report, &to)?;
        assert!(letter.tls_optional && !letter.require_tls);
        let text = String::from_utf8(octets(&letter)).expect("ASCII");
        for part in [
            "TLS-Required: No\r\n",
            "TLS-Report-Domain: peer.example\r\n",
            "report-type=\"tlsrpt\"",
            "application/tlsrpt+gzip",
        ] {
            assert!(text.contains(part), "{part}");
        }
        clinic.flow.tls_reported(report)?;
        clinic.clock.advance(DAY / 4);
        assert!(clinic.flow.due_tls_reports()?.is_empty(), "reported once");
    }

    fn a_report_that_nobody_took_is_tried_again_and_dropped_in_the_end(store) {
        let clinic = Clinic::open(store);
        clinic.send(&["lee@peer.example"]);
        attempt(&clinic, Outcome::Accepted, |e| e.sessions = vec![session(None)]);
        clinic.clock.advance(DAY);
        assert_eq!(clinic.flow.due_tls_reports()?.len(), 1);
        clinic.clock.advance(Duration::from_secs(7_200));
        assert_eq!(clinic.flow.due_tls_reports()?.len(), 1, "the claim has ended");
        clinic.clock.advance(DAY * 4);
        assert!(clinic.flow.due_tls_reports()?.is_empty());
    }
}
