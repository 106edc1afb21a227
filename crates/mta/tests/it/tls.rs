//! No message leaves below its demand: every kind of certificate against both demands.

use std::time::Duration;

use model::{Demand, Outcome, RefusalScope};

use crate::certificates::Flaw;
use crate::peer::{Act, Peer};
use crate::world::{BODY, HEAD, World};

const MX: &str = "mx.mail.example";

#[tokio::test]
async fn verified_tls_delivers_and_leaves_complete_evidence() {
    let world = World::new();
    let peer = Peer::start(MX, Act::Serve, Some(world.authority.server(MX, Flaw::None))).await;
    let world = world.mx(10, MX, &peer).open();

    let (outcome, evidence) = world.send(Demand::VerifiedTls).await;

    assert_eq!(outcome, Outcome::Accepted);
    assert_eq!(
        peer.messages(),
        [([HEAD, BODY].concat(), true)],
        "exactly what was sealed, over TLS"
    );
    assert_eq!(evidence.mx_host.expect("a host").as_str(), MX);
    assert_eq!(evidence.mx_ip.expect("an address").to_string(), "192.0.2.1");
    assert_eq!(
        (evidence.reply_code, evidence.reply_enhanced.as_deref()),
        (Some(250), Some("2.0.0"))
    );
    assert!(evidence.sent_sha256.is_some());
    let tls = evidence.tls.expect("TLS");
    assert!(tls.verified && tls.unverified_because.is_none());
    assert_eq!(
        (tls.version.as_str(), tls.certificate_sha256.len()),
        ("TLSv1.3", 64)
    );
    assert!(tls.cipher.starts_with("TLS_"), "{}", tls.cipher);
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_stops_a_message_that_demands_it() {
    let flaws = [
        (Flaw::SelfSigned, "untrusted"),
        (Flaw::SelfSignedAuthority, "untrusted"),
        (Flaw::StrangeAuthority, "untrusted"),
        (Flaw::WrongName, "name_mismatch"),
        (Flaw::Expired, "expired"),
        (Flaw::NotYetValid, "expired"),
    ];
    for (flaw, because) in flaws {
        let world = World::new();
        let peer = Peer::start(MX, Act::Serve, Some(world.authority.server(MX, flaw))).await;
        let world = world.mx(10, MX, &peer).open();

        let (outcome, evidence) = world.send(Demand::VerifiedTls).await;
        assert_eq!(outcome, Outcome::BelowDemand, "{flaw:?}");
        assert!(
            peer.messages().is_empty() && evidence.sent_sha256.is_none(),
            "{flaw:?}: nothing was sent"
        );
        let tls = evidence.tls.expect("what was offered");
        assert_eq!(
            (tls.verified, tls.unverified_because.as_deref()),
            (false, Some(because)),
            "{flaw:?}"
        );

        let (outcome, evidence) = world.send(Demand::Opportunistic).await;
        assert_eq!(outcome, Outcome::Accepted, "{flaw:?}");
        assert!(peer.messages()[0].1, "{flaw:?}: encrypted, if not verified");
        assert_eq!(
            evidence.tls.expect("TLS").unverified_because.as_deref(),
            Some(because)
        );
    }
}

#[tokio::test]
async fn a_host_without_tls_gets_only_what_needs_none() {
    let peer = Peer::start(MX, Act::Serve, None).await;
    let world = World::new().mx(10, MX, &peer).open();

    let (outcome, evidence) = world.send(Demand::VerifiedTls).await;
    assert_eq!(outcome, Outcome::BelowDemand);
    assert!(peer.messages().is_empty() && evidence.tls.is_none());

    let (outcome, evidence) = world.send(Demand::Opportunistic).await;
    assert_eq!(outcome, Outcome::Accepted);
    assert!(!peer.messages()[0].1 && evidence.tls.is_none());
}

#[tokio::test]
async fn a_broken_handshake_falls_back_only_where_no_tls_is_demanded() {
    let world = World::new();
    let peer = Peer::start(
        MX,
        Act::GarbleTls,
        Some(world.authority.server(MX, Flaw::None)),
    )
    .await;
    let world = world.mx(10, MX, &peer).open();

    assert_eq!(
        world.send(Demand::VerifiedTls).await.0,
        Outcome::BelowDemand
    );
    assert_eq!(
        (peer.connections(), peer.messages().len()),
        (1, 0),
        "never dialled again in the clear"
    );

    assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);
    assert_eq!(peer.connections(), 3, "one with TLS, one without");
    assert!(!peer.messages()[0].1);
}

#[tokio::test]
async fn silence_in_the_handshake_is_no_verdict_on_the_host() {
    let world = World::new();
    let peer = Peer::start(
        MX,
        Act::MuteTls,
        Some(world.authority.server(MX, Flaw::None)),
    )
    .await;
    let world = world.mx(10, MX, &peer).open();
    assert_eq!(
        world.send(Demand::VerifiedTls).await.0,
        Outcome::Deferred(RefusalScope::Domain)
    );
}

#[tokio::test]
async fn a_resumed_session_is_judged_again() {
    let mut world = World::new();
    world.settings.messages_max = 1;
    let peer = Peer::start(MX, Act::Serve, Some(world.authority.server(MX, Flaw::None))).await;
    let world = world.mx(10, MX, &peer).open();

    for _ in 0..2 {
        let (outcome, evidence) = world.send(Demand::VerifiedTls).await;
        assert_eq!(outcome, Outcome::Accepted);
        assert!(evidence.tls.expect("TLS").verified);
    }
    assert_eq!(
        (peer.connections(), peer.resumed()),
        (2, 1),
        "the second handshake was a short one"
    );

    // Past the end of the certificate, the session that was good before is not good any more.
    world
        .clock
        .advance(Duration::from_secs(3_000 * 365 * 86_400));
    let (outcome, evidence) = world.send(Demand::VerifiedTls).await;
    assert_eq!(outcome, Outcome::BelowDemand);
    assert_eq!(
        evidence.tls.expect("TLS").unverified_because.as_deref(),
        Some("expired")
    );
}

#[tokio::test]
async fn a_reply_injected_before_the_handshake_is_not_heard_after_it() {
    let world = World::new();
    let peer = Peer::start(
        MX,
        Act::InjectReply,
        Some(world.authority.server(MX, Flaw::None)),
    )
    .await;
    let world = world.mx(10, MX, &peer).open();
    let (outcome, evidence) = world.send(Demand::VerifiedTls).await;
    assert_eq!(outcome, Outcome::Accepted);
    assert_eq!(peer.messages(), [([HEAD, BODY].concat(), true)]);
    assert!(evidence.tls.expect("TLS").verified);
}
