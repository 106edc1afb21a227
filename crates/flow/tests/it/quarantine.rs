//! What looks wrong about mail that comes in: warned of, or kept from its readers until somebody decides.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ctx::Role;
use flow::inbound::{ArrivalFilter, Fate, Incoming, Looked, Results, SuspicionKind};
use flow::view::Filter;
use model::{ArrivalState, Code, Domain, MessageId, RecipientState};
use seal::dmarc::{Dmarc, DmarcResult, Policy};

use crate::clinic::Clinic;
use crate::letters::address;
use crate::{code, on_disk};

const REASON: &str = "Kanarireason: they called us";

/// From a partner of the clinic; nothing is wrong with it but that it is the first.
const PLAIN: &str = "From: Kim Kanari <kim@partner.example>\nSubject: Kanarisubject\nMessage-ID: <1@partner.example>\n\nhello\n";
/// From a domain that looks like the clinic's own.
const LOOKALIKE: &str = "From: Front desk <desk@c1inic.example>\nSubject: invoice\nMessage-ID: <2@c1inic.example>\n\nhello\n";

fn desk(clinic: &Clinic) -> model::Address {
    let desk = address("desk@clinic.example");
    clinic
        .flow
        .add_mailbox(&clinic.staff, &desk)
        .expect("a mailbox");
    desk
}

fn take_in(clinic: &Clinic, content: &str, looked: Looked) -> model::Result<MessageId> {
    clinic.tick();
    clinic.flow.take_in(Incoming {
        doors: vec![clinic.flow.inbound_door(&address("desk@clinic.example"))?],
        from: None,
        helo: "out.peer.example".to_owned(),
        with: "ESMTPS",
        content: content.replace('\n', "\r\n").into_bytes(),
        results: Results {
            dmarc: DmarcResult {
                dmarc: Dmarc::Pass,
                policy: Policy::None,
            },
            ..Results::unexamined()
        },
        looked,
    })?;
    clinic.work();
    let page = clinic
        .flow
        .list_messages(&clinic.staff, Filter::default(), None, 1)?;
    Ok(page.rows[0].id)
}

fn virus() -> Looked {
    Looked {
        kinds: vec![SuspicionKind::VirusFound],
        named: vec!["clamd Eicar-Test-Signature".to_owned()],
    }
}

fn words(clinic: &Clinic, id: MessageId) -> model::Result<String> {
    let row = clinic.flow.arrival(&clinic.staff, id)?;
    let words: Vec<String> = row.suspicions.iter().map(|one| one.word.clone()).collect();
    Ok(format!("{} => {}", words.join(" "), row.state))
}

fn state(clinic: &Clinic, id: MessageId) -> RecipientState {
    clinic
        .flow
        .message(&clinic.staff, id)
        .expect("a message")
        .recipients[0]
        .state
}

