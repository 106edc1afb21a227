//! Rules and what they hold, as officers and senders meet them.

use axum::http::StatusCode;
use ctx::Role;
use flow::Receipt;

use crate::browser::Browser;
use crate::clinic::Clinic;

const RULES: &str = "# two look at everything\nrule two-people \"Everything twice\":\n  when always\n  then quarantine with second person notify compliance\n  because one wrong address would be a breach\n";
const SHADOW: &str = "rule tables in shadow:\n  when always\n  then block\n  because tables most often name too many people\n";

async fn officer(clinic: &Clinic, email: &str) -> Browser {
    clinic.hire(&clinic.ctx, email, &[Role::Compliance]);
    clinic.signed_in(email).await
}

/// Written, tried and made active, as the pages lead.
async fn activate(clinic: &Clinic, browser: &mut Browser, text: &str) {
    browser.get("/console/rules/new").await;
    let fields = [("text", text), ("reason", "the board asked for it")];
    let page = browser.post("/console/rules/new", &fields).await;
    assert!(page.says("Saved as a draft"), "{}", page.body);
    let page = browser.post("/console/rules/1", &[("days", "7")]).await;
    assert!(page.says("Trial: 0 % done"), "{}", page.body);
    clinic.work();
    let page = browser.get("/console/rules/1").await;
    assert!(
        page.says("What it would have done in the last 7 days"),
        "{}",
        page.body
    );
    browser.get("/console/rules/1/activate").await;
    let reason = [("reason", "the trial was as we wished")];
    let page = browser.post("/console/rules/1/activate", &reason).await;
    assert!(page.says("It is in force."), "{}", page.body);
}

fn send(clinic: &Clinic) -> Receipt {
    let letter = clinic.letter(
        "Your visit",
        Some("Her number is 536-90-4399, for the diabetes clinic."),
    );
    let draft = clinic
        .flow
        .draft_from_letter(&clinic.ctx, letter)
        .expect("a draft");
    clinic
        .flow
        .submit(&clinic.ctx, draft, None)
        .expect("accepted")
}

#[tokio::test]
async fn a_fault_stands_beside_its_line_and_the_text_is_kept() {
    let clinic = Clinic::open();
    let mut browser = officer(&clinic, "ana@northside.example").await;
    let page = browser.get("/console/rules").await;
    assert!(page.says("No rules of your own yet") && page.says("Start from the starter rules"));
    let page = browser.get("/console/rules/new?from=starter").await;
    assert!(page.says("rule whole-records") && page.says("first-time recipient"));
    let text = RULES.replace("always", "leval at least likely");
    let fields = [("text", text.as_str()), ("reason", "a try")];
    let page = browser.post("/console/rules/new", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.says("Line 3") && page.says("Ask for one of the facts in the list."),
        "{}",
        page.body
    );
    assert!(page.says("# two look at everything"), "the text is kept");
    let fields = [("text", RULES), ("reason", " ")];
    let page = browser.post("/console/rules/new", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Write why"), "{}", page.body);
    assert!(
        browser
            .get("/console/rules")
            .await
            .says("No rules of your own yet"),
        "nothing was kept"
    );
}

#[tokio::test]
async fn a_trial_shows_what_last_weeks_mail_would_have_met_and_goes_before_the_activation() {
    let clinic = Clinic::open();
    let mut browser = officer(&clinic, "ana@northside.example").await;
    let sent = send(&clinic);
    clinic.post_round();
    browser.get("/console/rules/new").await;
    let fields = [("text", RULES), ("reason", "the board asked for it")];
    let page = browser.post("/console/rules/new", &fields).await;
    assert!(
        page.says("It can be made active once it was tried."),
        "{}",
        page.body
    );
    let reason = [("reason", "at once")];
    let page = browser.post("/console/rules/1/activate", &reason).await;
    assert!(page.says("Try it first"), "{}", page.body);
    browser.get("/console/rules/1").await;
    let page = browser.post("/console/rules/1", &[("days", "7")]).await;
    for words in [
        "Trial: 0 % done",
        "data-again",
        "http-equiv=\"refresh\"",
        "is running",
    ] {
        assert!(page.says(words), "{words}: {}", page.body);
    }
    assert!(!page.says("The last 30 days"), "one at a time");
    let early = browser.post("/console/rules/1/activate", &reason).await;
    assert!(early.says("Try it first"), "{}", early.body);
    clinic.work();
    let page = browser.get("/console/rules/1").await;
    assert!(!page.says("data-again"), "{}", page.body);
    assert!(page.says("Compared with the platform"), "{}", page.body);
    assert!(
        page.says("1 recipient would have got mail another way"),
        "{}",
        page.body
    );
    assert!(
        page.says(&format!("/console/messages/{}", sent.message)),
        "an example"
    );
    assert!(!page.says("536-90-4399") && !page.says("pat@mail.example"));
    browser.get("/console/rules/1/activate").await;
    let page = browser.post("/console/rules/1/activate", &reason).await;
    assert!(
        page.says("It is in force.") && page.says("Everything twice"),
        "{}",
        page.body
    );
    let held = send(&clinic);
    clinic.post_round();
    assert!(
        browser
            .get("/console/held")
            .await
            .says(&held.message.to_string())
    );
    browser.get("/console/rules/retire").await;
    let page = browser.post("/console/rules/retire", &reason).await;
    assert!(page.says("rules stand alone."), "{}", page.body);
}

#[tokio::test]
async fn two_people_release_and_the_second_sees_who_agreed() {
    let clinic = Clinic::open();
    let mut ana = officer(&clinic, "ana@northside.example").await;
    let mut bo = officer(&clinic, "bo@northside.example").await;
    activate(&clinic, &mut ana, RULES).await;
    let held = send(&clinic).message;
    let told = clinic.post_round();
    assert_eq!(told.len(), 2, "both officers hear of it");
    let says = |word: &str| told.iter().any(|text| text.contains(word));
    assert!(says("/console/held") && !says("pat@") && !says("536-90") && !says("two-people"));
    let page = ana.get("/console/held?rule=two-people").await;
    assert!(
        page.says(&held.to_string()) && page.says("It takes two people."),
        "{}",
        page.body
    );
    assert!(
        ana.get("/console/held?rule=other")
            .await
            .says("Nothing fits this filter")
    );
    let ask = format!("/console/held/{held}");
    let page = ana.get(&ask).await;
    assert!(page.says("Everything twice") && page.says("one wrong address would be a breach"));
    assert!(
        page.says("Social Security number") && page.says("Agree to the release"),
        "{}",
        page.body
    );
    assert!(
        !page.says("536-90-4399") && !page.says("pat@mail.example"),
        "no value, no address"
    );
    let reason = [("act", "release"), ("reason", "asked for by phone")];
    let page = ana.post(&ask, &reason).await;
    assert!(
        page.says("You agreed. Somebody else has to agree too"),
        "{}",
        page.body
    );
    assert!(clinic.post_round().is_empty(), "nothing left");
    ana.get(&ask).await;
    let page = ana.post(&ask, &reason).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("You agreed already."), "{}", page.body);
    let page = bo.get("/console/held?waits_for=second_person").await;
    assert!(
        page.says("Ana Ortiz agreed. Somebody else has to."),
        "{}",
        page.body
    );
    bo.get(&ask).await;
    let page = bo.post(&ask, &reason).await;
    assert!(page.says("Released."), "{}", page.body);
    assert_eq!(clinic.post_round().len(), 1, "it leaves");
    send(&clinic);
    assert!(clinic.post_round().is_empty(), "one notice an hour");
}

