//! The console's pages of unusual sending: fixed limits are seen by all who read senders, and chosen by few.

use axum::http::StatusCode;
use ctx::Role;
use flow::risk::SenderKind;

use crate::browser::Browser;
use crate::clinic::Clinic;

const ANA: &str = "ana@northside.example";
const LIMITS: &str = "/console/risk/limits/person";
const FIELDS: [&str; 8] = [
    "messages",
    "recipients",
    "domains",
    "patients",
    "dlp_blocks",
    "phi_in_subject",
    "complaints",
    "failed_sign_ins",
];

async fn desk(role: Role) -> (Clinic, Browser) {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[role]);
    let browser = clinic.signed_in(ANA).await;
    (clinic, browser)
}

/// All of them for an hour and a day, the first as given.
fn form<'a>(names: &'a [String], first: &'a str, reason: &'a str) -> Vec<(&'a str, &'a str)> {
    let limits = names.iter().enumerate();
    let limits = limits.map(|(nth, name)| (name.as_str(), if nth == 0 { first } else { "50" }));
    let act = [("act", "set"), ("reason", reason)];
    limits.chain(act).collect()
}

fn names() -> Vec<String> {
    let both = |name: &&str| [format!("{name}_hour"), format!("{name}_day")];
    FIELDS.iter().flat_map(both).collect()
}

#[tokio::test]
async fn limits_are_chosen_with_a_reason_and_given_up_again() {
    let (clinic, mut browser) = desk(Role::Compliance).await;
    let page = browser.get("/console/risk").await;
    assert!(page.says("Fixed limits"));
    let page = browser.get(LIMITS).await;
    assert!(page.says("Set by the program") && !page.says("Use the program"));
    let names = names();
    let page = browser
        .post(LIMITS, &form(&names, "51", "They write more."))
        .await;
    assert_eq!(
        page.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "an hour over the day"
    );
    assert!(
        page.says("Enter whole numbers") && page.says("value=\"51\""),
        "kept as typed"
    );
    let page = browser
        .post(LIMITS, &form(&names, "many", "They write more."))
        .await;
    assert!(page.says("Enter whole numbers") && page.says("value=\"many\""));
    let page = browser.post(LIMITS, &form(&names, "40", "")).await;
    assert!(page.says("Write why before you decide"));
    let page = browser
        .post(LIMITS, &form(&names, "", "They write more."))
        .await;
    assert!(page.says("Set by your organization") && page.says("from the next minute on"));
    let ctx = clinic.flow.world().system(clinic.ctx.organisation());
    let caps = clinic
        .flow
        .sending_caps(&ctx, SenderKind::Person)
        .expect("limits")
        .caps;
    assert_eq!((caps[0].hour, caps[0].day), (None, Some(50)));
    let page = browser
        .post(LIMITS, &[("act", "restore"), ("reason", "Back to normal.")])
        .await;
    assert!(page.says("Set by the program"));
    let page = browser.get("/console/risk/limits/organisation").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_auditor_sees_limits_and_sets_none() {
    let (clinic, mut browser) = desk(Role::Auditor).await;
    let page = browser.get(LIMITS).await;
    assert!(page.says("200 in an hour") && !page.says("Set these limits"));
    let page = browser
        .post(LIMITS, &form(&names(), "40", "I want to."))
        .await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let ctx = clinic.flow.world().system(clinic.ctx.organisation());
    assert!(
        !clinic
            .flow
            .sending_caps(&ctx, SenderKind::Person)
            .expect("limits")
            .chosen
    );
}
