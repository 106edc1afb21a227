//! Accepting: everything is durable before the sender hears of it, decided for each recipient, and a
//! dry run keeps nothing.

use std::ops::Deref;

use model::{Code, Demand, Kind, Method, PhiLevel, RecipientState};

use crate::clinic::Clinic;
use crate::letters::{letter, noise, octets, portal_letter, to};
use crate::{code, on_disk};

on_disk! {
    /// An opt-out is for those whom an administrator lets say so, is on record, and does not reach what was found.
    fn who_may_attest_lowers_protection_of_what_holds_no_phi(store) {
        let clinic = Clinic::open(store);
        let attested = |text: &str| flow::Letter {
            text: Some(text.to_owned()),
            attested: true,
            ..letter(&["lee@peer.example"])
        };
        let class = "The diabetes class meets in the hall.";
        let refused = clinic.submit(&clinic.staff, attested(class));
        assert_eq!(crate::refusal(refused.map(drop)), Some((Code::ActionForbidden, Some("/attest_no_phi".to_owned()))));

        let may = clinic.user(&[ctx::Role::Staff, ctx::Role::Attester]);
        let receipt = clinic.submit(&may, attested(class))?;
        let seen = clinic.recipient(&receipt);
        assert_eq!(seen.method, Method::Plain);
        assert!(seen.trace.facts.contains(&("attested".to_owned(), "yes".to_owned())), "{:?}", seen.trace.facts);
        let found = clinic.submit(&may, attested("Maria Lopez, SSN 536-90-4399, has diabetes."))?;
        assert_eq!(clinic.recipient(&found).method, Method::Tls);

        let by_mail = |word: &str| crate::letters::arrival(
            &[("lee@peer.example", "")],
            &format!("From: nurse@clinic.example\r\nSubject: Class\r\nCaduceus-Attest: {word}\r\n\r\n{class}\r\n"),
        );
        let sent = |ctx, arrival| clinic.flow.draft_from_arrival(ctx, arrival).and_then(|draft| clinic.flow.submit(ctx, draft, None));
        assert_eq!(code(sent(&clinic.staff, by_mail("no-phi"))), Some(Code::ActionForbidden));
        assert_eq!(code(sent(&may, by_mail("maybe"))), Some(Code::FieldInvalid));
        assert_eq!(clinic.recipient(&sent(&may, by_mail("no-phi"))?).method, Method::Plain);
    }

    /// One entry of the audit log a recipient, one row each, nothing else said to the sender.
    fn a_receipt_stands_for_rows(store) {
        let clinic = Clinic::open(store);
        let mut draft = letter(&["lee@peer.example", "kim@peer.example"]);
        draft.recipients.push(flow::DraftRecipient { kind: Kind::Bcc, ..to("ana@other.example") });
        let receipt = clinic.submit(&clinic.staff, draft)?;
        assert!(!receipt.repeated);

        let reader = clinic.again(store, 9);
        let view = reader.flow.message(&reader.staff, receipt.message)?;
        let ids: Vec<_> = view.recipients.iter().map(|r| r.id).collect();
        assert_eq!(ids, receipt.recipients.iter().map(|r| r.id).collect::<Vec<_>>());
        let kinds: Vec<_> = view.recipients.iter().map(|r| r.kind).collect();
        assert_eq!(kinds, [Kind::To, Kind::To, Kind::Bcc]);
        assert!(view.recipients.iter().all(|r| r.state == RecipientState::Queued));
        assert!(view.recipients.iter().all(|r| r.method == Method::Tls && r.demand == Demand::VerifiedTls));
        assert!(view.recipients.iter().all(|r| !r.trace.steps.is_empty() && !r.trace.decided_by.is_empty()));
        assert!(view.may_cancel);

        let page = reader.flow.events(&reader.staff, receipt.message, None, 50)?;
        let accepted: Vec<_> = page.rows.iter().filter(|e| e.kind == "message.accepted").collect();
        assert_eq!(accepted.len(), 3);
        assert!(ids.iter().all(|id| accepted.iter().filter(|e| e.recipient == Some(*id)).count() == 1));
        let overview = reader.flow.overview(&reader.staff)?;
        assert_eq!((overview.accepted, overview.off_by), (3, 0));
    }

    /// The message is found, and what a scan says about it is words and counts.
    fn what_is_in_it_raises_the_level(store) {
        let clinic = Clinic::open(store);
        let mut draft = letter(&["lee@peer.example"]);
        draft.text = Some("Your MRN 00482913: the biopsy confirmed melanoma. SSN 536-90-4399.".to_owned());
        let receipt = clinic.submit(&clinic.staff, draft)?;
        let view = clinic.flow.message(&clinic.staff, receipt.message)?;
        assert!(["likely", "certain"].contains(&view.level.as_str()), "{}", view.level);
        assert!(view.findings.iter().any(|(kind, count)| kind == "us_ssn" && *count == 1), "{:?}", view.findings);
    }

    /// PHI in a field that the sender invented counts as anywhere else.
    fn what_is_in_a_custom_header_raises_the_level(store) {
        let clinic = Clinic::open(store);
        let mut draft = letter(&["lee@peer.example"]);
        draft.headers = vec![("X-Case".to_owned(), "MRN 00482913, melanoma".to_owned())];
        let receipt = clinic.submit(&clinic.staff, draft)?;
        let view = clinic.flow.message(&clinic.staff, receipt.message)?;
        assert_eq!(view.level, "certain");
        assert!(view.findings.iter().any(|(kind, count)| kind == "mrn" && *count == 1), "{:?}", view.findings);
    }

    /// What cannot be read for certain is never taken for clean: broken base64, an unknown set.
    fn what_cannot_be_read_is_not_clean(store) {
        let clinic = Clinic::open(store);
        let head = "From: nurse@clinic.example\nTo: lee@peer.example\nContent-Transfer-Encoding: base64\nContent-Type: text/plain";
        for (rest, expected) in [
            ("\n\nTHVuY2ggaXMgYXQgbm9vbi4=\n", None),
            ("\n\nTHVuY2gg!aXMgYXQg*bm9vbi4\n", Some((0, "body_encoding_broken"))),
            ("; charset=ebcdic-us\n\n4uLV\n", Some((0, "body_charset_unknown"))),
        ] {
            let content = crate::letters::arrival(&[("lee@peer.example", "")], &format!("{head}{rest}"));
            let draft = clinic.flow.draft_from_arrival(&clinic.staff, content)?;
            let found = clinic.flow.dry_run(&clinic.staff, draft)?.findings.unscannable;
            let expected: Vec<_> = expected.into_iter().map(|(at, word)| (at, word.to_owned())).collect();
            assert_eq!(found, expected, "{rest}");
        }
    }

    /// A dry run shows level, findings and decisions, and leaves nothing behind.
    fn a_dry_run_stores_nothing(store) {
        let clinic = Clinic::open(store);
        let before = store.commits();
        let mut draft = portal_letter(&["lee@peer.example", "kim@peer.example"]);
        draft.subject = "SSN 536-90-4399".to_owned();
        let draft = clinic.flow.draft_from_letter(&clinic.staff, draft)?;
        let id = draft.id();
        let preview = clinic.flow.dry_run(&clinic.staff, draft)?;
        assert_eq!(preview.recipients.len(), 2);
        assert!(preview.recipients.iter().all(|r| r.decision.method == Method::Portal));
        assert!(preview.level > PhiLevel::None);
        assert_eq!(store.commits(), before, "nothing was written");
        clinic.work();
        assert!(clinic.take().is_empty());
        assert_eq!(code(clinic.flow.message(&clinic.staff, id)), Some(Code::NotFound));
    }

    /// What travels is what was accepted, under our trace fields, byte for byte, whatever its size.
    fn the_letter_is_what_was_accepted(store) {
        let clinic = Clinic::open(store);
        let scan = noise("scan.bin", 900_000);
        let bytes = scan.bytes.clone();
        let mut draft = letter(&["lee@peer.example"]);
        draft.files = vec![scan];
        let receipt = clinic.submit(&clinic.staff, draft)?;
        clinic.work();
        let job = clinic.take_one();
        let sent = clinic.letter(&job);
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &octets(&sent));
        assert_eq!(digest.as_ref(), sent.sent_sha256);
        let octets = octets(&sent);
        let message = mail::parse(&octets)?;
        assert!(message.header("received").is_some_and(|r| r.contains(&receipt.message.to_string())));
        assert_eq!(message.attachments().remove(0).bytes, bytes);
        let view = clinic.flow.message(&clinic.staff, receipt.message)?;
        let accepted = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &sent.body);
        assert_eq!(accepted.as_ref(), view.content_sha256);
    }

    /// A blind recipient is named nowhere in what others get: neither from the API nor by SMTP.
    fn blind_copies_stay_blind(store) {
        let clinic = Clinic::open(store);
        let mut draft = letter(&["lee@peer.example"]);
        draft.recipients.push(flow::DraftRecipient { kind: Kind::Bcc, ..to("secretkanari@other.example") });
        clinic.submit(&clinic.staff, draft)?;
        let by_smtp = "From: nurse@clinic.example\nTo: lee@peer.example\n\
                       Bcc: secretkanari@other.example,\n more-secretkanari@other.example\nSubject: x\n\nhello\n";
        let people = [("lee@peer.example", ""), ("secretkanari@other.example", "")];
        let receipt = clinic.arrive(crate::letters::arrival(&people, by_smtp))?;
        let kinds: Vec<_> = clinic.recipients(receipt.message).iter().map(|r| r.kind).collect();
        assert_eq!(kinds, [Kind::To, Kind::Bcc]);
        let jobs = clinic.take();
        assert_eq!(jobs.len(), 4);
        for job in jobs {
            let octets = octets(&clinic.letter(&job));
            let text = String::from_utf8_lossy(&octets).into_owned();
            assert!(!text.contains("secretkanari"), "a blind copy shows");
            assert!(text.contains("Subject:") && text.contains("lee@peer.example"));
        }
    }

    /// Chance makes words of every kind in it: it is not read for words, and not taken for clean either.
    fn long_runs_of_base64_count_as_not_read(store) {
        let clinic = Clinic::open(store);
        let mut said = letter(&["lee@peer.example"]);
        let coded = "Zm9v+methadone+abortion/VIN/1HGCM82633A004352/".repeat(20);
        said.text = Some(format!("The file you asked for:\n{coded}\nSee you."));
        let draft = clinic.flow.draft_from_letter(&clinic.staff, said)?;
        let preview = clinic.flow.dry_run(&clinic.staff, draft)?;
        assert!(preview.findings.labels.is_empty(), "no label is made of chance");
        assert!(preview.findings.unscannable.iter().any(|(_, because)| because == "body_encoded"));
        assert_eq!(preview.recipients[0].decision.method, Method::Tls);
    }

    /// Mail that policy holds is accepted and stays, and nothing of it is queued.
    fn held_mail_stays(store) {
        let clinic = Clinic::open(store);
        let draft = clinic.to_be_held(letter(&["lee@peer.example"]));
        let receipt = clinic.submit(&clinic.staff, draft)?;
        assert_eq!(receipt.recipients.first().map(|r| r.state), Some(RecipientState::Held));
        clinic.work();
        assert!(clinic.take().is_empty());
        assert_eq!(clinic.state(&receipt), RecipientState::Held);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
        assert_eq!(store.deref().read(store::tables::deliveries::open_count)?, 0);
    }

    /// Where an administrator declared a sending domain free of PHI, the wire decides; not where
    /// something is found, and not for an author of another domain.
    fn a_declared_domain_asks_for_less(store) {
        let free = model::Domain::parse("clinic.example")?;
        let clinic = Clinic::tuned(store, |settings| settings.declared_free = vec![free.clone()]);
        let method = |content: &str| {
            let receipt = clinic.arrive(crate::letters::arrival(&[("lee@peer.example", "")], content))?;
            Ok::<_, model::Error>(clinic.recipient(&receipt).method)
        };
        let plain = "From: nurse@clinic.example\nTo: lee@peer.example\nSubject: News\n\nWe moved the chairs.\n";
        assert_eq!(method(plain)?, Method::Plain);
        assert_eq!(method(&plain.replace("the chairs", "SSN 536-90-4399, melanoma"))?, Method::Tls);
        let mut draft = letter(&["lee@peer.example"]);
        (draft.subject, draft.text) = ("News".to_owned(), Some("We moved the chairs.".to_owned()));
        let receipt = clinic.submit(&clinic.staff, draft)?;
        assert_eq!(clinic.recipient(&receipt).method, Method::Plain);
    }

    /// A letter for a later time waits for it.
    fn send_at_is_kept(store) {
        let clinic = Clinic::open(store);
        let mut draft = letter(&["lee@peer.example"]);
        let at = clinic.world.now().plus(std::time::Duration::from_secs(3_600));
        draft.send_at = Some(at);
        clinic.submit(&clinic.staff, draft)?;
        clinic.work();
        assert!(clinic.take().is_empty());
        clinic.wait();
        assert!(clinic.world.now() >= at);
        clinic.take_one();
    }
}
