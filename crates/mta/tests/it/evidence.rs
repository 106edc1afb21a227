//! What DNS said is part of what can be shown about an attempt: which servers it named, by whose policy, with which keys
//! of ours, and whether DNSSEC vouched for it.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::seams::{Answer, NetFault};
use model::{
    Demand, DnsKind, DnsStanding, Domain, Evidence, Method, Outcome, RecipientState, Tlsa, limits,
};
use people::People;
use sim::kit::Engine;

use crate::certificates::Flaw;
use crate::clinic::Clinic;
use crate::peer::{Act, Peer};
use crate::world::{World, domain, errand};

const MX: &str = "mx.mail.example";
const STS: &str = "_mta-sts.mail.example";

fn told(evidence: &Evidence) -> Vec<(DnsKind, &str, DnsStanding)> {
    let seen = evidence.dns.iter();
    seen.map(|s| (s.kind, s.name.as_str(), s.standing))
        .collect()
}

async fn peer_of(world: &World) -> Peer {
    Peer::start(MX, Act::Serve, Some(world.authority.server(MX, Flaw::None))).await
}

#[tokio::test]
async fn without_dnssec_what_was_answered_is_told_as_unproved() {
    let world = World::new();
    let peer = peer_of(&world).await;
    let world = world.mx(10, MX, &peer).open();
    let (outcome, evidence) = world.send(Demand::VerifiedTls).await;
    assert_eq!(outcome, Outcome::Accepted);
    assert_eq!(
        told(&evidence),
        [
            (DnsKind::Mx, "mail.example", DnsStanding::Unproved),
            (DnsKind::Txt, STS, DnsStanding::Absent),
        ]
    );
    assert_eq!(evidence.dns[0].records, ["10 mx.mail.example."]);
    assert_eq!(evidence.dns[0].at, evidence.started_at);
}

#[tokio::test]
async fn records_of_dane_and_the_id_of_mta_sts_are_told() {
    let record = Tlsa {
        usage: 3,
        selector: 1,
        matching: 1,
        data: vec![7; 32],
    };
    let world = World::new();
    let peer = peer_of(&world).await;
    let world = world
        .mx(10, MX, &peer)
        .dns(|net| {
            net.secure()
                .tlsa(&domain(MX), Ok(Answer::secure(vec![record.clone()])))
                .text(STS, Ok("v=STSv1; id=20261124"))
        })
        .open();
    for again in [false, true] {
        let (outcome, evidence) = world.send(Demand::VerifiedTls).await;
        assert_eq!(outcome, Outcome::BelowDemand, "no key matches");
        let place = format!("_{}._tcp.{MX}", model::seams::Net::smtp_port(&world.net));
        assert_eq!(
            told(&evidence),
            [
                (DnsKind::Mx, "mail.example", DnsStanding::Proved),
                (DnsKind::Txt, STS, DnsStanding::Proved),
                (DnsKind::Tlsa, place.as_str(), DnsStanding::Proved),
            ]
        );
        assert_eq!(evidence.dns[1].records, ["v=STSv1; id=20261124"]);
        assert_eq!(evidence.dns[2].records, [record.line()]);
        // What is remembered is told as of when DNS said it.
        let age = evidence.started_at.since(evidence.dns[2].at);
        assert_eq!(age, Duration::from_secs(if again { 60 } else { 0 }));
        world.clock.advance(Duration::from_secs(60));
    }
}

/// Whoever owns the domain writes these records, and they go into our audit log.
#[tokio::test]
async fn a_domain_cannot_fill_the_evidence() {
    let long = "x".repeat(limits::DNS_RECORD_TOLD_OCTETS_MAX);
    let (world, mut hosts) = (World::new(), Vec::new());
    let peer = peer_of(&world).await;
    for n in 0..30 {
        hosts.push(format!("mx{n}.{}.example", "y".repeat(60)));
    }
    let mut world = world.dns(|mut net| {
        for _ in 0..30 {
            net = net.text(STS, Ok(&long));
        }
        net
    });
    for host in &hosts {
        world = world.odd_mx(10, host, Err(NetFault::NoRecord));
    }
    let (outcome, evidence) = world
        .mx(20, MX, &peer)
        .open()
        .send(Demand::VerifiedTls)
        .await;
    assert_eq!(outcome, Outcome::Accepted);
    let octets: usize = evidence.dns.iter().map(model::DnsSeen::octets).sum();
    assert!(octets <= limits::DNS_TOLD_OCTETS_MAX, "{octets}");
    assert_eq!(evidence.dns[0].left_out, 31 - limits::DNS_RECORDS_TOLD_MAX);
    assert_eq!(
        (evidence.dns[1].records.len(), evidence.dns[1].left_out),
        (0, 30)
    );
}

