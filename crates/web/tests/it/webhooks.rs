//! Staff follow what happened, and set up who is told of it.

use axum::http::StatusCode;
use ctx::Role;
use flow::hooks::Answered;
use model::Stream;

use crate::clinic::Clinic;

const ANA: &str = "ana@northside.example";
const GONE: Answered = Answered::Status {
    code: 410,
    retry_after: None,
};

fn tell(clinic: &Clinic, answered: Answered) -> usize {
    clinic.wait(1);
    let jobs = clinic.flow.hook_jobs().expect("jobs");
    for job in &jobs {
        clinic.flow.hook_answered(job, answered).expect("stored");
    }
    jobs.len()
}

#[tokio::test]
async fn a_webhook_is_added_tested_stopped_resumed_and_removed() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Developer]);
    let mut browser = clinic.signed_in(ANA).await;
    let page = browser.get("/console/webhooks").await.clone();
    assert!(page.says("Nobody is told yet"));
    let url = "https://hooks.practice.example/in?token=kanaritoken";
    let wrong = browser
        .post("/console/webhooks", &[("url", "http://x.example")])
        .await
        .clone();
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.says("value=\"http://x.example\""), "input is kept");
    let fields = [("url", url), ("description", "Bookings"), ("mode", "live")];
    let made = browser.post("/console/webhooks", &fields).await.clone();
    assert!(made.says("whsec_") && made.says("never again"));
    let link = made.find("href=\"/console/webhooks/").expect("a link");
    let hook = format!("/console/webhooks/{link}");
    let list = browser.get("/console/webhooks").await.clone();
    assert!(list.says("hooks.practice.example") && !list.says("kanaritoken"));
    assert!(!list.says("whsec_"));

    browser.get(&hook).await;
    let page = browser.post(&hook, &[("act", "test")]).await.clone();
    assert!(page.says("A test event is on its way"), "{}", page.body);
    assert_eq!(tell(&clinic, GONE), 1);
    let page = browser.get(&hook).await.clone();
    assert!(page.says("answered 410") && page.says("Given up"));
    let page = browser.post(&hook, &[("act", "resume")]).await.clone();
    assert!(page.says("Changed"));
    let page = browser.post(&hook, &[("act", "replay")]).await.clone();
    assert!(page.says("Send everything given up again?"), "it asks");
    let sure = [("act", "replay"), ("sure", "yes")];
    assert!(browser.post(&hook, &sure).await.says("on their way again"));
    let ok = Answered::Status {
        code: 204,
        retry_after: None,
    };
    assert_eq!(tell(&clinic, ok), 1);
    let page = browser
        .get(&format!("{hook}?state=delivered"))
        .await
        .clone();
    assert!(page.says("evt_") && page.says("204"));

    let change = [
        ("act", "change"),
        ("stream", "marketing"),
        ("kind", "portal.read"),
    ];
    assert!(browser.post(&hook, &change).await.says("Changed"));
    let set = clinic.flow.hooks(&clinic.ctx).expect("webhooks").remove(0);
    assert_eq!(
        (set.stream, set.kinds),
        (Some(Stream::Marketing), vec!["portal.read".to_owned()])
    );

    let page = browser.post(&hook, &[("act", "rotate")]).await.clone();
    assert!(page.says("Make a new secret?"));
    let sure = [("act", "rotate"), ("sure", "yes")];
    assert!(browser.post(&hook, &sure).await.says("whsec_"));
    browser.get(&hook).await;
    assert!(
        browser
            .post(&hook, &[("act", "remove")])
            .await
            .says("Remove this webhook?")
    );
    let sure = [("act", "remove"), ("sure", "yes")];
    assert!(browser.post(&hook, &sure).await.says("Nobody is told yet"));
    assert_eq!(browser.get(&hook).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_does_not_manage_webhooks_neither_sees_nor_changes_them() {
    let clinic = Clinic::open();
    clinic.hire(
        &clinic.ctx,
        ANA,
        &[Role::Staff, Role::Compliance, Role::Auditor],
    );
    let mut browser = clinic.signed_in(ANA).await;
    let home = browser.get("/console").await.clone();
    assert!(!home.says("href=\"/console/webhooks\"") && home.says("href=\"/console/trace\""));
    let list = browser.get("/console/webhooks").await.clone();
    assert!(list.status.is_client_error());
    browser.get("/console").await;
    let fields = [("url", "https://hooks.practice.example/in")];
    let answer = browser.post("/console/webhooks", &fields).await.clone();
    assert!(answer.status.is_client_error() && !answer.says("whsec_"));
}

/// Whom mail went to is not asked by who may not know it: neither offered nor answered.
#[tokio::test]
async fn the_search_by_address_is_offered_to_those_who_may_know_addresses() {
    for (role, offered) in [
        (Role::Administrator, false),
        (Role::Auditor, false),
        (Role::Compliance, true),
        (Role::Staff, true),
    ] {
        let clinic = Clinic::open();
        clinic.hire(&clinic.ctx, ANA, &[role]);
        let mut browser = clinic.signed_in(ANA).await;
        let page = browser.get("/console/trace").await.clone();
        assert_eq!(page.says("Find by address"), offered, "{role:?}");
        assert_eq!(page.says("name=\"address\""), offered, "{role:?}");
        let answer = browser
            .post("/console/trace", &[("address", "pat@mail.example")])
            .await;
        assert_eq!(answer.status.is_success(), offered, "{role:?}");
    }
}

#[tokio::test]
async fn a_message_and_a_person_are_followed_through_everything() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Compliance]);
    let mut browser = clinic.signed_in(ANA).await;
    assert!(
        browser
            .get("/console/trace")
            .await
            .says("Nothing happened yet")
    );
    let sent = clinic.write(
        &clinic.ctx,
        "Kanarisubject",
        Some("Kanaribody"),
        None,
        Vec::new(),
    );
    clinic.wait(1);
    clinic.post_round();
    clinic.wait(1);
    let stopped = clinic.write(&clinic.ctx, "Second", Some("text"), None, Vec::new());
    clinic
        .flow
        .cancel(&clinic.ctx, stopped.message)
        .expect("cancelled");
    let all = browser.get("/console/trace").await.clone();
    for said in ["message.accepted", "delivery.accepted", "message.cancelled"] {
        assert!(
            all.says(&format!("<span class=\"exact\">{said}</span>")),
            "{said}"
        );
    }
    assert!(!all.says("Kanari") && !all.says("pat@mail.example"));
    let one = format!("/console/trace?id={}", sent.recipients[0].id);
    let page = browser.get(&one).await.clone();
    assert!(page.says(&sent.message.to_string()) && !page.says(&stopped.message.to_string()));
    let page = browser.get("/console/trace?kind=stopped").await.clone();
    assert!(page.says(&stopped.message.to_string()) && !page.says(&sent.message.to_string()));
    let page = browser.get("/console/trace?id=what").await.clone();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = "/console/trace?id=msg_00000000000000000000000000";
    assert!(browser.get(unknown).await.says("There is no such message"));

    browser.get("/console/trace").await;
    let found = browser
        .post("/console/trace", &[("address", "Pat@mail.example")])
        .await
        .clone();
    assert!(
        found.says("2 messages went to this address"),
        "{}",
        found.body
    );
    assert!(found.says(&sent.message.to_string()) && !found.says("pat@mail.example"));
    let wrong = browser.post("/console/trace", &[("address", "pat")]).await;
    assert!(wrong.says("Enter one email address"));
}
