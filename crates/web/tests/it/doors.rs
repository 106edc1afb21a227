//! What no request gets past: form tokens, origins, headers, sizes, the wrong address.

use axum::body::Body;
use axum::http::{StatusCode, header};

use crate::browser::{Browser, encode};
use crate::clinic::Clinic;
use ctx::Role;

/// Every address that acts, with something to act on.
const DOORS: &[&str] = &[
    "/p/LINK/code",
    "/p/LINK/enter",
    "/p/LINK/reply",
    "/p/LINK/close",
    "/console/sign-in",
    "/console/sign-in/code",
    "/console/sign-in/set-up",
    "/console/sign-out",
    "/console/messages/cancel",
    "/console/held/msg_00000000000000000000000000",
    "/console/archive",
    "/console/archive/searches",
    "/console/archive/searches/svs_00000000000000000000000000",
    "/console/exports",
    "/console/holds",
    "/console/retention",
    "/console/retention/profile",
    "/console/disposals",
    "/console/disposals/dis_00000000000000000000000000",
    "/console/holds/hld_00000000000000000000000000",
    "/console/inbound",
    "/console/risk/usr_00000000000000000000000000",
    "/console/risk/limits/person",
    "/console/inbound/msg_00000000000000000000000000",
    "/console/rules/new",
    "/console/rules/retire",
    "/console/rules/1",
    "/console/rules/1/activate",
    "/console/recovery-codes",
    "/console/trace",
    "/console/triggers",
    "/console/webhooks",
    "/console/webhooks/whk_00000000000000000000000000",
    "/console/queue/order",
    "/console/queue/orders/ord_00000000000000000000000000/end",
    "/console/domains/northside.example/check",
    "/console/domains/northside.example/rotate",
    "/console/messages/msg_00000000000000000000000000/open",
    "/console/messages/msg_00000000000000000000000000/headers",
    "/console/messages/msg_00000000000000000000000000/opinion",
    "/console/correspondents",
    "/console/detectors",
    "/console/detectors/new",
    "/console/detectors/learn",
    "/console/detectors/det_00000000000000000000000000",
    "/console/keys",
    "/console/authorities",
    "/console/directories",
    "/console/own-keys",
    "/console/keys/add",
    "/console/keys/look-up",
    "/console/keys/rky_00000000000000000000000000",
    "/console/registry",
    "/console/correspondents/new",
    "/console/suppressions",
    "/console/suppressions/add",
    "/console/suppressions/imports/imp_00000000000000000000000000",
    "/console/suppressions/sup_00000000000000000000000000/lift",
];

async fn everyone() -> (Clinic, Browser) {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Administrator]);
    let browser = clinic.signed_in("ana@northside.example").await;
    (clinic, browser)
}

fn form(
    browser: &Browser,
    door: &str,
    fields: &[(&str, &str)],
    extra: &[(&str, &str)],
) -> axum::http::Request<Body> {
    let mut builder = browser
        .request("POST", door)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in extra {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::from(encode(fields))).expect("a request")
}

#[tokio::test]
async fn no_form_is_acted_upon_without_its_token() {
    let (_clinic, mut browser) = everyone().await;
    let token = browser
        .page
        .find("name=\"csrf\" value=\"")
        .expect("a token")
        .to_owned();
    for door in DOORS {
        for given in ["", "guess", &token[1..]] {
            let answer = browser
                .send(form(&browser, door, &[("csrf", given)], &[]))
                .await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{door} with {given:?}"
            );
        }
    }
    // the session's own token opens the session's doors and no others
    let answer = browser
        .send(form(&browser, "/console/sign-in", &[("csrf", &token)], &[]))
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let answer = browser
        .send(form(
            &browser,
            "/console/messages/cancel",
            &[("csrf", &token)],
            &[],
        ))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn no_form_of_another_site_is_acted_upon() {
    let (_clinic, mut browser) = everyone().await;
    let token = browser
        .page
        .find("name=\"csrf\" value=\"")
        .expect("a token")
        .to_owned();
    let cases: [&[(&str, &str)]; 5] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://mail.northside.example.evil.example")],
    ];
    for headers in cases {
        let answer = browser
            .send(form(
                &browser,
                "/console/messages/cancel",
                &[("csrf", &token)],
                headers,
            ))
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
}

