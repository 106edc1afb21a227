//! What a receiving domain asks for (DANE, MTA-STS) and what a sender says (REQUIRETLS,
//! `TLS-Required: No`): whether mail goes, and what is written down.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use model::seams::{Answer, HttpAnswer, NetFault};
use model::{
    Demand, Evidence, Outcome, RefusalScope, StsMode, StsPolicy, Timestamp, TlsPolicy, Tlsa,
};
use mta::Errand;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs as provider;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::certificates::{Authority, Flaw};
use crate::peer::{Act, Peer};
use crate::world::{World, domain, errand};

const MX: &str = "mx.mail.example";
const POLICY_URL: &str = "https://mta-sts.mail.example/.well-known/mta-sts.txt";
const BOTH: [Demand; 2] = [Demand::VerifiedTls, Demand::Opportunistic];
const LATER: Outcome = Outcome::Deferred(RefusalScope::Domain);

/// What stays below a policy: to the portal where our own decision demands it, else later.
fn held_up(demand: Demand) -> Outcome {
    match demand {
        Demand::VerifiedTls => Outcome::BelowDemand,
        Demand::Opportunistic => LATER,
    }
}

/// A server's whole chain, and the records that name it.
struct Shown {
    chain: Vec<CertificateDer<'static>>,
    config: Arc<ServerConfig>,
}

impl Shown {
    fn new(authority: &Authority, flaw: Flaw) -> Self {
        let (mut chain, key) = authority.issue(MX, flaw);
        chain.push(authority.certificate());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(provider::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(chain.clone(), key)
            .expect("a pair");
        Self {
            chain,
            config: Arc::new(config),
        }
    }

    fn record(&self, usage: u8, selector: u8, matching: u8) -> Tlsa {
        let certificate = &self.chain[usize::from(usage == 2)];
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate).expect("a certificate");
        let selected = match selector {
            0 => certificate.as_ref(),
            _ => parsed.tbs_certificate.subject_pki.raw,
        };
        let data = match matching {
            0 => selected.to_vec(),
            1 => digest(&SHA256, selected).as_ref().to_vec(),
            _ => digest(&SHA512, selected).as_ref().to_vec(),
        };
        Tlsa {
            usage,
            selector,
            matching,
            data,
        }
    }
}

fn wrong(mut record: Tlsa) -> Tlsa {
    record.data[0] ^= 1;
    record
}

fn secure(records: Vec<Tlsa>) -> Result<Answer<Vec<Tlsa>>, NetFault> {
    Ok(Answer::secure(records))
}

fn policy_of(evidence: &Evidence) -> (TlsPolicy, Option<&str>) {
    let policy = evidence.policy.as_ref().expect("a host was tried");
    (policy.kind, policy.id.as_deref())
}

/// One attempt to a server that shows a certificate with `flaw` and is named by `records`.
async fn under_dane(
    flaw: Flaw,
    records: impl FnOnce(&Shown) -> Result<Answer<Vec<Tlsa>>, NetFault>,
    demand: Demand,
) -> (Outcome, Evidence, usize) {
    let world = World::new();
    let shown = Shown::new(&world.authority, flaw);
    let peer = Peer::start(MX, Act::Serve, Some(Arc::clone(&shown.config))).await;
    let records = records(&shown);
    let world = world
        .mx(10, MX, &peer)
        .dns(|net| net.secure().tlsa(&domain(MX), records))
        .open();
    let (outcome, evidence) = world.send(demand).await;
    (outcome, evidence, peer.messages().len())
}

#[tokio::test]
async fn dane_names_the_servers_own_key_and_then_name_and_time_count_for_nothing() {
    let flaws = [
        Flaw::None,
        Flaw::WrongName,
        Flaw::Expired,
        Flaw::StrangeAuthority,
    ];
    for flaw in flaws {
        for (selector, matching) in [(1, 1), (0, 1), (1, 2), (0, 2), (1, 0), (0, 0)] {
            let told = |s: &Shown| secure(vec![s.record(3, selector, matching)]);
            let (outcome, evidence, taken) = under_dane(flaw, told, Demand::VerifiedTls).await;
            assert_eq!(
                (outcome, taken),
                (Outcome::Accepted, 1),
                "{flaw:?} 3 {selector} {matching}"
            );
            assert!(evidence.tls.as_ref().expect("TLS").verified);
            assert_eq!(policy_of(&evidence), (TlsPolicy::Dane, None));
        }
    }
}

