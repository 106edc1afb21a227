//! Staff: signing in, the list, one message, opening it, its proof, the audit log.

use axum::http::StatusCode;
use ctx::Role;

use crate::browser::Browser;
use crate::clinic::{Clinic, PASSWORD, found};

const ANA: &str = "ana@northside.example";
const ALL: &[Role] = &[Role::Administrator, Role::Compliance, Role::Staff];

async fn desk(clinic: &Clinic, roles: &[Role]) -> Browser {
    clinic.hire(&clinic.ctx, ANA, roles);
    clinic.signed_in(ANA).await
}

#[tokio::test]
async fn signing_in_takes_password_and_second_factor_and_returns_to_where_one_was() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, ALL);
    let mut browser = clinic.browser();
    let page = browser.get("/console/audit?kind=portal.read").await.clone();
    assert!(page.says("<h1>Sign in</h1>"));
    assert_eq!(
        page.find("name=\"back\" value=\""),
        Some("/console/audit?kind=portal.read")
    );
    let wrong = browser
        .post("/console/sign-in", &[("email", ANA), ("password", "wrong")])
        .await
        .clone();
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.says("The email address or the password is not right") && wrong.says(ANA),
        "input is kept"
    );
    let back = ("back", "/console/audit?kind=portal.read");
    let page = browser
        .post(
            "/console/sign-in",
            &[("email", ANA), ("password", PASSWORD), back],
        )
        .await
        .clone();
    let secret = page.find("data-copy=\"").expect("the key").replace(' ', "");
    assert!(page.says("<svg class=\"qr\"") && !browser.cookies.contains_key("__Host-session"));
    // half signed in is not signed in
    assert!(browser.get("/console").await.says("<h1>Sign in</h1>"));
    browser.get("/console/sign-in/set-up").await;
    let page = browser
        .post("/console/sign-in/set-up", &[("code", "000000"), back])
        .await
        .clone();
    let shown = page
        .find("data-copy=\"")
        .expect("a new key")
        .replace(' ', "");
    assert!(page.says("This code is not right") && shown != secret);
    let code = clinic.code_of(&shown);
    let page = browser
        .post("/console/sign-in/set-up", &[("code", &code), back])
        .await;
    assert!(page.says("<h1>Audit log</h1>") && page.says("Ana Ortiz"));
    // the next time the app is known
    browser.post("/console/sign-out", &[]).await;
    assert!(browser.page.says("You are signed out."));
    clinic.wait(5);
    let page = browser
        .post(
            "/console/sign-in",
            &[("email", ANA), ("password", PASSWORD)],
        )
        .await;
    assert!(page.says("<h1>Enter your code</h1>"));
    let code = clinic.code_of(&shown);
    assert!(
        browser
            .post("/console/sign-in/code", &[("code", &code)])
            .await
            .says("<h1>Overview</h1>")
    );
}

#[tokio::test]
async fn an_idle_session_ends_and_leads_back() {
    let clinic = Clinic::open();
    let mut browser = desk(&clinic, ALL).await;
    clinic.wait(16);
    let page = browser.get("/console/messages?state=held").await;
    assert!(page.says("Your session ended.") && page.says("state=held"));
}

#[tokio::test]
async fn returning_never_leads_elsewhere() {
    let clinic = Clinic::open();
    let mut browser = clinic.browser();
    for back in [
        "https://evil.example/console",
        "//evil.example",
        "/console//evil.example",
        "/console/../p/x\\",
        "/p/x",
        "",
    ] {
        let path = format!(
            "/console/sign-in?{}",
            crate::browser::encode(&[("back", back)])
        );
        let page = browser.get(&path).await;
        assert_eq!(
            page.find("name=\"back\" value=\""),
            Some("/console"),
            "{back}"
        );
    }
}

