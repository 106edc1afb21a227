//! The reference tells the truth: golden, complete, and obeyed by the answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::conforming::{document, mismatch, references};
use crate::house::{ALL_SCOPES, House, letter, run, text};

const GOLDEN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/reference/openapi.json"
);

#[test]
fn the_published_document_is_the_generated_one() -> crate::Done {
    let generated = serde_json::to_string_pretty(&document())? + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &generated)?;
    }
    let golden = std::fs::read_to_string(GOLDEN)?;
    assert!(
        generated == golden,
        "docs/reference/openapi.json is stale: clients see this change; UPDATE_GOLDEN=1 renews"
    );
    Ok(())
}

fn operations() -> Vec<(String, String, Value)> {
    let document = document();
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    let verbs = |(path, item): (String, Value)| {
        let verbs = item.as_object().cloned().unwrap_or_default();
        verbs
            .into_iter()
            .map(move |(verb, operation)| (verb.to_uppercase(), path.clone(), operation))
    };
    paths.into_iter().flat_map(verbs).collect()
}

#[test]
fn every_route_is_documented_and_every_documented_route_answers() {
    let documented: BTreeSet<(String, String)> = operations()
        .into_iter()
        .map(|(verb, path, _)| (verb, path))
        .collect();
    let routed: BTreeSet<(String, String)> = api::routes()
        .into_iter()
        .map(|(verb, path)| (verb.to_owned(), path))
        .collect();
    assert_eq!(documented, routed);
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    run(async {
        for (verb, path) in documented {
            let answer = house
                .anonymous()
                .send(&verb, &path, &[], axum::body::Body::empty())
                .await;
            assert!(
                matches!(answer.summary().as_str(), "200" | "401 credentials_missing"),
                "{verb} {path}"
            );
        }
    });
}

#[test]
fn every_operation_says_its_security_its_answers_and_its_problems() {
    let mut ids = BTreeSet::new();
    for (verb, path, operation) in operations() {
        let at = format!("{verb} {path}");
        assert!(
            ids.insert(text(&operation["operationId"])),
            "{at}: an id of its own"
        );
        let open = ["/v1/health", "/v1/openapi.json"].contains(&path.as_str());
        let schemes = operation["security"].as_array().map(Vec::len);
        assert_eq!(
            schemes,
            Some(if open { 0 } else { 3 }),
            "{at}: explicit security"
        );
        let responses = operation["responses"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{at}"
        );
        for (status, response) in responses {
            assert!(
                response["headers"]["X-Request-Id"].is_object(),
                "{at} {status}"
            );
            if status.as_str() >= "400" {
                assert!(
                    response["content"]["application/problem+json"].is_object(),
                    "{at} {status}"
                );
            }
        }
        assert!(
            !text(&operation["summary"]).is_empty() && !text(&operation["description"]).is_empty(),
            "{at}"
        );
    }
}

