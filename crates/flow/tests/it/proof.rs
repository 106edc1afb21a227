//! Proof bundles: they verify with nothing but themselves, reach the level that was reached, and name
//! nobody else.

use ledger::bundle::{Bundle, Claim};
use ledger::note::Verifier;
use model::seams::Answer;
use model::{Code, DnsSeen, Domain, Outcome, RecipientId};

use crate::clinic::Clinic;
use crate::letters::{letter, link_of, portal_letter};
use crate::{code, on_disk};

fn proven(clinic: &Clinic, recipient: RecipientId) -> Claim {
    let file = clinic
        .flow
        .proof(&clinic.staff, recipient)
        .expect("a bundle");
    let state = clinic
        .world
        .ledger_state(clinic.organisation)
        .expect("a log");
    let key = Verifier::parse(&state.verifier).expect("a key");
    let bundle = Bundle::parse(&file).expect("canonical");
    let report = bundle.verify(Some(&key)).expect("it verifies offline");
    assert_eq!(report.recipient, recipient);
    report.level
}

on_disk! {
    /// Asked, transmitted without an answer, accepted.
    fn each_level_when_it_is_reached(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        let recipient = receipt.recipients[0].id;
        assert_eq!(proven(&clinic, recipient), Claim::S0);
        clinic.work();
        clinic.deliver(Outcome::Ambiguous);
        assert_eq!(proven(&clinic, recipient), Claim::S1);
        clinic.wait();
        clinic.deliver(Outcome::Accepted);
        assert_eq!(proven(&clinic, recipient), Claim::S2);
    }

    /// A notice that was accepted proves nothing about the message; its reader does.
    fn a_notice_is_not_the_message(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.submit(&clinic.staff, portal_letter(&["lee@peer.example"]))?;
        clinic.work();
        let link = link_of(&clinic.deliver(Outcome::Accepted));
        let recipient = receipt.recipients[0].id;
        assert_eq!(proven(&clinic, recipient), Claim::S0);
        let visit = clinic.visit(&link);
        assert_eq!(proven(&clinic, recipient), Claim::S0, "neither does a code");
        clinic.flow.portal_thread(&visit)?;
        assert_eq!(proven(&clinic, recipient), Claim::S4);
    }

    /// What failed proves that it was asked for, and no more; test mail proves nothing else either.
    fn failures_prove_no_delivery(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        clinic.deliver(crate::clinic::REFUSED);
        assert_eq!(proven(&clinic, receipt.recipients[0].id), Claim::S0);
        let test = clinic.app("*", model::Mode::Test);
        let receipt = clinic.submit(&test, letter(&["lee@peer.example"]))?;
        clinic.work();
        clinic.take();
        assert_eq!(clinic.state(&receipt), model::RecipientState::Delivered);
        assert_eq!(proven(&clinic, receipt.recipients[0].id), Claim::S0);
    }

    /// Proof to one recipient names no other, and shows what was promised: whose, which octets.
    fn proof_to_one_reveals_no_other(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@a.example", "kim@b.example"]);
        for job in clinic.take() {
            clinic.finish(job, Outcome::Accepted);
        }
        let [lee, kim] = [receipt.recipients[0].id, receipt.recipients[1].id];
        let file = clinic.flow.proof(&clinic.staff, lee)?;
        let bundle = Bundle::parse(&file)?;
        let report = bundle.verify(None)?;
        let shown: Vec<String> =
            report.shown.iter().map(|s| String::from_utf8_lossy(&s.payload).into_owned()).collect();
        let all = format!("{}{}", String::from_utf8_lossy(&file), shown.concat());
        assert!(!all.contains(&kim.to_string()) && !all.contains("kim@"), "another recipient shows");
        assert!(shown.concat().contains("lee@a.example"));
        let view = clinic.flow.message(&clinic.staff, receipt.message)?;
        assert!(report.find_digest(&view.content_sha256).is_some());
    }

    /// MX and key records change and are taken away: the proof tells what stood there, of its own recipient alone.
    fn proof_tells_what_dns_said(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@a.example", "kim@b.example"]);
        let mut asked = Vec::new();
        for job in clinic.take() {
            let to = clinic.letter(&job).destination;
            let mut evidence = clinic.evidence(&job, Outcome::Accepted);
            let hosts = vec![(10, Domain::parse(&format!("mx.{}", to.as_str()))?)];
            evidence.dns.push(DnsSeen::mx(&to, evidence.started_at, &Ok(Answer::secure(hosts))));
            asked.push((to, evidence.dns[0].clone()));
            clinic.flow.dispatcher().finish(job, Outcome::Accepted, evidence)?;
        }
        for (at, domain) in ["a.example", "b.example"].into_iter().enumerate() {
            let file = clinic.flow.proof(&clinic.staff, receipt.recipients[at].id)?;
            let told: Vec<DnsSeen> = Bundle::parse(&file)?.verify(None)?.dns().into_iter().map(|(_, seen)| seen).collect();
            let own: Vec<DnsSeen> =
                asked.iter().filter(|(to, _)| to.as_str() == domain).map(|(_, seen)| seen.clone()).collect();
            assert_eq!((told.len(), told), (1, own));
        }
    }

    /// A message with so many events that one read does not hold them still proves its end.
    fn many_events_hide_no_end(store) {
        let clinic = Clinic::open(store);
        let people: Vec<String> = (0..100).map(|i| format!("p{i}@peer{i}.example")).collect();
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        let receipt = clinic.send(&people);
        for outcome in [Outcome::Ambiguous, Outcome::Ambiguous, Outcome::Ambiguous, Outcome::Ambiguous] {
            let mut jobs = clinic.take();
            while let Some(job) = jobs.pop() {
                let evidence = clinic.evidence(&job, outcome);
                clinic.flow.dispatcher().finish(job, outcome, evidence)?;
            }
            clinic.clock.advance(std::time::Duration::from_secs(4_000));
        }
        let job = clinic.take().remove(0);
        let to = clinic.letter(&job).to.as_str().to_owned();
        clinic.finish(job, Outcome::Accepted);
        let index = people.iter().position(|p| *p == to).expect("one of them");
        assert_eq!(proven(&clinic, receipt.recipients[index].id), Claim::S2);
    }

    fn proof_is_the_organisations_own(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.send(&["lee@peer.example"]);
        let recipient = receipt.recipients[0].id;
        assert_eq!(code(clinic.flow.proof(&clinic.neighbour(), recipient)), Some(Code::NotFound));
        let developer = clinic.user(&[ctx::Role::Developer]);
        assert_eq!(code(clinic.flow.proof(&developer, recipient)), Some(Code::ActionForbidden));
        let before = clinic.count(receipt.message, "proof.made");
        clinic.flow.proof(&clinic.user(&[ctx::Role::Auditor]), recipient)?;
        assert_eq!(clinic.count(receipt.message, "proof.made"), before + 1, "making one is recorded");
    }
}