#[tokio::test]
async fn a_server_that_no_tlsa_record_names_gets_nothing_whatever_is_demanded() {
    for demand in BOTH {
        for usage in [2, 3] {
            let told = |s: &Shown| secure(vec![wrong(s.record(usage, 1, 1))]);
            let (outcome, evidence, taken) = under_dane(Flaw::None, told, demand).await;
            assert_eq!((outcome, taken), (held_up(demand), 0), "{demand} {usage}");
            let tls = evidence.tls.as_ref().expect("what was offered");
            assert_eq!(tls.unverified_because.as_deref(), Some("no_tlsa_match"));
            assert_eq!(evidence.sessions[0].failure, Some("validation-failure"));
        }
    }
    let told = |s: &Shown| secure(vec![wrong(s.record(3, 1, 1)), s.record(3, 1, 1)]);
    let (outcome, ..) = under_dane(Flaw::None, told, Demand::VerifiedTls).await;
    assert_eq!(outcome, Outcome::Accepted, "one match of several is enough");
}

#[tokio::test]
async fn dane_names_an_authority_and_then_chain_name_and_time_hold() {
    for (selector, matching) in [(0, 1), (1, 1), (0, 0), (1, 2)] {
        let told = |s: &Shown| secure(vec![s.record(2, selector, matching)]);
        let (outcome, evidence, _) = under_dane(Flaw::None, told, Demand::VerifiedTls).await;
        assert_eq!(outcome, Outcome::Accepted, "2 {selector} {matching}");
        assert_eq!(policy_of(&evidence).0, TlsPolicy::Dane);
    }
    for flaw in [
        Flaw::WrongName,
        Flaw::Expired,
        Flaw::NotYetValid,
        Flaw::StrangeAuthority,
        Flaw::SelfSigned,
    ] {
        let told = |s: &Shown| secure(vec![s.record(2, 0, 1)]);
        let (outcome, _, taken) = under_dane(flaw, told, Demand::VerifiedTls).await;
        assert_eq!((outcome, taken), (Outcome::BelowDemand, 0), "{flaw:?}");
    }
}

#[tokio::test]
async fn records_that_mail_cannot_use_ask_for_encryption_and_vouch_for_nobody() {
    let unusable: [fn(&Shown) -> Tlsa; 4] = [
        |s| s.record(1, 1, 1),
        |s| s.record(0, 1, 1),
        |s| Tlsa {
            matching: 9,
            ..s.record(3, 1, 1)
        },
        |s| Tlsa {
            data: vec![1, 2, 3],
            ..s.record(3, 1, 1)
        },
    ];
    for record in unusable {
        let told = |s: &Shown| secure(vec![record(s)]);
        let (outcome, ..) = under_dane(Flaw::SelfSigned, told, Demand::Opportunistic).await;
        assert_eq!(outcome, Outcome::Accepted, "encrypted, to whomever");
        let told = |s: &Shown| secure(vec![record(s)]);
        let (outcome, ..) = under_dane(Flaw::SelfSigned, told, Demand::VerifiedTls).await;
        assert_eq!(outcome, Outcome::BelowDemand, "our demand stands");
    }
    let world = World::new();
    let shown = Shown::new(&world.authority, Flaw::None);
    let record = Tlsa {
        usage: 1,
        ..shown.record(3, 1, 1)
    };
    let plain = Peer::start(MX, Act::Serve, None).await;
    let world = world
        .mx(10, MX, &plain)
        .dns(|net| net.secure().tlsa(&domain(MX), secure(vec![record])))
        .open();
    assert_eq!(world.send(Demand::Opportunistic).await.0, LATER);
    assert!(plain.messages().is_empty(), "never in the clear");
}

