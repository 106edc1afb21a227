//! A patient's way: notice, code, reading, files, the one reply.

use axum::http::StatusCode;
use flow::DraftFile;

use crate::browser::Browser;
use crate::clinic::Clinic;

const TEXT: &str = "Hello Pat,\nyour test is fine.\n<script>alert(1)</script>";

async fn reader(clinic: &Clinic, link: &str) -> Browser {
    let mut browser = clinic.browser();
    browser.get(link).await;
    browser.post(&format!("{link}/code"), &[]).await;
    let code = clinic.code();
    let page = browser
        .post(&format!("{link}/enter"), &[("code", &code)])
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    browser
}

#[tokio::test]
async fn a_link_alone_tells_nothing_and_changes_nothing() {
    let clinic = Clinic::open();
    clinic.write(
        &clinic.ctx,
        "Your test results",
        Some(TEXT),
        None,
        Vec::new(),
    );
    let link = clinic.link();
    let mut scanner = clinic.browser();
    let page = scanner.get(&link).await.clone();
    assert_eq!(page.status, StatusCode::OK);
    for telling in ["pat@", "Pat", "results", "Okafor", "your test"] {
        assert!(!page.says(telling), "says {telling}");
    }
    assert!(page.says("Northside Clinic"));
    // a mail scanner that follows links causes no letter
    assert!(clinic.post_round().is_empty());
    // and nothing behind the link opens without a code
    let page = scanner.get(&format!("{link}/message")).await;
    assert!(page.says("You have a secure message") && !page.says("fine"));
}

#[tokio::test]
async fn a_reader_reads_downloads_and_replies_once() {
    let clinic = Clinic::open();
    let file = DraftFile {
        name: "Résumé \"final\".txt".to_owned(),
        content_type: "text/plain".to_owned(),
        bytes: b"all values normal".to_vec(),
    };
    clinic.write(
        &clinic.ctx,
        "Your test results",
        Some(TEXT),
        None,
        vec![file],
    );
    let link = clinic.link();
    let mut browser = reader(&clinic, &link).await;
    let page = browser.page.clone();
    assert!(
        page.says("Your test results") && page.says("your test is fine."),
        "{}",
        page.body
    );
    assert!(page.says("&lt;script&gt;alert(1)") && !page.says("<script>alert"));
    assert_eq!(page.header("cache-control"), "no-store");

    let file = format!(
        "{link}/file/{}",
        page.find(&format!("{link}/file/")).expect("a file")
    );
    let got = browser
        .send(
            browser
                .request("GET", &file)
                .body(axum::body::Body::empty())
                .expect("a request"),
        )
        .await;
    assert_eq!(got.body, "all values normal");
    assert_eq!(
        got.header("content-security-policy"),
        "sandbox; default-src 'none'"
    );
    assert!(
        got.header("content-disposition").starts_with(
            "attachment; filename=\"R_sum_ _final_.txt\"; filename*=UTF-8''R%C3%A9sum"
        )
    );

    let empty = browser
        .post(&format!("{link}/reply"), &[("reply", "  ")])
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.says("Write your reply before you send it"));
    let sent = browser
        .post(&format!("{link}/reply"), &[("reply", "Thank you, Pat")])
        .await;
    assert!(sent.says("Your reply was sent"), "{}", sent.body);
    let after = browser.get(&format!("{link}/message")).await.clone();
    assert!(after.says("From you") && after.says("Thank you, Pat") && after.says("You replied on"));
    assert!(!after.says("<textarea"));
    // the form of a page still open in another tab: nothing is accepted twice, and it is said
    let twice = browser
        .post(&format!("{link}/reply"), &[("reply", "again")])
        .await;
    assert!(twice.says("You replied on") && !twice.says("again</div>"));
}

#[tokio::test]
async fn html_is_shown_clean_and_its_pictures_are_not_fetched() {
    let clinic = Clinic::open();
    let html = "<h1>Visit</h1><img src=\"https://tracker.example/1.gif\"><p onclick=\"x()\">Bring your card</p>";
    clinic.write(
        &clinic.ctx,
        "Visit",
        Some("Bring your card"),
        Some(html),
        Vec::new(),
    );
    let link = clinic.link();
    let page = reader(&clinic, &link).await.page.clone();
    assert!(page.says("<h3>Visit</h3>") && page.says("<p>Bring your card</p>"));
    assert!(!page.says("tracker.example") && page.says("Pictures were left out"));
}

