//! From a durable commit to a stranger's server: the runner with the whole flow behind it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use model::seams::{Answer, Egress, HttpAnswer, HttpRequest, Later, MxHosts, Net, NetFault, Wire};
use model::{Domain, Method, RecipientState, Tlsa};
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
async fn a_runner_without_work_ends_at_once() {
    let clinic = Clinic::open(Engine::Memory).await;
    let running = clinic.start(Arc::new(World::new().open().net));
    clinic.stop();
    running.await.expect("no panic");
}

/// A network with a bug.
struct Broken;

impl Net for Broken {
    fn mx<'a>(&'a self, _: &'a Domain) -> Later<'a, Result<Answer<MxHosts>, NetFault>> {
        panic!("a bug in the network")
    }
    fn addresses<'a>(&'a self, _: &'a Domain) -> Later<'a, Result<Answer<Vec<IpAddr>>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn txt<'a>(&'a self, _: &'a str) -> Later<'a, Result<Vec<Vec<u8>>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn names(&self, _: IpAddr) -> Later<'_, Result<Vec<Domain>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn tlsa<'a>(&'a self, _: &'a Domain, _: u16) -> Later<'a, Result<Answer<Vec<Tlsa>>, NetFault>> {
        Box::pin(async { Err(NetFault::NoRecord) })
    }
    fn http(&self, _: HttpRequest, _: Duration) -> Later<'_, Result<HttpAnswer, NetFault>> {
        Box::pin(async { Err(NetFault::Refused) })
    }
    fn dial<'a>(
        &'a self,
        _: SocketAddr,
        _: &'a Egress,
        _: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        Box::pin(async { Err(NetFault::Refused) })
    }
    fn smtp_port(&self) -> u16 {
        25
    }
    fn may_dial(&self, _: IpAddr) -> bool {
        true
    }
}

#[tokio::test]
async fn an_attempt_that_panics_is_an_ambiguous_end_and_no_lost_job() {
    let clinic = Clinic::open(Engine::Memory).await;
    let running = clinic.start(Arc::new(Broken));
    let receipt = clinic.submit("pat@mail.example", TEXT).await;
    while clinic.attempts(&receipt).await.is_empty() {
        tokio::task::yield_now().await;
    }
    clinic.stop();
    running.await.expect("the runner itself goes on");
    assert_eq!(clinic.attempts(&receipt).await, ["ambiguous"]);
    assert_eq!(
        clinic.standing(&receipt).await,
        (Method::Tls, RecipientState::Queued)
    );
}

/// A network that never answers, and whose bounds fail too.
struct Deaf;

impl Net for Deaf {
    fn mx<'a>(&'a self, _: &'a Domain) -> Later<'a, Result<Answer<MxHosts>, NetFault>> {
        Box::pin(std::future::pending())
    }
    fn addresses<'a>(&'a self, _: &'a Domain) -> Later<'a, Result<Answer<Vec<IpAddr>>, NetFault>> {
        Box::pin(std::future::pending())
    }
    fn txt<'a>(&'a self, _: &'a str) -> Later<'a, Result<Vec<Vec<u8>>, NetFault>> {
        Box::pin(std::future::pending())
    }
    fn names(&self, _: IpAddr) -> Later<'_, Result<Vec<Domain>, NetFault>> {
        Box::pin(std::future::pending())
    }
    fn tlsa<'a>(&'a self, _: &'a Domain, _: u16) -> Later<'a, Result<Answer<Vec<Tlsa>>, NetFault>> {
        Box::pin(std::future::pending())
    }
    fn http(&self, _: HttpRequest, _: Duration) -> Later<'_, Result<HttpAnswer, NetFault>> {
        Box::pin(std::future::pending())
    }
    fn dial<'a>(
        &'a self,
        _: SocketAddr,
        _: &'a Egress,
        _: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        Box::pin(std::future::pending())
    }
    fn smtp_port(&self) -> u16 {
        25
    }
    fn may_dial(&self, _: IpAddr) -> bool {
        true
    }
}

/// It is given back as ambiguous, and its place is free again.
#[tokio::test]
async fn an_attempt_that_hangs_is_ended_and_given_back() {
    let clinic = Clinic::open_with_lease(Engine::Memory, Duration::from_millis(1)).await;
    let running = clinic.start(Arc::new(Deaf));
    let receipt = clinic.submit("pat@mail.example", TEXT).await;
    while clinic.attempts(&receipt).await.is_empty() {
        tokio::task::yield_now().await;
    }
    clinic.stop();
    running.await.expect("nothing hangs on");
    assert_eq!(clinic.attempts(&receipt).await, ["ambiguous"]);
    assert_eq!(clinic.flow.dispatcher().counts().running, 0);
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes
        .windows(word.len())
        .any(|window| window == word.as_bytes())
}
