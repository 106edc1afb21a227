//! What cannot be taken back asks before it happens: with the script by a dialog, without it by a page.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use caduceus_web::face::Face;
use caduceus_web::pages::pictures;
use ctx::Role;
use model::Stream;

use crate::clinic::Clinic;

const ANA: &str = "ana@northside.example";

/// A form that the script guards: where it goes, what it sends, and the record of its act.
struct Guarded {
    door: String,
    fields: Vec<(&'static str, String)>,
    kind: &'static str,
}

/// Where forms that the script guards lead to, in any sample of any page.
fn doors() -> BTreeSet<String> {
    let face = Face::new("/assets").expect("templates compile");
    let mut doors = BTreeSet::new();
    for picture in pictures(&face).expect("every sample renders") {
        for form in picture.html.split("<form ").skip(1) {
            let head = form.split('>').next().unwrap_or_default();
            if head.contains("data-confirm=") {
                let (_, door) = head.split_once("action=\"").expect("it leads somewhere");
                doors.insert(door.split('"').next().unwrap_or_default().to_owned());
            }
        }
    }
    doors
}

/// What to send to such a door in this clinic.
fn guarded(clinic: &Clinic, door: &str) -> Guarded {
    let segments: Vec<&str> = door.split('/').skip(2).collect();
    match segments.as_slice() {
        ["messages", "cancel"] => {
            let mut letter = clinic.letter("Hello", Some("Hello"));
            letter.send_at = Some(
                clinic
                    .flow
                    .world()
                    .now()
                    .plus(std::time::Duration::from_secs(3_600)),
            );
            let draft = clinic.flow.draft_from_letter(&clinic.ctx, letter);
            let receipt = clinic
                .flow
                .submit(&clinic.ctx, draft.expect("a draft"), None);
            let id = receipt.expect("accepted").message.to_string();
            Guarded {
                door: door.to_owned(),
                fields: vec![("id", id)],
                kind: "message.cancelled",
            }
        }
        ["domains", _, "rotate"] => Guarded {
            door: "/console/domains/northside.example/rotate".to_owned(),
            fields: Vec::new(),
            kind: "domain.key_prepared",
        },
        ["suppressions", "add"] => Guarded {
            door: door.to_owned(),
            fields: vec![
                ("stream", "marketing".to_owned()),
                ("text", "lee@mail.example\nkim@mail.example".to_owned()),
            ],
            kind: "suppression.import_begun",
        },
        ["suppressions", "imports", _] => {
            let text: String = (0..1_800)
                .map(|n| format!("lee{n}@mail.example\n"))
                .collect();
            let begun = clinic
                .flow
                .begin_import(&clinic.ctx, &text, Stream::Marketing);
            Guarded {
                door: format!(
                    "/console/suppressions/imports/{}",
                    begun.expect("an import")
                ),
                fields: Vec::new(),
                kind: "suppression.imported",
            }
        }
        _ => panic!("{door} asks where scripts run: add here what to send it without"),
    }
}

/// How often something is on record.
fn acts(clinic: &Clinic, kind: &str) -> usize {
    while clinic.flow.world().sequence().expect("chained") > 0 {}
    let page = clinic.flow.audit(&clinic.ctx, Some(kind), None, false);
    page.expect("the audit log").rows.len()
}

#[tokio::test]
async fn every_form_that_asks_by_script_asks_without_it_too() {
    let doors = doors();
    assert!(doors.len() >= 3, "{doors:?}");
    for door in doors {
        let clinic = Clinic::open();
        clinic.hire(&clinic.ctx, ANA, &[Role::Administrator]);
        let mut browser = clinic.signed_in(ANA).await;
        let form = guarded(&clinic, &door);
        let mut fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        browser.get("/console").await;
        let before = acts(&clinic, form.kind);
        let page = browser.post(&form.door, &fields).await;
        assert_eq!(page.status, StatusCode::OK, "{door}");
        assert!(
            page.says("name=\"sure\" value=\"yes\""),
            "{door} does not ask: {}",
            page.body
        );
        assert!(
            page.says(&format!("action=\"{}\"", form.door)),
            "{door}: {}",
            page.body
        );
        for (_, value) in &form.fields {
            assert!(
                page.says(&format!("value=\"{value}\"")),
                "{door} forgets {value}"
            );
        }
        assert_eq!(
            acts(&clinic, form.kind),
            before,
            "{door} acts before it asks"
        );
        fields.push(("sure", "yes"));
        browser.post(&form.door, &fields).await;
        assert!(
            acts(&clinic, form.kind) > before,
            "{door} does not act when told"
        );
    }
}
