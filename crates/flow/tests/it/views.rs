//! What API and console show: pages without gaps, nothing of another organisation, each role its own,
//! and an audit log that knows when it was touched.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::time::Duration;

use ctx::Role;
use flow::view::Filter;
use model::{AttachmentId, Code, MessageId, Mode, Outcome, RecipientState};
use store::tables::ledger as log;

use crate::clinic::Clinic;
use crate::letters::{letter, portal_letter};
use crate::{code, on_disk};

on_disk! {
    /// Whatever the page size, and however many share a moment.
    fn pages_have_no_gaps(store) {
        let clinic = Clinic::open(store);
        let mut sent = Vec::new();
        for i in 0..7 {
            sent.push(clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?.message);
            if i % 3 == 2 {
                clinic.clock.advance(Duration::from_millis(5));
            }
        }
        for size in [1, 2, 3, 7, 50] {
            let (mut seen, mut after) = (Vec::<MessageId>::new(), None);
            loop {
                let page = clinic.flow.list_messages(&clinic.staff, Filter::default(), after.as_deref(), size)?;
                assert!(page.rows.len() <= size && page.rows.iter().map(|r| r.created_at).rev().is_sorted());
                seen.extend(page.rows.iter().map(|row| row.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen.len(), sent.len(), "pages of {size}");
            assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), sent.iter().copied().collect());
        }
        for wrong in ["", "x", "AAAA", "!!!!"] {
            let answer = clinic.flow.list_messages(&clinic.staff, Filter::default(), Some(wrong), 5);
            assert_eq!(code(answer), Some(Code::CursorInvalid), "{wrong:?}");
        }
    }

    fn events_page_too(store) {
        let clinic = Clinic::open(store);
        let (receipt, link) = clinic.notify("lee@peer.example");
        clinic.code(&link);
        let all = clinic.events(receipt.message);
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = clinic.flow.events(&clinic.staff, receipt.message, after.as_deref(), 2)?;
            seen.extend(page.rows.into_iter().map(|row| row.kind));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    fn lists_filter_by_state_method_and_time(store) {
        let clinic = Clinic::open(store);
        let first = clinic.send(&["lee@peer.example"]).message;
        clinic.deliver(Outcome::Accepted);
        clinic.clock.advance(Duration::from_secs(60));
        let middle = clinic.world.now();
        let second = clinic.submit(&clinic.staff, portal_letter(&["lee@peer.example"]))?.message;
        let list = |filter| -> model::Result<Vec<MessageId>> {
            let page = clinic.flow.list_messages(&clinic.staff, filter, None, 50)?;
            Ok(page.rows.into_iter().map(|row| row.id).collect())
        };
        let state = Some(RecipientState::Delivered);
        assert_eq!(list(Filter { state, ..Filter::default() })?, [first]);
        assert_eq!(list(Filter { method: Some(model::Method::Portal), ..Filter::default() })?, [second]);
        assert_eq!(list(Filter { since: Some(middle), ..Filter::default() })?, [second]);
        assert_eq!(list(Filter { until: Some(middle.minus(Duration::from_secs(1))), ..Filter::default() })?, [first]);
        assert_eq!(list(Filter::default())?, [second, first]);
    }

    /// Every door answers another organisation as if there were nothing.
    fn nothing_shows_elsewhere(store) {
        let clinic = Clinic::open(store);
        let id = clinic.send(&["lee@peer.example"]).message;
        let neighbour = clinic.neighbour();
        let flow = &clinic.flow;
        let file = AttachmentId::mint(clinic.world.now(), clinic.world.rng.as_ref());
        let answers = [
            code(flow.message(&neighbour, id)),
            code(flow.events(&neighbour, id, None, 10)),
            code(flow.cancel(&neighbour, id)),
            code(flow.open_content(&neighbour, id)),
            code(flow.recipient_addresses(&neighbour, id)),
            code(flow.open_file(&neighbour, id, file)),
        ];
        assert_eq!(answers, [Some(Code::NotFound); 6]);
        let page = flow.list_messages(&neighbour, Filter::default(), None, 10)?;
        assert!(page.rows.is_empty());
        let overview = flow.overview(&neighbour)?;
        assert_eq!((overview.accepted, overview.off_by), (0, 0));
        assert!(flow.audit(&neighbour, None, None, false)?.rows.iter().all(|row| row.kind != "message.accepted"));
        clinic.deliver(Outcome::Accepted);
    }

    /// What each role may, and that a refusal leaves an entry.
    fn roles_see_their_own(store) {
        let clinic = Clinic::open(store);
        let id = clinic.send(&["lee@peer.example"]).message;
        let (flow, no) = (&clinic.flow, Some(Code::ActionForbidden));
        // role, reads metadata, opens content, reads the audit log
        let table = [
            (Role::Administrator, None, no, None),
            (Role::Compliance, None, None, None),
            (Role::Staff, None, None, no),
            (Role::Auditor, None, no, None),
            (Role::Developer, None, no, no),
        ];
        for (role, read, open, audit) in table {
            let user = clinic.user(&[role]);
            assert_eq!(code(flow.message(&user, id)), read, "{role}");
            assert_eq!(code(flow.open_content(&user, id)), open, "{role}");
            assert_eq!(code(flow.recipient_addresses(&user, id)), open, "{role}");
            assert_eq!(code(flow.audit(&user, None, None, false)), audit, "{role}");
        }
        assert_eq!(code(flow.open_content(&clinic.world.system(clinic.organisation), id)), no);
        assert_eq!(code(flow.cancel(&clinic.user(&[Role::Staff]), id)), no, "another's message");
        let denied = || -> model::Result<usize> {
            while clinic.world.sequence()? > 0 {}
            let page = flow.audit(&clinic.staff, Some("access.denied"), None, false)?;
            Ok(page.rows.len())
        };
        // Nobody waits for the entry of a refusal: it comes, but not at once.
        let came = (0..1_000).map(|_| denied()).find(|found| !matches!(found, Ok(found) if *found < 10));
        assert_eq!(came.transpose()?, Some(10));
        assert_eq!(clinic.count(id, "message.opened"), 2, "each opening is recorded");
    }

    /// A key made for trying things out never reaches a patient's mail, its own app's neither.
    fn test_keys_stay_with_test_mail(store) {
        let clinic = Clinic::open(store);
        let live = clinic.app("*", Mode::Live);
        let seat = ctx::Seat { principal: live.principal().clone(), mode: Mode::Test, session: None };
        let test = ctx::Ctx::seat(&clinic.world, seat);
        let sent = clinic.submit(&live, letter(&["lee@peer.example"]))?;
        let tried = clinic.submit(&test, letter(&["lee@peer.example"]))?;
        for (key, own, other) in [(&live, &sent, &tried), (&test, &tried, &sent)] {
            assert_eq!(code(clinic.flow.message(key, own.message)), None);
            let answers = [
                code(clinic.flow.message(key, other.message)),
                code(clinic.flow.events(key, other.message, None, 10)),
                code(clinic.flow.open_content(key, other.message)),
                code(clinic.flow.cancel(key, other.message)),
                code(clinic.flow.proof(key, other.recipients[0].id)),
            ];
            assert_eq!(answers, [Some(Code::NotFound); 5]);
            let page = clinic.flow.list_messages(key, Filter::default(), None, 10)?;
            assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [own.message]);
        }
    }

    /// Software sees what it sent itself.
    fn apps_see_their_own(store) {
        let clinic = Clinic::open(store);
        let (one, two) = (clinic.app("*", Mode::Live), clinic.app("*", Mode::Live));
        let own = clinic.submit(&one, letter(&["lee@peer.example"]))?.message;
        clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        let listed = |app| -> model::Result<Vec<MessageId>> {
            let page = clinic.flow.list_messages(app, Filter::default(), None, 10)?;
            Ok(page.rows.into_iter().map(|row| row.id).collect())
        };
        assert_eq!((listed(&one)?, listed(&two)?), (vec![own], vec![]));
        assert_eq!(code(clinic.flow.message(&one, own)), None);
        for answer in [
            code(clinic.flow.message(&two, own)),
            code(clinic.flow.open_content(&two, own)),
            code(clinic.flow.cancel(&two, own)),
        ] {
            assert!(answer.is_some());
        }
    }
}

