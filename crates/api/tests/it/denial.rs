//! Denial, for every door: who is turned away, and how. The table is golden; a route without a line
//! fails.

use axum::body::Body;
use serde_json::Value;

use crate::house::{ALL_SCOPES, Answer, Client, House, letter, run, text};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/denial.txt");

/// A message of the clinic, as the paths of the routes name it.
struct Target {
    message: String,
    recipient: String,
    file: String,
    order: String,
    suppression: String,
    correspondent: String,
    detector: String,
    matter: String,
    hold: String,
    export: String,
    disposal: String,
    search: String,
    key: String,
    own_key: String,
    authority: String,
    directory: String,
    /// A version's number.
    rules: String,
    webhook: String,
}

impl Target {
    /// Nobody's: the routes' own names where they are asked for.
    fn missing() -> Self {
        Self {
            message: "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            recipient: "rcp_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            file: "file_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            order: "ord_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            suppression: "sup_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            correspondent: "cor_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            detector: "det_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            matter: "mat_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            hold: "hld_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            export: "exp_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            disposal: "dis_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            search: "svs_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            key: "rky_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            own_key: "oky_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            authority: "aut_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            directory: "dir_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
            rules: "9".into(),
            webhook: "whk_01KAJ5Z3E9T7M0X4Q8V2B6N1CD".into(),
        }
    }

    /// A client's own, whatever else it may.
    async fn sent_by(client: &Client<'_>) -> Self {
        let sent = client.post("/v1/messages", &letter()).await.json();
        Self {
            message: text(&sent["id"]),
            recipient: text(&sent["recipients"][0]["id"]),
            ..Self::missing()
        }
    }

    async fn new(client: &Client<'_>) -> Self {
        let mut message = letter();
        message["attachments"] = serde_json::json!([{"name": "a.txt", "content_type": "text/plain", "content": "aGVsbG8="}]);
        let sent = client.post("/v1/messages", &message).await.json();
        let id = text(&sent["id"]);
        let content = client
            .get(&format!("/v1/messages/{id}/content"))
            .await
            .json();
        let order = client.post("/v1/queue/orders", &order()).await.json();
        let new = serde_json::json!({"address": "gone@mail.example", "stream": "marketing"});
        let suppressed = client.post("/v1/suppressions", &new).await.json();
        let new = serde_json::json!({"address": "pat@mail.example", "class": "patient"});
        let correspondent = client.post("/v1/correspondents", &new).await.json();
        let detector = client
            .post("/v1/detectors", &detector("Heron study"))
            .await
            .json();
        let matter = client
            .post("/v1/matters", &serde_json::json!({"name": "Lee v. Clinic"}))
            .await
            .json();
        let (matter, name) = (text(&matter["id"]), "/v1/holds");
        let hold = client.post(name, &hold(&matter)).await.json();
        let made = client.post("/v1/archive/exports", &export(&id)).await;
        let search = client.post("/v1/archive/searches", &search()).await.json();
        let key = client.post("/v1/keys", &certificate()).await.json();
        let own = client
            .post("/v1/own-keys", &serde_json::json!({}))
            .await
            .json();
        client.post("/v1/authorities", &certificate()).await;
        let directory = client
            .post("/v1/encryption/directories", &directory())
            .await
            .json();
        let believed = client.get("/v1/authorities").await.json();
        // Versions are counted in each organisation: one that only the clinic has reached.
        for _ in 0..2 {
            client.post("/v1/rules", &rules()).await;
        }
        let rules = client.post("/v1/rules", &rules()).await.json();
        let url = serde_json::json!({"url": "https://hooks.practice.example/in"});
        let webhook = client.post("/v1/webhooks", &url).await.json();
        Self {
            webhook: text(&webhook["id"]),
            message: id,
            recipient: text(&sent["recipients"][0]["id"]),
            file: text(&content["files"][0]["id"]),
            order: text(&order["id"]),
            suppression: text(&suppressed["id"]),
            correspondent: text(&correspondent["id"]),
            detector: text(&detector["id"]),
            matter,
            hold: text(&hold["id"]),
            export: text(&made.json()["id"]),
            disposal: Self::missing().disposal,
            search: text(&search["id"]),
            key: text(&key["keys"][0]["id"]),
            own_key: text(&own["id"]),
            directory: text(&directory["id"]),
            authority: text(&believed["authorities"][0]["id"]),
            rules: rules["version"].to_string(),
        }
    }