#[test]
fn every_reference_inside_the_document_leads_somewhere() {
    let document = document();
    for reference in references(&document) {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

/// The schema's fields are those that are read, each with the type that is read.
#[test]
fn the_documented_fields_are_the_ones_that_are_read() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    let schemas = document()["components"]["schemas"].clone();
    run(async {
        let fields = schemas["Message"]["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        assert!(fields.len() >= 16, "{fields:?}");
        for name in fields.keys() {
            let mut message = letter();
            message[name] = json!([[true]]);
            let answer = client.post("/v1/messages/dry_run", &message).await;
            let summary = answer.summary();
            assert!(
                summary.starts_with(&format!("422 field_type /{name}")),
                "{name}: documented, not read: {summary}"
            );
        }
    });
}

sim::both_engines! {
    /// Each answer has the documented fields, and no other.
    fn answers_have_the_documented_form(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            let mut message = letter();
            message["text"] = json!("Your SSN is 219-09-9999. Your diabetes results are in.");
            message["attachments"] = json!([{"name": "a.bin", "content_type": "application/octet-stream", "content": "AAEC"}]);
            let dry = client.post("/v1/messages/dry_run", &message).await;
            let sent = client.post("/v1/messages", &message).await;
            let id = text(&sent.json()["id"]);
            let mut answers = BTreeMap::new();
            answers.insert(("post", "/v1/messages/dry_run"), dry);
            answers.insert(("post", "/v1/messages"), sent);
            answers.insert(("get", "/v1/messages"), client.get("/v1/messages").await);
            answers.insert(("get", "/v1/messages/{id}"), client.get(&format!("/v1/messages/{id}")).await);
            answers.insert(("get", "/v1/messages/{id}/events"), client.get(&format!("/v1/messages/{id}/events")).await);
            answers.insert(("get", "/v1/messages/{id}/content"), client.get(&format!("/v1/messages/{id}/content")).await);
            answers.insert(("post", "/v1/messages/{id}/cancel"), client.post(&format!("/v1/messages/{id}/cancel"), &json!(null)).await);
            answers.insert(("get", "/v1/queue/deliveries"), client.get("/v1/queue/deliveries").await);
            answers.insert(("get", "/v1/domains"), client.get("/v1/domains").await);
            answers.insert(("get", "/v1/health"), client.get("/v1/health").await);
            answers.insert(("get", "/v1/messages/{id}/parsed"), client.get(&format!("/v1/messages/{id}/parsed")).await);
            answers.insert(("get", "/v1/events"), client.get("/v1/events?kind=message.accepted,message.cancelled").await);
            let new = json!({"url": "https://hooks.practice.example/in", "kinds": ["message.accepted"], "stream": "transactional"});
            let made = client.post("/v1/webhooks", &new).await;
            let hook = format!("/v1/webhooks/{}", text(&made.json()["id"]));
            answers.insert(("post", "/v1/webhooks"), made);
            client.sent().await;
            answers.insert(("get", "/v1/webhooks"), client.get("/v1/webhooks").await);
            answers.insert(("get", "/v1/webhooks/{id}"), client.get(&hook).await);
            let change = json!({"stream": null, "state": "paused"}).to_string();
            let headers = [("content-type", "application/json")];
            answers.insert(("patch", "/v1/webhooks/{id}"), client.send("PATCH", &hook, &headers, change.into()).await);
            answers.insert(("post", "/v1/webhooks/{id}/secret"), client.post(&format!("{hook}/secret"), &json!({})).await);
            answers.insert(("post", "/v1/webhooks/{id}/test"), client.post(&format!("{hook}/test"), &json!(null)).await);
            answers.insert(("get", "/v1/webhooks/{id}/deliveries"), client.get(&format!("{hook}/deliveries")).await);
            let since = json!({"since": "2020-01-01T00:00:00Z"});
            answers.insert(("post", "/v1/webhooks/{id}/replay"), client.post(&format!("{hook}/replay"), &since).await);
            answers.insert(("delete", "/v1/webhooks/{id}"), client.send("DELETE", &hook, &[], axum::body::Body::empty()).await);
            let document = document();
            for ((verb, path), answer) in answers {
                let status = answer.status.as_u16().to_string();
                let schema = &document["paths"][path][verb]["responses"][&status]["content"]["application/json"]["schema"];
                assert!(schema.is_object(), "{verb} {path} {status}: {}", answer.text());
                assert_eq!(mismatch(&document, schema, &answer.json(), "$"), None, "{verb} {path}: {}", answer.text());
            }
            let problem = client.get("/v1/messages/x").await.json();
            let schema = json!({"$ref": "#/components/schemas/Problem"});
            assert_eq!(mismatch(&document, &schema, &problem, "$"), None);
        });
    }
}

/// The codes that an endpoint answers are the codes it documents.
#[test]
fn answered_problems_are_documented() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    let document = document();
    run(async {
        let mut asked = vec![
            (
                "get",
                "/v1/messages",
                client.get("/v1/messages?after=x").await,
            ),
            ("get", "/v1/messages", client.get("/v1/messages?x=1").await),
            (
                "get",
                "/v1/messages",
                house.anonymous().get("/v1/messages").await,
            ),
            (
                "get",
                "/v1/messages",
                house.client(&[]).get("/v1/messages").await,
            ),
            (
                "get",
                "/v1/messages/{id}",
                client.get("/v1/messages/x").await,
            ),
        ];
        for body in [
            json!({}),
            json!({"from": "x"}),
            json!({"from": "a@elsewhere.example", "to": ["b@c.example"], "text": "x"}),
        ] {
            asked.push((
                "post",
                "/v1/messages",
                client.post("/v1/messages", &body).await,
            ));
        }
        for (verb, path, answer) in asked {
            let status = answer.status.as_u16().to_string();
            let about = text(&document["paths"][path][verb]["responses"][&status]["description"]);
            assert!(
                about.contains(&format!("`{}`", answer.code())),
                "{verb} {path} {status} {}: {about}",
                answer.code()
            );
        }
    });
}
