//! Repeats are safe: one key, one message.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Mode, limits};
use serde_json::json;

use crate::house::{ALL_SCOPES, House, letter, run, text};

sim::both_engines! {
    /// A client that got no answer sends again and gets the answer of the first time.
    fn a_repeat_gives_the_first_answer(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            let first = client.post_once(&letter(), "visit-1").await;
            house.clock.advance(Duration::from_secs(3_600));
            let again = client.post_once(&letter(), "visit-1").await;
            assert_eq!((first.summary(), again.summary()), ("202".into(), "202".into()));
            assert_eq!(first.json(), again.json());
            assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
            assert_eq!(client.get("/v1/messages").await.json()["messages"].as_array().map(Vec::len), Some(1));
        });
    }

    /// Another body under a used key is a client's mistake; sending it would hide it.
    fn another_body_under_the_same_key_is_409(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            client.post_once(&letter(), "visit-1").await;
            let mut other = letter();
            other["text"] = json!("Please do not come fasting.");
            assert_eq!(client.post_once(&other, "visit-1").await.summary(), "409 idempotency_mismatch");
            assert_eq!(client.get("/v1/messages").await.json()["messages"].as_array().map(Vec::len), Some(1));
        });
    }

    /// Impatient clients send twice at once.
    fn concurrent_duplicates_become_one_message(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            let message = letter();
            let send = || client.post_once(&message, "visit-1");
            let (a, b, c, d) = tokio::join!(send(), send(), send(), send());
            let answers = [a, b, c, d];
            let ids: BTreeSet<String> = answers.iter().map(|answer| text(&answer.json()["id"])).collect();
            let fresh = answers.iter().filter(|answer| answer.header("idempotent-replayed").is_empty()).count();
            assert!(answers.iter().all(|answer| answer.summary() == "202"), "{}", answers[0].text());
            assert_eq!((ids.len(), fresh), (1, 1));
            assert_eq!(client.get("/v1/messages").await.json()["messages"].as_array().map(Vec::len), Some(1));
        });
    }

    /// Keys belong to an app and a mode, and are kept for seven days.
    fn a_key_counts_for_its_app_and_its_week(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        let neighbour = house.client(&ALL_SCOPES);
        run(async {
            let mine = client.post_once(&letter(), "visit-1").await;
            let theirs = neighbour.post_once(&letter(), "visit-1").await;
            assert_ne!(mine.json()["id"], theirs.json()["id"]);
            house.clock.advance(limits::IDEMPOTENCY_KEEP + Duration::from_secs(1));
            let later = client.post_once(&letter(), "visit-1").await;
            assert_ne!(mine.json()["id"], later.json()["id"]);
            assert_eq!(later.summary(), "202");
        });
    }
}

#[test]
fn a_test_key_and_a_live_key_do_not_share_idempotency() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let app = house.app(house.clinic, &ALL_SCOPES);
    let client = |mode| {
        let key = house.key(house.clinic, app, mode, None);
        house.client_with(&format!("Bearer {}", key.shown_once.expose()))
    };
    let (live, test) = (client(Mode::Live), client(Mode::Test));
    run(async {
        let (a, b) = (
            live.post_once(&letter(), "k").await.json(),
            test.post_once(&letter(), "k").await.json(),
        );
        assert_ne!(a["id"], b["id"]);
        assert_eq!(
            (text(&a["mode"]), text(&b["mode"])),
            ("live".into(), "test".into())
        );
    });
}

#[test]
fn a_key_that_is_no_key_is_refused() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    let long = "k".repeat(limits::IDEMPOTENCY_KEY_OCTETS_MAX + 1);
    run(async {
        for key in ["", "two words", "caf\u{e9}", long.as_str()] {
            let answer = client.post_once(&letter(), key).await;
            assert_eq!(answer.summary(), "400 idempotency_key_invalid");
        }
        let twice = [
            ("content-type", "application/json"),
            ("idempotency-key", "a"),
            ("idempotency-key", "b"),
        ];
        let answer = client
            .send("POST", "/v1/messages", &twice, letter().to_string().into())
            .await;
        assert_eq!(answer.summary(), "400 idempotency_key_invalid");
        assert_eq!(
            client.get("/v1/messages").await.json()["messages"],
            json!([])
        );
    });
}
