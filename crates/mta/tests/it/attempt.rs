//! Which host, in which order, and what several failures add up to.

use model::seams::NetFault;
use model::{Access, Code, Demand, Evidence, Outcome, RefusalScope};

use crate::certificates::Flaw;
use crate::peer::{Act, Peer};
use crate::world::{World, domain, errand};

const MX: &str = "mx.mail.example";
const MX2: &str = "mx2.mail.example";
const DOMAIN: RefusalScope = RefusalScope::Domain;

fn status(evidence: &Evidence) -> Option<&str> {
    evidence.reply_enhanced.as_deref()
}

#[tokio::test]
async fn a_host_that_fails_is_passed_over() {
    for act in [
        Act::Greet("554 5.3.2 closed for ever\r\n"),
        Act::Greet("421 4.3.2 busy\r\n"),
        Act::Greet(""),
        Act::Mute,
    ] {
        let first = Peer::start(MX, act, None).await;
        let world = World::new();
        let second = Peer::start(
            MX2,
            Act::Serve,
            Some(world.authority.server(MX2, Flaw::None)),
        )
        .await;
        let world = world.mx(10, MX, &first).mx(20, MX2, &second).open();

        let (outcome, evidence) = world.send(Demand::VerifiedTls).await;
        assert_eq!(outcome, Outcome::Accepted);
        assert_eq!(evidence.mx_host.expect("a host").as_str(), MX2);
        assert_eq!((first.connections(), second.messages().len()), (1, 1));
    }
}

#[tokio::test]
async fn the_preferred_host_is_tried_first_and_alone() {
    let world = World::new();
    let first = Peer::start(MX, Act::Serve, None).await;
    let second = Peer::start(MX2, Act::Serve, None).await;
    let world = world.mx(20, MX2, &second).mx(10, MX, &first).open();
    assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);
    assert_eq!((first.connections(), second.connections()), (1, 0));
}

#[tokio::test]
async fn dead_hosts_and_addresses_are_passed_over() {
    let world = World::new();
    let second = Peer::start(MX2, Act::Serve, None).await;
    let world = world
        .dead_mx(10, MX)
        .odd_mx(15, "gone.mail.example", Err(NetFault::NoRecord))
        .mx(20, MX2, &second);
    assert_eq!(
        world.open().send(Demand::Opportunistic).await.0,
        Outcome::Accepted
    );
}

#[tokio::test]
async fn a_host_below_the_demand_is_passed_over_for_one_that_meets_it() {
    let world = World::new();
    let first = Peer::start(MX, Act::Serve, None).await;
    let second = Peer::start(
        MX2,
        Act::Serve,
        Some(world.authority.server(MX2, Flaw::None)),
    )
    .await;
    let world = world.mx(10, MX, &first).mx(20, MX2, &second).open();
    assert_eq!(world.send(Demand::VerifiedTls).await.0, Outcome::Accepted);
    assert_eq!((first.messages().len(), second.messages().len()), (0, 1));
}

/// What several hosts add up to under `VerifiedTls`; every host is given in order of preference.
#[tokio::test]
async fn one_outcome_from_many_hosts() {
    const BANNER_5XX: Act = Act::Greet("554 5.7.1 not you\r\n");
    const BANNER_4XX: Act = Act::Greet("421 4.7.0 later\r\n");
    const NO_TLS: Act = Act::Serve;
    let cases = [
        (vec![BANNER_5XX], false, "deferred"),
        (vec![BANNER_4XX], false, "deferred"),
        (vec![BANNER_5XX, BANNER_4XX], false, "deferred"),
        (vec![BANNER_5XX], true, "deferred"),
        (vec![NO_TLS, NO_TLS], false, "below"),
        (vec![NO_TLS], true, "below"),
        (vec![NO_TLS, BANNER_4XX], false, "deferred"),
        (vec![NO_TLS, BANNER_5XX], false, "below"),
        (vec![], true, "deferred"),
    ];
    for (number, (acts, dead, expected)) in cases.into_iter().enumerate() {
        let mut world = World::new();
        let mut peers = Vec::new();
        let names = ["a.mail.example", "b.mail.example"];
        for (act, name) in acts.into_iter().zip(names) {
            peers.push(Peer::start(name, act, None).await);
            world = world.mx(10, name, peers.last().expect("one"));
        }
        if dead {
            world = world.dead_mx(20, "dead.mail.example");
        }
        let outcome = match world.open().send(Demand::VerifiedTls).await.0 {
            Outcome::Refused(_) => "refused",
            Outcome::Deferred(_) => "deferred",
            Outcome::BelowDemand => "below",
            Outcome::Accepted | Outcome::Ambiguous | Outcome::OurFault => "other",
        };
        assert_eq!(outcome, expected, "case {number}");
    }
}

