//! Connections kept open: how many handshakes a burst costs, and what happens when one has died.

use std::time::Duration;

use model::{Demand, Outcome};

use crate::certificates::Flaw;
use crate::peer::{Act, Peer};
use crate::world::World;

const MX: &str = "mx.mail.example";

#[tokio::test]
async fn a_burst_to_one_host_shares_one_connection() {
    let world = World::new();
    let peer = Peer::start(MX, Act::Serve, Some(world.authority.server(MX, Flaw::None))).await;
    let world = world.mx(10, MX, &peer).open();
    for _ in 0..5 {
        let (outcome, evidence) = world.send(Demand::VerifiedTls).await;
        assert_eq!(outcome, Outcome::Accepted);
        assert!(
            evidence.tls.expect("TLS").verified,
            "evidence of a kept connection is as complete"
        );
    }
    assert_eq!((peer.connections(), peer.messages().len()), (1, 5));
}

#[tokio::test]
async fn a_connection_carries_its_share_and_is_left() {
    let mut world = World::new();
    world.settings.messages_max = 2;
    let peer = Peer::start(MX, Act::Serve, None).await;
    let world = world.mx(10, MX, &peer).open();
    for _ in 0..5 {
        assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);
    }
    assert_eq!(peer.connections(), 3);
}

#[tokio::test]
async fn a_connection_opened_for_less_is_not_used_for_more() {
    let world = World::new();
    let peer = Peer::start(
        MX,
        Act::Serve,
        Some(world.authority.server(MX, Flaw::SelfSigned)),
    )
    .await;
    let world = world.mx(10, MX, &peer).open();
    assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);
    assert_eq!(world.pool.idle_count(), 1);
    assert_eq!(
        world.send(Demand::VerifiedTls).await.0,
        Outcome::BelowDemand
    );
    assert_eq!(peer.messages().len(), 1);
}

#[tokio::test]
async fn an_idle_connection_is_left_in_time() {
    let peer = Peer::start(MX, Act::Serve, None).await;
    let world = World::new().mx(10, MX, &peer).open();
    assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);
    world.clock.advance(Duration::from_secs(10));
    world
        .pool
        .close_idle(model::seams::Clock::now(&*world.clock))
        .await;
    assert_eq!(world.pool.idle_count(), 1);

    world.clock.advance(Duration::from_secs(10));
    assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);
    assert_eq!(peer.connections(), 2, "too old to be used");

    world.clock.advance(Duration::from_secs(60));
    world
        .pool
        .close_idle(model::seams::Clock::now(&*world.clock))
        .await;
    assert_eq!(world.pool.idle_count(), 0);
}

#[tokio::test]
async fn a_kept_connection_that_died_costs_nothing_but_a_new_one() {
    let peer = Peer::start(MX, Act::CloseAfter(1), None).await;
    let world = World::new().mx(10, MX, &peer).open();
    for _ in 0..3 {
        assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);
    }
    assert_eq!((peer.connections(), peer.messages().len()), (3, 3));
}

#[tokio::test]
async fn a_kept_connection_that_dies_after_the_dot_is_not_tried_again() {
    for act in [Act::MuteAfterDot(2), Act::CloseAfterDot(2)] {
        let peer = Peer::start(MX, act, None).await;
        let world = World::new().mx(10, MX, &peer).open();
        assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);
        assert_eq!(
            world.send(Demand::Opportunistic).await.0,
            Outcome::Ambiguous
        );
        assert_eq!((peer.connections(), peer.messages().len()), (1, 2));
    }
}

#[tokio::test]
async fn shutdown_leaves_every_connection() {
    let peer = Peer::start(MX, Act::Serve, None).await;
    let world = World::new().mx(10, MX, &peer).open();
    assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);
    world.pool.close_all().await;
    assert_eq!(world.pool.idle_count(), 0);
}

/// RFC 9422 §4.1: no more messages than the peer takes on one connection.
#[tokio::test]
async fn a_peers_own_limit_of_messages_is_kept() {
    let peer = Peer::start(MX, Act::ServeOne, None).await;
    let world = World::new().mx(10, MX, &peer).open();
    for _ in 0..2 {
        assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);
    }
    assert_eq!((peer.connections(), peer.messages().len()), (2, 2));
}

/// The parameters of DSN go on to a host that knows it; where none does, the sender is told by us.
#[tokio::test]
async fn success_is_ours_to_tell_where_the_host_does_not_report_it() {
    for (act, untold) in [(Act::Serve, true), (Act::ServeRequireTls, false)] {
        let peer = Peer::start(MX, act, None).await;
        let world = World::new().mx(10, MX, &peer).open();
        let mut mail = crate::world::errand(Demand::Opportunistic);
        mail.transaction.dsn.notify = mail::smtp::Notify::read("SUCCESS");
        let (outcome, evidence) = world.carry(&mail).await;
        assert_eq!(outcome, Outcome::Accepted);
        assert_eq!(evidence.success_untold, untold);
    }
}
