//! The archive's page: searches, what they show, what they leave on record, and who may.

use ctx::Role;

use crate::clinic::Clinic;

#[tokio::test]
async fn an_officer_finds_a_letter_by_what_it_says_and_sees_the_words() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    let says = "Your insulin pump arrives on Tuesday & <b>soon</b>.";
    let sent = clinic.write(&clinic.ctx, "New pump", Some(says), None, vec![]);
    let sent = sent.message.to_string();
    let other = Some("The garage is closed on Tuesday.");
    clinic.write(&clinic.ctx, "Parking", other, None, vec![]);
    while clinic.records.archive().expect("archived") > 0 {}
    let mut officer = clinic.signed_in("ana@northside.example").await;

    let page = officer.get("/console/archive").await;
    assert!(
        page.body
            .contains("Everything that was accepted is archived"),
        "{}",
        page.body
    );
    let page = officer
        .post("/console/archive", &[("query", "pumps NOT garage")])
        .await;
    assert!(page.body.contains("<mark>pump</mark>"), "{}", page.body);
    assert!(page.body.contains(&sent), "{}", page.body);
    assert!(page.body.contains("New pump") && !page.body.contains("Parking"));
    assert!(
        page.body.contains("&lt;b&gt;soon"),
        "what a letter says is no markup"
    );

    let page = officer
        .post("/console/archive", &[("query", "nothinglikethis")])
        .await;
    assert!(page.body.contains("No message says that"));
    let page = officer
        .post("/console/archive", &[("query", "\"insulin pump")])
        .await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("Close every quotation mark"));
    let page = officer
        .post(
            "/console/archive",
            &[("query", "pump"), ("from", "2026-13-44")],
        )
        .await;
    assert_eq!(page.status, 422);
    let page = officer
        .post("/console/archive", &[("query", "pump"), ("after", "x")])
        .await;
    assert_eq!(page.status, 400);
}

#[tokio::test]
async fn what_was_searched_and_shown_is_on_record_and_in_no_link() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    let says = Some("Your insulin pump arrives.");
    clinic.write(&clinic.ctx, "New pump", says, None, vec![]);
    while clinic.records.archive().expect("archived") > 0 {}
    let mut officer = clinic.signed_in("ana@northside.example").await;
    let page = officer
        .post("/console/archive", &[("query", "insulin")])
        .await;
    assert!(
        !page.body.contains("query=insulin"),
        "no link holds the search"
    );
    while clinic.flow.world().sequence().expect("chained") > 0 {}
    let log = officer.get("/console/audit").await;
    assert!(log.body.contains("Archive searched"), "{}", log.body);
    assert!(log.body.contains("Words of archived messages shown"));
    assert!(!log.body.contains("insulin"));
}

#[tokio::test]
async fn what_cannot_be_found_in_full_is_named_with_its_reason() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    let mut officer = clinic.signed_in("ana@northside.example").await;
    let page = officer.get("/console/archive/unread").await;
    assert!(page.body.contains("Everything could be read"));
    let coded = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let sent = clinic.write(&clinic.ctx, "Form", Some(coded), None, vec![]);
    while clinic.records.archive().expect("archived") > 0 {}
    let page = officer.get("/console/archive").await;
    assert!(page.body.contains("/console/archive/unread"));
    let page = officer.get("/console/archive/unread").await;
    assert!(page.body.contains(&sent.message.to_string()));
    assert!(page.body.contains("letters that stand for a file"));
    assert!(!page.body.contains(coded));
    let page = officer.get("/console/archive/unread?after=x").await;
    assert_eq!(page.status, 400);
}

#[tokio::test]
async fn what_a_patient_answers_in_the_portal_came_in() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    let says = Some("Your test is fine.");
    let sent = clinic.write(&clinic.ctx, "Your results", says, None, vec![]);
    let link = clinic.link();
    let mut patient = clinic.browser();
    patient.get(&link).await;
    patient.post(&format!("{link}/code"), &[]).await;
    let code = clinic.code();
    patient
        .post(&format!("{link}/enter"), &[("code", &code)])
        .await;
    patient
        .post(
            &format!("{link}/reply"),
            &[("reply", "The stitches itch, doctor")],
        )
        .await;
    while clinic.records.archive().expect("archived") > 0 {}

    let mut officer = clinic.signed_in("ana@northside.example").await;
    let page = officer
        .post("/console/archive", &[("query", "stitches in:received")])
        .await;
    assert!(page.body.contains("<mark>stitches</mark>"), "{}", page.body);
    let page = officer
        .post("/console/archive", &[("query", "in:received")])
        .await;
    assert!(!page.body.contains(&sent.message.to_string()));
    let page = officer
        .post("/console/archive", &[("query", "stitches in:sent")])
        .await;
    assert!(page.body.contains("No message says that"), "{}", page.body);
}

