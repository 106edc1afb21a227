//! Correspondents: a patient's choice decides, with the warning on record; what is on record is read by who
//! may, and is gone when it is removed.

use flow::correspondents::{NewCorrespondent, Warned};
use model::{Address, Code, Method, RecipientClass, RecipientState};

use crate::clinic::Clinic;
use crate::letters::{letter, link_of, octets};
use crate::{on_disk, refusal};

fn pat(prefers: Option<Method>, warned: Warned) -> NewCorrespondent {
    NewCorrespondent {
        address: Address::parse("pat@peer.example").expect("an address"),
        name: "Pat Lee".to_owned(),
        note: "asked at the front desk".to_owned(),
        class: RecipientClass::Patient,
        prefers,
        warned,
        restriction: None,
        part2_until: None,
        part2_scope: String::new(),
    }
}

on_disk! {
    /// 78 FR 5634: mail goes plain to who was warned and still wants it, and to nobody else.
    fn plain_mail_is_a_choice_made_with_the_warning_on_record(store) {
        let clinic = Clinic::open(store);
        let (flow, staff) = (&clinic.flow, clinic.user(&[ctx::Role::Staff]));
        let unwarned = flow.set_correspondent(&staff, &pat(Some(Method::Plain), Warned::Keep));
        assert_eq!(refusal(unwarned), Some((Code::FieldInvalid, Some("/warned".to_owned()))));

        let before = clinic.submit(&clinic.staff, letter(&["pat@peer.example"]))?;
        assert_eq!(before.recipients[0].method, Method::Tls);
        flow.set_correspondent(&staff, &pat(Some(Method::Plain), Warned::Yes))?;
        let after = clinic.submit(&clinic.staff, letter(&["pat@peer.example", "lee@peer.example"]))?;
        let methods: Vec<Method> = after.recipients.iter().map(|r| r.method).collect();
        assert_eq!(methods, [Method::Plain, Method::Tls]);
        let facts = clinic.recipient(&after).trace.facts;
        assert!(facts.contains(&("prefers_plain".to_owned(), "yes".to_owned())), "{facts:?}");

        // Taking the warning back takes the choice with it.
        let back = flow.set_correspondent(&staff, &pat(Some(Method::Plain), Warned::No));
        assert_eq!(refusal(back).map(|(code, _)| code), Some(Code::FieldInvalid));
    }

    /// Read by staff and compliance, not by who runs the machines; listing leaves an entry.
    fn what_is_on_record_is_read_by_who_may_see_addresses(store) {
        let clinic = Clinic::open(store);
        let (flow, staff) = (&clinic.flow, clinic.user(&[ctx::Role::Staff]));
        let id = flow.set_correspondent(&staff, &pat(None, Warned::Yes))?;
        let page = flow.correspondents(&staff, Some(RecipientClass::Patient), None, 50)?;
        assert_eq!(page.rows.len(), 1);
        let row = &page.rows[0];
        assert_eq!((row.address.as_str(), row.name.as_str()), ("pat@peer.example", "Pat Lee"));
        assert!(row.standing.warned.as_ref().is_some_and(|(_, by)| by == staff.actor()));
        assert!(flow.correspondents(&staff, Some(RecipientClass::Vendor), None, 50)?.rows.is_empty());
        let administrator = clinic.user(&[ctx::Role::Administrator]);
        let denied = flow.correspondents(&administrator, None, None, 50);
        assert_eq!(refusal(denied.map(drop)).map(|(code, _)| code), Some(Code::ActionForbidden));

        flow.remove_correspondent(&staff, id)?;
        assert_eq!(refusal(flow.correspondent(&staff, id).map(drop)).map(|(code, _)| code), Some(Code::NotFound));
        assert!(flow.find_correspondent(&staff, &pat(None, Warned::Keep).address)?.is_none());
    }

    /// Recording again changes the one record and keeps the warning unless it is taken back.
    fn an_address_has_one_record(store) {
        let clinic = Clinic::open(store);
        let (flow, staff) = (&clinic.flow, clinic.user(&[ctx::Role::Staff]));
        let first = flow.set_correspondent(&staff, &pat(None, Warned::Yes))?;
        let mut other = pat(Some(Method::Portal), Warned::Keep);
        other.address = Address::parse("PAT@peer.example")?;
        let second = flow.set_correspondent(&staff, &other)?;
        assert_eq!(first, second);
        let seen = flow.correspondent(&staff, first)?;
        assert_eq!(seen.standing.prefers, Some(Method::Portal));
        assert!(seen.standing.warned.is_some());
        let sent = clinic.submit(&clinic.staff, letter(&["pat@peer.example"]))?;
        assert_eq!(sent.recipients[0].state, RecipientState::Queued);
    }

    /// 42 CFR 2.32(a): the statement goes with each disclosure made with consent, by mail and in the portal; without
    /// consent (2.31) nothing goes.
    fn the_statement_of_part_2_travels_with_what_a_consent_covers(store) {
        let clinic = Clinic::open(store);
        let (flow, staff) = (&clinic.flow, clinic.user(&[ctx::Role::Staff]));
        let record = |demanded| flow::Letter {
            text: Some("Maria Lopez, born 4/12/1980, was admitted to our methadone clinic for opioid use disorder.".to_owned()),
            demanded,
            ..letter(&["pat@peer.example"])
        };
        let before = clinic.submit(&clinic.staff, record(None))?;
        assert_eq!(before.recipients[0].state, RecipientState::Held);

        let mut consents = pat(None, Warned::Keep);
        consents.class = RecipientClass::Provider;
        consents.part2_until = Some(clinic.staff.now().plus(std::time::Duration::from_secs(86_400)));
        let unsaid = flow.set_correspondent(&staff, &consents);
        assert_eq!(refusal(unsaid), Some((Code::FieldMissing, Some("/part2_scope".to_owned()))));
        consents.part2_scope = "Treatment records of 2026,\nfor care by Eastside".to_owned();
        flow.set_correspondent(&staff, &consents)?;
        clinic.submit(&clinic.staff, record(None))?;
        clinic.work();
        let octets = octets(&clinic.deliver(model::Outcome::Accepted));
        let texts = mail::parse(&octets)?.texts();
        let said = |words: &str| texts.iter().filter(|text| text.text.contains(words)).count();
        assert_eq!((said("42 CFR part 2 prohibits"), said("methadone")), (1, 1));
        let scope = "The consent covers:\r\nTreatment records of 2026,\r\nfor care by Eastside";
        assert_eq!(said(scope), 1, "its scope goes along (42 CFR 2.32(b))");

        clinic.submit(&clinic.staff, record(Some(Method::Portal)))?;
        clinic.work();
        let visit = clinic.visit(&link_of(&clinic.deliver(model::Outcome::Accepted)));
        let statements = flow.portal_thread(&visit)?.notices;
        assert!(statements[0].starts_with("42 CFR part 2 prohibits"), "{statements:?}");
        assert!(statements[0].contains(scope), "{statements:?}");
        let stored = store.beside().cells();
        assert!(!stored.iter().any(|cell| String::from_utf8_lossy(&cell.bytes).contains("Eastside")));
    }

    /// 42 CFR 2.31(a)(6), (7): what was held while a consent ran, and is looked at when it runs no more, stays held.
    fn a_release_asks_whether_the_consent_still_runs(store) {
        let clinic = Clinic::open(store);
        let staff = clinic.user(&[ctx::Role::Staff]);
        let mut consents = pat(None, Warned::Keep);
        consents.class = RecipientClass::Provider;
        consents.part2_scope = "Treatment records".to_owned();
        let day = std::time::Duration::from_secs(86_400);
        consents.part2_until = Some(clinic.staff.now().plus(day));
        clinic.flow.set_correspondent(&staff, &consents)?;
        let held = clinic.submit(&clinic.staff, clinic.to_be_held(flow::Letter {
            text: Some("Maria Lopez, born 4/12/1980, was admitted to our methadone clinic for opioid use disorder.".to_owned()),
            ..letter(&["pat@peer.example"])
        }))?;
        clinic.work();
        clinic.clock.advance(day * 2);
        let officer = clinic.officer();
        let release = || clinic.flow.review(&officer, held.message, flow::Review::Release, "They asked for it.");
        assert_eq!(crate::code(release()), Some(Code::PolicyBlocked));
        assert_eq!(clinic.state(&held), RecipientState::Held);
        consents.part2_until = Some(clinic.staff.now().plus(day));
        clinic.flow.set_correspondent(&staff, &consents)?;
        assert_eq!(release()?.decided.len(), 1);
    }
}
