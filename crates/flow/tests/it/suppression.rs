//! Suppression: who gets no more mail, what leads there, and what never does.

use std::time::Duration;

use flow::Receipt;
use flow::suppression::{Asked, ImportState, NewSuppression, RowResult, Rule, Wanted};
use model::{
    Address, BounceAction, BounceClass, Code, LiftReason, Outcome, RecipientState, RefusalScope,
    Stream, SuppressionReason, SuppressionSource, Verdict,
};

use crate::clinic::{Clinic, REFUSED};
use crate::letters::{PLAIN, arrival, letter, octets};
use crate::{code, on_disk};
use store::tables::item_keys;

const LEE: &str = "lee@peer.example";

fn verdict(class: BounceClass, scope: RefusalScope, action: BounceAction) -> Verdict {
    Verdict {
        class,
        scope,
        action,
        rule: "a-test",
    }
}

fn unknown_user() -> Verdict {
    let (class, action) = (BounceClass::InvalidRecipient, BounceAction::Suppress);
    verdict(class, RefusalScope::Recipient, action)
}

/// Ends the attempt that is due with what a server said.
fn bounce(clinic: &Clinic, said: Verdict) {
    let job = clinic.take_one();
    let outcome = Outcome::Refused(said.scope);
    let mut evidence = clinic.evidence(&job, outcome);
    evidence.verdict = Some(said);
    clinic.tick();
    let ended = clinic.flow.dispatcher().finish(job, outcome, evidence);
    ended.expect("stored");
    clinic.work();
}

fn held(clinic: &Clinic) -> Vec<(String, Stream, SuppressionReason)> {
    let asked = Asked {
        rows: 200,
        ..Asked::default()
    };
    let page = clinic
        .flow
        .suppressions(&clinic.staff, asked)
        .expect("a page");
    let mut rows: Vec<_> = page
        .rows
        .iter()
        .map(|row| (row.address.as_str().to_owned(), row.stream, row.reason))
        .collect();
    rows.sort();
    rows
}

fn suppress(clinic: &Clinic, stream: Stream) -> model::SuppressionId {
    let new = NewSuppression {
        address: Address::parse(LEE).expect("an address"),
        stream,
        expires_at: None,
    };
    clinic
        .flow
        .suppress(&clinic.staff, new)
        .expect("suppressed")
}

fn campaign(clinic: &Clinic) -> Receipt {
    let mut news = letter(&[LEE]);
    news.stream = Stream::Marketing;
    news.text = Some("Our new opening hours.".to_owned());
    let receipt = clinic.submit(&clinic.staff, news).expect("accepted");
    clinic.work();
    receipt
}