#[tokio::test]
async fn a_search_that_is_too_long_is_refused_whole() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    let mut officer = clinic.signed_in("ana@northside.example").await;
    // its beginning alone would be a search of its own
    let long = format!("stitches {}", "a".repeat(2_000));
    let page = officer.post("/console/archive", &[("query", &long)]).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("Shorten the search to 2,000 octets"));
    let fits = "stitches ".repeat(60);
    let page = officer.post("/console/archive", &[("query", &fits)]).await;
    assert_eq!(page.status, 200);
}

#[tokio::test]
async fn nobody_else_searches() {
    let clinic = Clinic::open();
    for (name, role) in [
        ("staff", Role::Staff),
        ("admin", Role::Administrator),
        ("auditor", Role::Auditor),
    ] {
        let email = format!("{name}@northside.example");
        clinic.hire(&clinic.ctx, &email, &[role]);
        let mut browser = clinic.signed_in(&email).await;
        assert!(
            !browser
                .get("/console")
                .await
                .body
                .contains("/console/archive")
        );
        let page = browser.get("/console/archive").await;
        assert_eq!(page.status, 404, "{name}");
        let page = browser.get("/console/archive/unread").await;
        assert_eq!(page.status, 404, "{name}");
        let page = browser.post("/console/archive", &[("query", "pump")]).await;
        assert_eq!(page.status, 404, "{name}");
    }
}

#[tokio::test]
async fn what_was_found_leaves_as_a_package_that_is_on_record() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    let says = Some("Your insulin pump arrives on Tuesday.");
    clinic.write(&clinic.ctx, "New pump", says, None, vec![]);
    while clinic.records.archive().expect("archived") > 0 {}
    let mut officer = clinic.signed_in("ana@northside.example").await;
    let page = officer.get("/console/exports").await;
    assert!(page.body.contains("Nothing was exported"));
    officer.get("/console/archive").await;
    let page = officer.post("/console/archive", &[("query", "pump")]).await;
    assert!(page.body.contains("Export what was found"));
    let page = officer
        .post("/console/exports", &[("act", "ask"), ("query", "pump")])
        .await;
    assert!(page.body.contains("value=\"pump\""), "{}", page.body);

    let mut asked = vec![
        ("query", "pump"),
        ("purpose", "Subpoena"),
        ("format_dat", "yes"),
    ];
    let page = officer.post("/console/exports", &asked).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("Say to whom it goes") && page.body.contains("Subpoena"));
    asked.push(("recipient", "Doe <& Roe>"));
    let page = officer.post("/console/exports", &asked).await;
    assert!(page.body.contains("It shows only now"), "{}", page.body);
    let at = page.body.find("/console/exports/exp_").expect("a link");
    let link: String = page.body[at..].chars().take_while(|c| *c != '"').collect();

    let page = officer.get(&link).await;
    assert_eq!(page.status, 200);
    assert!(page.body.starts_with("PK") && !page.body.contains("insulin"));
    let page = officer.get("/console/exports").await;
    assert!(page.body.contains("downloaded once") && page.body.contains("Doe &lt;&amp; Roe&gt;"));
    assert!(!page.body.contains("It shows only now"));

    clinic.hire(
        &clinic.ctx,
        "admin@northside.example",
        &[Role::Administrator],
    );
    let mut admin = clinic.signed_in("admin@northside.example").await;
    assert_eq!(admin.get("/console/exports").await.status, 404);
    assert_eq!(admin.get(&link).await.status, 404);
}

#[tokio::test]
async fn a_hit_opens_with_what_is_on_record_and_the_opening_is_too() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    clinic.hire(&clinic.ctx, "sam@northside.example", &[Role::Staff]);
    let says = Some("Your insulin pump arrives on Tuesday & <b>soon</b>.");
    let sent = clinic.write(&clinic.ctx, "New pump", says, None, vec![]);
    let path = format!("/console/archive/{}", sent.message);
    let mut officer = clinic.signed_in("ana@northside.example").await;
    assert_eq!(officer.get(&path).await.status, 404, "not archived yet");
    while clinic.records.archive().expect("archived") > 0 {}
    officer.get("/console/archive").await;
    let page = officer.post("/console/archive", &[("query", "pump")]).await;
    assert!(page.body.contains(&path), "{}", page.body);
    let page = officer.get(&path).await;
    for shown in [
        "New pump",
        "&lt;b&gt;soon",
        "No hold keeps it",
        "By the rule",
        "How long it is kept",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    assert!(!page.body.contains("<b>soon"));
    let other = "/console/archive/msg_00000000000000000000000000";
    assert_eq!(officer.get(other).await.status, 404);
    let mut staff = clinic.signed_in("sam@northside.example").await;
    assert_eq!(staff.get(&path).await.status, 404);
    while clinic.flow.world().sequence().expect("chained") > 0 {}
    let log = officer.get("/console/audit").await;
    let opened = log.body.matches("Archived message opened").count();
    assert_eq!(opened, 1, "{}", log.body);
}

