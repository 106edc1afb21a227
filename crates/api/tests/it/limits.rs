//! What every answer carries, how often one may ask, and what is answered where nothing is.

use std::collections::BTreeSet;
use std::time::Duration;

use api::{RateLimit, Settings};
use axum::body::Body;
use axum::http::StatusCode;
use model::{Mode, RequestId};
use serde_json::json;

use crate::house::{ALL_SCOPES, House, letter, run, text};

#[test]
fn a_client_that_asks_too_often_waits_and_others_do_not() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let rate = RateLimit {
        burst: 3,
        per_second: 1,
    };
    let house = House::with(
        &store,
        Settings {
            rate,
            ..Settings::default()
        },
    );
    let app = house.app(house.clinic, &ALL_SCOPES);
    let bearer = |mode| {
        format!(
            "Bearer {}",
            house.key(house.clinic, app, mode, None).shown_once.expose()
        )
    };
    let (client, sandbox) = (
        house.client_with(&bearer(Mode::Live)),
        house.client_with(&bearer(Mode::Test)),
    );
    let neighbour = house.client(&ALL_SCOPES);
    run(async {
        for left in ["2", "1", "0"] {
            let answer = client.get("/v1/messages").await;
            assert_eq!(
                (answer.summary(), answer.header("ratelimit-limit")),
                ("200".into(), "3")
            );
            assert_eq!(answer.header("ratelimit-remaining"), left);
        }
        let refused = client.get("/v1/messages").await;
        assert_eq!(
            (refused.summary(), refused.header("retry-after")),
            ("429 rate_limited".into(), "1")
        );
        assert_eq!(
            (
                refused.header("ratelimit-remaining"),
                refused.header("ratelimit-reset")
            ),
            ("0", "3")
        );
        for other in [&sandbox, &neighbour] {
            assert_eq!(other.get("/v1/messages").await.summary(), "200");
        }
        house.clock.advance(Duration::from_secs(1));
        assert_eq!(client.get("/v1/messages").await.summary(), "200");
        assert_eq!(
            client.get("/v1/messages").await.summary(),
            "429 rate_limited"
        );
        house.clock.advance(Duration::from_secs(3_600));
        assert_eq!(
            client
                .get("/v1/messages")
                .await
                .header("ratelimit-remaining"),
            "2",
            "never more than the burst"
        );
    });
}

#[test]
fn bodies_share_a_bounded_memory_and_give_it_back() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::with(
        &store,
        Settings {
            body_octets_held_max: 128 * 1024,
            ..Settings::default()
        },
    );
    let client = house.client(&ALL_SCOPES);
    run(async {
        let mut large = letter();
        large["text"] = json!("long line\n".repeat(20_000));
        let refused = client.post("/v1/messages", &large).await;
        assert_eq!(
            (refused.summary(), refused.header("retry-after")),
            ("503 overloaded".into(), "5")
        );
        for _ in 0..5 {
            assert_eq!(
                client.post("/v1/messages", &letter()).await.summary(),
                "202"
            );
        }
    });
}

#[test]
fn every_answer_names_its_request_and_is_kept_by_nobody() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    run(async {
        let answers = [
            client.post("/v1/messages", &letter()).await,
            client.get("/v1/messages").await,
            client.get("/v1/messages/msg_1").await,
            client.get("/v1/nothing").await,
            client
                .send("DELETE", "/v1/messages", &[], Body::empty())
                .await,
            house.anonymous().get("/v1/messages").await,
            house.anonymous().get("/v1/health").await,
        ];
        let mut ids = BTreeSet::new();
        for answer in &answers {
            let id = answer.header("x-request-id");
            assert!(id.parse::<RequestId>().is_ok(), "{}", answer.text());
            assert_eq!(answer.header("cache-control"), "no-store");
            if answer.status.as_u16() >= 400 {
                let problem = answer.json();
                assert_eq!(text(&problem["request_id"]), id);
                assert_eq!(problem["status"], answer.status.as_u16());
                assert_eq!(
                    text(&problem["type"]),
                    format!("urn:caduceus:problem:{}", answer.code())
                );
                for field in ["title", "detail", "remedy"] {
                    assert!(!text(&problem[field]).is_empty(), "{field}");
                }
            }
            ids.insert(id.to_owned());
        }
        assert_eq!(ids.len(), answers.len());
    });
}

#[test]
fn where_nothing_is_the_answer_is_a_problem_too() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.anonymous();
    run(async {
        for path in [
            "/v1",
            "/v1/",
            "/v1/nothing",
            "/v1/messages/",
            "/v1/messages/a/b/c/d",
            "/v1/%ff",
        ] {
            let answer = client.get(path).await;
            assert!(
                matches!(
                    answer.summary().as_str(),
                    "404 not_found" | "401 credentials_missing"
                ),
                "{path}: {}",
                answer.summary()
            );
        }
        for (verb, path) in api::routes() {
            let path = path.replace("{id}", "a").replace("{file}", "b");
            let answer = client.send("TRACE", &path, &[], Body::empty()).await;
            assert_eq!(answer.summary(), "405 method_not_allowed", "{path}");
            assert!(
                answer.header("allow").contains(verb),
                "{path}: {}",
                answer.header("allow")
            );
        }
        assert_eq!(
            client.get("/v1/health").await.json(),
            json!({"status": "ok"})
        );
    });
}

/// An id of another kind, cut short or made up is no id; that is not the same as a thing missing.
#[test]
fn what_is_no_id_is_404() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    run(async {
        for id in [
            "1",
            "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1C",
            "rcp_01KAJ5Z3E9T7M0X4Q8V2B6N1CD",
            "%00",
            "%ff",
        ] {
            let answer = client.get(&format!("/v1/messages/{id}")).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (StatusCode::NOT_FOUND, "id_invalid"),
                "{id}"
            );
        }
        let unknown = client
            .get("/v1/messages/msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")
            .await;
        assert_eq!(unknown.summary(), "404 not_found");
    });
}