#[tokio::test]
async fn a_message_is_explained_opened_on_record_and_proven() {
    let clinic = Clinic::open();
    let receipt = clinic.write(
        &clinic.ctx,
        "Your test results",
        Some("your test is fine"),
        None,
        Vec::new(),
    );
    let link = clinic.link();
    let mut patient = clinic.browser();
    patient.get(&link).await;
    patient.post(&format!("{link}/code"), &[]).await;
    let code = clinic.code();
    patient
        .post(&format!("{link}/enter"), &[("code", &code)])
        .await;
    patient
        .post(&format!("{link}/reply"), &[("reply", "Thank you, doctor")])
        .await;
    clinic.post_round();

    let mut browser = desk(&clinic, ALL).await;
    let list = browser.get("/console/messages").await.clone();
    let path = format!("/console/messages/{}", receipt.message);
    assert!(
        list.says(&path) && list.says("Read in portal"),
        "{}",
        list.body
    );
    for telling in ["Your test results", "pat@mail.example", "fine", "Thank you"] {
        assert!(!list.says(telling), "the list says {telling}");
    }
    let sealed = browser.get(&path).await.clone();
    assert!(
        sealed.says("Why this way") && sealed.says("Read in portal") && sealed.says("Reply of"),
        "{}",
        sealed.body
    );
    for step in [
        "Accepted",
        "Decided",
        "Sealed",
        "Sent",
        "Delivered",
        "Opened",
    ] {
        assert!(sealed.says(&format!("<h3>{step}</h3>")), "{step}");
    }
    assert!(
        !sealed.says("fine")
            && !sealed.says("pat@mail.example")
            && !sealed.says("Your test results")
    );

    let opened = browser.post(&format!("{path}/open"), &[]).await.clone();
    assert!(
        opened.says("your test is fine")
            && opened.says("pat@mail.example")
            && opened.says("Thank you, doctor"),
        "{}",
        opened.body
    );
    clinic.post_round();
    let log = browser.get("/console/audit?kind=message.opened").await;
    assert!(
        log.says("Content opened by staff")
            && log.says(&receipt.message.to_string())
            && log.says("The log is whole")
    );

    let proof = format!("/console/proof/{}", receipt.recipients[0].id);
    assert!(opened.says(&proof));
    let bundle = browser.get(&proof).await;
    assert!(
        bundle.says("caduceus-proof/v1")
            && bundle.header("content-disposition").contains(".proof.json")
    );
    assert!(
        browser
            .get("/console/audit/checkpoint")
            .await
            .says(&clinic.ctx.organisation().to_string())
    );
    let csv = browser.get("/console/messages.csv").await;
    assert!(
        csv.says(&receipt.message.to_string())
            && csv.header("content-type").starts_with("text/csv")
    );
}

#[tokio::test]
async fn cancelling_asks_first_and_says_what_came_of_it() {
    let clinic = Clinic::open();
    let receipt = clinic.write(&clinic.ctx, "s", Some("t"), None, Vec::new());
    let mut browser = desk(&clinic, ALL).await;
    let id = receipt.message.to_string();
    let page = browser.get(&format!("/console/messages/{id}")).await;
    assert!(page.says("Cancel what has not left"), "{}", page.body);
    let asked = browser
        .post("/console/messages/cancel", &[("id", &id)])
        .await;
    assert!(asked.says("<h1>Cancel 1 message?</h1>") && asked.says("This cannot be undone."));
    let done = browser
        .post("/console/messages/cancel", &[("id", &id), ("sure", "yes")])
        .await;
    assert!(
        done.says("Delivery to 1 recipient was cancelled."),
        "{}",
        done.body
    );
    assert!(clinic.post_round().is_empty());
    let again = browser
        .post("/console/messages/cancel", &[("id", &id), ("sure", "yes")])
        .await;
    assert!(again.says("Nothing was cancelled"), "{}", again.body);
}

#[tokio::test]
async fn roles_see_what_they_may_and_nothing_tells_them_of_the_rest() {
    let clinic = Clinic::open();
    let receipt = clinic.write(&clinic.ctx, "Secret subject", Some("t"), None, Vec::new());
    let elsewhere = found(clinic.flow.world(), "Southside", "southside.example");
    clinic.hire(&elsewhere, "eve@southside.example", ALL);
    let mut eve = clinic.signed_in("eve@southside.example").await;
    let mut staff = desk(&clinic, &[Role::Staff]).await;
    clinic.hire(&clinic.ctx, "dev@northside.example", &[Role::Developer]);
    let mut developer = clinic.signed_in("dev@northside.example").await;

    let path = format!("/console/messages/{}", receipt.message);
    let nothing = eve
        .get("/console/messages/msg_00000000000000000000000000")
        .await
        .clone();
    let words = |page: &str| {
        page.split("req_")
            .next()
            .unwrap_or_default()
            .replace(&path, "")
            .replace("/console/messages/msg_00000000000000000000000000", "")
    };
    for foreign in [
        path.clone(),
        format!("/console/proof/{}", receipt.recipients[0].id),
        "/console/messages/garbage".to_owned(),
    ] {
        let page = eve.get(&foreign).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{foreign}");
        assert!(page.says("There is nothing here for you"));
    }
    let page = eve.get(&path).await;
    assert_eq!(
        words(&page.body),
        words(&nothing.body),
        "another clinic's message looks like none"
    );
    let page = staff.get("/console/audit").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(!page.says("href=\"/console/audit\""), "and is not offered");
    assert!(
        developer
            .get(&path)
            .await
            .says("Your role does not include opening content.")
    );
    let refused = developer.post(&format!("{path}/open"), &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert!(!refused.says("Secret subject"));
}

#[tokio::test]
async fn filters_are_checked_and_kept() {
    let clinic = Clinic::open();
    let mut browser = desk(&clinic, ALL).await;
    let page = browser
        .get("/console/messages?state=held&from=2026-11-02&to=2026-11-01")
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.says("The first day must come before the last day")
            && page.says("value=\"2026-11-02\"")
    );
    let page = browser.get("/console/messages?from=%3Cscript%3E").await;
    assert!(page.says("Enter the date as year, month and day") && !page.says("<script>"));
    let page = browser
        .get("/console/messages?state=held&from=2026-11-01&to=2026-11-02")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.says("Nothing fits this filter") && page.says("value=\"held\" selected"));
}

