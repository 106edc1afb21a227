//! Leaving a list by its link, and the console's page of suppressed addresses.

use axum::body::Body;
use axum::http::{StatusCode, header};
use ctx::Role;
use flow::suppression::NewSuppression;
use model::{Address, Evidence, Outcome, Stream};

use crate::clinic::Clinic;

const ANA: &str = "ana@northside.example";

/// A campaign that was delivered; gives its link's path.
fn campaign(clinic: &Clinic) -> String {
    let mut news = clinic.letter("News", Some("We open on Saturdays."));
    news.stream = Stream::Marketing;
    let draft = clinic.flow.draft_from_letter(&clinic.ctx, news);
    let draft = draft.expect("a draft");
    clinic
        .flow
        .submit(&clinic.ctx, draft, None)
        .expect("accepted");
    clinic.flow.dispatcher().beat(true).expect("a beat");
    while clinic.flow.work().expect("works") > 0 {}
    let job = clinic.flow.dispatcher().take(1).expect("a job").remove(0);
    let letter = clinic.flow.dispatcher().letter(&job).expect("a letter");
    let head = String::from_utf8_lossy(&letter.head).into_owned();
    let evidence = Evidence::starting(clinic.flow.world().now());
    let ended = clinic
        .flow
        .dispatcher()
        .finish(job, Outcome::Accepted, evidence);
    ended.expect("stored");
    let (_, link) = head
        .split_once("List-Unsubscribe: <https://mail.northside.example")
        .expect("a link");
    link.split('>').next().expect("its end").to_owned()
}

/// RFC 8058 §3.2: mail programs post without cookies, tokens or an origin of ours.
#[tokio::test]
async fn a_mail_program_leaves_the_list_without_cookies() {
    let clinic = Clinic::open();
    let link = campaign(&clinic);
    let mut browser = clinic.browser();
    let request = browser
        .request("POST", &link)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Body::from(
            "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
        ))
        .expect("a request");
    let answer = browser.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.says("You are off the list"));
    assert_eq!(
        clinic.flow.suppressed_count(&clinic.ctx).expect("a count"),
        1
    );
}

/// Looking changes nothing; the button does; a made-up link looks like one that never was.
#[tokio::test]
async fn a_reader_is_asked_before_leaving() {
    let clinic = Clinic::open();
    let link = campaign(&clinic);
    let mut browser = clinic.browser();
    let page = browser.get(&link).await;
    assert!(page.says("Stop these emails") && page.says("Northside Clinic"));
    assert!(!page.says("@"), "no address shows");
    assert_eq!(
        clinic.flow.suppressed_count(&clinic.ctx).expect("a count"),
        0
    );
    assert!(browser.post(&link, &[]).await.says("You are off the list"));
    assert!(browser.get(&link).await.says("You are off the list"));
    let other = browser
        .get("/u/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_address_is_found_and_lifted_with_a_reason() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Compliance]);
    let new = NewSuppression {
        address: Address::parse("lee@mail.example").expect("an address"),
        stream: Stream::Transactional,
        expires_at: None,
    };
    let id = clinic.flow.suppress(&clinic.ctx, new).expect("suppressed");
    let mut browser = clinic.signed_in(ANA).await;
    assert!(
        browser
            .get("/console/suppressions")
            .await
            .says("lee@mail.example")
    );
    let found = [("address", "LEE@mail.example")];
    let page = browser.post("/console/suppressions", &found).await;
    assert!(page.says(&id.to_string()));
    let page = browser
        .post("/console/suppressions", &[("address", "lee")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);

    let door = format!("/console/suppressions/{id}/lift");
    browser.get(&door).await;
    assert!(
        browser
            .post(&door, &[])
            .await
            .says("Choose why you lift it")
    );
    let page = browser.post(&door, &[("because", "mailbox_works")]).await;
    assert!(page.says("The suppression was lifted"), "{}", page.body);
    assert_eq!(
        clinic.flow.suppressed_count(&clinic.ctx).expect("a count"),
        0
    );
}

#[tokio::test]
async fn a_pasted_list_says_what_became_of_each_line() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Administrator]);
    let mut browser = clinic.signed_in(ANA).await;
    browser.get("/console/suppressions/add").await;
    let text = "lee@mail.example\nnobody\nkim@mail.example\n";
    let mut fields = vec![("stream", "marketing"), ("text", text)];
    let page = browser.post("/console/suppressions/add", &fields).await;
    assert!(page.says("The list has 3 lines."), "{}", page.body);
    fields.push(("step", "change"));
    let page = browser.post("/console/suppressions/add", &fields).await;
    assert!(page.says("nobody\nkim@mail.example"), "nothing is lost");
    fields[2] = ("sure", "yes");
    let page = browser.post("/console/suppressions/add", &fields).await;
    assert!(
        page.says("Line 2: this is not an email address"),
        "{}",
        page.body
    );
    assert!(page.says("3 of 3 lines"), "{}", page.body);
    assert_eq!(
        clinic.flow.suppressed_count(&clinic.ctx).expect("a count"),
        2
    );
    let page = browser
        .post("/console/suppressions/add", &[("text", "x,y\n1,2")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// A long list goes on by itself: it can be watched, stopped, and seen afterwards.
#[tokio::test]
async fn a_long_list_is_watched_and_stopped() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, ANA, &[Role::Compliance]);
    let mut browser = clinic.signed_in(ANA).await;
    browser.get("/console/suppressions/add").await;
    let text: String = (0..1_800)
        .map(|n| format!("lee{n}@mail.example\n"))
        .collect();
    let fields = [("stream", "marketing"), ("text", &text), ("sure", "yes")];
    let page = browser.post("/console/suppressions/add", &fields).await;
    assert!(
        page.says("500 of 1,800 lines") && page.says("data-again"),
        "{}",
        page.body
    );
    let door = page.find("<form method=\"post\" action=\"/console/suppressions/imports/");
    let door = format!(
        "/console/suppressions/imports/{}",
        door.expect("it can be stopped")
    );
    assert!(clinic.flow.work().expect("works") > 0);
    assert!(browser.get(&door).await.says("1,000 of 1,800 lines"));
    assert!(browser.post(&door, &[]).await.says("Stop this import?"));
    let sure = [("sure", "yes")];
    assert!(browser.post(&door, &sure).await.says("Stopped"));
    while clinic.flow.work().expect("works") > 0 {}
    let page = browser.get(&door).await;
    assert!(page.says("1,000 of 1,800 lines") && !page.says("data-again"));
    assert_eq!(
        clinic.flow.suppressed_count(&clinic.ctx).expect("a count"),
        1_000
    );
    assert!(browser.post(&door, &[]).await.says("It was over already"));
    assert!(browser.get("/console/suppressions/add").await.says(&door));
}
