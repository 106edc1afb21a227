//! Own detectors by the API: learnt from samples that come back nowhere, tried, added, changed and removed.

use serde_json::{Value, json};

use crate::house::{Client, House, run, text};

const SCOPE: [&str; 2] = ["detector.manage", "detector.read"];
const SAMPLES: [&str; 6] = [
    "NSC-4410372",
    "NSC-4410955",
    "NSC-4418120",
    "NSC-4420417",
    "NSC-4431906",
    "NSC-4442288",
];

fn chart(shape: &Value, check: &Value) -> Value {
    json!({"name": "Northside chart", "shape": shape, "check": check, "class": "strong"})
}

/// How the text is called, and how many places were found in it.
async fn tried(client: &Client<'_>, detector: Option<&Value>) -> (String, usize) {
    let body = json!({"text": "About NSC-4455013, seen on Tuesday.", "detector": detector});
    let answer = client.post("/v1/detectors/try", &body).await;
    assert_eq!(answer.summary(), "200");
    let found = answer.json();
    let places = found["found"].as_array().map_or(0, Vec::len);
    (text(&found["level"]).to_owned(), places)
}

sim::both_engines! {
    fn record_numbers_are_learnt_tried_added_changed_and_removed(store) {
        let house = House::new(store);
        let client = house.client(&SCOPE);
        run(async {
            let learnt = client.post("/v1/detectors/learn", &json!({"samples": SAMPLES.join("\n")})).await;
            assert_eq!(learnt.summary(), "200");
            let learnt = learnt.json();
            assert!(SAMPLES.iter().all(|sample| !learnt.to_string().contains(&sample[4..])), "{learnt}");
            let detector = chart(&learnt["shape"], &learnt["check"]);
            assert_eq!(tried(&client, None).await.1, 0, "nothing is in force");
            assert_eq!(tried(&client, Some(&detector)).await.1, 1);

            let reasoned = json!({"detector": detector, "reason": "Our charts."});
            let added = client.post("/v1/detectors", &reasoned).await;
            assert_eq!(added.summary(), "201");
            let id = text(&added.json()["id"]).to_owned();
            let twice = client.post("/v1/detectors", &reasoned).await;
            assert_eq!(twice.summary(), "409 state_conflict /detector/name");
            assert_eq!(tried(&client, None).await.1, 1, "in force from now on");

            let path = format!("/v1/detectors/{id}");
            let mut off = detector.clone();
            off["state"] = json!("off");
            let change = json!({"detector": off, "reason": "Too many."});
            let changed = client.post(&path, &change).await;
            assert_eq!(changed.summary(), "200");
            assert_eq!(tried(&client, None).await.1, 0);
            let shown = client.get(&path).await.json();
            assert_eq!(shown["detector"]["state"], "off");

            let silent = client.post(&format!("{path}/remove"), &json!({"reason": ""})).await;
            assert_eq!(silent.summary(), "422 field_missing /reason");
            let removed = client.post(&format!("{path}/remove"), &json!({"reason": "Replaced."})).await;
            assert_eq!(removed.summary(), "200");
            assert_eq!(client.get("/v1/detectors").await.json()["detectors"], json!([]));
            assert_eq!(client.get(&path).await.summary(), "404 not_found");
        });
    }

    /// As documented: 20,000 characters.
    fn more_samples_than_documented_are_refused(store) {
        let house = House::new(store);
        let client = house.client(&SCOPE);
        run(async {
            for (characters, answer) in [(20_000, "200"), (20_001, "422 field_invalid /samples")] {
                let mut samples = SAMPLES.join("\n");
                let room = characters - samples.len();
                samples.extend(std::iter::repeat_n('\u{a0}', room));
                let learnt = client.post("/v1/detectors/learn", &json!({"samples": samples})).await;
                assert_eq!(learnt.summary(), answer, "{characters}");
            }
        });
    }

    /// Each fault names its field; nothing is added.
    fn what_cannot_be_a_detector_is_refused_by_its_field(store) {
        let house = House::new(store);
        let client = house.client(&SCOPE);
        run(async {
            let refused = [
                (json!({"name": "", "words": ["heron"]}), "/detector/name"),
                (json!({"name": "Heron", "expression": "(unclosed"}), "/detector/expression"),
                (json!({"name": "Heron", "expression": "x*"}), "/detector/expression"),
                (json!({"name": "Heron", "shape": "ABC"}), "/detector/shape"),
                (json!({"name": "Heron", "words": []}), "/detector/words"),
            ];
            for (detector, field) in refused {
                let answer = client.post("/v1/detectors", &json!({"detector": detector, "reason": "A study."})).await;
                assert_eq!(answer.status.as_u16(), 422, "{field}");
                assert!(answer.summary().ends_with(field), "{} at {field}", answer.summary());
            }
            assert_eq!(client.get("/v1/detectors").await.json()["detectors"], json!([]));
        });
    }
}