#[tokio::test]
async fn what_was_found_shows_by_place_and_an_opinion_is_kept() {
    let clinic = Clinic::open();
    let mut browser = officer(&clinic, "ana@northside.example").await;
    activate(&clinic, &mut browser, SHADOW).await;
    let sent = send(&clinic).message;
    clinic.post_round();
    let path = format!("/console/messages/{sent}");
    let page = browser.get(&path).await;
    assert!(
        page.says("What was found") && page.says("<dt>Text</dt>"),
        "{}",
        page.body
    );
    assert!(page.says("Rule tables, in shadow, would have asked for") && page.says("Blocked"));
    assert!(!page.says("536-90-4399"));
    let said = [("opinion", "not_phi"), ("back", "message")];
    let page = browser.post(&format!("{path}/opinion"), &said).await;
    assert!(page.says("You said: this is no PHI."), "{}", page.body);
    let said = [("opinion", "missed_phi"), ("back", "message")];
    let page = browser.post(&format!("{path}/opinion"), &said).await;
    assert!(page.says("You said: PHI was missed.") && !page.says("this is no PHI."));
}

#[tokio::test]
async fn those_who_may_not_change_rules_see_no_way_to() {
    let clinic = Clinic::open();
    let mut officer = officer(&clinic, "ana@northside.example").await;
    activate(&clinic, &mut officer, RULES).await;
    clinic.hire(&clinic.ctx, "audit@northside.example", &[Role::Auditor]);
    let mut auditor = clinic.signed_in("audit@northside.example").await;
    let page = auditor.get("/console/rules").await;
    assert!(
        page.says("Everything twice") && !page.says("/console/rules/new"),
        "{}",
        page.body
    );
    assert_eq!(
        auditor.get("/console/rules/new").await.status,
        StatusCode::NOT_FOUND
    );
    clinic.hire(&clinic.ctx, "nurse@northside.example", &[Role::Staff]);
    let mut nurse = clinic.signed_in("nurse@northside.example").await;
    assert_eq!(
        nurse.get("/console/rules").await.status,
        StatusCode::NOT_FOUND
    );
    let held = send(&clinic).message;
    clinic.post_round();
    let page = nurse.get(&format!("/console/messages/{held}")).await;
    assert!(
        page.says("What to do:") && !page.says("Release or reject"),
        "{}",
        page.body
    );
}