#[tokio::test]
async fn a_search_is_saved_run_shared_changed_and_removed() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    clinic.hire(&clinic.ctx, "kim@northside.example", &[Role::Compliance]);
    let (mut ana, mut kim) = (
        clinic.signed_in("ana@northside.example").await,
        clinic.signed_in("kim@northside.example").await,
    );
    let here = "/console/archive/searches";
    let hits = ana
        .post("/console/archive", &[("query", "pump in:sent")])
        .await;
    assert!(
        hits.body.contains("Save a search"),
        "what found nothing can be kept as well"
    );
    let begun = ana
        .post(here, &[("act", "begin"), ("query", "pump in:sent")])
        .await;
    assert!(
        begun.body.contains("value=\"pump in:sent\""),
        "{}",
        begun.body
    );
    let nameless = ana.post(here, &[("query", "pump in:sent")]).await;
    assert_eq!(nameless.status, 422);
    assert!(nameless.body.contains("Say what the search is called"));
    let unclear = [("name", "Recall"), ("query", "\"pump")];
    assert_eq!(ana.post(here, &unclear).await.status, 422);
    let days = [("from", "2026-03-04"), ("to", "2026-03-03")];
    let wrong = [("name", "Recall"), ("query", "pump"), days[0], days[1]];
    assert_eq!(ana.post(here, &wrong).await.status, 422);

    let kept = [("name", "Recall"), ("query", "pump in:sent")];
    let saved = ana.post(here, &kept).await;
    assert!(saved.body.contains("The search is saved"), "{}", saved.body);
    let page = kim.get(here).await;
    assert!(!page.body.contains("Recall"), "it is not shared");
    let list = ana.get(here).await.body.clone();
    let from = list.find("/console/archive/searches/svs_").expect("a link");
    let one: String = list[from..].chars().take_while(|c| *c != '"').collect();
    assert_eq!(kim.get(&one).await.status, 404);
    let shared = [
        ("name", "Pump recall"),
        ("query", "pump in:sent"),
        ("shared", "yes"),
    ];
    let changed = ana.post(&one, &shared).await;
    assert!(changed.body.contains("The search is changed"));
    let page = kim.get(here).await;
    assert!(page.body.contains("Pump recall") && page.body.contains("pump in:sent"));
    assert_eq!(
        kim.post(&one, &[("act", "remove")]).await.status,
        404,
        "not hers"
    );
    let asks = ana.get(&format!("{one}?remove=ask")).await;
    assert!(asks.body.contains("Remove this search?"));
    let removed = ana.post(&one, &[("act", "remove")]).await;
    assert!(removed.body.contains("The search is removed"));
    assert!(!kim.get(here).await.body.contains("Pump recall"));
    while clinic.flow.world().sequence().expect("chained") > 0 {}
    let log = ana.get("/console/audit").await;
    assert!(log.body.contains("Search saved") && log.body.contains("Saved search removed"));
    assert!(!log.body.contains("Pump recall"));
}

#[tokio::test]
async fn each_night_the_archive_is_compared_with_what_was_accepted() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    clinic.hire(&clinic.ctx, "sam@northside.example", &[Role::Staff]);
    let mut officer = clinic.signed_in("ana@northside.example").await;
    let page = officer.get("/console/archive/gap").await;
    assert!(page.body.contains("No night has passed yet"));
    clinic.write(&clinic.ctx, "New pump", Some("It comes."), None, vec![]);
    while clinic.records.archive().expect("archived") > 0 {}
    clinic.records.check_archives().expect("checked");
    let page = officer.get("/console/archive/gap").await;
    assert!(
        page.body.contains("1 of 1 archived") && page.body.contains("Complete"),
        "{}",
        page.body
    );
    assert_eq!(
        officer.get("/console/archive/gap?after=x").await.status,
        400
    );
    let mut staff = clinic.signed_in("sam@northside.example").await;
    assert_eq!(staff.get("/console/archive/gap").await.status, 404);
}