    fn path(&self, route: &str) -> String {
        let id = if route.starts_with("/v1/recipients") {
            &self.recipient
        } else if route.starts_with("/v1/queue") {
            &self.order
        } else if route.starts_with("/v1/suppressions") {
            &self.suppression
        } else if route.starts_with("/v1/rules") {
            &self.rules
        } else if route.starts_with("/v1/detectors") {
            &self.detector
        } else if route.starts_with("/v1/retention/proposals") {
            "1"
        } else if route.starts_with("/v1/matters") {
            &self.matter
        } else if route.starts_with("/v1/archive/searches") {
            &self.search
        } else if route.starts_with("/v1/archive/exports") {
            &self.export
        } else if route.starts_with("/v1/disposals") {
            &self.disposal
        } else if route.starts_with("/v1/holds") {
            &self.hold
        } else if route.starts_with("/v1/correspondents") {
            &self.correspondent
        } else if route.starts_with("/v1/authorities") {
            &self.authority
        } else if route.starts_with("/v1/encryption/directories") {
            &self.directory
        } else if route.starts_with("/v1/own-keys") {
            &self.own_key
        } else if route.starts_with("/v1/keys") {
            &self.key
        } else if route.starts_with("/v1/webhooks") {
            &self.webhook
        } else {
            &self.message
        };
        let path = route.replace("{id}", id).replace("{file}", &self.file);
        path.replace("{number}", "0")
    }
}

fn hold(matter: &str) -> Value {
    serde_json::json!({"matter": matter, "custodians": ["lee@mail.example"], "query": "asbestos", "reason": "a claim"})
}

fn export(message: &str) -> Value {
    serde_json::json!({"messages": [message], "recipient": "Doe & Roe LLP", "purpose": "Subpoena"})
}

fn search() -> Value {
    serde_json::json!({"name": "Recall", "query": "pump in:sent"})
}

fn directory() -> Value {
    serde_json::json!({"name": "hospital", "host": "ldap.hospital.example", "port": 636, "tls": "ldaps"})
}

fn detector(name: &str) -> Value {
    serde_json::json!({"detector": {"name": name, "expression": "HRN-[0-9]{4}"}, "reason": "New study"})
}

fn order() -> Value {
    serde_json::json!({"act": "suspend", "provider": "other", "seconds": 60, "reason": "a look at it"})
}

/// A certificate of pat@mail.example, good until 2099; nobody has its key any more.
fn certificate() -> Value {
    let der = "MIIBLDCB0qADAgECAgEHMAoGCCqGSM49BAMCMA4xDDAKBgNVBAMMA1BhdDAgFw0yMDAxMDEwMDAwMDBaGA8yMDk5MDEwMTAwMDAw\
    MFowDjEMMAoGA1UEAwwDUGF0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGX87XhvQF+LLfqQxR4+j0VEAdphUOREuTXYjJf9V\
    YtqM5smkc7ZdR7WUSw0fO2x3ZaQpDTwpvzIvZcaCyUkwP6MfMB0wGwYDVR0RBBQwEoEQcGF0QG1haWwuZXhhbXBsZTAKBggqhkjO\
    PQQDAgNJADBGAiEAwCXoeh2fHiFFOBWtVXYeEMa5pgcBeY24fZs9NCRMvXMCIQCO0g7wqHiRW2OGpKWjFap0jGsiOQL80AAKrzbE\
    RmSnUg==";
    serde_json::json!({"file": der})
}

