//! An organisation's own detectors: what an officer adds decides the next message, and what cannot be used leaves
//! nothing clean.

use ctx::{Ctx, Role};
use flow::detectors::{Detector, DetectorFilter, DetectorState, HitClass, HotWords, Near, Spec};
use model::{Code, PhiLevel};

use crate::clinic::Clinic;
use crate::letters::letter;
use crate::{on_disk, refusal};

const REASON: &str = "The study began today";

fn heron() -> Detector {
    Detector {
        name: "Heron study".to_owned(),
        spec: Spec::Expression("HRN-[0-9]{4}".to_owned()),
        class: HitClass::Certain,
        confidence: 65,
        hot_words: None,
        state: DetectorState::On,
    }
}

fn numbers(shape: &str) -> Detector {
    Detector {
        name: "Our numbers".to_owned(),
        spec: Spec::RecordNumber {
            shape: shape.to_owned(),
            check: "none".to_owned(),
        },
        class: HitClass::Strong,
        ..heron()
    }
}

fn said(clinic: &Clinic, text: &str) -> flow::Receipt {
    let mut said = letter(&["lee@peer.example"]);
    said.subject = "Hello".to_owned();
    said.text = Some(text.to_owned());
    clinic.submit(&clinic.staff, said).expect("accepted")
}

fn level(clinic: &Clinic, receipt: &flow::Receipt) -> String {
    let view = clinic.flow.message(&clinic.staff, receipt.message);
    view.expect("their own").level
}

fn officer(clinic: &Clinic) -> Ctx {
    clinic.user(&[Role::Compliance])
}