#[tokio::test]
async fn what_dnssec_did_not_prove_brings_no_dane_and_a_failed_lookup_is_no_absence() {
    let told = |s: &Shown| Ok(Answer::insecure(vec![wrong(s.record(3, 1, 1))]));
    let (outcome, evidence, _) = under_dane(Flaw::None, told, Demand::VerifiedTls).await;
    assert_eq!(outcome, Outcome::Accepted);
    assert_eq!(policy_of(&evidence), (TlsPolicy::Pkix, None));

    let world = World::new();
    let shown = Shown::new(&world.authority, Flaw::None);
    let peer = Peer::start(MX, Act::Serve, Some(Arc::clone(&shown.config))).await;
    let record = wrong(shown.record(3, 1, 1));
    let world = world
        .mx(10, MX, &peer)
        .dns(|net| net.tlsa(&domain(MX), secure(vec![record])))
        .open();
    let (outcome, _) = world.send(Demand::Opportunistic).await;
    assert_eq!(
        outcome,
        Outcome::Accepted,
        "the MX answer itself was not proved"
    );

    for demand in BOTH {
        let told = |_: &Shown| Err(NetFault::DnsFailed);
        let (outcome, _, taken) = under_dane(Flaw::None, told, demand).await;
        assert_eq!((outcome, taken), (LATER, 0), "bogus or silent: {demand}");
    }
}

fn page(text: &str) -> Result<HttpAnswer, NetFault> {
    Ok(HttpAnswer {
        status: 200,
        headers: vec![(
            "content-type".to_owned(),
            "text/plain; charset=utf-8".to_owned(),
        )],
        body: text.as_bytes().to_vec(),
        tls: None,
    })
}

fn policy(mode: &str, mx: &str) -> String {
    format!("version: STSv1\r\nmode: {mode}\r\nmx: {mx}\r\nmax_age: 604800\r\n")
}

/// One attempt to a domain with this policy file.
async fn under_sts(
    flaw: Option<Flaw>,
    file: Result<HttpAnswer, NetFault>,
    errand: &Errand,
) -> (Outcome, Evidence, usize) {
    let world = World::new();
    let tls = flaw.map(|flaw| world.authority.server(MX, flaw));
    let peer = Peer::start(MX, Act::Serve, tls).await;
    let world = world
        .mx(10, MX, &peer)
        .dns(|net| {
            net.text("_mta-sts.mail.example", Ok("v=STSv1; id=a1;"))
                .page(POLICY_URL, file)
        })
        .open();
    let (outcome, evidence) = world.carry(errand).await;
    (outcome, evidence, peer.messages().len())
}

#[tokio::test]
async fn an_enforced_policy_stops_what_it_does_not_name_and_what_does_not_verify() {
    for demand in BOTH {
        let mail = errand(demand);
        for mx in [MX, "*.mail.example"] {
            let file = page(&policy("enforce", mx));
            let (outcome, evidence, _) = under_sts(Some(Flaw::None), file, &mail).await;
            assert_eq!(outcome, Outcome::Accepted);
            assert_eq!(policy_of(&evidence), (TlsPolicy::Sts, Some("a1")));
            let (name, kept) = evidence.learned.as_ref().expect("learned");
            assert_eq!(
                (name.as_str(), kept.mode),
                ("mail.example", StsMode::Enforce)
            );
            assert_eq!(evidence.sessions[0].failure, None);
        }
        let file = page(&policy("enforce", "other.mail.example"));
        let (outcome, evidence, taken) = under_sts(Some(Flaw::None), file, &mail).await;
        assert_eq!((outcome, taken), (held_up(demand), 0), "not named");
        assert_eq!(evidence.sessions[0].failure, Some("validation-failure"));
        let flaws = [
            (Some(Flaw::WrongName), "certificate-host-mismatch"),
            (Some(Flaw::Expired), "certificate-expired"),
            (Some(Flaw::SelfSigned), "certificate-not-trusted"),
            (None, "starttls-not-supported"),
        ];
        for (flaw, told) in flaws {
            let file = page(&policy("enforce", MX));
            let (outcome, evidence, taken) = under_sts(flaw, file, &mail).await;
            assert_eq!((outcome, taken), (held_up(demand), 0), "{flaw:?}");
            assert_eq!(evidence.sessions[0].failure, Some(told));
        }
    }
}

