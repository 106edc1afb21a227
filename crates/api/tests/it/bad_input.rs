//! Bad input: a clear error, nothing accepted, no value in any answer or log line.

use axum::body::Body;
use model::limits;
use serde_json::{Value, json};

use crate::house::{ALL_SCOPES, Client, House, letter, run};
use crate::log;

const CASES: &str = include_str!("../cases/bad_input.txt");
/// Found nowhere but in what these tests submit.
const CANARY: &str = "zq7vultur";

struct Case {
    title: String,
    body: Vec<u8>,
    expected: String,
}

fn cases() -> Vec<Case> {
    let blocks = CASES
        .split("\n\n")
        .map(str::trim)
        .filter(|block| !block.starts_with('#'));
    blocks.map(case).collect()
}

fn case(block: &str) -> Case {
    let mut lines = block.lines();
    let (title, body, expected) = (lines.next(), lines.next(), lines.next());
    let body = body.unwrap_or_default().replace("CANARY", CANARY);
    let body = match body.split_once(' ') {
        Some(("patch", patch)) => {
            let mut message = canary_letter();
            merge(&mut message, serde_json::from_str(patch).expect(block));
            message.to_string().into_bytes()
        }
        Some(("raw", raw)) => raw.as_bytes().to_vec(),
        _ => Vec::new(),
    };
    Case {
        title: title.unwrap_or_default().to_owned(),
        body,
        expected: expected
            .unwrap_or_default()
            .trim_start_matches("=> ")
            .to_owned(),
    }
}

fn canary_letter() -> Value {
    json!({
        "from": {"address": "nurse@clinic.example", "name": CANARY},
        "to": [format!("{CANARY}@mail.example")],
        "subject": CANARY,
        "text": CANARY,
    })
}

/// RFC 7396.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        return *target = patch;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in patch {
        match value {
            Value::Null => drop(target.as_object_mut().map(|fields| fields.remove(&name))),
            // Lists and mailboxes are replaced whole, so that a case shows all of what it sends.
            value => target[name] = value,
        }
    }
}

async fn nothing_was_accepted(client: &Client<'_>) {
    let page = client.get("/v1/messages").await.json();
    assert_eq!(
        page["messages"],
        json!([]),
        "a refused message must not exist"
    );
}

sim::both_engines! {
    /// Every case of `cases/bad_input.txt`, for sending and for a dry run.
    fn each_case_is_refused_where_it_is_wrong(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            for case in cases() {
                for path in ["/v1/messages", "/v1/messages/dry_run"] {
                    let answer = client.post_raw(path, case.body.clone()).await;
                    assert_eq!(answer.summary(), case.expected, "{} ({path}): {}", case.title, answer.text());
                    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", case.title);
                    assert!(!answer.text().contains(CANARY), "{}: the answer repeats it", case.title);
                }
            }
            nothing_was_accepted(&client).await;
        });
        assert!(log::kept().contains("POST"), "the log is kept");
        assert!(!log::kept().contains(CANARY), "the log repeats it");
    }
}

