//! Own detectors in the console: added, tried, changed, removed; record numbers learned without being kept.

use axum::http::StatusCode;
use ctx::Role;

use crate::clinic::Clinic;

const OLA: &str = "ola@northside.example";

fn heron<'a>(act: &'a str, what: &'a str, reason: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("act", act),
        ("name", "Heron study"),
        ("kind", "expression"),
        ("what", what),
        ("check", "none"),
        ("class", "certain"),
        ("confidence", "65"),
        ("hot_words", ""),
        ("window", "100"),
        ("raise", "20"),
        ("state", "on"),
        ("text", "Dear all,\nsee HRN-2044."),
        ("reason", reason),
    ]
}

#[tokio::test]
async fn a_detector_is_tried_added_changed_and_removed() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, OLA, &[Role::Compliance]);
    let mut browser = clinic.signed_in(OLA).await;
    let (new, expression) = ("/console/detectors/new", "HRN-[0-9]{4}");
    browser.get(new).await;
    let page = browser.post(new, &heron("try", expression, "")).await;
    assert!(
        page.says("Line 2, column 5, 8 characters:"),
        "{}",
        page.body
    );
    let page = browser
        .post(new, &heron("keep", "HRN-(", "New study"))
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Check the expression") && page.says("HRN-("));
    let page = browser.post(new, &heron("keep", expression, " ")).await;
    assert!(page.says("Say why"));
    let page = browser
        .post(new, &heron("keep", expression, "New study"))
        .await;
    assert!(page.says("The detector was added") && page.says("New study"));
    let page = browser.post(new, &heron("keep", expression, "Again")).await;
    assert!(page.says("Another detector has this name"));

    let page = browser
        .post("/console/detectors", &[("text", "see HRN-2044")])
        .await;
    assert!(page.says("<strong>Heron study</strong>"), "{}", page.body);
    let found = browser.get("/console/detectors?name=hero&state=on").await;
    let id = found.find("/console/detectors/det_").expect("a link");
    let one = format!("/console/detectors/det_{}", &id[..26]);
    let page = browser.get(&one).await;
    assert!(page.says("HRN-[0-9]{4}") && page.says("New study"));
    let mut off = heron("keep", expression, "The study ended");
    off.retain(|(name, _)| *name != "state");
    off.push(("state", "off"));
    assert!(
        browser
            .post(&one, &off)
            .await
            .says("The detector was changed")
    );
    let found = browser.get("/console/detectors?state=on").await;
    assert!(found.says("No detector fits"));

    browser.get(&one).await;
    assert!(
        browser
            .post(&one, &[("act", "remove")])
            .await
            .says("Remove this detector?")
    );
    let sure = [("act", "remove"), ("sure", "yes"), ("reason", "")];
    assert!(browser.post(&one, &sure).await.says("Say why"));
    let sure = [("act", "remove"), ("sure", "yes"), ("reason", "Done with")];
    assert!(
        browser
            .post(&one, &sure)
            .await
            .says("The detector was removed")
    );
}

#[tokio::test]
async fn record_numbers_are_learned_and_not_shown_again() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, OLA, &[Role::Compliance]);
    let mut browser = clinic.signed_in(OLA).await;
    let door = "/console/detectors/learn";
    browser.get(door).await;
    let mixed = [
        ("act", "learn"),
        ("samples", "MR-204118\nMR 9\n12\nAB77\n90-1-1\n881"),
    ];
    let page = browser.post(door, &mixed).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Enter numbers of one kind"), "{}", page.body);
    let seven = "2041187\n9981203\n1204884\n5003125\n7719041";
    let page = browser
        .post(door, &[("act", "learn"), ("samples", seven)])
        .await;
    assert!(page.says("#{7}") && page.says("5 of 5."), "{}", page.body);
    assert!(page.says("Telephone numbers look the same"));
    assert!(!page.says("2041187"));
    let add = [
        ("act", "add"),
        ("shape", "#{7}"),
        ("check", "none"),
        ("name", "Record numbers"),
        ("required", "yes"),
        ("reason", "From the registry office"),
    ];
    assert!(
        browser
            .post(door, &add)
            .await
            .says("The detector was added")
    );
    let tried = [("text", "call 2041188, chart 2041189")];
    let page = browser.post("/console/detectors", &tried).await;
    assert!(
        page.says("Line 1, column 21, 7 characters: Record number"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn who_may_not_change_them_reads_and_tries_them() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, OLA, &[Role::Auditor]);
    let mut browser = clinic.signed_in(OLA).await;
    let page = browser.get("/console/detectors").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.says("/console/detectors/new"));
    let page = browser
        .post("/console/detectors/new", &heron("keep", "HRN", "Why"))
        .await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}
