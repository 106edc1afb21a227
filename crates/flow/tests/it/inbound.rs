//! Mail that comes in, as the MX hands it over: bounces, complaints, reports, answers, letters.

use flow::OutLetter;
use flow::inbound::{Door, Incoming, Results};
use model::{Address, Code, DomainId, MessageId, Outcome, RecipientState};
use seal::dmarc::{Dmarc, DmarcResult, Policy};
use store::tables::{domains, reports};

use crate::clinic::Clinic;
use crate::letters::{PLAIN, address, arrival, letter, octets, portal_letter, text_of};
use crate::{code, on_disk};

/// Hands a message over for one address, as a server that proved nothing.
fn take_in(clinic: &Clinic, to: &Address, from: &str, content: &str) -> model::Result<String> {
    take_in_proved(clinic, to, from, content, Results::unexamined())
}

fn take_in_proved(
    clinic: &Clinic,
    to: &Address,
    from: &str,
    content: &str,
    results: Results,
) -> model::Result<String> {
    clinic.tick();
    let doors = vec![clinic.flow.inbound_door(to)?];
    let taken = clinic.flow.take_in(Incoming {
        doors,
        from: (!from.is_empty()).then(|| address(from)),
        helo: "out.peer.example".to_owned(),
        with: "ESMTPS",
        content: content.replace('\n', "\r\n").into_bytes(),
        results,
        looked: Default::default(),
    });
    clinic.work();
    taken
}

/// The return path that a letter travelled with.
fn path(letter: &OutLetter) -> Address {
    letter.from.clone().expect("a return path")
}

fn dsn(action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@peer.example\nTo: x@y.example\nSubject: Undeliverable\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\n\nKanaritext of the original\n\
         --b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; peer.example\n\n\
         Final-Recipient: rfc822; lee@peer.example\nAction: {action}\nStatus: {status}\n\
         Diagnostic-Code: smtp; 550 {status} kanarireason\n\n\
         --b\nContent-Type: message/rfc822\n\nSubject: Kanarisubject\n\nKanaribody\n--b--\n"
    )
}

fn answer(from: &str) -> String {
    format!(
        "From: Lee <{from}>\nTo: x@y.example\nSubject: Re: Your visit\n\
         Message-ID: <1@peer.example>\n\nI will be there.\n"
    )
}

/// Where the letter asks answers to go.
fn reply_to(letter: &OutLetter) -> Address {
    let octets = octets(letter);
    let message = mail::parse(&octets).expect("a message");
    address(message.header("reply-to").expect("a Reply-To"))
}

