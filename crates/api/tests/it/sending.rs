//! What a good request gets: an id, a way for each recipient, and everything that can be asked later.

use axum::http::StatusCode;
use model::Mode;
use serde_json::json;

use crate::house::{ALL_SCOPES, House, letter, run, text};

sim::both_engines! {
    /// The way of one message as a client sees it.
    fn a_message_is_accepted_shown_opened_proven_and_cancelled(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            let mut message = letter();
            message["cc"] = json!(["Colleague@clinic.example"]);
            message["bcc"] = json!([{"address": "archive@clinic.example"}]);
            message["text"] = json!("Your MRN 00123456 and your diabetes results are attached.");
            message["attachments"] = json!([{"name": "r\u{e9}sultats.txt", "content_type": "text/plain", "content": "aGVsbG8="}]);
            let answer = client.post("/v1/messages", &message).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
            let accepted = answer.json();
            let id = text(&accepted["id"]);
            assert_eq!(answer.header("location"), format!("/v1/messages/{id}"));
            let recipients: Vec<(String, String)> = accepted["recipients"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|r| (text(&r["kind"]), text(&r["state"])))
                .collect();
            let queued = |kind: &str| (kind.to_owned(), "queued".to_owned());
            assert_eq!(recipients, [queued("to"), queued("cc"), queued("bcc")]);

            let shown = client.get(&format!("/v1/messages/{id}")).await;
            assert_eq!(shown.json()["recipients"][0]["trace"]["decided_by"].as_str().map(str::is_empty), Some(false));
            assert!(!shown.text().contains("00123456") && !shown.text().contains("pat@mail"), "metadata only");

            let content = client.get(&format!("/v1/messages/{id}/content")).await.json();
            assert_eq!(content["recipients"][0]["address"], "pat@mail.example");
            assert!(text(&content["text"]).contains("00123456"));
            let file = text(&content["files"][0]["id"]);
            let file = client.get(&format!("/v1/messages/{id}/files/{file}")).await;
            assert_eq!((file.status, file.bytes.as_slice()), (StatusCode::OK, b"hello".as_slice()));
            assert_eq!(file.header("content-disposition"), "attachment; filename*=UTF-8''r%C3%A9sultats.txt");
            let events = client.get(&format!("/v1/messages/{id}/events")).await.text();
            assert!(events.contains("message.opened") && events.contains("message.downloaded"), "readings are recorded");

            let recipient = text(&accepted["recipients"][0]["id"]);
            let proof = client.get(&format!("/v1/recipients/{recipient}/proof")).await;
            assert_eq!(proof.json()["format"], "caduceus-proof/v1");
            let others = accepted["recipients"].as_array().into_iter().flatten().skip(1);
            assert!(others.map(|r| text(&r["id"])).all(|other| !proof.text().contains(&other)), "one recipient's proof");

            let cancel = client.post(&format!("/v1/messages/{id}/cancel"), &json!(null)).await;
            assert_eq!(cancel.json()["cancelled"].as_array().map(Vec::len), Some(3));
            let again = client.post(&format!("/v1/messages/{id}/cancel"), &json!(null)).await;
            assert_eq!(again.summary(), "409 state_conflict");
        });
    }

    /// A dry run says what would happen, where, and repeats nothing.
    fn a_dry_run_explains_and_keeps_nothing(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            let mut message = letter();
            message["subject"] = json!("MRN: 00123456");
            message["text"] = json!("Your SSN is 219-09-9999. Your diabetes results are in.");
            let answer = client.post("/v1/messages/dry_run", &message).await;
            let body = answer.json();
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            assert_eq!((body["subject_phi"].as_bool(), body["counts"]["us_ssn"].as_u64()), (Some(true), Some(1)));
            let found = body["findings"].as_array().into_iter().flatten().find(|f| f["kind"] == "us_ssn");
            let place = found.map(|f| (f["start"].as_u64(), f["length"].as_u64()));
            assert_eq!(place, Some((Some(12), Some(11))), "{body}");
            assert!(!answer.text().contains("219-09-9999") && !answer.text().contains("00123456"), "never the value");
            let recipient = &body["recipients"][0];
            assert_eq!((&recipient["method"], &recipient["below"]), (&json!("tls"), &json!("portal")));
            assert_eq!(recipient["neutral_subject"], true, "screens and logs show subjects whatever protects the way");
            message["method"] = json!("portal");
            let notice = client.post("/v1/messages/dry_run", &message).await.json()["recipients"][0].clone();
            assert_eq!((&notice["method"], &notice["neutral_subject"]), (&json!("portal"), &json!(true)));
            assert_eq!(client.get("/v1/messages").await.json()["messages"], json!([]));
        });
    }

    /// Whoever asks beforehand hears that an address gets no mail, and why.
    fn a_dry_run_says_who_is_suppressed(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            let first = client.post("/v1/messages/dry_run", &letter()).await.json();
            assert_eq!(first["recipients"][0]["suppressed"], json!(null));
            let address = json!({"address": "Pat@mail.example", "stream": "transactional"});
            let added = client.post("/v1/suppressions", &address).await;
            assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
            let again = client.post("/v1/messages/dry_run", &letter()).await.json();
            assert_eq!(again["recipients"][0]["suppressed"], json!("manual"), "{again}");
            let mut news = letter();
            (news["stream"], news["purpose"]) = (json!("marketing"), json!("marketing"));
            let other = client.post("/v1/messages/dry_run", &news).await.json();
            assert_eq!(other["recipients"][0]["suppressed"], json!(null), "streams are apart");
        });
    }
}

