//! What an organisation asks of all its mail, set in the console: by whom, after which question, and
//! what is on record then.

use axum::http::StatusCode;
use ctx::Role;

use crate::clinic::{Clinic, found};

const ANA: &str = "ana@northside.example";
const DOOR: &str = "/console/mail";

/// How often something is on record.
fn told(clinic: &Clinic, kind: &str) -> usize {
    while clinic.flow.world().sequence().expect("chained") > 0 {}
    let page = clinic.flow.audit(&clinic.ctx, Some(kind), None, false);
    page.expect("the audit log").rows.len()
}

#[tokio::test]
async fn the_minimum_is_raised_at_once_and_lowered_only_after_a_question() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Administrator]);
    let mut browser = clinic.signed_in(ANA).await;
    let set = || clinic.flow.mail_options(&clinic.ctx).expect("options");
    assert!(browser.get(DOOR).await.says("As policy decides"));
    let page = browser.post(DOOR, &[("act", "raise")]).await;
    assert!(page.says("Every message now needs verified TLS"));
    assert!(set().tls_minimum);

    let page = browser.post(DOOR, &[("act", "lower")]).await;
    assert!(page.says("Allow less than verified TLS?") && page.says("cannot be called back"));
    assert!(set().tls_minimum, "it only asked");
    assert_eq!(told(&clinic, "settings.tls_minimum_set"), 1);
    let sure = [("act", "lower"), ("sure", "yes")];
    assert!(browser.post(DOOR, &sure).await.says("The minimum is off"));
    assert!(!set().tls_minimum);
    assert_eq!(told(&clinic, "settings.tls_minimum_set"), 2);
}

#[tokio::test]
async fn a_domain_for_return_paths_shows_its_records_before_it_is_used() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Administrator]);
    let mut browser = clinic.signed_in(ANA).await;
    let set = || {
        let options = clinic.flow.mail_options(&clinic.ctx);
        options.expect("options").bounce_domain
    };
    browser.get(DOOR).await;
    for wrong in ["northside.example", "back.else.example", "a b", ""] {
        let page = browser
            .post(DOOR, &[("act", "domain"), ("bounce_domain", wrong)])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(page.says("href=\"#bounce_domain\""), "{wrong}");
        assert!(
            page.says(&format!("name=\"bounce_domain\" value=\"{wrong}\"")),
            "{wrong} is kept"
        );
    }
    let mut fields = vec![
        ("act", "domain"),
        ("bounce_domain", "Back.northside.example"),
    ];
    let page = browser.post(DOOR, &fields).await;
    assert!(page.says("10 mail.northside.example."), "{}", page.body);
    assert!(page.says("v=spf1 a:mail.northside.example -all"));
    assert_eq!(set(), None, "it only asked");
    fields.push(("sure", "yes"));
    assert!(browser.post(DOOR, &fields).await.says("under your domain"));
    assert_eq!(set().as_deref(), Some("back.northside.example"));

    let none = [("act", "none"), ("sure", "yes")];
    assert!(browser.post(DOOR, &none[..1]).await.says("for 90 days"));
    assert!(set().is_some(), "it only asked");
    browser.post(DOOR, &none).await;
    assert_eq!(set(), None);
    assert_eq!(told(&clinic, "settings.bounce_domain_set"), 2);
}

/// Roles and organisations: who sees the page, and who may act on it.
#[tokio::test]
async fn others_see_what_is_set_or_nothing_and_change_nothing() {
    let acts = [
        [("act", "raise"), ("sure", "yes")],
        [("act", "lower"), ("sure", "yes")],
        [("act", "none"), ("sure", "yes")],
        [("act", "lower"), ("sure", "")],
        [
            ("act", "domain"),
            ("bounce_domain", "back.northside.example"),
        ],
    ];
    let table = [
        (Role::Compliance, StatusCode::OK),
        (Role::Auditor, StatusCode::OK),
        (Role::Developer, StatusCode::OK),
        (Role::Staff, StatusCode::NOT_FOUND),
    ];
    for (role, sees) in table {
        let clinic = Clinic::open();
        clinic.hire(&clinic.ctx, ANA, &[role]);
        let mut browser = clinic.signed_in(ANA).await;
        let page = browser.get(DOOR).await;
        assert_eq!(page.status, sees, "{role}");
        assert!(!page.says("name=\"act\""), "{role} is offered nothing");
        for act in &acts {
            browser.get("/console").await;
            let status = browser.post(DOOR, act).await.status;
            assert_eq!(status, StatusCode::NOT_FOUND, "{role} {act:?}");
        }
        let set = clinic.flow.mail_options(&clinic.ctx).expect("options");
        assert_eq!(set, Default::default(), "{role}");
    }
    let clinic = Clinic::open();
    let other = found(clinic.flow.world(), "Southside", "southside.example");
    clinic.hire(&other, ANA, &[Role::Administrator]);
    let mut browser = clinic.signed_in(ANA).await;
    browser.get(DOOR).await;
    browser.post(DOOR, &[("act", "raise")]).await;
    let set = |ctx| clinic.flow.mail_options(ctx).expect("options").tls_minimum;
    assert!(set(&other) && !set(&clinic.ctx), "each its own");
}