fn rules() -> Value {
    let text =
        "rule long:\n  when pages over 20\n  then log\n  because the minimum necessary leaves\n";
    serde_json::json!({"text": text, "reason": "a first try"})
}

/// A body that its owner could send there.
fn body(verb: &str, path: &str) -> Value {
    match path.rsplit('/').next() {
        Some("orders") => order(),
        Some("rules") => rules(),
        Some("headers") => serde_json::json!({"message": "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"}),
        Some("try") if path.contains("directories") => {
            serde_json::json!({"address": "lee@hospital.example"})
        }
        Some("directories") => directory(),
        Some("revocation") => serde_json::json!({"use": "prefer"}),
        _ if verb == "PUT" => directory(),
        Some("try") => serde_json::json!({"days": 7}),
        Some("activate") => serde_json::json!({"reason": "the trial was as we wished"}),
        Some("search") if path.contains("arrivals") => {
            serde_json::json!({"domain": "peer.example"})
        }
        Some("search") if path.contains("archive") => serde_json::json!({"query": "in:sent"}),
        Some("searches") => search(),
        _ if path.starts_with("/v1/archive/searches/svs_") && !path.ends_with("/remove") => {
            search()
        }
        Some("exports") => export("msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"),
        Some("matters") => serde_json::json!({"name": "Kim v. Clinic"}),
        Some("holds") => hold("mat_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"),
        Some("profile") => {
            serde_json::json!({"states": ["US-NY"], "provider_types": ["hospital"], "zone": "UTC", "reason": "ours"})
        }
        Some("classes") if path.contains("items") => {
            serde_json::json!({"classes": ["billing"], "reason": "a bill"})
        }
        Some("classes") => serde_json::json!({"classes": {"rules": []}, "reason": "none yet"}),
        Some("proposals") => {
            serde_json::json!({"enable": {"id": "us-zz", "version": 1}, "reason": "counsel read it"})
        }
        Some("anchors") => serde_json::json!({"csv": "patient,birth\r\n"}),
        Some("ask" | "release" | "refuse" | "approve" | "reject") => {
            serde_json::json!({"reason": "It is over"})
        }
        _ if path.contains("/custodians/") => serde_json::json!({"state": "told"}),
        Some("correspondents") => {
            serde_json::json!({"address": "new@mail.example", "class": "vendor"})
        }
        Some("keys" | "authorities") => certificate(),
        Some("own-keys") => serde_json::json!({}),
        Some("suppressions") => {
            serde_json::json!({"address": "new@mail.example", "stream": "marketing"})
        }
        Some("detectors") => detector("Egret study"),
        Some("learn") => {
            serde_json::json!({"samples": "AB-4410372\nAB-4410955\nAB-4418120\nAB-4420417\nAB-4431906"})
        }
        Some("remove") => serde_json::json!({"reason": "It is over"}),
        _ if path.starts_with("/v1/detectors/det_") => detector("Heron study"),
        _ if path.starts_with("/v1/keys/") || path.starts_with("/v1/own-keys/") => {
            serde_json::json!({"standing": "retired"})
        }
        Some("feedback") => serde_json::json!({"opinion": "not_phi"}),
        Some("reschedule") => serde_json::json!({"send_at": "2020-01-01T00:00:00Z"}),
        Some("webhooks") => serde_json::json!({"url": "https://hooks.practice.example/in"}),
        Some("secret") => serde_json::json!({}),
        Some("replay") => serde_json::json!({"since": "2026-01-01T00:00:00Z"}),
        _ if verb == "PATCH" => serde_json::json!({}),
        _ => letter(),
    }
}

async fn ask(client: &Client<'_>, verb: &str, path: &str) -> Answer {
    let (headers, body): (&[_], _) = match verb {
        "POST" | "PATCH" | "PUT" => (
            &[("content-type", "application/json")],
            Body::from(body(verb, path).to_string()),
        ),
        _ => (&[], Body::empty()),
    };
    client.send(verb, path, headers, body).await
}

