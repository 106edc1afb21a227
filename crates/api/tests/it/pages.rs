//! Cursors: every message once, whatever arrives meanwhile.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::house::{ALL_SCOPES, Client, House, letter, run, text};

/// Follows `next` to the end; `between` runs after each page.
async fn walk(client: &Client<'_>, path: &str, list: &str, between: impl AsyncFn()) -> Vec<Value> {
    let mut found = Vec::new();
    let mut url = path.to_owned();
    loop {
        let page = client.get(&url).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let page = page.json();
        found.extend(page[list].as_array().cloned().unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => url = format!("{path}&after={next}"),
            None => return found,
        }
        between().await;
    }
}

sim::both_engines! {
    /// Several messages share a microsecond; others arrive while the client turns pages.
    fn a_list_is_complete_without_doubles(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            let mut sent = Vec::new();
            for i in 0..8 {
                sent.push(client.sent().await.0);
                if i % 3 == 2 {
                    house.clock.advance(Duration::from_secs(1));
                }
            }
            house.clock.advance(Duration::from_secs(1));
            let listed = walk(&client, "/v1/messages?limit=3", "messages", async || drop(client.sent().await)).await;
            let mut ids: Vec<String> = listed.iter().map(|m| text(&m["id"])).collect();
            let times: Vec<String> = listed.iter().map(|m| text(&m["created_at"])).collect();
            assert!(times.is_sorted_by(|a, b| a >= b), "newest first");
            ids.sort();
            sent.sort();
            assert_eq!(ids, sent);
        });
    }

    /// Several orders share a microsecond; others are given while the client turns pages.
    fn orders_are_complete_and_newest_first(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            let order = json!({"act": "suspend", "provider": "other", "seconds": 60, "reason": "a look at it"});
            let give = async || text(&client.post("/v1/queue/orders", &order).await.json()["id"]);
            let mut given = Vec::new();
            for i in 0..5 {
                given.push(give().await);
                if i == 2 {
                    house.clock.advance(Duration::from_secs(1));
                }
            }
            house.clock.advance(Duration::from_secs(1));
            let listed = walk(&client, "/v1/queue/orders?limit=2", "orders", async || drop(give().await)).await;
            let times: Vec<String> = listed.iter().map(|order| text(&order["created_at"])).collect();
            assert!(times.is_sorted_by(|a, b| a >= b), "newest first");
            let mut ids: Vec<String> = listed.iter().map(|order| text(&order["id"])).collect();
            ids.sort();
            given.sort();
            assert_eq!(ids, given);
            let answer = client.get("/v1/queue/orders?after=zq7vultur").await;
            assert_eq!(answer.summary(), "400 cursor_invalid");
        });
    }

    fn events_are_complete_and_oldest_first(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            let mut message = letter();
            message["to"] = json!(["a@mail.example", "b@mail.example", "c@mail.example"]);
            let id = text(&client.post("/v1/messages", &message).await.json()["id"]);
            house.clock.advance(Duration::from_secs(1));
            client.post(&format!("/v1/messages/{id}/cancel"), &json!(null)).await;
            let all = client.get(&format!("/v1/messages/{id}/events")).await.json()["events"].clone();
            let walked = walk(&client, &format!("/v1/messages/{id}/events?limit=2"), "events", async || ()).await;
            assert_eq!(json!(walked), all);
            let mut kinds: Vec<String> = walked.iter().map(|e| text(&e["kind"])).collect();
            // One commit accepts and seals: what has one time has no order.
            kinds[..6].sort();
            let expected = [["message.accepted"; 3], ["message.sealed"; 3], ["message.cancelled"; 3]].concat();
            assert_eq!(kinds, expected);
        });
    }

    fn filters_choose_by_state_method_and_time(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            let (first, _) = client.sent().await;
            let begin = text(&client.get(&format!("/v1/messages/{first}")).await.json()["created_at"]);
            house.clock.advance(Duration::from_secs(60));
            let (second, _) = client.sent().await;
            let later = text(&client.get(&format!("/v1/messages/{second}")).await.json()["created_at"]);
            let mut demanded = letter();
            demanded["method"] = json!("portal");
            let third = text(&client.post("/v1/messages", &demanded).await.json()["id"]);
            client.post(&format!("/v1/messages/{first}/cancel"), &json!(null)).await;
            let expected = [
                ("state=cancelled".to_owned(), vec![&first]),
                ("state=queued".to_owned(), vec![&second, &third]),
                ("state=queued&method=portal".to_owned(), vec![&third]),
                (format!("since={later}"), vec![&second, &third]),
                (format!("since={begin}&until={begin}"), vec![&first]),
            ];
            for (query, ids) in expected {
                let listed = client.get(&format!("/v1/messages?{query}")).await.json();
                let mut found: Vec<String> =
                    listed["messages"].as_array().into_iter().flatten().map(|m| text(&m["id"])).collect();
                found.sort();
                let mut ids: Vec<String> = ids.into_iter().cloned().collect();
                ids.sort();
                assert_eq!(found, ids, "{query}: {listed}");
            }
        });
    }
}