#[tokio::test]
async fn every_answer_is_guarded_and_only_assets_are_kept() {
    let (_clinic, mut browser) = everyone().await;
    for path in [
        "/console",
        "/p/x",
        "/nowhere",
        "/console/nowhere",
        "/console/held",
        "/console/held/msg_00000000000000000000000000",
        "/console/recovery-codes",
        "/console/messages/garbage",
    ] {
        let answer = browser.get(path).await.clone();
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'self'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert!(
            answer
                .header("strict-transport-security")
                .contains("max-age")
        );
    }
    let page = browser.get("/console").await.clone();
    let asset = format!(
        "/assets/{}",
        page.find("href=\"/assets/").expect("a stylesheet")
    );
    let kept = browser.get(&asset).await;
    assert_eq!(
        (kept.status, kept.header("cache-control")),
        (StatusCode::OK, "public, max-age=31536000, immutable")
    );
    let stale = browser.get("/assets/0000000000000000/tokens.css").await;
    assert_eq!(stale.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_form_is_not_endless_and_its_refusal_is_a_page_in_the_readers_language() {
    let (_clinic, mut browser) = everyone().await;
    let long = "x".repeat(600 * 1024);
    let languages: [(&[(&str, &str)], &str); 2] = [
        (&[], "larger than"),
        (&[("accept-language", "es")], "más grande"),
    ];
    for door in ["/console/messages/cancel", "/p/x/reply"] {
        for (language, words) in languages {
            let request = form(&browser, door, &[("id", &long)], language);
            let answer = browser.send(request).await;
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{door}");
            assert!(answer.header("content-type").starts_with("text/html"));
            assert!(answer.says(words), "{door}: {}", answer.body);
            let coded = answer.says("message_too_large");
            assert_eq!(coded, door.starts_with("/console"), "staff see the code");
        }
    }
}

#[tokio::test]
async fn what_is_no_form_is_refused_by_a_page() {
    let (_clinic, mut browser) = everyone().await;
    let request = browser
        .request("POST", "/console/messages/cancel")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from("{}"))
        .expect("a request");
    let answer = browser.send(request).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(answer.says("content_type_unsupported"), "{}", answer.body);
}

#[tokio::test]
async fn without_a_session_every_console_address_leads_to_the_sign_in() {
    let clinic = Clinic::open();
    let mut browser = clinic.browser();
    for path in [
        "/",
        "/console",
        "/console/live",
        "/console/messages",
        "/console/messages.csv",
        "/console/audit",
        "/console/audit/checkpoint",
        "/console/nowhere",
        "/console/messages/msg_00000000000000000000000000",
        "/console/proof/rcp_00000000000000000000000000",
        "/console/sign-in/code",
        "/console/sign-in/set-up",
        "/console/messages/msg_00000000000000000000000000/file/file_00000000000000000000000000",
    ] {
        assert!(browser.get(path).await.says("<h1>Sign in</h1>"), "{path}");
    }
}

#[tokio::test]
async fn without_tls_on_loopback_cookies_still_work() {
    use tower::ServiceExt;
    let clinic = Clinic::open();
    let settings = caduceus_web::Settings::new("Northside", false);
    let records = records::Records::new(clinic.flow.clone());
    let (flow, people) = (clinic.flow.clone(), clinic.people.clone());
    let state = caduceus_web::WebState::new(flow, people, records, settings).expect("pages");
    let request = axum::http::Request::get("/console/sign-in")
        .body(Body::empty())
        .expect("a request");
    let response = caduceus_web::router(state)
        .oneshot(request)
        .await
        .expect("an answer");
    let cookie = response.headers()[header::SET_COOKIE]
        .to_str()
        .expect("ASCII");
    assert!(
        cookie.starts_with("form=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert!(
        !response
            .headers()
            .contains_key(header::STRICT_TRANSPORT_SECURITY)
    );
}
