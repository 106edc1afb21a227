//! The console's pages of keys: files and pasted text are taken or told what is wrong; keys are looked up where an
//! administrator said so.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ctx::Role;
use model::limits;

use crate::browser::{Answer, Browser};
use crate::clinic::Clinic;

const ANA: &str = "ana@northside.example";
const ADD: &str = "/console/keys/add";
/// A certificate of pat@mail.example, good until 2099; nobody has its key any more.
const PAT: &str = "MIIBLDCB0qADAgECAgEHMAoGCCqGSM49BAMCMA4xDDAKBgNVBAMMA1BhdDAgFw0yMDAxMDEwMDAwMDBaGA8yMDk5MDEwMTAwMDAw\
    MFowDjEMMAoGA1UEAwwDUGF0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGX87XhvQF+LLfqQxR4+j0VEAdphUOREuTXYjJf9V\
    YtqM5smkc7ZdR7WUSw0fO2x3ZaQpDTwpvzIvZcaCyUkwP6MfMB0wGwYDVR0RBBQwEoEQcGF0QG1haWwuZXhhbXBsZTAKBggqhkjO\
    PQQDAgNJADBGAiEAwCXoeh2fHiFFOBWtVXYeEMa5pgcBeY24fZs9NCRMvXMCIQCO0g7wqHiRW2OGpKWjFap0jGsiOQL80AAKrzbE\
    RmSnUg==";

async fn desk() -> (Clinic, Browser) {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Administrator]);
    let browser = clinic.signed_in(ANA).await;
    (clinic, browser)
}

fn certificate() -> Vec<u8> {
    BASE64.decode(PAT).expect("base64")
}

#[tokio::test]
async fn a_file_of_keys_is_taken_as_it_is() {
    let (_clinic, mut browser) = desk().await;
    browser.get(ADD).await;
    let page = browser.upload(ADD, &[("text", "")], &certificate()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.says("pat@mail.example") && page.says("Added"),
        "{}",
        page.body
    );
    assert!(browser.get("/console/keys").await.says("pat@mail.example"));

    browser.get("/console/authorities").await;
    let page = browser
        .upload("/console/authorities", &[], &certificate())
        .await;
    assert!(page.says("They are believed from now on."), "{}", page.body);
}

#[tokio::test]
async fn a_wrong_file_is_told_from_its_field() {
    let (_clinic, mut browser) = desk().await;
    let secret = b"-----BEGIN PRIVATE KEY-----\nkanarisecret\n-----END PRIVATE KEY-----\n";
    let large = vec![b'x'; limits::KEY_FILE_OCTETS_MAX + 1];
    let cases: [(&str, &[u8], &str); 4] = [
        (
            "",
            b"\x89PNG\r\n\x1a\n....",
            "This file holds no certificate and no OpenPGP key",
        ),
        ("", secret, "That was a secret key."),
        ("", &large, "The file is larger than 1 MiB"),
        (
            "-----BEGIN",
            b"something",
            "Choose a file or paste text, not both",
        ),
    ];
    for (text, file, told) in cases {
        browser.get(ADD).await;
        let page = browser.upload(ADD, &[("text", text)], file).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(page.says(told), "{told}: {}", page.body);
        assert!(
            page.says("href=\"#file\""),
            "{told}: the summary leads to the field"
        );
        assert!(!page.says("kanarisecret"));
    }
    browser.get("/console/authorities").await;
    let page = browser.upload("/console/authorities", &[], b"GIF89a").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("This file holds no authorities"), "{}", page.body);
}

#[tokio::test]
async fn a_form_with_a_file_has_its_limit_and_its_token() {
    let (_clinic, mut browser) = desk().await;
    browser.get(ADD).await;
    let huge = vec![b'x'; 5 * limits::KEY_FILE_OCTETS_MAX];
    let page = browser.upload(ADD, &[], &huge).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    browser.page = Answer::default();
    let page = browser.upload(ADD, &[], &certificate()).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "without its token");
    assert!(!browser.get("/console/keys").await.says("pat@mail.example"));
}

#[tokio::test]
async fn pasting_still_works_without_a_file() {
    let (_clinic, mut browser) = desk().await;
    browser.get(ADD).await;
    let pem = format!("-----BEGIN CERTIFICATE-----\n{PAT}\n-----END CERTIFICATE-----\n");
    let page = browser.upload(ADD, &[("text", &pem)], b"").await;
    assert!(
        page.says("pat@mail.example") && page.says("Added"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn keys_are_looked_up_once_somebody_turned_it_on() {
    let (clinic, mut browser) = desk().await;
    let page = browser.get("/console/keys/look-up").await;
    assert!(page.says("Asking tells that domain") && page.says("Turn on"));
    browser
        .post("/console/keys/look-up", &[("act", "on")])
        .await;
    assert!(
        browser
            .page
            .says("From the next message on, keys are looked up.")
    );
    let ctx = clinic.flow.world().system(clinic.ctx.organisation());
    assert!(clinic.flow.key_lookup(&ctx).expect("a setting"));
    browser
        .post("/console/keys/look-up", &[("act", "off")])
        .await;
    assert!(browser.page.says("Nobody is asked any more."));
    assert!(!clinic.flow.key_lookup(&ctx).expect("a setting"));
}

#[tokio::test]
async fn what_is_made_of_revocation_is_chosen_and_said() {
    let (clinic, mut browser) = desk().await;
    let ctx = clinic.flow.world().system(clinic.ctx.organisation());
    let page = browser.get("/console/keys/look-up").await;
    assert!(page.says("Revoked certificates") && page.says("which one is meant"));
    for (word, said) in [
        ("require", "only confirmed certificates are used."),
        ("ignore", "No issuer is asked any more."),
        (
            "prefer",
            "Issuers are asked, and what they revoked is not used.",
        ),
    ] {
        browser
            .post("/console/keys/look-up", &[("act", word)])
            .await;
        assert!(browser.page.says(said), "{word}");
        let is = clinic.flow.revocation_use(&ctx).expect("a setting");
        assert_eq!(is.word(), word);
    }
}

#[tokio::test]
async fn a_directory_is_recorded_without_showing_its_password_and_taken_out() {
    let (_clinic, mut browser) = desk().await;
    browser.get("/console/directories").await;
    let wrong = [
        ("act", "add"),
        ("name", "hospital"),
        ("host", "ldap.hospital.example"),
        ("port", "636"),
        ("tls", "starttls"),
        ("password", "oleander"),
    ];
    browser.post("/console/directories", &wrong).await;
    assert!(browser.page.says("Say whose password it is"));
    assert!(!browser.page.body.contains("oleander"));
    let right = [
        &wrong[..],
        &[("bind_name", "cn=reader"), ("domains", "hospital.example")],
    ];
    browser.post("/console/directories", &right.concat()).await;
    assert!(browser.page.says("It is asked from the next message on."));
    assert!(
        browser.page.says("ldap.hospital.example:636") && browser.page.says("hospital.example")
    );
    browser.post("/console/directories", &right.concat()).await;
    assert!(browser.page.says("Another directory has this name."));
    let id = browser
        .page
        .body
        .split("value=\"dir_")
        .nth(1)
        .expect("an id");
    let id = format!("dir_{}", &id[..26]);
    let remove = [("act", "remove"), ("id", id.as_str())];
    browser.post("/console/directories", &remove).await;
    assert!(browser.page.says("Ask this directory no more?"));
    let sure = [&remove[..], &[("sure", "yes")]].concat();
    browser.post("/console/directories", &sure).await;
    assert!(browser.page.says("It is asked no more."));
}