/// What people write is in the answers that give it back on purpose, and in no log line.
#[test]
fn nothing_that_was_sent_is_logged() {
    const CANARY: &str = "zq7vultur";
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    run(async {
        let message = json!({
            "from": {"address": format!("{CANARY}@clinic.example"), "name": CANARY},
            "reply_to": format!("{CANARY}@clinic.example"),
            "to": [{"address": format!("{CANARY}@{CANARY}.example"), "name": CANARY}],
            "subject": format!("{CANARY} MRN: 00123456"),
            "text": format!("{CANARY} has diabetes"),
            "html": format!("<p>{CANARY} has diabetes</p>"),
            "headers": {"X-Ward": CANARY},
            "attachments": [{"name": format!("{CANARY}.txt"), "content_type": "text/plain", "content": "enE3dnVsdHVy"}],
            "tags": [CANARY],
            "metadata": {"visit": CANARY},
        });
        assert_eq!(
            client
                .post("/v1/messages/dry_run", &message)
                .await
                .text()
                .matches(CANARY)
                .count(),
            0
        );
        let sent = client.post_once(&message, CANARY).await;
        assert_eq!(
            (sent.summary(), sent.text().contains(CANARY)),
            ("202".into(), false),
            "{}",
            sent.text()
        );
        let id = text(&sent.json()["id"]);
        for path in ["", "/events", "?after=zq7vultur"] {
            assert!(
                !client
                    .get(&format!("/v1/messages/{id}{path}"))
                    .await
                    .text()
                    .contains(CANARY),
                "{path}"
            );
        }
        let content = client.get(&format!("/v1/messages/{id}/content")).await;
        assert!(content.text().contains(CANARY));
        let file = text(&content.json()["files"][0]["id"]);
        client.get(&format!("/v1/messages/{id}/files/{file}")).await;
    });
    let log = crate::log::kept();
    assert!(
        log.contains("/v1/messages/{id}/content"),
        "the log is kept, by route"
    );
    assert!(
        !log.contains(CANARY) && !log.contains("msg_"),
        "neither content nor paths are logged"
    );
}

/// Test keys are visible as such in every answer, and a test message says so.
#[test]
fn the_mode_is_in_every_answer() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let app = house.app(house.clinic, &ALL_SCOPES);
    let key = house.key(house.clinic, app, Mode::Test, None);
    let client = house.client_with(&format!("Bearer {}", key.shown_once.expose()));
    run(async {
        let (id, recipient) = client.sent().await;
        let paths = [
            "/v1/messages".to_owned(),
            format!("/v1/messages/{id}"),
            format!("/v1/messages/{id}/events"),
            format!("/v1/messages/{id}/content"),
        ];
        for path in paths {
            let answer = client.get(&path).await;
            assert_eq!(
                (answer.header("caduceus-mode"), &answer.json()["mode"]),
                ("test", &json!("test")),
                "{path}"
            );
        }
        let proof = client
            .get(&format!("/v1/recipients/{recipient}/proof"))
            .await;
        assert_eq!(proof.header("caduceus-mode"), "test");
        assert_eq!(
            client
                .get("/v1/messages?limit=x")
                .await
                .header("caduceus-mode"),
            "test",
            "problems too"
        );
    });
}

#[test]
fn a_demanded_method_is_obeyed_and_a_later_time_is_kept() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    run(async {
        let mut message = letter();
        message["method"] = json!("portal");
        message["send_at"] = json!("2026-12-01T10:00:00+02:00");
        let accepted = client.post("/v1/messages", &message).await.json();
        assert_eq!(accepted["recipients"][0]["method"], "portal");
        let shown = client
            .get(&format!("/v1/messages/{}", text(&accepted["id"])))
            .await
            .json();
        assert_eq!(shown["send_at"], "2026-12-01T08:00:00.000Z");
    });
}

/// RFC 8689: REQUIRETLS and its opposite are asked for in the body; not both.
#[test]
fn tls_on_the_way_can_be_required_and_relaxed() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    run(async {
        let mut message = letter();
        message["require_tls"] = json!(true);
        assert_eq!(
            client.post("/v1/messages", &message).await.status,
            StatusCode::ACCEPTED
        );
        message["tls_optional"] = json!(true);
        let both = client.post("/v1/messages", &message).await;
        assert_eq!(both.summary(), "422 field_invalid /tls_optional");
        message["require_tls"] = json!(false);
        let relaxed = client.post("/v1/messages", &message).await;
        assert_eq!(relaxed.status, StatusCode::ACCEPTED);
        let id = text(&relaxed.json()["id"]);
        let headers = client.get(&format!("/v1/messages/{id}/content")).await;
        assert_eq!(headers.status, StatusCode::OK);
    });
}