on_disk! {
    /// Accepted, then returned: the sender hears of it, and nothing of what came back is kept.
    fn a_bounce_after_acceptance_moves_the_recipient(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        let to = path(&clinic.deliver(Outcome::Accepted));
        assert_eq!(to.domain().as_str(), "bounces.clinic.example");
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);

        take_in(&clinic, &to, "", &dsn("failed", "5.1.1"))?;
        assert_eq!(clinic.state(&receipt), RecipientState::Bounced);
        assert_eq!(clinic.count(receipt.message, "delivery.bounced"), 1);
        let report = clinic.letter(&clinic.take_one());
        let said = String::from_utf8_lossy(&octets(&report)).into_owned();
        assert!(report.from.is_none() && report.to.as_str() == "nurse@clinic.example");
        assert!(said.contains("Status: 5.0.0") && !said.contains("Kanari"), "{said}");

        // The same notice again, and a later one, change nothing more.
        take_in(&clinic, &to, "", &dsn("failed", "5.1.1"))?;
        take_in(&clinic, &to, "", &dsn("delayed", "4.4.1"))?;
        assert_eq!(clinic.count(receipt.message, "delivery.bounced"), 1);
        assert_eq!(clinic.count(receipt.message, "delivery.delayed"), 1);
        assert_eq!(clinic.state(&receipt), RecipientState::Bounced);
        // The mailbox is unknown: the next message says so at once.
        let next = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        assert_eq!(clinic.state(&next), RecipientState::Suppressed);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// RFC 3461 §5.2.1: what the recipient's server reports to our return path is told to the sender
    /// who asked, in our words; a delay once, whoever noticed it.
    fn what_the_next_server_reports_reaches_the_sender_who_asked(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        clinic.arrive(arrival(&[("lee@peer.example", "SUCCESS,DELAY")], PLAIN))?;
        let to = path(&clinic.deliver(Outcome::Accepted));
        assert!(clinic.take().is_empty(), "the server said that it would report");
        for (action, status) in [("delayed", "4.4.1"), ("delivered", "2.1.5")] {
            take_in(&clinic, &to, "", &dsn(action, status))?;
            let report = clinic.deliver(Outcome::Accepted);
            let said = String::from_utf8(octets(&report)).expect("text");
            assert!(report.from.is_none() && report.to.as_str() == "nurse@clinic.example");
            assert!(said.contains(&format!("Action: {action}\r\n")), "{said}");
            assert!(!said.contains("anari"), "{said}");
        }
        take_in(&clinic, &to, "", &dsn("delayed", "4.2.0"))?;
        assert!(clinic.take().is_empty(), "a delay is told once");

        clinic.arrive(arrival(&[("kim@peer.example", "FAILURE")], PLAIN))?;
        let to = path(&clinic.deliver(Outcome::Accepted));
        for action in ["delayed", "delivered", "relayed"] {
            take_in(&clinic, &to, "", &dsn(action, "2.0.0"))?;
        }
        assert!(clinic.take().is_empty(), "only failures were asked for");
    }

    /// A notice that comes back is a bounce too; whoever read the message in time has it.
    fn a_returned_notice_bounces_unless_it_was_read(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let receipt = clinic.submit(&clinic.staff, portal_letter(&["lee@peer.example"]))?;
        clinic.work();
        let notice = clinic.deliver(Outcome::Accepted);
        take_in(&clinic, &path(&notice), "", &dsn("failed", "5.2.1"))?;
        assert_eq!(clinic.state(&receipt), RecipientState::Bounced);

        let receipt = clinic.submit(&clinic.staff, portal_letter(&["kim@peer.example"]))?;
        clinic.work();
        let notice = clinic.deliver(Outcome::Accepted);
        let visit = clinic.visit(&crate::letters::link_of(&notice));
        clinic.flow.portal_thread(&visit)?;
        take_in(&clinic, &path(&notice), "", &dsn("failed", "5.2.1"))?;
        assert_eq!(clinic.state(&receipt), RecipientState::PickedUp);
    }

    /// No door, no mail: nothing is accepted that would have to be returned.
    fn forged_and_expired_paths_lead_nowhere(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        let to = path(&clinic.deliver(Outcome::Accepted));
        let forged = to.as_str().replacen('.', ".0", 1);
        for wrong in [forged.as_str(), "b+0.0@bounces.clinic.example", "nurse@clinic.example",
            "postmaster@elsewhere.example", "anyone@bounces.clinic.example"] {
            let door = clinic.flow.inbound_door(&address(wrong));
            assert_eq!(code(door.map(drop)), Some(Code::RecipientUnknown), "{wrong}");
        }
        clinic.clock.advance(std::time::Duration::from_secs(92 * 86_400));
        let door = clinic.flow.inbound_door(&to);
        assert_eq!(code(door.map(drop)), Some(Code::RecipientUnknown));
        let closed = clinic.again(store, 9);
        assert_eq!(code(closed.flow.inbound_door(&to).map(drop)), Some(Code::RecipientUnknown));
    }

    /// What a person writes to an address for programs is refused, not swallowed.
    fn only_reports_belong_on_a_return_path(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        let to = path(&clinic.deliver(Outcome::Accepted));
        let refused = take_in(&clinic, &to, "lee@peer.example", &answer("lee@peer.example"));
        assert_eq!(code(refused), Some(Code::ActionForbidden));
        let absent = format!("Auto-Submitted: auto-replied\n{}", answer("lee@peer.example"));
        take_in(&clinic, &to, "", &absent)?;
        assert_eq!(clinic.count(receipt.message, "message.auto_replied"), 1);
        assert_eq!(clinic.state(&receipt), RecipientState::Delivered);
        // A loop is cut (RFC 5321 §6.3).
        let looping = format!("{}{}", "Received: by x\n".repeat(101), dsn("failed", "5.1.1"));
        assert_eq!(code(take_in(&clinic, &to, "", &looping)), Some(Code::MailLoop));
    }

    /// RFC 5965: the complaint counts for the letter whose path it quotes, and for no other.
    fn a_complaint_is_matched_by_the_path_it_quotes(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        let to = path(&clinic.deliver(Outcome::Accepted));
        let complaint = |quoted: &str| format!(
            "From: fbl@peer.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n\
             --b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\
             Original-Mail-From: <{quoted}>\n\n--b--\n");
        let fbl = address("fbl@bounces.clinic.example");
        let forged = complaint("b+0.0@bounces.clinic.example");
        assert_eq!(code(take_in(&clinic, &fbl, "", &forged)), Some(Code::ActionForbidden));
        take_in(&clinic, &fbl, "fbl@peer.example", &complaint(to.as_str()))?;
        assert_eq!(clinic.count(receipt.message, "message.complained"), 1);
        // No more marketing, and no less care.
        assert_eq!(clinic.flow.suppressed_count(&clinic.staff)?, 1);
        assert_eq!(clinic.state(&clinic.send(&["lee@peer.example"])), RecipientState::Queued);
    }

    /// An answer comes into the thread of the message, sealed, for staff to open; once.
    fn an_answer_joins_its_thread(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let receipt = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        clinic.work();
        let sent = clinic.deliver(Outcome::Accepted);
        let to = reply_to(&sent);
        for _ in 0..2 {
            take_in(&clinic, &to, "lee@peer.example", &answer("Lee@peer.example"))?;
        }
        assert_eq!(clinic.count(receipt.message, "message.replied"), 1);
        let view = clinic.flow.message(&clinic.staff, receipt.message)?;
        let [(reply, origin, _)] = view.thread_messages.as_slice() else {
            panic!("one answer");
        };
        assert!(origin.stays_here());
        let access = clinic.staff.machine_access();
        let opened = clinic.flow.open_content(&clinic.staff, *reply)?;
        assert_eq!(opened.entry.open(access).text.as_deref().map(str::trim), Some("I will be there."));
        let headers = clinic.flow.open_headers(&clinic.staff, *reply)?;
        let headers = headers.open(access);
        let methods: Vec<&str> = headers.checks.iter().map(|c| c.method.as_str()).collect();
        assert_eq!(methods, ["spf", "dkim", "dmarc", "arc"]);
        assert_eq!(headers.hops[0].from, "out.peer.example");
        assert!(clinic.take().is_empty(), "an answer goes nowhere");
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// Only a recipient answers, and only as who they are.
    fn strangers_and_impostors_do_not_answer(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let receipt = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        clinic.work();
        let to = reply_to(&clinic.deliver(Outcome::Accepted));
        let stranger = take_in(&clinic, &to, "eve@peer.example", &answer("eve@peer.example"));
        assert_eq!(code(stranger), Some(Code::ActionForbidden));
        let two = answer("lee@peer.example").replacen("From:", "From: eve@peer.example\nFrom:", 1);
        assert_eq!(code(take_in(&clinic, &to, "eve@peer.example", &two)), Some(Code::ActionForbidden));
        for (dmarc, policy, refused) in [
            (Dmarc::Fail, Policy::Reject, Some(Code::AuthorRefused)),
            (Dmarc::TempError, Policy::None, Some(Code::AuthorUnchecked)),
            (Dmarc::Fail, Policy::None, None),
        ] {
            let results = Results {
                dmarc: DmarcResult { dmarc, policy },
                ..Results::unexamined()
            };
            let got = take_in_proved(&clinic, &to, "lee@peer.example", &answer("lee@peer.example"), results);
            assert_eq!(code(got), refused, "{dmarc:?}");
        }
        assert_eq!(clinic.count(receipt.message, "message.replied"), 1);
    }

    /// RFC 3834: an absence note is told apart; an old claim in our name is not believed.
    fn automatic_answers_are_told_apart(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let receipt = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        clinic.work();
        let to = reply_to(&clinic.deliver(Outcome::Accepted));
        let away = format!(
            "Auto-Submitted: auto-replied\nAuthentication-Results: mx.clinic.example; dmarc=pass\n{}",
            answer("lee@peer.example"));
        take_in(&clinic, &to, "", &away)?;
        let events = clinic.events(receipt.message);
        assert!(events.contains(&"message.auto_replied".to_owned()), "{events:?}");
        assert!(!events.contains(&"message.replied".to_owned()), "{events:?}");
        let view = clinic.flow.message(&clinic.staff, receipt.message)?;
        let headers = clinic.flow.open_headers(&clinic.staff, view.thread_messages[0].0)?;
        let own = headers.open(clinic.staff.machine_access()).fields.iter()
            .filter(|(name, _)| name == "Authentication-Results").count();
        assert_eq!(own, 1, "ours alone");
    }

    /// RFC 8098: the receipt is an event of the recipient, not a letter.
    fn a_read_receipt_is_an_event(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let receipt = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        clinic.work();
        let to = reply_to(&clinic.deliver(Outcome::Accepted));
        let receipt_mail = "From: lee@peer.example\n\
            Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n\
            --b\n\nread\n--b\nContent-Type: message/disposition-notification\n\n\
            Final-Recipient: rfc822;lee@peer.example\n\
            Disposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n";
        take_in(&clinic, &to, "", receipt_mail)?;
        assert_eq!(clinic.count(receipt.message, "message.read_receipt"), 1);
        assert!(clinic.flow.message(&clinic.staff, receipt.message)?.thread_messages.is_empty());
    }

    /// A mailbox of staff takes mail once an administrator said so; a letter begins a thread.
    fn a_mailbox_takes_mail(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let desk = address("desk@clinic.example");
        assert!(clinic.flow.inbound_door(&desk).is_err());
        let foreign = clinic.flow.add_mailbox(&clinic.staff, &address("desk@other.example"));
        assert_eq!(code(foreign), Some(Code::SenderForbidden));
        clinic.flow.add_mailbox(&clinic.staff, &desk)?;
        assert_eq!(code(clinic.flow.add_mailbox(&clinic.staff, &desk)), Some(Code::StateConflict));
        take_in(&clinic, &address("Desk@clinic.example"), "kim@peer.example", &answer("kim@peer.example"))?;
        let page = clinic.flow.list_messages(&clinic.staff, Default::default(), None, 10)?;
        assert_eq!(page.rows.len(), 1);
        let id: MessageId = page.rows[0].id;
        assert_eq!(clinic.count(id, "message.received"), 1);
        let opened = clinic.flow.open_content(&clinic.staff, id)?;
        let access = clinic.staff.machine_access();
        assert_eq!(opened.entry.open(access).subject.as_deref(), Some("Re: Your visit"));
        clinic.flow.remove_mailbox(&clinic.staff, &desk)?;
        assert!(clinic.flow.inbound_door(&desk).is_err());
    }

    /// A stranger comes back later; a guest is known by then.
    fn strangers_are_asked_to_come_back(store) {
        let clinic = Clinic::open(store).taking_mail(true);
        let desk = address("desk@clinic.example");
        clinic.flow.add_mailbox(&clinic.staff, &desk)?;
        let door = clinic.flow.inbound_door(&desk)?;
        let ip = "192.0.2.7".parse()?;
        let kim = address("kim@peer.example");
        let greet = || code(clinic.flow.greet_stranger(ip, Some(&kim), &door));
        assert_eq!(greet(), Some(Code::Greylisted));
        assert_eq!(greet(), Some(Code::Greylisted));
        clinic.clock.advance(std::time::Duration::from_secs(61));
        assert_eq!(greet(), None);
        assert_eq!(greet(), None);
        clinic.flow.tidy()?;
        assert_eq!(greet(), None, "a guest is kept");
        // Bounces come from servers that may never have written before.
        let bounce = clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        let to = path(&clinic.deliver(Outcome::Accepted));
        let door: Door = clinic.flow.inbound_door(&to)?;
        assert_eq!(code(clinic.flow.greet_stranger(ip, Some(&kim), &door)), None);
        assert_eq!(clinic.state(&bounce), RecipientState::Delivered);
    }

    /// RFC 9990 and RFC 8460: rows for the domain's health, once, and never about another domain.
    fn reports_about_a_domain_become_rows(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let (organisation, since) = (clinic.organisation, model::Timestamp::from_millis(0));
        let domain: DomainId = clinic.world.store.read(move |tx| domains::list(tx, organisation))?[0].id;
        let to = clinic.flow.report_address(organisation, domain)?.expect("an address");
        let dmarc = |of: &str| format!(
            "From: reports@peer.example\nSubject: Report domain\nContent-Type: application/xml\n\n\
             <?xml version=\"1.0\"?><feedback><report_metadata><org_name>peer.example</org_name>\
             <report_id>77</report_id><date_range><begin>1772000000</begin><end>1772086400</end></date_range>\
             </report_metadata><policy_published><domain>{of}</domain><p>reject</p></policy_published>\
             <record><row><source_ip>192.0.2.9</source_ip><count>12</count><policy_evaluated>\
             <disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>\
             </record></feedback>\n");
        for _ in 0..2 {
            take_in(&clinic, &to, "reports@peer.example", &dmarc("clinic.example"))?;
        }
        let foreign = take_in(&clinic, &to, "reports@peer.example", &dmarc("bank.example"));
        assert_eq!(code(foreign), Some(Code::ActionForbidden));
        let rows = clinic.world.store.read(move |tx| reports::dmarc(tx, domain, since, 10))?;
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].source.as_str(), rows[0].messages), ("192.0.2.9", 12));
        assert!(rows[0].dkim_aligned && !rows[0].spf_aligned);

        let tls = "From: reports@peer.example\nContent-Type: application/tlsrpt+json\n\n\
            {\"organization-name\":\"peer.example\",\"report-id\":\"1\",\"date-range\":\
            {\"start-datetime\":\"2026-03-01T00:00:00Z\",\"end-datetime\":\"2026-03-01T23:59:59Z\"},\
            \"policies\":[{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":\"clinic.example\"},\
            \"summary\":{\"total-successful-session-count\":40,\"total-failure-session-count\":2},\
            \"failure-details\":[{\"result-type\":\"certificate-expired\",\"failed-session-count\":2}]}]}\n";
        take_in(&clinic, &to, "", tls)?;
        let rows = clinic.world.store.read(move |tx| reports::tls(tx, domain, since, 10))?;
        assert_eq!((rows[0].successes, rows[0].failures), (40, 2));
        assert_eq!(rows[0].reasons, "{\"certificate-expired\":2}");
        // What cannot be read is refused while its sender still listens.
        let rubbish = take_in(&clinic, &to, "", "From: a@b.example\n\nhello\n");
        assert_eq!(code(rubbish), Some(Code::ActionForbidden));
    }

    /// Reporters repeat themselves, and anybody may repeat them: a report is on record once, by its id.
    fn a_repeated_report_is_taken_once(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let organisation = clinic.organisation;
        let domain: DomainId = clinic.world.store.read(move |tx| domains::list(tx, organisation))?[0].id;
        let to = clinic.flow.report_address(organisation, domain)?.expect("an address");
        let tls = |id: u32| format!("From: reports@peer.example\nContent-Type: application/tlsrpt+json\n\n\
            {{\"organization-name\":\"peer.example\",\"report-id\":\"{id}\",\"date-range\":\
            {{\"start-datetime\":\"2026-03-01T00:00:00Z\",\"end-datetime\":\"2026-03-01T23:59:59Z\"}},\
            \"policies\":[{{\"policy\":{{\"policy-type\":\"sts\",\"policy-domain\":\"clinic.example\"}},\
            \"summary\":{{\"total-successful-session-count\":40,\"total-failure-session-count\":0}}}}]}}\n");
        for id in [1, 1, 2, 1, 2] {
            take_in(&clinic, &to, "reports@peer.example", &tls(id))?;
        }
        while clinic.world.sequence()? > 0 {}
        let page = clinic.flow.audit(&clinic.staff, Some("domain.reported"), None, false)?;
        assert_eq!(page.rows.len(), 2);
    }

    /// Without an MX of ours the sender's own address gets the bounces, as before.
    fn without_an_mx_nothing_changes(store) {
        let clinic = Clinic::open(store);
        clinic.send(&["lee@peer.example"]);
        let sent = clinic.deliver(Outcome::Accepted);
        assert_eq!(path(&sent).as_str(), "nurse@clinic.example");
        assert!(!String::from_utf8_lossy(&octets(&sent)).contains("Reply-To"));
        assert!(text_of(&sent).contains("seeing you"));
    }
}
