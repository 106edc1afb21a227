//! A clinic with the API in front of it, and clients that call the router as a service.

use std::sync::Arc;

use api::{ApiState, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use ctx::{Ctx, NewOrganisation, Parts, Principal, PrincipalKind, Role, Seat, World};
use flow::Flow;
use http_body_util::BodyExt;
use model::{AppId, Mode, OrganisationId, Timestamp, UserId};
use people::{NewApp, People};
use serde_json::{Value, json};
use sim::kit::{SimClock, SimRng, TestStore, memory_root};
use tower::ServiceExt;

pub const ALL_SCOPES: [&str; 31] = [
    "message.send",
    "message.list",
    "message.read",
    "message.cancel",
    "message.open",
    "proof.download",
    "queue.read",
    "queue.manage",
    "suppression.read",
    "suppression.manage",
    "rules.read",
    "rules.edit",
    "rules.activate",
    "feedback.give",
    "correspondent.read",
    "correspondent.manage",
    "detector.read",
    "detector.manage",
    "encryption.manage",
    "anomaly.read",
    "archive.search",
    "archive.export",
    "hold.read",
    "hold.manage",
    "retention.read",
    "retention.manage",
    "quarantine.read",
    "registry.read",
    "registry.manage",
    "webhook.manage",
    "domain.read",
];

pub struct House {
    pub clock: Arc<SimClock>,
    pub world: Arc<World>,
    pub people: People,
    pub clinic: OrganisationId,
    pub records: records::Records,
    router: Router,
}

impl House {
    pub fn new(store: &TestStore) -> Self {
        Self::with(store, Settings::default())
    }

    pub fn with(store: &TestStore, settings: Settings) -> Self {
        super::log::keep();
        let clock = Arc::new(SimClock::default());
        let world = World::open(Parts {
            store: (**store).clone(),
            vault: Arc::new(memory_root(7)),
            clock: clock.clone(),
            rng: Arc::new(SimRng::new(7)),
        });
        let world = world.expect("a fresh world opens");
        let people = People::quick(world.clone());
        let flow = Flow::new(
            world.clone(),
            flow::Settings::new("mail.clinic.example", "https://mail.clinic.example"),
        );
        let records = records::Records::new(flow.clone());
        let router = api::router(ApiState::new(
            flow,
            people.clone(),
            records.clone(),
            settings,
        ));
        let clinic = organisation(&world);
        Self {
            clock,
            world,
            people,
            clinic,
            records,
            router,
        }
    }

    /// A person of the clinic who may ask for disposals, or agree to them; another one each time.
    pub fn officer(&self) -> Ctx {
        let principal = Principal {
            id: UserId::mint(self.world.now(), self.world.rng.as_ref()).to_string(),
            organisation: self.clinic,
            kind: PrincipalKind::User(vec![Role::Compliance]),
            second_factor: true,
        };
        let seat = Seat {
            principal,
            mode: Mode::Live,
            session: None,
        };
        Ctx::seat(&self.world, seat)
    }

    /// A disposal of the clinic, which people alone ask for.
    pub fn disposal(&self) -> String {
        let asked = self.records.propose_disposal(&self.officer(), "It is over");
        asked.expect("asked for").to_string()
    }

    pub fn other_organisation(&self) -> OrganisationId {
        organisation(&self.world)
    }

    /// It may send as its own organisation's domain.
    pub fn app(&self, of: OrganisationId, scopes: &[&str]) -> AppId {
        let sender = if of == self.clinic {
            "clinic.example"
        } else {
            "practice.example"
        };
        let new = NewApp {
            name: "bookings".into(),
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
            senders: vec![sender.into()],
            basic_allowed: true,
        };
        self.people
            .create_app(&self.world.system(of), new)
            .expect("an app is made")
    }

    pub fn key(
        &self,
        of: OrganisationId,
        app: AppId,
        mode: Mode,
        expires: Option<Timestamp>,
    ) -> people::NewKey {
        self.people
            .create_key(&self.world.system(of), app, mode, expires)
            .expect("a key is made")
    }

    /// A client of a fresh app of the clinic.
    pub fn client(&self, scopes: &[&str]) -> Client<'_> {
        self.client_of(self.clinic, scopes)
    }

    pub fn client_of(&self, of: OrganisationId, scopes: &[&str]) -> Client<'_> {
        let key = self.key(of, self.app(of, scopes), Mode::Live, None);
        self.client_with(&format!("Bearer {}", key.shown_once.expose()))
    }

    /// With a key of the clinic's in test mode.
    pub fn test_client(&self, scopes: &[&str]) -> Client<'_> {
        let key = self.key(self.clinic, self.app(self.clinic, scopes), Mode::Test, None);
        self.client_with(&format!("Bearer {}", key.shown_once.expose()))
    }

    pub fn client_with(&self, authorization: &str) -> Client<'_> {
        Client {
            house: self,
            authorization: Some(authorization.to_owned()),
        }
    }

    pub fn anonymous(&self) -> Client<'_> {
        Client {
            house: self,
            authorization: None,
        }
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router always answers");
        let (parts, body) = response.into_parts();
        let bytes = body
            .collect()
            .await
            .expect("a body in memory")
            .to_bytes()
            .to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }
}

fn organisation(world: &Arc<World>) -> OrganisationId {
    let new = NewOrganisation {
        name: "Clinic".into(),
        zone: "Europe/Paris".into(),
        language: "en".into(),
        portal_on: true,
    };
    world
        .create_organisation(new)
        .expect("an organisation is founded")
}

pub struct Client<'h> {
    house: &'h House,
    authorization: Option<String>,
}

impl Client<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_raw(path, body.to_string().into_bytes()).await
    }
    pub async fn post_raw(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(
            "POST",
            path,
            &[("content-type", "application/json")],
            body.into(),
        )
        .await
    }
    pub async fn post_once(&self, body: &Value, key: &str) -> Answer {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        self.send("POST", "/v1/messages", &headers, body.to_string().into())
            .await
    }

    pub async fn send(
        &self,
        verb: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let mut request = Request::builder().method(verb).uri(path);
        if let Some(value) = &self.authorization {
            request = request.header("authorization", value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.house
            .call(request.body(body).expect("a request"))
            .await
    }

    /// Sends the plain letter; gives the message's and its recipient's id.
    pub async fn sent(&self) -> (String, String) {
        let answer = self.post("/v1/messages", &letter()).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        let body = answer.json();
        (text(&body["id"]), text(&body["recipients"][0]["id"]))
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
    }
    pub fn code(&self) -> String {
        text(&self.json()["code"])
    }
    /// `422 field_type /to/0`, or `202`.
    pub fn summary(&self) -> String {
        let body = self.json();
        let words = [&body["code"], &body["pointer"]].map(|word| word.as_str().map(str::to_owned));
        let parts = [Some(self.status.as_u16().to_string())]
            .into_iter()
            .chain(words);
        parts.flatten().collect::<Vec<_>>().join(" ")
    }
}

pub fn letter() -> Value {
    json!({
        "from": {"address": "nurse@clinic.example", "name": "The clinic"},
        "to": [{"address": "pat@mail.example", "name": "Pat"}],
        "subject": "Your appointment",
        "text": "Please come fasting.",
    })
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Runs async test code; the runtime's own threads do the blocking work.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}
