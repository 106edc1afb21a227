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