#[tokio::test]
async fn a_policy_in_testing_stops_nothing_and_is_reported() {
    let mail = errand(Demand::Opportunistic);
    let file = page(&policy("testing", MX));
    let (outcome, evidence, _) = under_sts(Some(Flaw::SelfSigned), file, &mail).await;
    assert_eq!(outcome, Outcome::Accepted);
    assert_eq!(
        evidence.sessions[0].failure,
        Some("certificate-not-trusted")
    );
    let file = page("version: STSv1\nmode: none\nmax_age: 86400\n");
    let (outcome, evidence, _) = under_sts(None, file, &mail).await;
    assert_eq!((outcome, evidence.sessions.len()), (Outcome::Accepted, 0));
}

#[tokio::test]
async fn a_policy_that_cannot_be_had_is_none_unless_one_is_kept() {
    let kept = |ends_at| {
        Some(StsPolicy {
            id: "old".to_owned(),
            mode: StsMode::Enforce,
            mx: vec![MX.to_owned()],
            fetched_at: Timestamp::from_secs(0),
            ends_at,
        })
    };
    let broken: [Result<HttpAnswer, NetFault>; 4] = [
        Err(NetFault::TlsFailed),
        Err(NetFault::TooLarge),
        page("<html></html>"),
        page(&policy("enforce", MX)).map(|answer| HttpAnswer {
            status: 301,
            ..answer
        }),
    ];
    for file in broken {
        let mut mail = errand(Demand::Opportunistic);
        let (outcome, evidence, _) = under_sts(None, file.clone(), &mail).await;
        assert_eq!(outcome, Outcome::Accepted, "nothing is known yet");
        assert!(evidence.learned.is_none());

        mail.sts = kept(Timestamp::MAX);
        let (outcome, evidence, taken) = under_sts(None, file.clone(), &mail).await;
        assert_eq!(
            (outcome, taken),
            (LATER, 0),
            "a failing fetch weakens nothing"
        );
        assert_eq!(policy_of(&evidence), (TlsPolicy::Sts, Some("old")));
        assert!(evidence.learned.is_none());

        mail.sts = kept(Timestamp::from_secs(1));
        let (outcome, ..) = under_sts(None, file, &mail).await;
        assert_eq!(outcome, Outcome::Accepted, "it has ended");
    }
    // The announcement may vanish altogether: that is what an attacker would do.
    let peer = Peer::start(MX, Act::Serve, None).await;
    for gone in [NetFault::NoRecord, NetFault::DnsFailed] {
        let world = World::new()
            .mx(10, MX, &peer)
            .dns(|net| net.text("_mta-sts.mail.example", Err(gone)))
            .open();
        let mut mail = errand(Demand::Opportunistic);
        mail.sts = kept(Timestamp::MAX);
        assert_eq!(world.carry(&mail).await.0, LATER);
    }
    assert!(peer.messages().is_empty());
}

#[tokio::test]
async fn a_new_policy_replaces_the_kept_one_and_is_asked_for_once() {
    let world = World::new();
    let peer = Peer::start(MX, Act::Serve, Some(world.authority.server(MX, Flaw::None))).await;
    let world = world
        .mx(10, MX, &peer)
        .dns(|net| {
            net.text("_mta-sts.mail.example", Ok("v=STSv1; id=a2;"))
                .page(POLICY_URL, page(&policy("enforce", MX)))
        })
        .open();
    let mut mail = errand(Demand::Opportunistic);
    let (_, evidence) = world.carry(&mail).await;
    mail.sts = evidence.learned.map(|(_, policy)| policy);
    let (outcome, evidence) = world.carry(&mail).await;
    assert_eq!(outcome, Outcome::Accepted);
    assert!(evidence.learned.is_none(), "nothing new to keep");
    world.clock.advance(Duration::from_secs(2 * 86_400));
    let (_, evidence) = world.carry(&mail).await;
    let (_, renewed) = evidence.learned.expect("fetched again long before it ends");
    assert!(renewed.ends_at > mail.sts.expect("kept").ends_at);
}