#[tokio::test]
async fn the_overview_accounts_for_everything() {
    let clinic = Clinic::open();
    clinic.write(&clinic.ctx, "s", Some("t"), None, Vec::new());
    clinic.post_round();
    clinic.write(&clinic.ctx, "s", Some("t"), None, Vec::new());
    let mut browser = desk(&clinic, ALL).await;
    let page = browser.get("/console").await.clone();
    assert!(
        page.says("As it must be") && !page.says("Look into this now"),
        "{}",
        page.body
    );
    assert!(page.says("Notice sent") && page.says("Waiting to leave"));
    assert_eq!(
        browser.get("/console/live").await.body,
        "{\"accepted\":2,\"waiting\":1}"
    );
}

#[tokio::test]
async fn a_held_message_is_released_or_rejected_with_a_reason() {
    let clinic = Clinic::open();
    let mut browser = desk(&clinic, &[Role::Compliance]).await;
    let hold = || {
        let text = (Some("Your results"), None);
        clinic.write_held(text)
    };
    let (first, second) = (hold().message, hold().message);
    clinic.post_round();
    let page = browser.get("/console/held").await;
    assert!(page.says(&first.to_string()) && page.says("Release or reject"));
    let ask = format!("/console/held/{first}");
    assert!(
        browser
            .get(&ask)
            .await
            .says("<h1>Release or reject this message?</h1>")
    );
    let page = browser
        .post(&ask, &[("act", "release"), ("reason", " ")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Write why before you decide"));
    let page = browser
        .post(
            &ask,
            &[("act", "release"), ("reason", "asked for by phone")],
        )
        .await;
    assert!(page.says("Released.") && !page.says(&first.to_string()));
    assert_eq!(clinic.post_round().len(), 1, "it leaves");
    browser.get(&format!("/console/held/{second}")).await;
    let page = browser
        .post(
            &format!("/console/held/{second}"),
            &[("act", "reject"), ("reason", "wrong patient")],
        )
        .await;
    assert!(
        page.says("Rejected.") && page.says("Nothing"),
        "{}",
        page.body
    );
    assert!(clinic.post_round().is_empty());
}

#[tokio::test]
async fn staff_do_not_see_what_is_held_of_colleagues() {
    let clinic = Clinic::open();
    let mut browser = desk(&clinic, &[Role::Staff]).await;
    let text = (Some("Your results"), None);
    let held = clinic.write_held(text);
    clinic.post_round();
    let page = browser.get("/console/held").await;
    assert!(!page.says(&held.message.to_string()) && !page.says("Release or reject"));
    let path = format!("/console/held/{}", held.message);
    browser.get(&path).await;
    let page = browser
        .post(&path, &[("act", "release"), ("reason", "because")])
        .await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_recovery_code_stands_in_for_a_lost_phone_once() {
    let clinic = Clinic::open();
    let mut browser = desk(&clinic, ALL).await;
    assert!(
        browser
            .get("/console/recovery-codes")
            .await
            .says("You have 0 codes left.")
    );
    let page = browser.post("/console/recovery-codes", &[]).await.clone();
    let shown: Vec<&str> = page
        .body
        .split("<span class=\"exact\">")
        .skip(1)
        .filter_map(|rest| rest.split('<').next())
        .collect();
    assert_eq!(shown.len(), 10);
    assert!(
        browser
            .get("/console/recovery-codes")
            .await
            .says("You have 10 codes left.")
    );
    for (round, right) in [(0, true), (1, false)] {
        browser.post("/console/sign-out", &[]).await;
        clinic.wait(2);
        browser
            .post(
                "/console/sign-in",
                &[("email", ANA), ("password", PASSWORD)],
            )
            .await;
        let page = browser
            .post(
                "/console/sign-in/code",
                &[("code", &shown[0].to_lowercase())],
            )
            .await;
        assert_eq!(page.says("<h1>Overview</h1>"), right, "{round}");
    }
}