#[tokio::test]
async fn what_dns_could_not_tell_is_told_too() {
    let world = World::new().open_with(Err(NetFault::DnsFailed));
    let (_, evidence) = world.carry(&errand(Demand::VerifiedTls)).await;
    assert_eq!(
        told(&evidence),
        [(DnsKind::Mx, "mail.example", DnsStanding::Failed)]
    );
}

/// A message sent by a clinic whose domain has keys, with what `answer` makes DNS say of each; what its proof shows.
async fn proven(engine: Engine, answer: impl Fn(&str) -> Result<String, NetFault>) -> String {
    let clinic = Clinic::open(engine).await;
    let (world, ctx) = (clinic.flow.world().clone(), clinic.ctx.clone());
    let keys = tokio::task::spawn_blocking(move || {
        let name = Domain::parse("clinic.example").expect("a domain");
        let view = People::quick(world).add_domain(&ctx, &name);
        view.expect("a domain").records
    });
    let keys = keys.await.expect("no panic");
    let world = World::new();
    let peer = peer_of(&world).await;
    let world = world.mx(10, MX, &peer).dns(|mut net| {
        for key in keys.iter().filter(|key| key.name.contains("_domainkey")) {
            let said = answer(&key.value);
            net = net.text(&key.name, said.as_deref().map_err(|fault| *fault));
        }
        net
    });
    let running = clinic.start(Arc::new(world.open().net));
    let text = "Your SSN 536-90-4399 was found beside the diagnosis of diabetes.";
    let receipt = clinic.submit("pat@mail.example", text).await;
    peer.arrived(1).await;
    clinic.stop();
    running.await.expect("no panic");
    assert_eq!(
        clinic.standing(&receipt).await,
        (Method::Tls, RecipientState::Delivered)
    );
    let (flow, ctx, recipient) = (
        clinic.flow.clone(),
        clinic.ctx.clone(),
        receipt.recipients[0].id,
    );
    let file = tokio::task::spawn_blocking(move || flow.proof(&ctx, recipient));
    let file = file.await.expect("no panic").expect("a bundle");
    let file = String::from_utf8(file).expect("JSON");
    let mut shown = String::new();
    for part in file.split("\"payload\": \"").skip(1) {
        let packed = part.split('"').next().expect("a text");
        let content = STANDARD.decode(packed).expect("base64");
        shown.push_str(&String::from_utf8_lossy(&content));
    }
    shown
}

async fn the_keys_of_a_letter_are_in_its_proof(engine: Engine) {
    let shown = proven(engine, |record| Ok(record.to_owned())).await;
    assert!(
        shown.contains(r#""kind":"MX","name":"mail.example""#),
        "{shown}"
    );
    for key in ["v=DKIM1; k=rsa; p=MII", "v=DKIM1; k=ed25519; p="] {
        assert!(shown.contains(key), "{shown}");
    }
    assert_eq!(
        shown.matches("._domainkey.clinic.example").count(),
        2,
        "once a key"
    );
}

#[tokio::test]
async fn the_keys_of_a_letter_are_in_its_proof_on_sqlite() {
    the_keys_of_a_letter_are_in_its_proof(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_keys_of_a_letter_are_in_its_proof_on_postgresql() {
    the_keys_of_a_letter_are_in_its_proof(Engine::Postgres).await;
}

/// DNS that is silent about our own keys keeps no letter back.
#[tokio::test]
async fn keys_that_dns_does_not_tell_are_told_as_not_told() {
    let shown = proven(Engine::Memory, |_| Err(NetFault::TimedOut)).await;
    assert_eq!(
        shown.matches(r#""standing":"failed""#).count(),
        2,
        "{shown}"
    );
}
