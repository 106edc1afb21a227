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
        let page = browser.post("/console/archive", &[("query", "pump")]).await;
        assert_eq!(page.status, 404, "{name}");
    }
}