on_disk! {
    /// The log verifies; after one entry was altered beside the program it does not.
    fn a_touched_log_does_not_verify(store) {
        let clinic = Clinic::open(store);
        clinic.send(&["lee@peer.example"]);
        while clinic.world.sequence()? > 0 {}
        let verified = || Ok::<_, model::Error>(clinic.flow.audit(&clinic.staff, None, None, true)?.state.verified);
        assert_eq!(verified()?, Some(true));
        assert_eq!(clinic.flow.audit(&clinic.staff, None, None, false)?.state.verified, None);
        let organisation = clinic.organisation;
        let found = store.deref().read(move |tx| log::find(tx, organisation, 1))?.expect("an entry");
        let altered = String::from_utf8(found.entry.clone())?.replace("lee", "kim").replace("queued", "held__");
        let changed = store.beside().replace("ledger_entries", "entry", &found.entry, altered.as_bytes());
        assert_eq!((changed, verified()?), (1, Some(false)));
        store.beside().replace("ledger_entries", "entry", altered.as_bytes(), &found.entry);
        assert_eq!(verified()?, Some(true));
    }

    /// Whom mail went to is for those who read it, and for nobody who only runs the service.
    fn an_address_is_followed_by_those_who_may_know_it(store) {
        let clinic = Clinic::open(store);
        clinic.send(&["lee@peer.example"]);
        let address = crate::letters::address("lee@peer.example");
        for (role, refused) in [
            (Role::Administrator, Some(Code::ActionForbidden)),
            (Role::Auditor, Some(Code::ActionForbidden)),
            (Role::Developer, Some(Code::ActionForbidden)),
            (Role::Staff, None),
            (Role::Compliance, None),
        ] {
            let found = clinic.flow.trace_address(&clinic.user(&[role]), &address);
            assert_eq!(code(found), refused, "{role:?}");
        }
    }
}
