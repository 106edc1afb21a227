//! What came in, as staff and reviewers see it: warned of, in quarantine, searched, released, deleted.

use axum::http::StatusCode;
use ctx::Role;
use flow::Flow;
use flow::inbound::{InboundSettings, Incoming, Looked, Results, SuspicionKind};
use model::{Address, Code, Domain, MessageId};

use crate::clinic::Clinic;

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

/// A process that takes mail in.
fn taking(clinic: &Clinic) -> Flow {
    let mut settings = clinic.flow.settings().clone();
    settings.inbound = Some(InboundSettings {
        domain: Domain::parse("bounces.northside.example").expect("a domain"),
        replies: true,
        greylist: false,
    });
    Flow::new(clinic.flow.world().clone(), settings)
}

/// A letter to the clinic's desk, as its MX takes it in.
fn arrived(clinic: &Clinic, from: &str, word: &str, looked: Looked) -> MessageId {
    let flow = taking(clinic);
    let desk = address("desk@northside.example");
    // The second letter finds the mailbox there.
    let _ = flow.add_mailbox(&clinic.ctx, &desk);
    let content =
        format!("From: Kim <{from}>\r\nSubject: Kanarisubject\r\n\r\nKanaribody {word}\r\n");
    // so that the newest is this one
    clinic.clock.advance(std::time::Duration::from_secs(1));
    let taken = flow.take_in(Incoming {
        doors: vec![flow.inbound_door(&desk).expect("a door")],
        from: Some(address(from)),
        helo: "out.peer.example".to_owned(),
        with: "ESMTPS",
        content: content.into_bytes(),
        results: Results::unexamined(),
        looked,
    });
    taken.expect("taken in");
    let page = flow.list_messages(&clinic.ctx, Default::default(), None, 1);
    page.expect("a list").rows[0].id
}

/// Refused at the end of DATA, and kept.
fn refused(clinic: &Clinic, from: &str, word: &str) -> MessageId {
    arrived(
        clinic,
        "first@elsewhere.example",
        "before",
        Looked::default(),
    );
    clinic.clock.advance(std::time::Duration::from_secs(1));
    let flow = taking(clinic);
    let desk = address("desk@northside.example");
    let content = format!("From: Eve <{from}>\r\nSubject: Offer\r\n\r\n{word}\r\n");
    let incoming = Incoming {
        doors: vec![flow.inbound_door(&desk).expect("a door")],
        from: Some(address(from)),
        helo: "out.peer.example".to_owned(),
        with: "ESMTPS",
        content: content.into_bytes(),
        results: Results::unexamined(),
        looked: Looked::default(),
    };
    let kept = flow.keep_refused(&incoming, Code::AuthorRefused);
    kept.expect("kept");
    let page = clinic
        .flow
        .list_messages(&clinic.ctx, Default::default(), None, 1);
    page.expect("a list").rows[0].id
}

fn sick() -> Looked {
    Looked {
        kinds: vec![SuspicionKind::VirusFound],
        named: vec!["clamd Win.Test.EICAR_HDB-1".to_owned()],
    }
}

