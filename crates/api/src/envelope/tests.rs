//! A panic becomes a problem that says nothing of it, wherever it happened.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use ctx::{Parts, World};
use flow::Flow;
use http_body_util::BodyExt;
use people::People;
use sim::kit::{Engine, SimClock, SimRng, memory_root, store_on};
use tower::ServiceExt;

use crate::answer::Answer;
use crate::{ApiState, Settings, blocking};

async fn in_place() -> Answer {
    panic!("Pat Smith, 219-09-9999")
}

async fn beside() -> Answer {
    blocking(|| -> model::Result<()> { panic!("Pat Smith, 219-09-9999") }).await?;
    Err(model::Code::NotFound.into())
}

#[test]
fn a_panic_is_a_500_without_its_text() -> Result<(), Box<dyn std::error::Error>> {
    let store = store_on(Engine::Memory);
    let world = World::open(Parts {
        store: (*store).clone(),
        vault: Arc::new(memory_root(7)),
        clock: Arc::new(SimClock::default()),
        rng: Arc::new(SimRng::new(7)),
    })?;
    let flow = Flow::new(
        world.clone(),
        flow::Settings::new("mail.clinic.example", "https://mail.clinic.example"),
    );
    let state = ApiState::new(
        flow.clone(),
        People::quick(world),
        records::Records::new(flow),
        Settings::default(),
    );
    let routes = Router::new()
        .route("/v1/here", get(in_place))
        .route("/v1/there", get(beside));
    let router = super::wrap(routes, &state).with_state(state);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        for path in ["/v1/here", "/v1/there"] {
            let response = router
                .clone()
                .oneshot(Request::get(path).body(Body::empty())?)
                .await?;
            assert_eq!(response.status(), 500);
            let text =
                String::from_utf8(response.into_body().collect().await?.to_bytes().to_vec())?;
            assert!(
                text.contains("\"internal\"") && !text.contains("Smith"),
                "{text}"
            );
        }
        Ok(())
    })
}