on_disk! {
    /// Nobody can vouch for whom readers may take for several, or for none.
    fn who_is_not_exactly_one_author_is_refused(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        desk(&clinic);
        let fields = [
            "From: CEO <@h.test:ceo@partner.example>",
            "From: CEO ceo@partner.example",
            "From: \"ceo@partner.example\"",
            "From: CEO <ceo@partner.example>:;",
            "From:",
            "From: a@partner.example, b@partner.example",
            "From: a@partner.example\nFrom: b@partner.example",
            "X-From: a@partner.example",
        ];
        for from in fields {
            let content = PLAIN.replace("From: Kim Kanari <kim@partner.example>", from);
            let refused = take_in(&clinic, &content, Looked::default());
            assert_eq!(code(refused), Some(Code::AuthorUnclear), "{from}");
        }
    }

    /// The list of an archive shows what is in it, and not what is in that.
    fn what_is_refused_is_kept_for_reviewers_alone(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        desk(&clinic);
        let two = PLAIN.replacen("From:", "From: eve@partner.example\nFrom:", 1);
        for _ in 0..2 {
            assert_eq!(code(take_in(&clinic, &two, Looked::default())), Some(Code::AuthorUnclear));
        }
        let wanted = ArrivalFilter { state: Some(ArrivalState::Rejected), ..ArrivalFilter::default() };
        let rows = clinic.flow.arrivals(&clinic.staff, &wanted, None, 10)?.rows;
        assert_eq!(rows.len(), 1, "a client that comes again brings nothing new");
        let id = rows[0].id;
        assert_eq!(state(&clinic, id), RecipientState::Blocked);
        let all = clinic.flow.events(&clinic.staff, id, None, 50)?.rows;
        let refused = all.iter().find(|e| e.kind == "message.refused").expect("on record");
        assert_eq!((refused.facts["code"].as_str(), refused.facts["kept"].as_str()), ("author_unclear", "true"));

        let (nurse, officer) = (clinic.user(&[Role::Staff]), clinic.officer());
        let opened = clinic.flow.open_content(&officer, id)?;
        let access = officer.machine_access();
        assert_eq!(opened.entry.open(access).text.as_deref().map(str::trim), Some("hello"));
        assert_eq!(code(clinic.flow.open_content(&nurse, id)), Some(Code::ActionForbidden));
        let released = clinic.flow.decide_arrival(&officer, id, Fate::Release, REASON);
        assert_eq!(code(released), Some(Code::StateConflict));
        let filed = clinic.flow.filed(&clinic.staff, id)?;
        assert!(filed.marks.contains(&("in", "rejected".to_owned())));
        assert!(!filed.marks.contains(&("in", "received".to_owned())));
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    fn programs_are_found_however_deep(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        desk(&clinic);
        let program = crate::carried::stored("run.exe", b"MZ\x90\0 and more of it");
        let twice = crate::carried::stored("inner.zip", &program);
        let content = format!(
            "{}MIME-Version: 1.0\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n{}\n",
            PLAIN.split("\n\n").next().unwrap_or_default().to_owned() + "\n",
            STANDARD.encode(twice)
        );
        let id = take_in(&clinic, &content, Looked::default())?;
        assert_eq!(words(&clinic, id)?, "dangerous_in_archive first_time_sender => quarantined");
    }

    /// The first letter of a sender says so; the next one is from someone known.
    fn a_sender_is_a_stranger_once_to_each_mailbox(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        desk(&clinic);
        let first = take_in(&clinic, PLAIN, Looked::default())?;
        assert_eq!(words(&clinic, first)?, "first_time_sender => passed");
        assert_eq!(state(&clinic, first), RecipientState::Notified);
        let view = clinic.flow.message(&clinic.staff, first)?;
        let caution = view.arrival.and_then(|row| row.caution()).expect("a warning");
        assert_eq!(caution.english.heading, "Be careful with this message.");
        assert!(caution.spanish.reasons[0].starts_with("Este remitente no"));
        let next = take_in(&clinic, &PLAIN.replace("hello", "again"), Looked::default())?;
        assert_eq!(words(&clinic, next)?, " => passed");
        assert!(clinic.flow.arrival(&clinic.staff, next)?.caution().is_none());

        let other = address("lab@clinic.example");
        clinic.flow.add_mailbox(&clinic.staff, &other)?;
        clinic.clock.advance(std::time::Duration::from_secs(401 * 86_400));
        clinic.flow.tidy()?;
        let later = take_in(&clinic, &PLAIN.replace("hello", "much later"), Looked::default())?;
        assert_eq!(words(&clinic, later)?, "first_time_sender => passed");
    }

    /// Nobody reads it; reviewers open it on the record and decide.
    fn what_looks_harmful_waits_for_a_reviewer(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        desk(&clinic);
        let id = take_in(&clinic, LOOKALIKE, Looked::default())?;
        assert_eq!(
            words(&clinic, id)?,
            "look_alike_domain look_alike_new_domain first_time_sender => quarantined"
        );
        assert_eq!(state(&clinic, id), RecipientState::Quarantined);
        assert_eq!(clinic.count(id, "message.quarantined"), 1);
        let nurse = clinic.user(&[Role::Staff]);
        assert_eq!(code(clinic.flow.open_content(&nurse, id)), Some(Code::ActionForbidden));
        assert_eq!(code(clinic.flow.open_headers(&nurse, id)), Some(Code::ActionForbidden));
        assert_eq!(
            code(clinic.flow.decide_arrival(&nurse, id, Fate::Release, REASON)),
            Some(Code::ActionForbidden)
        );
        let officer = clinic.officer();
        clinic.flow.open_content(&officer, id)?;
        assert_eq!(state(&clinic, id), RecipientState::Quarantined, "looking is no reading");
        assert_eq!(
            code(clinic.flow.decide_arrival(&officer, id, Fate::Release, " ")),
            Some(Code::FieldMissing)
        );
        clinic.flow.decide_arrival(&officer, id, Fate::Release, REASON)?;
        assert_eq!(state(&clinic, id), RecipientState::Notified);
        clinic.flow.open_content(&nurse, id)?;
        assert_eq!(state(&clinic, id), RecipientState::PickedUp);
        assert_eq!(
            code(clinic.flow.decide_arrival(&officer, id, Fate::Delete, "")),
            Some(Code::StateConflict)
        );
        // The domain is known from now on: it is alike, and no more than that.
        let next = take_in(&clinic, &LOOKALIKE.replace("hello", "again"), Looked::default())?;
        assert_eq!(words(&clinic, next)?, "look_alike_domain => passed");
        for cell in store.beside().cells() {
            let text = String::from_utf8_lossy(&cell.bytes).into_owned();
            assert!(!text.contains("Kanarireason") && !text.contains("c1inic"), "{}", cell.table);
        }
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
        assert_eq!(clinic.flow.conservation()?.off(), 0);
    }

    /// Its sender stays a stranger, and nobody but a reviewer can read it: the archive keeps what came in.
    fn what_is_deleted_is_out_of_sight_and_kept(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        desk(&clinic);
        let id = take_in(&clinic, PLAIN, virus())?;
        assert_eq!(words(&clinic, id)?, "virus_found first_time_sender => quarantined");
        let row = clinic.flow.arrival(&clinic.staff, id)?;
        assert_eq!(row.named, ["clamd Eicar-Test-Signature"]);
        let officer = clinic.officer();
        clinic.flow.decide_arrival(&officer, id, Fate::Delete, "")?;
        assert_eq!(state(&clinic, id), RecipientState::Blocked);
        let nurse = clinic.user(&[Role::Staff]);
        assert_eq!(code(clinic.flow.open_content(&nurse, id)), Some(Code::ActionForbidden));
        clinic.flow.open_content(&officer, id)?;
        assert_eq!(state(&clinic, id), RecipientState::Blocked, "looking is no reading");
        assert_eq!(clinic.count(id, "message.quarantine_deleted"), 1);
        let row = clinic.flow.arrival(&clinic.staff, id)?;
        assert_eq!(row.decided.map(|(_, who)| who).as_deref(), Some(officer.actor()));
        let next = take_in(&clinic, &PLAIN.replace("hello", "again"), Looked::default())?;
        assert_eq!(words(&clinic, next)?, "first_time_sender => passed");
        assert_eq!(clinic.flow.conservation()?.off(), 0);
    }

    /// By word, by state, by day and by the sender's exact domain; another organisation finds nothing.
    fn what_came_in_is_searched(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        desk(&clinic);
        let plain = take_in(&clinic, PLAIN, Looked::default())?;
        let alike = take_in(&clinic, LOOKALIKE, Looked::default())?;
        let sick = take_in(&clinic, &PLAIN.replace("hello", "again"), virus())?;
        let find = |filter: ArrivalFilter| -> model::Result<Vec<MessageId>> {
            let page = clinic.flow.arrivals(&clinic.staff, &filter, None, 10)?;
            Ok(page.rows.iter().map(|row| row.id).collect())
        };
        let any = ArrivalFilter::default;
        assert_eq!(find(any())?, [sick, alike, plain]);
        let quarantined = Some(ArrivalState::Quarantined);
        assert_eq!(find(ArrivalFilter { state: quarantined, ..any() })?, [sick, alike]);
        let word = Some("virus_found".to_owned());
        assert_eq!(find(ArrivalFilter { word, ..any() })?, [sick]);
        let domain = |name: &str| Some(Domain::parse(name).expect("a domain"));
        assert_eq!(find(ArrivalFilter { domain: domain("partner.example"), ..any() })?, [sick, plain]);
        assert_eq!(find(ArrivalFilter { domain: domain("partner.test"), ..any() })?, []);
        let since = Some(clinic.world.now().plus(std::time::Duration::from_secs(1)));
        assert_eq!(find(ArrivalFilter { since, ..any() })?, []);
        let first = clinic.flow.arrivals(&clinic.staff, &any(), None, 2)?;
        let rest = clinic.flow.arrivals(&clinic.staff, &any(), first.next.as_deref(), 2)?;
        assert_eq!((first.rows.len(), rest.rows.len(), rest.next), (2, 1, None));
        assert_eq!(clinic.flow.quarantined_count(&clinic.staff)?, 2);

        let neighbour = clinic.neighbour();
        assert!(clinic.flow.arrivals(&neighbour, &any(), None, 10)?.rows.is_empty());
        assert_eq!(code(clinic.flow.arrival(&neighbour, alike)), Some(Code::NotFound));
        let theirs = clinic.flow.decide_arrival(&neighbour, alike, Fate::Delete, "");
        assert_eq!(code(theirs), Some(Code::NotFound));
    }

    /// One letter an hour, without a word of what waits.
    fn reviewers_are_told_that_something_waits(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        desk(&clinic);
        clinic.hire("officer@clinic.example", "Ola Officer", "compliance");
        take_in(&clinic, LOOKALIKE, Looked::default())?;
        take_in(&clinic, &LOOKALIKE.replace("hello", "again"), Looked::default())?;
        let told = clinic.take();
        assert_eq!(told.len(), 1, "one an hour");
        let letter = clinic.letter(&told[0]);
        assert_eq!(letter.to.as_str(), "officer@clinic.example");
        let text = crate::letters::text_of(&letter);
        assert!(text.contains("https://mail.clinic.example/console/inbound"), "{text}");
        assert!(!text.contains("c1inic"), "{text}");

        clinic.clock.advance(std::time::Duration::from_secs(3_601));
        clinic.flow.tidy()?;
        let told: Vec<_> = clinic.take().iter().map(|job| clinic.letter(job)).collect();
        let text = crate::letters::text_of(told.last().expect("what came since is told"));
        assert!(text.starts_with("A message that came in waits"), "{text}");
    }

    /// A domain whose people answered our mail three times is known, and what looks like it is not. Free
    /// mailboxes say nothing about anybody.
    fn frequent_correspondents_are_known_by_their_answers(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        desk(&clinic);
        let ours = clinic.send(&["kim@sunriselab.example"]).message;
        let answer = |n: u32, domain: &str| {
            let head = PLAIN.replace("partner.example", domain).replace("<1@", &format!("<{n}@"));
            head.replace("\n\n", &format!("\nIn-Reply-To: <{ours}@mx.clinic.example>\n\n")).replace("hello", "thank you")
        };
        let alike = |clinic: &Clinic, domain: &str| -> model::Result<String> {
            let id = take_in(clinic, &PLAIN.replace("partner.example", domain), Looked::default())?;
            words(clinic, id)
        };
        assert_eq!(alike(&clinic, "sunrise1ab.example")?, "first_time_sender => passed");
        for n in 0..3 {
            for domain in ["sunriselab.example", "gmail.com", "clinic.example"] {
                take_in(&clinic, &answer(n, domain), Looked::default())?;
            }
        }
        clinic.clock.advance(model::limits::FAMILIAR_KEEP);
        let found = alike(&clinic, "sunri5elab.example")?;
        assert!(found.starts_with("look_alike_domain"), "{found}");
        assert_eq!(alike(&clinic, "sunriselab.example")?, " => passed");
        assert_eq!(store.beside().rows("frequent_domains"), 1);
        let cells = store.beside().cells();
        assert!(!cells.iter().any(|cell| String::from_utf8_lossy(&cell.bytes).contains("sunriselab")));
        clinic.clock.advance(model::limits::SENDER_KNOWN_KEEP);
        clinic.tick();
        clinic.flow.tidy()?;
        assert_eq!(store.beside().rows("frequent_domains"), 0, "nobody answered for long");
    }

    /// Who bears a colleague's name and writes from elsewhere; an answer in a thread is from somebody known.
    fn names_of_colleagues_are_known(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        desk(&clinic);
        clinic.hire("ana@clinic.example", "Ana Ortiz", "staff");
        let posed = PLAIN.replace("Kim Kanari", "Dr. Ana Ortiz");
        let id = take_in(&clinic, &posed, Looked::default())?;
        assert_eq!(words(&clinic, id)?, "display_name_of_staff first_time_sender => passed");
        let own = PLAIN.replace("kim@partner.example", "ana@clinic.example");
        let id = take_in(&clinic, &own, Looked::default())?;
        assert_eq!(words(&clinic, id)?, " => passed", "proved, and from here");
    }
}
