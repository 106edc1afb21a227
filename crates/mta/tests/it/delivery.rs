//! From a durable commit to a stranger's server: the runner with the whole flow behind it.

use std::sync::Arc;

use model::{Method, RecipientState};
use sim::kit::Engine;

use crate::certificates::Flaw;
use crate::clinic::Clinic;
use crate::peer::{Act, Peer};
use crate::world::World;

const MX: &str = "mx.mail.example";
const TEXT: &str = "Your SSN 536-90-4399 was found beside the diagnosis of diabetes.";

async fn runner_delivers_over_verified_tls(engine: Engine) {
    let clinic = Clinic::open(engine).await;
    let world = World::new();
    let peer = Peer::start(MX, Act::Serve, Some(world.authority.server(MX, Flaw::None))).await;
    let running = clinic.start(Arc::new(world.mx(10, MX, &peer).open().net));

    let mut receipts = Vec::new();
    for _ in 0..5 {
        receipts.push(clinic.submit("pat@mail.example", TEXT).await);
    }
    peer.arrived(5).await;
    clinic.stop();
    running.await.expect("no panic");

    for receipt in &receipts {
        assert_eq!(
            clinic.standing(receipt).await,
            (Method::Tls, RecipientState::Delivered)
        );
    }
    let messages = peer.messages();
    assert!(
        messages
            .iter()
            .all(|(bytes, encrypted)| *encrypted && contains(bytes, TEXT))
    );
    assert_eq!(clinic.flow.dispatcher().waiting(), 0);
}

#[tokio::test]
async fn runner_delivers_on_sqlite() {
    runner_delivers_over_verified_tls(Engine::Sqlite).await;
}

#[tokio::test]
async fn runner_delivers_on_postgresql() {
    runner_delivers_over_verified_tls(Engine::Postgres).await;
}

#[tokio::test]
async fn below_the_demand_a_notice_goes_and_the_message_stays() {
    let clinic = Clinic::open(Engine::Memory).await;
    let peer = Peer::start(MX, Act::Serve, None).await;
    let running = clinic.start(Arc::new(World::new().mx(10, MX, &peer).open().net));

    let receipt = clinic.submit("pat@mail.example", TEXT).await;
    peer.arrived(1).await;
    clinic.stop();
    running.await.expect("no panic");

    assert_eq!(
        clinic.standing(&receipt).await,
        (Method::Portal, RecipientState::Notified)
    );
    let messages = peer.messages();
    assert_eq!(messages.len(), 1);
    assert!(
        !contains(&messages[0].0, "diabetes") && !contains(&messages[0].0, "536"),
        "only a notice left"
    );
}

#[tokio::test]
async fn shutdown_ends_without_a_peer_that_never_answers() {
    let clinic = Clinic::open(Engine::Memory).await;
    let running = clinic.start(Arc::new(World::new().open().net));
    clinic.stop();
    running.await.expect("no panic");
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes
        .windows(word.len())
        .any(|window| window == word.as_bytes())
}