#[tokio::test]
async fn wrong_codes_are_refused_and_too_many_codes_are_not_sent() {
    let clinic = Clinic::open();
    clinic.write(&clinic.ctx, "s", Some(TEXT), None, Vec::new());
    let link = clinic.link();
    let mut browser = clinic.browser();
    browser.get(&link).await;
    browser.post(&format!("{link}/code"), &[]).await;
    let code = clinic.code();
    for wrong in ["", "1", "000000", "999999999"] {
        let page = browser
            .post(&format!("{link}/enter"), &[("code", wrong)])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(page.says("class=\"summary\"") && !page.says("your test"));
    }
    // five tries are used up by now or the code is too old: the right one does not open either
    browser
        .post(&format!("{link}/enter"), &[("code", "123456")])
        .await;
    browser
        .post(&format!("{link}/enter"), &[("code", "123457")])
        .await;
    let page = browser
        .post(&format!("{link}/enter"), &[("code", &code)])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..5 {
        browser.post(&format!("{link}/code"), &[]).await;
    }
    let page = browser.post(&format!("{link}/code"), &[]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.says("Wait an hour"));
}

#[tokio::test]
async fn a_reply_outlives_the_visit() {
    let clinic = Clinic::open();
    clinic.write(&clinic.ctx, "s", Some(TEXT), None, Vec::new());
    let link = clinic.link();
    let mut browser = reader(&clinic, &link).await;
    clinic.wait(45);
    let page = browser
        .post(&format!("{link}/reply"), &[("reply", "a long answer")])
        .await
        .clone();
    assert!(
        page.says("was not sent") && page.says("a long answer"),
        "{}",
        page.body
    );
    let page = browser
        .post(&format!("{link}/code"), &[("draft", "a long answer")])
        .await;
    assert!(page.says("a long answer</textarea>"));
    let code = clinic.code();
    let page = browser
        .post(
            &format!("{link}/enter"),
            &[("code", &code), ("draft", "a long answer")],
        )
        .await;
    assert!(
        page.says("your test is fine.") && page.says("a long answer</textarea>"),
        "{}",
        page.body
    );
    let sent = browser
        .post(&format!("{link}/reply"), &[("reply", "a long answer")])
        .await;
    assert!(sent.says("Your reply was sent"));
}

#[tokio::test]
async fn closing_ends_the_visit_on_the_server_too() {
    let clinic = Clinic::open();
    clinic.write(&clinic.ctx, "s", Some(TEXT), None, Vec::new());
    let link = clinic.link();
    let mut browser = reader(&clinic, &link).await;
    let kept = browser.cookies.clone();
    let page = browser.post(&format!("{link}/close"), &[]).await;
    assert!(page.says("The message is closed."));
    browser.cookies = kept;
    assert!(
        !browser
            .get(&format!("{link}/message"))
            .await
            .says("your test")
    );
}

#[tokio::test]
async fn links_that_open_nothing_look_the_same() {
    let clinic = Clinic::open();
    clinic.write(&clinic.ctx, "s", Some(TEXT), None, Vec::new());
    let link = clinic.link();
    let mut browser = clinic.browser();
    let unknown = browser
        .get("/p/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .await
        .clone();
    clinic.wait(91 * 24 * 60);
    let expired = browser.get(&link).await.clone();
    assert_eq!(
        (unknown.status, expired.status),
        (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
    );
    let plain = |page: &str, path: &str| page.replace(path, "LINK");
    assert_eq!(
        plain(
            &unknown.body,
            "/p/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        ),
        plain(&expired.body, &link)
    );
}

#[tokio::test]
async fn the_browsers_language_is_spoken_and_can_be_changed() {
    let clinic = Clinic::open();
    clinic.write(&clinic.ctx, "s", Some(TEXT), None, Vec::new());
    let link = clinic.link();
    let mut browser = clinic.browser();
    let request = browser
        .request("GET", &link)
        .header("accept-language", "es-MX,es;q=0.9")
        .body(axum::body::Body::empty());
    let page = browser.show(request.expect("a request")).await;
    assert!(page.says("<html lang=\"es\"") && page.says("Tiene un mensaje seguro"));
    assert_eq!(page.header("content-language"), "es");
    let page = browser.get(&format!("{link}?lang=es")).await;
    assert!(
        page.says("Tiene un mensaje seguro"),
        "kept without the header"
    );
    let page = browser.get(&format!("{link}?lang=en")).await;
    assert!(page.says("You have a secure message"));
    let page = browser
        .get(&format!("{link}?from=2026-03-01&lang=es&to=x%20y"))
        .await;
    assert!(
        page.says("?from=2026-03-01&amp;to=x%20y&amp;lang=en"),
        "what was asked for is kept"
    );
}