on_disk! {
    /// From the next message on, by its name, under a version that each decision names.
    fn what_an_officer_adds_is_found_in_the_next_message(store) {
        let clinic = Clinic::open(store);
        let officer = officer(&clinic);
        let before = said(&clinic, "Take HRN-2044 along.");
        assert_eq!(level(&clinic, &before), "none");
        assert!(!clinic.recipient(&before).trace.facts.iter().any(|(name, _)| name == "detectors"));

        let id = clinic.flow.add_detector(&officer, &heron(), REASON)?;
        let after = said(&clinic, "Take HRN-2044 along.");
        assert_eq!(level(&clinic, &after), PhiLevel::Certain.word());
        let view = clinic.flow.message(&clinic.staff, after.message)?;
        let body = view.found.iter().find(|at| at.place.word() == "body").expect("the body");
        assert_eq!(body.detectors, [("Heron study".to_owned(), 1)]);
        let facts = clinic.recipient(&after).trace.facts;
        assert!(facts.contains(&("detectors".to_owned(), "1".to_owned())), "{facts:?}");

        clinic.flow.switch_detector(&officer, id, DetectorState::Off, REASON)?;
        assert_eq!(level(&clinic, &said(&clinic, "Take HRN-2044 along.")), "none");
        clinic.flow.switch_detector(&officer, id, DetectorState::On, REASON)?;
        clinic.flow.remove_detector(&officer, id, REASON)?;
        let gone = said(&clinic, "Take HRN-2044 along.");
        assert_eq!(level(&clinic, &gone), "none");
        let facts = clinic.recipient(&gone).trace.facts;
        assert!(facts.contains(&("detectors".to_owned(), "4".to_owned())), "{facts:?}");
    }

    /// A dry run sees what a message would, and keeps nothing.
    fn a_dry_run_is_read_by_them_too(store) {
        let clinic = Clinic::open(store);
        clinic.flow.add_detector(&officer(&clinic), &heron(), REASON)?;
        let mut asked = letter(&["lee@peer.example"]);
        asked.text = Some("Take HRN-2044 along.".to_owned());
        let draft = clinic.flow.draft_from_letter(&clinic.staff, asked)?;
        let preview = clinic.flow.dry_run(&clinic.staff, draft)?;
        assert_eq!(preview.level, PhiLevel::Certain);
        assert!(preview.found.iter().any(|at| at.detectors == [("Heron study".to_owned(), 1)]));
    }

    /// phi.md §3, row 8: a number of the learned shape is PHI beside its word; the samples are nowhere.
    fn record_numbers_are_learned_and_their_samples_forgotten(store) {
        let clinic = Clinic::open(store);
        let officer = officer(&clinic);
        let samples = "MRN\nKQ-204118\nKQ-998120\nKQ-120488\nKQ-500312\nKQ-771904\n";
        let learned = clinic.flow.learn_record_numbers(&officer, samples)?.expect("they agree");
        assert_eq!(learned.spec, numbers("KQ-#{6}").spec);
        assert_eq!((learned.samples, learned.strangers.len(), learned.looks.len()), (5, 0, 0));
        clinic.flow.add_detector(&officer, &Detector { spec: learned.spec, ..numbers("") }, REASON)?;

        assert_eq!(level(&clinic, &said(&clinic, "Chart KQ-314159 is here.")), PhiLevel::Certain.word());
        assert_eq!(level(&clinic, &said(&clinic, "Parcel KQ-314159 is here.")), PhiLevel::Weak.word());
        let refused = clinic.flow.learn_record_numbers(&officer, "12\n13\n14")?;
        assert_eq!(refused.err().map(|error| error.word()), Some("samples_too_few"));
        let staff = clinic.user(&[Role::Staff]);
        let denied = clinic.flow.learn_record_numbers(&staff, samples);
        assert_eq!(refusal(denied.map(drop)).map(|(code, _)| code), Some(Code::ActionForbidden));
    }

    /// A release that reads an expression otherwise than the one that kept it.
    fn a_version_that_cannot_be_used_leaves_nothing_clean(store) {
        let clinic = Clinic::open(store);
        let officer = officer(&clinic);
        let id = clinic.flow.add_detector(&officer, &heron(), REASON)?;
        let organisation = officer.organisation();
        clinic.world.store.write(move |tx| {
            let held = store::tables::detectors::load(tx, id, organisation)?;
            let broken = store::tables::detectors::Detector { sealed_spec: vec![7; 60], ..held };
            store::tables::detectors::update(tx, &broken)?;
            store::tables::detectors::changed(tx, organisation, officer.now()).map(drop)
        })?;
        let sent = said(&clinic, "We open at nine.");
        let view = clinic.flow.message(&clinic.staff, sent.message)?;
        assert!(view.unread.contains("detectors"), "{:?}", view.unread);

        let officer = clinic.user(&[Role::Compliance]);
        let page = clinic.flow.detectors(&officer, &DetectorFilter::default(), None, 50)?;
        assert!(!page.rows[0].usable);
        assert!(clinic.flow.try_detectors(&officer, None, "x")?.broken);
        clinic.flow.remove_detector(&officer, id, REASON)?;
        let sent = said(&clinic, "We open at nine.");
        assert!(clinic.flow.message(&clinic.staff, sent.message)?.unread.is_empty());
    }

    /// Neither what it looks for nor its key is needed for that; only what can be read is switched on.
    fn what_cannot_be_read_is_switched_off_and_removed(store) {
        let clinic = Clinic::open(store);
        let officer = officer(&clinic);
        let broken = clinic.flow.add_detector(&officer, &heron(), REASON)?;
        let keyless = clinic.flow.add_detector(&officer, &numbers("KQ-#{6}"), REASON)?;
        let organisation = officer.organisation();
        let sealed = clinic.world.store.read(move |tx| {
            Ok(store::tables::detectors::load(tx, broken, organisation)?.sealed_spec)
        })?;
        assert_eq!(store.beside().replace("detectors", "sealed_spec", &sealed, &[7; 60]), 1);
        assert_eq!(store.beside().remove("item_keys", "item", keyless.as_bytes()), 1);
        for id in [broken, keyless] {
            clinic.flow.switch_detector(&officer, id, DetectorState::Off, REASON)?;
            let view = clinic.flow.detector(&officer, id)?;
            assert_eq!((view.detector.state, view.usable), (DetectorState::Off, false));
            let on = clinic.flow.switch_detector(&officer, id, DetectorState::On, REASON);
            assert_eq!(refusal(on).map(|(code, _)| code), Some(Code::StateConflict));
        }
        let sent = said(&clinic, "We open at nine.");
        assert!(clinic.flow.message(&clinic.staff, sent.message)?.unread.is_empty());
        for id in [broken, keyless] {
            // Another request: each has its own number.
            clinic.flow.remove_detector(&clinic.user(&[Role::Compliance]), id, REASON)?;
        }
        assert!(clinic.flow.detectors(&officer, &DetectorFilter::default(), None, 50)?.rows.is_empty());
        while clinic.world.sequence()? > 0 {}
        clinic.world.verify_ledger(organisation)?;
        let log = clinic.flow.audit(&officer, None, None, false)?;
        let of = |kind: &str| log.rows.iter().filter(|row| row.kind == kind).count();
        assert_eq!((of("detector.changed"), of("detector.removed")), (2, 2));
    }

    /// The reason is the switch's; beside one that is broken nothing is switched on.
    fn what_is_switched_keeps_what_it_looks_for(store) {
        let clinic = Clinic::open(store);
        let officer = officer(&clinic);
        let id = clinic.flow.add_detector(&officer, &heron(), REASON)?;
        clinic.flow.switch_detector(&officer, id, DetectorState::Off, "Too many hits")?;
        let view = clinic.flow.detector(&officer, id)?;
        let off = Detector { state: DetectorState::Off, ..heron() };
        assert_eq!((view.detector, view.reason.as_str()), (off, "Too many hits"));
        let broken = clinic.flow.add_detector(&officer, &numbers("KQ-#{6}"), REASON)?;
        assert_eq!(store.beside().remove("item_keys", "item", broken.as_bytes()), 1);
        let beside = refusal(clinic.flow.switch_detector(&officer, id, DetectorState::On, REASON));
        assert_eq!(beside, Some((Code::FieldInvalid, Some("/detectors".to_owned()))));
        assert_eq!(clinic.flow.detector(&officer, id)?.detector.state, DetectorState::Off);
        clinic.flow.remove_detector(&officer, broken, REASON)?;
        clinic.flow.switch_detector(&officer, id, DetectorState::On, REASON)?;
        assert_eq!(level(&clinic, &said(&clinic, "Take HRN-2044 along.")), PhiLevel::Certain.word());
    }

    /// What it looks for may be words of a project: neither a column nor a fact of an event has them.
    /// One that can be read alone and not beside the others is refused: mail is read by all of them.
    fn what_is_too_much_beside_the_others_is_refused(store) {
        let clinic = Clinic::open(store);
        let officer = officer(&clinic);
        let mut refused = None;
        for n in 0..60 {
            let large = Detector {
                name: format!("Large {}", char::from(b'A' + n)),
                spec: Spec::Expression(format!("{}[a-z0-9]{{2000}}", char::from(b'A' + n % 26))),
                ..heron()
            };
            if let Err(error) = clinic.flow.add_detector(&officer, &large, REASON) {
                refused = Some((n, refusal::<()>(Err(error))));
                break;
            }
        }
        let (n, refused) = refused.expect("all of them are too much");
        assert!(n > 0);
        assert_eq!(refused, Some((Code::FieldInvalid, Some("/detectors".to_owned()))));
        let sent = said(&clinic, "We open at nine.");
        assert!(clinic.flow.message(&clinic.staff, sent.message)?.unread.is_empty());
    }

    fn what_it_looks_for_is_sealed_and_every_change_is_on_record(store) {
        let clinic = Clinic::open(store);
        let officer = officer(&clinic);
        let words = Spec::Words(vec!["glass heron".to_owned(), "grey heron".to_owned()]);
        let new = Detector { spec: words.clone(), ..heron() };
        let id = clinic.flow.add_detector(&officer, &new, REASON)?;
        let view = clinic.flow.detector(&officer, id)?;
        assert_eq!((view.detector.spec, view.reason.as_str()), (words, REASON));
        clinic.flow.change_detector(&officer, id, &Detector { class: HitClass::Weak, ..new.clone() }, REASON)?;
        let organisation = officer.organisation();
        let row = clinic.world.store.read(move |tx| store::tables::detectors::load(tx, id, organisation))?;
        assert!(!row.sealed_spec.windows(5).any(|w| w == b"heron"));
        while clinic.world.sequence()? > 0 {}
        let log = clinic.flow.audit(&officer, None, None, false)?;
        let of = |kind: &str| log.rows.iter().filter(|row| row.kind == kind).count();
        assert_eq!((of("detector.added"), of("detector.changed")), (1, 1));
        for row in &log.rows {
            assert!(!format!("{:?}", row.facts).contains("glass"));
        }
        let bare = clinic.flow.remove_detector(&officer, id, "  ");
        assert_eq!(refusal(bare), Some((Code::FieldMissing, Some("/reason".to_owned()))));
    }

    /// Each field that cannot be used is named.
    fn what_cannot_be_used_is_refused_at_its_field(store) {
        let clinic = Clinic::open(store);
        let officer = officer(&clinic);
        let hot = |words: &[&str]| Some(HotWords {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            window: 100,
            raise: 20,
            near: Near::Required,
        });
        let cases = [
            (Detector { spec: Spec::Expression("(".to_owned()), ..heron() }, "/expression"),
            (Detector { spec: Spec::Expression("a*".to_owned()), ..heron() }, "/expression"),
            (Detector { spec: Spec::Words(vec![" ".to_owned()]), ..heron() }, "/words"),
            (numbers("#{2}"), "/shape"),
            (Detector { confidence: 0, ..heron() }, "/confidence"),
            (Detector { hot_words: hot(&[]), ..heron() }, "/hot_words"),
            (Detector { name: "SSN 536-90-4399".to_owned(), ..heron() }, "/name"),
            (Detector { name: "x".repeat(61), ..heron() }, "/name"),
        ];
        for (bad, place) in cases {
            let label = format!("{bad:?}");
            let refused = refusal(clinic.flow.add_detector(&officer, &bad, REASON).map(drop));
            assert_eq!(refused, Some((Code::FieldInvalid, Some(place.to_owned()))), "{label}");
        }
        clinic.flow.add_detector(&officer, &heron(), REASON)?;
        let again = refusal(clinic.flow.add_detector(&officer, &heron(), REASON).map(drop));
        assert_eq!(again, Some((Code::StateConflict, Some("/name".to_owned()))));
        let lone = Detector { hot_words: hot(&[]), ..numbers("#{7}") };
        clinic.flow.add_detector(&officer, &lone, REASON)?;
    }

    /// Those in force, or a draft; places and kinds, and nothing kept.
    fn a_text_is_tried_before_a_detector_is_added(store) {
        let clinic = Clinic::open(store);
        let officer = officer(&clinic);
        let text = "Dear colleague,\nsee HRN-2044.\n";
        let tried = clinic.flow.try_detectors(&officer, Some(&heron()), text)?;
        let found = tried.found.iter().find(|one| one.detector.is_some()).expect("it finds");
        assert_eq!((found.line, found.column, found.length), (2, 5, 8));
        assert_eq!(tried.level, PhiLevel::Certain);
        let now = clinic.flow.try_detectors(&officer, None, text)?;
        assert!(now.found.iter().all(|one| one.detector.is_none()));
        let administrator = clinic.user(&[Role::Administrator]);
        clinic.flow.try_detectors(&administrator, None, text)?;
        let denied = clinic.flow.add_detector(&administrator, &heron(), REASON).map(drop);
        assert_eq!(refusal(denied).map(|(code, _)| code), Some(Code::ActionForbidden));
    }

    /// Newest first, page by page, by state and by a word of the name.
    fn they_are_listed_and_searched(store) {
        let clinic = Clinic::open(store);
        let officer = officer(&clinic);
        for n in 0..5 {
            let name = format!("{} {n}", if n % 2 == 0 { "Heron" } else { "Plover" });
            clinic.flow.add_detector(&officer, &Detector { name, ..heron() }, REASON)?;
            clinic.clock.advance(std::time::Duration::from_secs(1));
        }
        let all = DetectorFilter::default();
        let first = clinic.flow.detectors(&officer, &all, None, 3)?;
        let names: Vec<&str> = first.rows.iter().map(|row| row.detector.name.as_str()).collect();
        assert_eq!((names, first.version), (vec!["Heron 4", "Plover 3", "Heron 2"], 5));
        let second = clinic.flow.detectors(&officer, &all, first.next.as_deref(), 3)?;
        assert_eq!((second.rows.len(), second.next), (2, None));
        let plover = DetectorFilter { word: "PLOV".to_owned(), state: Some(DetectorState::On) };
        assert_eq!(clinic.flow.detectors(&officer, &plover, None, 50)?.rows.len(), 2);
        let off = DetectorFilter { state: Some(DetectorState::Off), ..all };
        assert_eq!(clinic.flow.detectors(&officer, &off, None, 50)?.rows.len(), 0);
    }
}