#[tokio::test]
async fn null_mx_is_told_at_once() {
    let (outcome, evidence) = World::new()
        .open_with(Ok(Vec::new()))
        .send(Demand::Opportunistic)
        .await;
    assert_eq!(
        (outcome, status(&evidence)),
        (Outcome::Refused(DOMAIN), Some("5.1.10"))
    );
    let text = evidence.reply_text.expect("an explanation");
    #[expect(
        clippy::disallowed_methods,
        reason = "a test reads what an auditor may read"
    )]
    let text = text.open(Access::grant());
    assert!(text.contains("7505"), "{text}");
}

#[tokio::test]
async fn the_domain_itself_is_the_host_only_when_dns_is_sure_that_there_is_no_mx() {
    let peer = Peer::start("mail.example", Act::Serve, None).await;
    let sure = World::new()
        .host("mail.example", &peer)
        .open_with(Err(NetFault::NoRecord));
    assert_eq!(sure.send(Demand::Opportunistic).await.0, Outcome::Accepted);
    assert_eq!(peer.connections(), 1);

    let unsure = World::new()
        .host("mail.example", &peer)
        .open_with(Err(NetFault::DnsFailed));
    let (outcome, evidence) = unsure.send(Demand::Opportunistic).await;
    assert_eq!(
        (outcome, status(&evidence)),
        (Outcome::Deferred(DOMAIN), Some("4.4.3"))
    );
    assert_eq!(peer.connections(), 1, "not dialled");
}

#[tokio::test]
async fn a_domain_that_does_not_exist_is_refused() {
    let (outcome, evidence) = World::new()
        .open_with(Err(NetFault::NoRecord))
        .send(Demand::Opportunistic)
        .await;
    assert_eq!(
        (outcome, status(&evidence)),
        (Outcome::Refused(DOMAIN), Some("5.1.2"))
    );
}

#[tokio::test]
async fn we_never_deliver_to_ourselves() {
    let own = vec![(10, domain("mx.clinic.example")), (20, domain(MX))];
    let (outcome, evidence) = World::new()
        .open_with(Ok(own))
        .send(Demand::Opportunistic)
        .await;
    assert_eq!(
        (outcome, status(&evidence)),
        (Outcome::Refused(DOMAIN), Some("5.4.6"))
    );

    // As the second of two, only the host closer to the mailbox is tried.
    let peer = Peer::start(MX, Act::Serve, None).await;
    let world = World::new()
        .mx(10, MX, &peer)
        .dead_mx(20, "mx.clinic.example")
        .open();
    assert_eq!(world.send(Demand::Opportunistic).await.0, Outcome::Accepted);

    let private = vec![
        "127.0.0.1".parse().expect("an address"),
        "10.0.0.1".parse().expect("an address"),
    ];
    let (outcome, evidence) = World::new()
        .odd_mx(10, MX, Ok(private))
        .open()
        .send(Demand::Opportunistic)
        .await;
    assert_eq!(
        (outcome, status(&evidence)),
        (Outcome::Refused(DOMAIN), Some("5.4.4"))
    );
}

#[tokio::test]
async fn a_host_name_that_dns_cannot_tell_is_asked_again_later() {
    let world = World::new()
        .odd_mx(10, MX, Err(NetFault::DnsFailed))
        .odd_mx(20, MX2, Err(NetFault::NoRecord));
    let (outcome, evidence) = world.open().send(Demand::Opportunistic).await;
    assert_eq!(
        (outcome, status(&evidence)),
        (Outcome::Deferred(DOMAIN), Some("4.4.3"))
    );
}

/// A signed body is never recoded: a host that cannot carry it as it is is passed over, and only when
/// no host can is the sender told (RFC 6152 §3, RFC 6531 §3.6).
#[tokio::test]
async fn what_a_host_cannot_carry_goes_to_one_that_can_or_back_unchanged() {
    let unicode = "José <josé@clinic.example>\r\n\r\nñ\r\n".as_bytes();
    for (utf8, status) in [(false, "5.6.3"), (true, "5.6.7")] {
        let mut errand = errand(Demand::Opportunistic);
        errand.transaction.body = unicode.into();
        errand.transaction.eight_bit = true;
        errand.transaction.utf8 = utf8;

        let ascii = Peer::start(MX, Act::ServeOld, None).await;
        let able = Peer::start(MX2, Act::Serve, None).await;
        let world = World::new().mx(10, MX, &ascii).mx(20, MX2, &able).open();
        assert_eq!(world.carry(&errand).await.0, Outcome::Accepted);
        assert!(ascii.messages().is_empty());
        let sent = [&*errand.transaction.head, unicode].concat();
        assert!(able.messages()[0].0 == sent, "octet for octet");

        let alone = World::new().mx(10, MX, &ascii).open();
        let (outcome, evidence) = alone.carry(&errand).await;
        assert_eq!(
            (outcome, self::status(&evidence)),
            (Outcome::Refused(RefusalScope::Content), Some(status))
        );
        assert!(ascii.messages().is_empty());
    }
}

