//! Reports about TLS, from the wire to the wire.

use std::sync::Arc;
use std::time::Duration;

use model::seams::HttpAnswer;
use mta::{Pool, PoolSettings, tls_round};
use sim::kit::Engine;

use crate::certificates::Flaw;
use crate::clinic::Clinic;
use crate::peer::{Act, Peer};
use crate::world::{World, domain};

const MX: &str = "mx.mail.example";
const DAY: Duration = Duration::from_secs(86_400);

fn page() -> HttpAnswer {
    let policy = format!("version: STSv1\nmode: enforce\nmx: {MX}\nmax_age: 604800\n");
    HttpAnswer {
        status: 200,
        headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
        body: policy.into_bytes(),
        tls: None,
    }
}

#[tokio::test]
async fn a_domain_that_asks_for_reports_gets_one_and_a_report_causes_none() {
    let clinic = Clinic::open(Engine::Memory).await;
    let world = World::new();
    let peer = Peer::start(MX, Act::Serve, Some(world.authority.server(MX, Flaw::None))).await;
    let world = world
        .mx(10, MX, &peer)
        .dns(|net| {
            net.text("_mta-sts.mail.example", Ok("v=STSv1; id=a1;"))
                .page(
                    "https://mta-sts.mail.example/.well-known/mta-sts.txt",
                    Ok(page()),
                )
                .text(
                    "_smtp._tls.mail.example",
                    Ok("v=TLSRPTv1; rua=mailto:tls@mail.example"),
                )
        })
        .open();
    let running = clinic.start(Arc::new(world.net.clone()));
    clinic.submit("pat@mail.example", "Your visit").await;
    peer.arrived(1).await;
    clinic.stop();
    running.await.expect("no panic");

    let pool = Pool::new(PoolSettings::new(domain("mx.clinic.example")));
    for (days, messages) in [(0, 1), (1, 2), (1, 2)] {
        clinic.clock.advance(DAY * days);
        let round = tls_round(&clinic.flow, &world.net, &pool).await;
        round.expect("a round");
        assert_eq!(peer.messages().len(), messages, "after {days} days more");
    }
    pool.close_all().await;
    let (report, encrypted) = peer.messages().remove(1);
    let report = String::from_utf8(report).expect("ASCII");
    assert!(encrypted && report.contains("TLS-Report-Domain: mail.example\r\n"));
    assert!(report.contains("TLS-Required: No\r\n"));
}
