//! The pages of legal holds: from a matter to a release that takes two.

use ctx::Role;

use crate::clinic::Clinic;

/// What stands behind `"` from a beginning on, such as an address or the value of an option.
fn quoted<'a>(page: &'a str, begins: &str) -> &'a str {
    let at = page
        .find(&format!("\"{begins}"))
        .unwrap_or_else(|| panic!("{begins} in {page}"));
    let rest = &page[at + 1..];
    &rest[..rest.find('"').expect("it ends")]
}

#[tokio::test]
async fn two_people_end_what_one_has_placed() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    clinic.hire(&clinic.ctx, "bo@northside.example", &[Role::Administrator]);
    let sent = clinic.write(
        &clinic.ctx,
        "Wing",
        Some("The asbestos report is here."),
        None,
        vec![],
    );
    let sent = sent.message.to_string();
    while clinic.records.archive().expect("archived") > 0 {}
    let mut ana = clinic.signed_in("ana@northside.example").await;

    let page = ana.get("/console/holds").await;
    assert!(page.body.contains("Nothing is on hold") && page.body.contains("Open a matter first"));
    let page = ana
        .post("/console/holds", &[("act", "open"), ("name", " ")])
        .await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("Give the matter a name"));
    ana.post(
        "/console/holds",
        &[("act", "open"), ("name", "East <wing>")],
    )
    .await;
    let page = ana.get("/console/holds?done=opened").await;
    assert!(
        page.body.contains("East &lt;wing&gt;"),
        "a name is no markup"
    );
    let matter = quoted(&page.body, "mat_").to_owned();

    let place = |query: &'static str, custodians: &'static str, reason: &'static str| {
        let matter = matter.clone();
        [
            ("act", "place".to_owned()),
            ("matter", matter),
            ("query", query.to_owned()),
            ("custodians", custodians.to_owned()),
            ("reason", reason.to_owned()),
        ]
    };
    for (fields, told) in [
        (place("asbestos", "", ""), "Say why"),
        (place("\"asbestos", "", "A claim"), "cannot be searched for"),
        (
            place("asbestos", "kim", "A claim"),
            "one email address a line",
        ),
    ] {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let page = ana.post("/console/holds", &fields).await;
        assert_eq!(page.status, 422, "{told}");
        assert!(page.body.contains(told), "{told}");
    }
    let fields = place(
        "asbestos",
        "lee@northside.example, KIM@northside.example",
        "A claim",
    );
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    ana.post("/console/holds", &fields).await;
    let fields = place("asbestos", "", "A claim");
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    ana.post("/console/holds", &fields).await;
    let page = ana.get("/console/holds").await;
    assert!(page.body.contains("2 custodians") && page.body.contains("Everybody"));

    let hold = quoted(&page.body, "/console/holds/hld_").to_owned();
    let page = ana.get(&hold).await;
    assert!(
        page.body.contains(&sent) && page.body.contains("1 message is covered"),
        "{}",
        page.body
    );
    ana.post(&hold, &[("act", "ask"), ("reason", "Settled")])
        .await;
    let page = ana.get(&hold).await;
    assert!(
        page.body
            .contains("Somebody other than the person who asked")
    );
    assert!(!page.body.contains("Agree to its release"));
    let page = ana
        .post(&hold, &[("act", "release"), ("reason", "Settled")])
        .await;
    assert_eq!(page.status, 404, "their own");

    let mut bo = clinic.signed_in("bo@northside.example").await;
    let page = bo.get(&hold).await;
    assert!(page.body.contains("Agree to its release"));
    let page = bo.post(&hold, &[("act", "release"), ("reason", "")]).await;
    assert_eq!(page.status, 422);
    bo.post(&hold, &[("act", "release"), ("reason", "Settled")])
        .await;
    let page = bo.get(&hold).await;
    assert!(page.body.contains("Released, still binds"), "{}", page.body);
    ana.post(&hold, &[("act", "refuse"), ("reason", "An appeal")])
        .await;
    let page = ana.get(&hold).await;
    assert!(
        page.body.contains("Ask for its release"),
        "it binds as before"
    );
}

#[tokio::test]
async fn holds_are_shown_to_those_who_answer_for_them() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "staff@northside.example", &[Role::Staff]);
    clinic.hire(&clinic.ctx, "auditor@northside.example", &[Role::Auditor]);
    let mut staff = clinic.signed_in("staff@northside.example").await;
    assert!(!staff.get("/console").await.body.contains("/console/holds"));
    assert_eq!(staff.get("/console/holds").await.status, 404);
    let mut auditor = clinic.signed_in("auditor@northside.example").await;
    let page = auditor.get("/console/holds").await;
    assert!(page.body.contains("Nothing is on hold") && !page.body.contains("Open the matter"));
    let page = auditor
        .post("/console/holds", &[("act", "open"), ("name", "x")])
        .await;
    assert_eq!(page.status, 404);
}

#[tokio::test]
async fn a_rule_of_retention_takes_two_who_have_seen_what_it_changes() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Compliance]);
    clinic.hire(&clinic.ctx, "bo@northside.example", &[Role::Administrator]);
    let mut ana = clinic.signed_in("ana@northside.example").await;
    let page = ana.get("/console/retention").await;
    assert!(page.body.contains("Nobody has said yet"), "{}", page.body);
    let profile = serde_json::json!({"states": ["US-CA"], "provider_types": ["hospital"], "zone": "America/Los_Angeles"});
    let profile = serde_json::from_value(profile).expect("a profile");
    let set = clinic
        .records
        .set_keeping_profile(&clinic.ctx, &profile, "We are a hospital");
    set.expect("set");
    let page = ana.get("/console/retention").await;
    let rule = quoted_after(&page.body, "name=\"rule\" value=");
    let propose = |reason: &'static str| {
        let rule = rule.clone();
        [
            ("act", "enable".to_owned()),
            ("rule", rule),
            ("version", "1".to_owned()),
            ("reason", reason.to_owned()),
        ]
    };
    for (reason, status) in [("", 422), ("Counsel read it", 303), ("Again", 422)] {
        let fields = propose(reason);
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let page = ana.post("/console/retention", &fields).await;
        assert!(
            page.status == status || (status == 303 && page.status == 200),
            "{reason}: {}",
            page.status
        );
    }
    let page = ana.get("/console/retention").await;
    assert!(page.body.contains("Not shown yet"), "{}", page.body);
    ana.post("/console/retention", &[("act", "show"), ("number", "1")])
        .await;
    let page = ana.get("/console/retention").await;
    assert!(
        page.body
            .contains("Somebody other than the person who proposed it")
    );
    let approve = [
        ("act", "approve"),
        ("number", "1"),
        ("reason", "I read it, too"),
    ];
    assert_eq!(
        ana.post("/console/retention", &approve).await.status,
        404,
        "their own"
    );

    let mut bo = clinic.signed_in("bo@northside.example").await;
    let page = bo.get("/console/retention").await;
    assert!(page.body.contains("value=\"approve\"") && !page.body.contains("value=\"reject\""));
    bo.post("/console/retention", &approve).await;
    let page = bo.get("/console/retention").await;
    assert!(page.body.contains("Counts from"), "{}", page.body);
}

fn quoted_after(page: &str, begins: &str) -> String {
    let at = page
        .find(begins)
        .unwrap_or_else(|| panic!("{begins} in {page}"));
    let rest = &page[at + begins.len() + 1..];
    rest[..rest.find('"').expect("it ends")].to_owned()
}