#[tokio::test]
async fn a_warning_stands_above_the_body_in_the_readers_language() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Staff]);
    let id = arrived(&clinic, "kim@partner.example", "one", Looked::default());
    let mut browser = clinic.signed_in("ana@northside.example").await;
    browser.get(&format!("/console/messages/{id}")).await;
    let page = browser
        .post(&format!("/console/messages/{id}/open"), &[])
        .await;
    let warning = page.body.find("Be careful with this message.");
    let body = page.body.find("Kanaribody one");
    assert!(
        warning
            .zip(body)
            .is_some_and(|(warning, body)| warning < body)
    );
    let page = browser
        .get(&format!("/console/messages/{id}?lang=es"))
        .await;
    assert!(
        page.says("Tenga cuidado con este mensaje."),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn what_is_in_quarantine_is_for_reviewers() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ana@northside.example", &[Role::Staff]);
    clinic.hire(&clinic.ctx, "ola@northside.example", &[Role::Compliance]);
    let id = arrived(&clinic, "kim@partner.example", "one", sick());
    let mut nurse = clinic.signed_in("ana@northside.example").await;
    let page = nurse.get("/console/inbound").await;
    assert!(page.says(&id.to_string()) && page.says("Virus found"));
    assert!(!page.says("Release or delete") && !page.says("partner.example"));
    let page = nurse.get(&format!("/console/messages/{id}")).await;
    assert!(page.says("It is in quarantine") && !page.says("Win.Test.EICAR_HDB-1</a>"));
    let page = nurse
        .post(&format!("/console/messages/{id}/open"), &[])
        .await;
    assert!(!page.says("Kanaribody"), "{}", page.body);
    let page = nurse
        .post(
            &format!("/console/inbound/{id}"),
            &[("act", "release"), ("reason", "mine")],
        )
        .await;
    assert!(!page.status.is_success(), "{}", page.status);

    let mut officer = clinic.signed_in("ola@northside.example").await;
    let ask = format!("/console/inbound/{id}");
    let page = officer.get(&ask).await;
    assert!(page.says("Win.Test.EICAR_HDB-1") && page.says("Virus found"));
    let page = officer
        .post(&format!("/console/messages/{id}/open"), &[])
        .await;
    assert!(page.says("Kanaribody one"), "a reviewer looks");
    officer.get(&ask).await;
    let page = officer
        .post(&ask, &[("act", "release"), ("reason", " ")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = officer
        .post(
            &ask,
            &[("act", "release"), ("reason", "a test file of ours")],
        )
        .await;
    assert!(page.says("Released."), "{}", page.body);
    let page = nurse
        .post(&format!("/console/messages/{id}/open"), &[])
        .await;
    assert!(page.says("Kanaribody one"));
}

#[tokio::test]
async fn a_deletion_asks_and_what_came_in_is_found_by_word_state_and_domain() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ola@northside.example", &[Role::Compliance]);
    let fine = arrived(&clinic, "kim@partner.example", "one", Looked::default()).to_string();
    let bad = arrived(&clinic, "eve@elsewhere.example", "two", sick()).to_string();
    let mut browser = clinic.signed_in("ola@northside.example").await;
    let page = browser.get("/console/inbound?word=virus_found").await;
    assert!(page.says(&bad) && !page.says(&fine));
    let page = browser.get("/console/inbound?state=passed").await;
    assert!(page.says(&fine) && !page.says(&bad));
    let page = browser
        .post("/console/inbound", &[("domain", "partner.example")])
        .await;
    assert!(page.says(&fine) && !page.says(&bad));
    let page = browser
        .post("/console/inbound", &[("domain", "not one")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Enter a whole domain"));

    let ask = format!("/console/inbound/{bad}");
    browser.get(&ask).await;
    let page = browser.post(&ask, &[("act", "delete")]).await;
    assert!(page.says("Delete this message?"));
    let page = browser
        .post(&ask, &[("act", "delete"), ("sure", "yes")])
        .await;
    assert!(page.says("Deleted."), "{}", page.body);
    let open = format!("/console/messages/{bad}/open");
    browser.get(&format!("/console/messages/{bad}")).await;
    let page = browser.post(&open, &[]).await;
    assert!(page.says("Kanaribody"), "reviewers can, in the archive");
    clinic.hire(&clinic.ctx, "ned@northside.example", &[Role::Staff]);
    let mut nurse = clinic.signed_in("ned@northside.example").await;
    let page = nurse.post(&open, &[]).await;
    assert!(!page.says("Kanaribody"));
}

#[tokio::test]
async fn what_was_refused_is_found_and_opens_to_reviewers_alone() {
    let clinic = Clinic::open();
    clinic.hire(&clinic.ctx, "ola@northside.example", &[Role::Compliance]);
    clinic.hire(&clinic.ctx, "ben@northside.example", &[Role::Staff]);
    let fine = arrived(&clinic, "kim@partner.example", "one", Looked::default()).to_string();
    let refused = refused(&clinic, "eve@elsewhere.example", "Kanariloaf").to_string();
    while clinic.records.archive().expect("archived") > 0 {}
    let mut officer = clinic.signed_in("ola@northside.example").await;
    let page = officer.get("/console/inbound?state=rejected").await;
    assert!(page.says(&refused) && !page.says(&fine), "{}", page.body);
    let page = officer
        .post("/console/archive", &[("query", "kanariloaf in:rejected")])
        .await;
    assert!(page.says(&refused), "{}", page.body);
    let page = officer
        .post("/console/archive", &[("query", "in:received")])
        .await;
    assert!(page.says(&fine) && !page.says(&refused));
    let mut staff = clinic.signed_in("ben@northside.example").await;
    let open = format!("/console/messages/{refused}/open");
    let page = staff.post(&open, &[]).await;
    assert!(!page.says("Kanariloaf"), "{}", page.body);
}