/// Bodies that are wrong by their number or size, with the answer to each.
fn sized() -> Vec<(&'static str, Value, &'static str)> {
    let many = |count: usize| -> Vec<String> {
        (0..count).map(|i| format!("p{i}@mail.example")).collect()
    };
    let named = |count: usize, width: usize| -> Value {
        (0..count)
            .map(|i| (format!("X-A{i}"), json!("v".repeat(width))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let file = json!({"name": "a.txt", "content_type": "text/plain", "content": "aGVsbG8="});
    let with = |name: &str, value: Value| {
        let mut message = letter();
        message[name] = value;
        message
    };
    vec![
        (
            "101 recipients",
            with("to", json!(many(101))),
            "422 recipients_too_many",
        ),
        (
            "3,000 recipients",
            with("bcc", json!(many(3_000))),
            "422 recipients_too_many",
        ),
        (
            "values without end",
            with("tags", json!(vec![""; limits::API_JSON_VALUES_MAX])),
            "413 message_too_large",
        ),
        (
            "a long subject",
            with("subject", json!("s".repeat(999))),
            "422 field_invalid /subject",
        ),
        (
            "a long name",
            with(
                "from",
                json!({"address": "nurse@clinic.example", "name": "n".repeat(201)}),
            ),
            "422 field_invalid /from/name",
        ),
        (
            "a long local part",
            with("to", json!([format!("{}@mail.example", "l".repeat(65))])),
            "422 address_invalid /to/0",
        ),
        (
            "21 headers",
            with("headers", named(21, 1)),
            "422 field_invalid /headers",
        ),
        (
            "a long header",
            with("headers", named(1, 999)),
            "422 field_invalid /headers/X-A0",
        ),
        (
            "51 attachments",
            with("attachments", json!(vec![file; 51])),
            "422 field_invalid /attachments",
        ),
        (
            "21 tags",
            with("tags", json!(vec!["t"; 21])),
            "422 field_invalid /tags",
        ),
        (
            "a long tag",
            with("tags", json!(["t".repeat(101)])),
            "422 field_invalid /tags/0",
        ),
        (
            "21 metadata",
            with("metadata", named(21, 1)),
            "422 field_invalid /metadata",
        ),
        (
            "a long metadata value",
            with("metadata", named(1, 501)),
            "422 field_invalid /metadata",
        ),
    ]
}

sim::both_engines! {
    fn too_many_and_too_long_are_refused(store) {
        let house = House::new(store);
        let client = house.client(&ALL_SCOPES);
        run(async {
            for (title, body, expected) in sized() {
                let answer = client.post("/v1/messages", &body).await;
                assert_eq!(answer.summary(), expected, "{title}");
            }
            nothing_was_accepted(&client).await;
        });
    }
}

#[test]
fn a_body_over_the_limit_is_413_whether_or_not_it_says_so() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    run(async {
        let said = (limits::API_BODY_OCTETS_MAX + 1).to_string();
        let headers = [
            ("content-type", "application/json"),
            ("content-length", said.as_str()),
        ];
        let answer = client
            .send("POST", "/v1/messages", &headers, Body::empty())
            .await;
        assert_eq!(
            answer.summary(),
            "413 message_too_large",
            "by its length field"
        );
        let answer = client
            .post_raw("/v1/messages", vec![b' '; limits::API_BODY_OCTETS_MAX + 1])
            .await;
        assert_eq!(answer.summary(), "413 message_too_large", "by its octets");
        let mut message = letter();
        message["text"] = json!("long line\n".repeat(limits::MESSAGE_OCTETS_MAX / 10 + 1));
        let answer = client.post("/v1/messages", &message).await;
        assert_eq!(
            answer.summary(),
            "413 message_too_large",
            "by the message it would become"
        );
        nothing_was_accepted(&client).await;
    });
}

#[test]
fn octets_that_are_no_utf8_and_depth_without_end_are_refused() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    run(async {
        let latin1 = b"{\"from\": \"nurse@clinic.example\", \"subject\": \"caf\xe9\"}".to_vec();
        assert_eq!(
            client.post_raw("/v1/messages", latin1).await.summary(),
            "400 json_invalid"
        );
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        assert_eq!(
            client.post_raw("/v1/messages", deep).await.summary(),
            "400 json_invalid"
        );
    });
}

#[test]
fn other_content_types_are_415() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    let refused: [&[(&str, &str)]; 6] = [
        &[],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
        &[("content-type", "application/json; charset=latin1")],
        &[("content-type", "application/jsonp")],
        &[
            ("content-type", "application/json"),
            ("content-encoding", "gzip"),
        ],
    ];
    run(async {
        for headers in refused {
            let answer = client
                .send("POST", "/v1/messages", headers, letter().to_string().into())
                .await;
            assert_eq!(
                answer.summary(),
                "415 content_type_unsupported",
                "{headers:?}"
            );
        }
        nothing_was_accepted(&client).await;
        let utf8 = [("content-type", "Application/JSON; charset=UTF-8")];
        let answer = client
            .send("POST", "/v1/messages", &utf8, letter().to_string().into())
            .await;
        assert_eq!(answer.summary(), "202");
    });
}

/// A parameter somebody believed in (`?dry_run`, `?state=` on one message) must not be ignored.
#[test]
fn unknown_and_malformed_query_parameters_are_refused_everywhere() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let client = house.client(&ALL_SCOPES);
    run(async {
        for (verb, path) in api::routes() {
            let path = path
                .replace("{id}", "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD")
                .replace("{file}", "file_01KAJ5Z3E9T7M0X4Q8V2B6N1CD");
            let headers = [("content-type", "application/json")];
            let body = || Body::from(letter().to_string());
            let answer = client
                .send(verb, &format!("{path}?dry_run=1"), &headers, body())
                .await;
            let refused = ["400 query_invalid ?dry_run", "404 id_invalid"];
            assert!(
                refused.contains(&answer.summary().as_str()),
                "{verb} {path}: {}",
                answer.summary()
            );
        }
        let wrong = [
            ("limit=0", "?limit"),
            ("limit=201", "?limit"),
            ("limit=ten", "?limit"),
            ("limit=%2B5", "?limit"),
            ("state=lost", "?state"),
            ("method=pigeon", "?method"),
            ("since=yesterday", "?since"),
            ("until=2026-11-23", "?until"),
            ("limit=5&limit=6", "?limit"),
        ];
        for (query, pointer) in wrong {
            let answer = client.get(&format!("/v1/messages?{query}")).await;
            assert_eq!(
                answer.summary(),
                format!("400 query_invalid {pointer}"),
                "{query}"
            );
        }
        let answer = client.get("/v1/messages?after=zq7vultur").await;
        assert_eq!(answer.summary(), "400 cursor_invalid");
        nothing_was_accepted(&client).await;
    });
}