#[tokio::test]
async fn an_answer_about_the_recipient_ends_the_attempt() {
    let first = Peer::start(MX, Act::RefuseRecipient(Code::NotFound), None).await;
    let second = Peer::start(MX2, Act::Serve, None).await;
    let world = World::new().mx(10, MX, &first).mx(20, MX2, &second).open();
    let (outcome, evidence) = world.send(Demand::Opportunistic).await;
    assert_eq!(outcome, Outcome::Refused(RefusalScope::Recipient));
    assert_eq!(
        (evidence.reply_code, status(&evidence)),
        (Some(550), Some("5.1.1"))
    );
    assert_eq!(second.connections(), 0);
}

#[tokio::test]
async fn a_temporary_answer_after_the_dot_defers() {
    let peer = Peer::start(MX, Act::RefuseMessage(Code::StoreFull), None).await;
    let world = World::new().mx(10, MX, &peer).open();
    let (outcome, evidence) = world.send(Demand::Opportunistic).await;
    assert!(matches!(outcome, Outcome::Deferred(_)), "{outcome:?}");
    assert_eq!(evidence.reply_code, Some(452));
    assert!(evidence.sent_sha256.is_none());
}

#[tokio::test]
async fn after_the_final_dot_nothing_is_sent_again() {
    for act in [Act::MuteAfterDot(1), Act::CloseAfterDot(1)] {
        let first = Peer::start(MX, act, None).await;
        let second = Peer::start(MX2, Act::Serve, None).await;
        let world = World::new().mx(10, MX, &first).mx(20, MX2, &second).open();
        let (outcome, evidence) = world.send(Demand::Opportunistic).await;
        assert_eq!(outcome, Outcome::Ambiguous);
        assert!(
            evidence.sent_sha256.is_some(),
            "it may have arrived: what was sent is evidence"
        );
        assert_eq!((first.messages().len(), second.connections()), (1, 0));
    }
}

#[tokio::test]
async fn a_large_message_arrives_whole() {
    let world = World::new();
    let peer = Peer::start(MX, Act::Serve, Some(world.authority.server(MX, Flaw::None))).await;
    let world = world.mx(10, MX, &peer).open();
    let mut errand = errand(Demand::VerifiedTls);
    errand.transaction.body = "..dots\r\n.\r\nand text\r\n"
        .repeat(40_000)
        .into_bytes()
        .into();
    let (outcome, _) = world.carry(&errand).await;
    assert_eq!(outcome, Outcome::Accepted);
    let sent = [&*errand.transaction.head, &*errand.transaction.body].concat();
    assert!(peer.messages()[0].0 == sent, "every octet");

    errand.transaction.body = vec![b'a'; 1_100_000].into();
    let (outcome, evidence) = world.carry(&errand).await;
    assert_eq!(
        (outcome, status(&evidence)),
        (Outcome::Refused(RefusalScope::Content), Some("5.3.4"))
    );
    assert_eq!(
        peer.messages().len(),
        1,
        "what the host said it would not take was not sent"
    );
}

/// A peer's words are shown and kept: they are one line of text whatever they were made of.
#[tokio::test]
async fn what_a_peer_says_cannot_write_lines() {
    let hostile = "554 5.7.1 no\u{1b}[31m\0 <script>\rX-Evil: 1\r\n";
    let peer = Peer::start(MX, Act::Greet(hostile), None).await;
    let world = World::new().mx(10, MX, &peer).open();
    let (_, evidence) = world.send(Demand::Opportunistic).await;
    let clinic = crate::clinic::Clinic::open(sim::kit::Engine::Memory).await;
    let text = evidence.reply_text.expect("a reply");
    let text = text.open(clinic.ctx.machine_access());
    assert!(
        text.contains("X-Evil"),
        "it is kept as it was said: {text:?}"
    );
    assert!(!text.chars().any(char::is_control), "{text:?}");
}