#[tokio::test]
async fn dane_counts_before_mta_sts() {
    for (flaw, right, outcome) in [
        (Flaw::SelfSigned, true, Outcome::Accepted),
        (Flaw::None, false, LATER),
    ] {
        let world = World::new();
        let shown = Shown::new(&world.authority, flaw);
        let peer = Peer::start(MX, Act::Serve, Some(Arc::clone(&shown.config))).await;
        let record = shown.record(3, 1, 1);
        let record = if right { record } else { wrong(record) };
        let world = world
            .mx(10, MX, &peer)
            .dns(|net| {
                net.secure()
                    .tlsa(&domain(MX), secure(vec![record]))
                    .text("_mta-sts.mail.example", Ok("v=STSv1; id=a1;"))
                    .page(POLICY_URL, page(&policy("enforce", MX)))
            })
            .open();
        let (said, evidence) = world.send(Demand::Opportunistic).await;
        assert_eq!(said, outcome, "{flaw:?}");
        assert_eq!(policy_of(&evidence).0, TlsPolicy::Dane);
    }
}

#[tokio::test]
async fn tls_required_no_sets_the_domains_policy_aside_and_never_our_demand() {
    for (demand, outcome) in [
        (Demand::Opportunistic, Outcome::Accepted),
        (Demand::VerifiedTls, Outcome::BelowDemand),
    ] {
        let mail = Errand {
            tls_optional: true,
            ..errand(demand)
        };
        let file = page(&policy("enforce", "other.mail.example"));
        let (said, ..) = under_sts(None, file, &mail).await;
        assert_eq!(said, outcome, "{demand}");
    }
}

#[tokio::test]
async fn requiretls_goes_only_to_hosts_that_promise_it_and_all_hosts_are_tried() {
    const MX2: &str = "mx2.mail.example";
    let world = World::new();
    let deaf = Peer::start(MX, Act::Serve, Some(world.authority.server(MX, Flaw::None))).await;
    let able = world.authority.server(MX2, Flaw::None);
    let able = Peer::start(MX2, Act::ServeRequireTls, Some(able)).await;
    let mut mail = errand(Demand::Opportunistic);
    mail.transaction.require_tls = true;
    let world = world
        .mx(10, MX, &deaf)
        .mx(20, MX2, &able)
        .dns(|net| net.secure())
        .open();
    assert_eq!(world.carry(&mail).await.0, Outcome::Accepted);
    assert_eq!((deaf.messages().len(), able.messages().len()), (0, 1));

    let world = World::new();
    let deaf = Peer::start(MX, Act::Serve, Some(world.authority.server(MX, Flaw::None))).await;
    let world = world.mx(10, MX, &deaf).dns(|net| net.secure()).open();
    let (outcome, evidence) = world.carry(&mail).await;
    assert!(
        matches!(outcome, Outcome::Refused(_)),
        "all hosts were tried"
    );
    assert_eq!(evidence.reply_enhanced.as_deref(), Some("5.7.30"));
    assert!(deaf.messages().is_empty());
}

#[tokio::test]
async fn requiretls_needs_a_proof_of_the_servers_name() {
    let world = World::new();
    let tls = world.authority.server(MX, Flaw::None);
    let able = Peer::start(MX, Act::ServeRequireTls, Some(tls)).await;
    let mut mail = errand(Demand::VerifiedTls);
    mail.transaction.require_tls = true;
    let world = world.mx(10, MX, &able).open();
    let (_, evidence) = world.carry(&mail).await;
    assert_eq!(evidence.reply_enhanced.as_deref(), Some("5.7.30"));
    assert!(able.messages().is_empty(), "neither DNSSEC nor MTA-STS");
}
