//! The portal: from a notice to a reply, each step recorded, nothing shown to anyone else.

use flow::DraftFile;
use flow::portal::Reply;
use model::{Code, Kind, Method, Origin, Outcome, RecipientState, limits};

use crate::clinic::Clinic;
use crate::letters::{letter, link_of, portal_letter, to};
use crate::{code, on_disk};

fn reply(text: &str) -> Reply {
    Reply {
        text: text.to_owned(),
        files: Vec::new(),
    }
}

fn results() -> DraftFile {
    let bytes = b"cholesterol 180".to_vec();
    DraftFile {
        name: "results.txt".to_owned(),
        content_type: "text/plain".to_owned(),
        bytes,
    }
}

on_disk! {
    /// Notice, code, reading, download, one reply; then staff read the reply.
    fn a_reader_reads_and_replies_once(store) {
        let clinic = Clinic::open(store);
        let mut draft = portal_letter(&["lee@peer.example"]);
        draft.subject = "Your results".to_owned();
        draft.files = vec![results()];
        let receipt = clinic.submit(&clinic.staff, draft)?;
        clinic.work();
        let link = link_of(&clinic.deliver(Outcome::Accepted));
        assert_eq!(clinic.flow.portal_landing(&link)?.organisation, "Clinic");

        let visit = clinic.visit(&link);
        assert_eq!(clinic.state(&receipt), RecipientState::Notified, "entering is not reading");
        clinic.tick();
        let thread = clinic.flow.portal_thread(&visit)?;
        clinic.tick();
        assert_eq!(clinic.state(&receipt), RecipientState::PickedUp);
        let entry = thread.entries.first().expect("the message");
        assert_eq!(entry.subject.as_deref(), Some("Your results"));
        assert!(entry.text.as_deref().is_some_and(|text| text.starts_with("We look forward")));
        assert!(thread.may_reply && !entry.own);
        let file = clinic.flow.portal_file(&visit, entry.files.first().expect("a file").id)?;
        assert_eq!((file.name.as_str(), file.bytes.as_slice()), ("results.txt", b"cholesterol 180".as_slice()));

        clinic.tick();
        assert_eq!(code(clinic.flow.portal_reply(&visit, reply("  "))), Some(Code::FieldMissing));
        clinic.flow.portal_reply(&visit, reply("thank you"))?;
        assert_eq!(code(clinic.flow.portal_reply(&visit, reply("again"))), Some(Code::StateConflict));
        let thread = clinic.flow.portal_thread(&visit)?;
        assert_eq!(thread.entries.len(), 2);
        assert!(!thread.may_reply && thread.entries.iter().any(|e| e.own));
        clinic.work();
        assert!(clinic.take().is_empty(), "a reply stays here");

        let view = clinic.flow.message(&clinic.staff, receipt.message)?;
        let &(answer, origin, _) = view.thread_messages.first().expect("the reply");
        assert_eq!(origin, Origin::Portal);
        assert_eq!(clinic.recipients(answer).remove(0).state, RecipientState::Notified);
        let opened = clinic.flow.open_content(&clinic.staff, answer)?;
        let access = clinic.staff.machine_access();
        assert_eq!(opened.entry.open(access).text.as_deref().map(str::trim), Some("thank you"));
        assert_eq!(opened.from.open(access).as_deref(), Some("lee@peer.example"));
        assert_eq!(clinic.recipients(answer).remove(0).state, RecipientState::PickedUp);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);

        let kinds = clinic.events(receipt.message);
        let steps = ["portal.code_sent", "portal.entered", "portal.read", "portal.downloaded", "portal.replied"];
        let found: Vec<_> = steps.iter().map(|step| kinds.iter().position(|kind| kind == step)).collect();
        assert!(found.iter().all(Option::is_some) && found.is_sorted(), "{kinds:?}");
    }

    /// Two tabs, one reply.
    fn racing_replies_give_one(store) {
        let clinic = Clinic::open(store);
        let (receipt, link) = clinic.notify("lee@peer.example");
        let visit = clinic.visit(&link);
        let answers = std::thread::scope(|scope| {
            let tabs: Vec<_> =
                (0..3).map(|_| scope.spawn(|| code(clinic.flow.portal_reply(&visit, reply("hello"))))).collect();
            tabs.into_iter().map(|tab| tab.join().expect("no panic")).collect::<Vec<_>>()
        });
        assert_eq!(answers.iter().filter(|answer| answer.is_none()).count(), 1, "{answers:?}");
        assert!(answers.iter().flatten().all(|code| *code == Code::StateConflict), "{answers:?}");
        assert_eq!(clinic.flow.message(&clinic.staff, receipt.message)?.thread_messages.len(), 1);
    }

    /// The receipt is durable before a word is shown.
    fn reading_leaves_a_receipt(store) {
        let clinic = Clinic::open(store);
        let (receipt, link) = clinic.notify("lee@peer.example");
        let visit = clinic.visit(&link);
        clinic.flow.portal_thread(&visit)?;
        let process = clinic.again(store, 5);
        let recipient = process.recipient(&receipt);
        assert_eq!((recipient.state, recipient.opened_at), (RecipientState::PickedUp, Some(clinic.world.now())));
        let page = process.flow.events(&process.staff, receipt.message, None, 100)?;
        let read = page.rows.iter().find(|row| row.kind == "portal.read").expect("a receipt");
        assert_eq!(read.recipient, Some(receipt.recipients[0].id));
        assert_eq!(read.actor, receipt.recipients[0].id.to_string(), "the reader is who acts");
        assert_eq!(read.facts.get("first").map(String::as_str), Some("true"));
    }

    /// Two readers of one message: neither sees what the other wrote, nor that there is another.
    fn readers_do_not_see_each_other(store) {
        let clinic = Clinic::open(store);
        let mut draft = portal_letter(&["lee@a.example"]);
        draft.recipients.push(flow::DraftRecipient { kind: Kind::Bcc, ..to("kim@b.example") });
        clinic.submit(&clinic.staff, draft)?;
        clinic.work();
        let mut links = std::collections::BTreeMap::new();
        for job in clinic.take() {
            let notice = clinic.letter(&job);
            links.insert(notice.to.as_str().to_owned(), link_of(&notice));
            clinic.finish(job, Outcome::Accepted);
        }
        let lee = clinic.visit(&links["lee@a.example"]);
        let kim = clinic.visit(&links["kim@b.example"]);
        let files = vec![results()];
        clinic.flow.portal_reply(&lee, Reply { text: "from lee".to_owned(), files })?;
        clinic.flow.portal_reply(&kim, reply("from kim"))?;
        let thread = |visit: &str| clinic.flow.portal_thread(visit);
        let (of_lee, of_kim) = (thread(&lee)?, thread(&kim)?);
        let texts = |view: &flow::portal::ThreadView| {
            let texts: Vec<_> = view.entries.iter().map(|e| e.text.clone().unwrap_or_default()).collect();
            texts.join("|")
        };
        assert_eq!((of_lee.entries.len(), of_kim.entries.len()), (2, 2));
        assert!(texts(&of_lee).contains("from lee") && !texts(&of_lee).contains("from kim"));
        assert!(texts(&of_kim).contains("from kim") && !texts(&of_kim).contains("from lee"));
        let file = of_lee.entries.iter().flat_map(|e| &e.files).next().expect("lee's file").id;
        assert!(clinic.flow.portal_file(&lee, file).is_ok());
        assert_eq!(code(clinic.flow.portal_file(&kim, file)), Some(Code::NotFound));
        let names = of_lee.entries.iter().filter_map(|e| e.sender_name.as_deref());
        assert!(names.into_iter().all(|name| !name.contains("kim")));
    }

    /// Half an hour without a click, ninety days in all, or leaving: then the code is asked for again.
    fn a_visit_ends(store) {
        let clinic = Clinic::open(store);
        let (_, link) = clinic.notify("lee@peer.example");
        let visit = clinic.visit(&link);
        for _ in 0..3 {
            clinic.clock.advance(limits::VISIT_IDLE_MAX);
            clinic.flow.portal_thread(&visit)?;
        }
        clinic.clock.advance(limits::VISIT_IDLE_MAX + std::time::Duration::from_secs(1));
        assert_eq!(code(clinic.flow.portal_thread(&visit)), Some(Code::SessionExpired));
        let visit = clinic.visit(&link);
        clinic.flow.portal_leave(&visit)?;
        assert_eq!(code(clinic.flow.portal_thread(&visit)), Some(Code::SessionExpired));
        assert_eq!(code(clinic.flow.portal_reply(&visit, reply("x"))), Some(Code::SessionExpired));
        assert_eq!(code(clinic.flow.portal_thread("unknown")), Some(Code::SessionExpired));
        assert_eq!(code(clinic.flow.portal_thread(&link)), Some(Code::SessionExpired), "a link is no visit");
        clinic.clock.advance(limits::NOTICE_LIFETIME);
        assert_eq!(code(clinic.flow.portal_thread(&visit)), Some(Code::SessionExpired));
    }

    /// The other door to the portal: the server stayed below the demand.
    fn a_fallback_is_read_like_any_other(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        clinic.work();
        clinic.deliver(Outcome::BelowDemand);
        let link = link_of(&clinic.deliver(Outcome::Accepted));
        let visit = clinic.visit(&link);
        clinic.flow.portal_thread(&visit)?;
        let recipient = clinic.recipient(&receipt);
        assert_eq!((recipient.method, recipient.state), (Method::Portal, RecipientState::PickedUp));
    }
}