/// The same answer for a thing of another organisation as for one that does not exist.
async fn tells_nothing(client: &Client<'_>, verb: &str, route: &str, denied: &Answer) {
    let missing = Target::missing();
    let unnamed = |answer: &Answer| {
        let mut body = answer.json();
        body["request_id"] = Value::Null;
        body
    };
    let absent = ask(client, verb, &missing.path(route)).await;
    assert_eq!(
        unnamed(&absent),
        unnamed(denied),
        "{verb} {route} tells that it exists"
    );
}

async fn table(house: &House) -> String {
    let owner = house.client(&ALL_SCOPES);
    let target = Target {
        disposal: house.disposal(),
        ..Target::new(&owner).await
    };
    let anonymous = house.anonymous();
    let test = house.test_client(&ALL_SCOPES);
    let elsewhere = house.other_organisation();
    let other = house.client_of(elsewhere, &ALL_SCOPES);
    let mut lines = vec![
        "# Who is turned away at each door, and how. UPDATE_GOLDEN=1 writes it anew.".to_owned(),
        "# \"other organisation\" holds every scope and asks for the clinic's things or as the clinic's sender.".to_owned(),
        "# \"test key\" is the clinic's own with every scope, in test mode: what is live is out of its reach.".to_owned(),
        format!("{:<48} {:<25} {:<25} {:<25} {}", "route", "anonymous", "wrong scope", "test key", "other organisation"),
    ];
    for (verb, route) in api::routes() {
        let path = target.path(&route);
        // The scope that opens this very door is the one left out.
        let needed = needed_scope(&route, verb);
        let wrong: Vec<&str> = ALL_SCOPES
            .into_iter()
            .filter(|scope| Some(*scope) != needed)
            .collect();
        let wrong = house.client(&wrong);
        // Of another app's message it would not even learn that it is there.
        let owned = if route.contains('{') {
            Target::sent_by(&wrong).await
        } else {
            Target::missing()
        };
        let denied = ask(&other, verb, &path).await;
        if route.contains('{') {
            tells_nothing(&other, verb, &route, &denied).await;
        }
        let lists = [
            "messages",
            "suppressions",
            "correspondents",
            "detectors",
            "keys",
            "authorities",
            "directories",
            "arrivals",
            "hits",
            "senders",
            "matters",
            "holds",
            "exports",
            "disposals",
            "searches",
            "checks",
            "anchors",
            "records",
            "items",
            "proposals",
            "rules",
            "events",
        ];
        let body = denied.json();
        let empty = lists
            .iter()
            .any(|list| body[*list] == serde_json::json!([]));
        let seen = if empty { " nothing seen" } else { "" };
        lines.push(format!(
            "{:<48} {:<25} {:<25} {:<25} {}{seen}",
            format!("{verb} {route}"),
            code(&ask(&anonymous, verb, &path).await),
            code(&ask(&wrong, verb, &owned.path(&route)).await),
            code(&ask(&test, verb, &path).await),
            code(&denied),
        ));
    }
    lines.join("\n") + "\n"
}

fn code(answer: &Answer) -> String {
    format!("{} {}", answer.status.as_u16(), answer.code())
        .trim_end()
        .to_owned()
}

/// From the reference, so that the table and the document agree.
fn needed_scope(route: &str, verb: &str) -> Option<&'static str> {
    let document = serde_json::to_value(api::openapi()).expect("the document is JSON");
    let about = text(&document["paths"][route][verb.to_lowercase()]["description"]);
    ALL_SCOPES
        .into_iter()
        .find(|scope| about.contains(&format!("`{scope}`")))
}

sim::both_engines! {
    fn the_table_of_denials_holds(store) {
        let house = House::new(store);
        let found = run(table(&house));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(GOLDEN, &found)?;
        }
        let golden = std::fs::read_to_string(GOLDEN)?;
        assert_eq!(found, golden, "a door changed: read each line, then UPDATE_GOLDEN=1");
    }
}