on_disk! {
    /// One answer about an unknown mailbox stops both streams, and the next message says so at once.
    fn an_unknown_mailbox_gets_no_more_mail(store) {
        let clinic = Clinic::open(store);
        let first = clinic.send(&[LEE]);
        bounce(&clinic, unknown_user());
        assert_eq!(clinic.state(&first), RecipientState::Bounced);
        assert_eq!(clinic.recipient(&first).attempts[0].class.as_deref(), Some("InvalidRecipient"));
        let unknown = SuppressionReason::UnknownUser;
        let both = [(LEE.to_owned(), Stream::Transactional, unknown), (LEE.to_owned(), Stream::Marketing, unknown)];
        assert_eq!(held(&clinic), both);

        let second = clinic.send(&["LEE@peer.example", "sam@peer.example"]);
        let states: Vec<_> = clinic.recipients(second.message).into_iter().map(|r| r.state).collect();
        assert_eq!(states, [RecipientState::Suppressed, RecipientState::Queued]);
        assert_eq!(clinic.count(second.message, "delivery.suppressed"), 1);
        clinic.deliver(Outcome::Accepted);
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// Suppressed is not lost: who submitted by SMTP hears of it, once.
    fn the_sender_of_a_suppressed_message_is_told(store) {
        let clinic = Clinic::open(store);
        suppress(&clinic, Stream::Transactional);
        let receipt = clinic.arrive(arrival(&[(LEE, "")], PLAIN))?;
        assert_eq!(clinic.state(&receipt), RecipientState::Suppressed);
        let job = clinic.take_one();
        let report = clinic.letter(&job);
        assert_eq!(report.to.as_str(), "nurse@clinic.example");
        let said = octets(&report);
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("Status: 5.7.1") && !said.contains("Kanari"), "{said}");
        clinic.finish(job, Outcome::Accepted);
        assert!(clinic.take().is_empty());
    }

    /// A report that bounces says something about its reader, who sent mail and shall go on.
    fn a_submitter_is_never_suppressed_because_a_report_bounced(store) {
        let clinic = Clinic::open(store);
        clinic.arrive(arrival(&[(LEE, "")], PLAIN))?;
        clinic.deliver(REFUSED);
        bounce(&clinic, unknown_user());
        assert_eq!(held(&clinic), []);
        let receipt = clinic.send(&["nurse@clinic.example"]);
        assert_eq!(clinic.state(&receipt), RecipientState::Queued);
    }

    /// What a server says of us, of a message or of a domain is no mailbox's fault.
    fn only_what_is_said_of_a_mailbox_suppresses(store) {
        let clinic = Clinic::open(store);
        for scope in RefusalScope::ALL.iter().filter(|s| **s != RefusalScope::Recipient) {
            for action in BounceAction::ALL {
                clinic.send(&[LEE]);
                bounce(&clinic, verdict(BounceClass::SpamBlock, *scope, *action));
            }
        }
        clinic.send(&[LEE]);
        let fail = BounceAction::Fail;
        bounce(&clinic, verdict(BounceClass::PolicyRelated, RefusalScope::Recipient, fail));
        assert_eq!(held(&clinic), []);
    }

    /// A full mailbox is forgiven twice in thirty days, and what suppresses it ends by itself.
    fn a_full_mailbox_is_suppressed_for_a_while(store) {
        let clinic = Clinic::open(store);
        let full = verdict(BounceClass::QuotaIssues, RefusalScope::Recipient, BounceAction::QuotaWait);
        for _ in 0..2 {
            clinic.send(&[LEE]);
            bounce(&clinic, full);
        }
        assert_eq!(held(&clinic), []);
        clinic.clock.advance(Duration::from_secs(31 * 86_400));
        clinic.send(&[LEE]);
        bounce(&clinic, full);
        assert_eq!(held(&clinic), [], "the others were long ago");
        for _ in 0..2 {
            clinic.send(&[LEE]);
            bounce(&clinic, full);
        }
        assert_eq!(held(&clinic).len(), 2);
        clinic.clock.advance(Duration::from_secs(15 * 86_400));
        assert_eq!(held(&clinic), []);
        assert_eq!(clinic.state(&clinic.send(&[LEE])), RecipientState::Queued);
    }

    /// The organisation's own rule is what counts.
    fn a_rule_says_how_many_bounces_suppress(store) {
        let clinic = Clinic::open(store);
        let rule = Rule { reason: SuppressionReason::UnknownUser, strikes: 2, keep_days: Some(1) };
        clinic.flow.set_suppression_rule(&clinic.staff, rule)?;
        assert!(clinic.flow.suppression_rules(&clinic.staff)?.contains(&rule));
        clinic.send(&[LEE]);
        bounce(&clinic, unknown_user());
        assert_eq!(held(&clinic), []);
        clinic.send(&[LEE]);
        bounce(&clinic, unknown_user());
        assert_eq!(held(&clinic).len(), 2);
        clinic.clock.advance(Duration::from_secs(86_401));
        assert_eq!(held(&clinic), []);
        let none = Rule { strikes: 0, ..rule };
        assert_eq!(code(clinic.flow.set_suppression_rule(&clinic.staff, none)), Some(Code::FieldInvalid));
    }

    /// What waits for its next attempt when its address is suppressed does not leave.
    fn the_question_is_asked_again_when_it_leaves(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.arrive(arrival(&[(LEE, "")], PLAIN))?;
        suppress(&clinic, Stream::Transactional);
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.state(&receipt), RecipientState::Suppressed);
        assert_eq!(clinic.count(receipt.message, "delivery.suppressed"), 1);
        clinic.work();
        let report = clinic.letter(&clinic.take_one());
        assert_eq!(report.to.as_str(), "nurse@clinic.example");
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// Streams are kept apart: nothing about marketing stops care.
    fn marketing_never_stops_care(store) {
        let clinic = Clinic::open(store);
        let news = campaign(&clinic);
        bounce(&clinic, unknown_user());
        assert_eq!(clinic.state(&news), RecipientState::Bounced);
        assert_eq!(held(&clinic), [(LEE.to_owned(), Stream::Marketing, SuppressionReason::UnknownUser)]);
        assert_eq!(clinic.state(&campaign(&clinic)), RecipientState::Suppressed);
        assert_eq!(clinic.state(&clinic.send(&[LEE])), RecipientState::Queued);
    }

    /// Lifted: mail goes again, the record stays, and what counted is forgotten.
    fn a_suppression_is_lifted_with_its_reason_and_stays_on_record(store) {
        let clinic = Clinic::open(store);
        let id = suppress(&clinic, Stream::Transactional);
        assert_eq!(suppress(&clinic, Stream::Transactional), id, "once is enough");
        let works = LiftReason::MailboxWorks;
        clinic.flow.lift_suppression(&clinic.staff, id, works)?;
        assert_eq!(code(clinic.flow.lift_suppression(&clinic.staff, id, works)), Some(Code::StateConflict));
        assert_eq!(clinic.state(&clinic.send(&[LEE])), RecipientState::Queued);
        let wanted = Wanted { address: Some(Address::parse(LEE)?), ended: true, ..Wanted::default() };
        let found = clinic.flow.suppressions(&clinic.staff, Asked { wanted, after: None, rows: 10 })?;
        assert_eq!(found.rows[0].lifted_because, Some(works));
        assert_eq!(found.rows[0].lifted_by.as_deref(), Some(clinic.staff.actor()));
        assert_eq!(found.rows[0].source, SuppressionSource::Manual);
    }

    /// Decided again for longer it holds for longer, as one suppression; decided for shorter changes nothing.
    fn a_longer_suppression_extends_a_shorter_one(store) {
        let clinic = Clinic::open(store);
        let day = Duration::from_secs(86_400);
        let until = |days: u32| Some(clinic.world.now().plus(day * days));
        let make = |expires_at| {
            let (address, stream) = (Address::parse(LEE)?, Stream::Transactional);
            clinic.flow.suppress(&clinic.staff, NewSuppression { address, stream, expires_at })
        };
        let id = make(until(2))?;
        assert_eq!(make(until(10))?, id);
        assert_eq!(make(until(1))?, id);
        clinic.clock.advance(day * 3);
        assert_eq!(held(&clinic).len(), 1, "the longer of them holds");
        let lasting = format!("address,stream,reason\n{LEE},,manual\n");
        let import = || clinic.flow.import_suppressions(&clinic.staff, &lasting, Stream::Transactional, &mut |_, _| ());
        assert_eq!(import()?.rows[0].result, RowResult::Added);
        assert_eq!(import()?.rows[0].result, RowResult::Present);
        clinic.clock.advance(day * 400);
        assert_eq!(held(&clinic).len(), 1, "until it is lifted");
        clinic.flow.lift_suppression(&clinic.staff, id, LiftReason::Mistake)?;
        assert_eq!(held(&clinic), []);
    }

    /// Another organisation neither sees nor is bound by it.
    fn organisations_are_apart(store) {
        let clinic = Clinic::open(store);
        let other = clinic.neighbour();
        let id = suppress(&clinic, Stream::Transactional);
        let page = clinic.flow.suppressions(&other, Asked { rows: 10, ..Asked::default() })?;
        assert!(page.rows.is_empty());
        assert_eq!(code(clinic.flow.lift_suppression(&other, id, LiftReason::Mistake)), Some(Code::NotFound));
        let mut letter = letter(&[LEE]);
        letter.from = Address::parse("nurse@other.example")?;
        let receipt = clinic.submit(&other, letter)?;
        assert_eq!(receipt.recipients[0].state, RecipientState::Queued);
    }

    /// What goes out comes in again; each line is judged for itself, and progress is told.
    fn an_exported_list_is_imported_line_by_line(store) {
        let clinic = Clinic::open(store);
        suppress(&clinic, Stream::Marketing);
        let csv = clinic.flow.export_suppressions(&clinic.staff)?;
        assert_eq!(csv, format!("address,stream,reason,expires_at\r\n\"{LEE}\",marketing,manual,\r\n"));
        let more = format!(
            "{csv}sam@peer.example,,complaint,\nnobody,,,\nkim@peer.example,pigeon,,\nkim@peer.example,,bored,\n\
             kim@peer.example,,,tomorrow\nkim@peer.example,,,2001-01-01T00:00:00Z\n"
        );
        let mut told = Vec::new();
        let stream = Stream::Transactional;
        let done = clinic.flow.import_suppressions(&clinic.staff, &more, stream, &mut |n, of| told.push((n, of)))?;
        let results: Vec<_> = done.rows.iter().map(|row| (row.line, row.result)).collect();
        let expected = [
            (2, RowResult::Present),
            (3, RowResult::Added),
            (4, RowResult::AddressInvalid),
            (5, RowResult::StreamInvalid),
            (6, RowResult::ReasonInvalid),
            (7, RowResult::DateInvalid),
            (8, RowResult::Over),
        ];
        assert_eq!(results, expected);
        assert_eq!(told, [(7, 7)]);
        assert!(held(&clinic).contains(&("sam@peer.example".to_owned(), stream, SuppressionReason::Complaint)));
    }

    /// One answer holds so many and says so; pages hold all.
    fn an_export_is_whole_or_refused(store) {
        let clinic = Clinic::tuned(store, |settings| settings.suppression_export_rows_max = 300);
        let list = |from: usize, to: usize| (from..to).map(|n| format!("lee{n}@peer.example\n")).collect::<String>();
        let stream = Stream::Marketing;
        clinic.flow.import_suppressions(&clinic.staff, &list(0, 300), stream, &mut |_, _| ())?;
        assert_eq!(clinic.flow.export_suppressions(&clinic.staff)?.lines().count(), 301);
        clinic.flow.import_suppressions(&clinic.staff, &list(300, 301), stream, &mut |_, _| ())?;
        assert_eq!(code(clinic.flow.export_suppressions(&clinic.staff)), Some(Code::ExportTooLarge));
        let (mut lines, mut most) = (0, 0);
        let rows = clinic.flow.export_suppressions_to(&clinic.staff, &mut |page| {
            let count = page.lines().count();
            (lines, most) = (lines + count, most.max(count));
            Ok(())
        })?;
        assert_eq!((rows, lines), (301, 302));
        assert!(most <= model::limits::PAGE_ROWS_MAX, "{most} in memory");
    }

    /// A long list survives the program: the next one goes on where the last commit stood, and a batch
    /// that two nodes begin counts once. When it is over, nothing can open its file.
    fn an_import_goes_on_after_a_restart(store) {
        let clinic = Clinic::open(store);
        let text: String = (0..1_200).map(|n| format!("lee{n}@peer.example\n")).collect();
        let id = clinic.flow.begin_import(&clinic.staff, &text, Stream::Marketing)?;
        assert_eq!(clinic.flow.import(&clinic.staff, id)?.done, 500, "a short list is done at once");
        let again = clinic.again(store, 5);
        assert!(again.flow.work()? > 0);
        assert_eq!(clinic.flow.import(&clinic.staff, id)?.done, 1_000);
        while clinic.flow.work()? > 0 {}
        let view = again.flow.import(&again.staff, id)?;
        assert_eq!((view.state, view.done, view.added, view.refused), (ImportState::Done, 1_200, 1_200, 0));
        assert_eq!(again.flow.suppressed_count(&again.staff)?, 1_200);
        assert_eq!(code(again.flow.cancel_import(&again.staff, id)), Some(Code::StateConflict));
        let organisation = clinic.staff.organisation();
        let key = clinic.world.store.read(move |tx| item_keys::load(tx, id.as_bytes(), organisation));
        assert_eq!(code(key), Some(Code::KeyDestroyed));
    }

    /// A reader's own link, from the letter that travelled: signed, one click, marketing alone.
    fn a_reader_leaves_the_list_by_one_click(store) {
        let clinic = Clinic::open(store);
        campaign(&clinic);
        let sent = octets(&clinic.deliver(Outcome::Accepted));
        let sent = String::from_utf8_lossy(&sent).into_owned();
        assert!(sent.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{sent}");
        let (_, link) = sent.split_once("List-Unsubscribe: <https://mail.clinic.example/u/").ok_or("a link")?;
        let link = link.split('>').next().unwrap_or_default();
        assert!(!sent.contains(&format!("{link}=")) && !link.contains("lee"));

        let seen = clinic.flow.find_unsubscription(link)?;
        assert_eq!((seen.organisation.as_str(), seen.done), ("Clinic", false));
        clinic.flow.unsubscribe(link)?;
        clinic.flow.unsubscribe(link)?;
        assert!(clinic.flow.find_unsubscription(link)?.done);
        assert_eq!(held(&clinic), [(LEE.to_owned(), Stream::Marketing, SuppressionReason::Unsubscribed)]);
        assert_eq!(clinic.state(&campaign(&clinic)), RecipientState::Suppressed);
        assert_eq!(clinic.state(&clinic.send(&[LEE])), RecipientState::Queued);
    }

    /// No other link is believed, and care carries none.
    fn links_are_not_guessed_and_care_has_none(store) {
        let clinic = Clinic::open(store);
        campaign(&clinic);
        let sent = octets(&clinic.deliver(Outcome::Accepted));
        let sent = String::from_utf8_lossy(&sent).into_owned();
        let (_, link) = sent.split_once("/u/").ok_or("a link")?;
        let link = link.split('>').next().unwrap_or_default();
        let last = if link.ends_with('A') { "Q" } else { "A" };
        let forged = [format!("{}{last}", &link[..link.len() - 1]), String::new(), "AAAA".to_owned(), "A".repeat(43)];
        for link in forged {
            assert_eq!(code(clinic.flow.unsubscribe(&link)), Some(Code::NotFound), "{link}");
        }
        assert_eq!(held(&clinic), []);
        clinic.send(&[LEE]);
        let care = octets(&clinic.deliver(Outcome::Accepted));
        assert!(!String::from_utf8_lossy(&care).contains("List-Unsubscribe"));
    }
}
