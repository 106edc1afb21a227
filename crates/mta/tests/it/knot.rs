//! Real peers: Knot signs the zones, Postfix receives, a web server has the MTA-STS policies.
//!
//! What is delivered and what is not, and why, is decided by what those say and by nothing of ours.

mod policies;
mod postfix;
mod resolver;
mod server;

use std::sync::Arc;

use model::{Demand, Evidence, Outcome, RefusalScope, TlsPolicy};
use mta::net::{Dnssec, NetSettings, PrivateDestinations, RealNet};
use mta::{Pool, PoolSettings, carry};
use rustls_pki_types::CertificateDer;
use sim::kit::{Scratch, SimClock, SimRng};

use crate::certificates::Authority;
use crate::world::{domain, errand};
use policies::PolicyHost;
use postfix::Postfix;
use resolver::Liar;
use server::Knot;

const LATER: Outcome = Outcome::Deferred(RefusalScope::Domain);
/// Hosts that the receiver's certificate names. None is in the signed zone: there DANE must do.
const NAMED: [&str; 4] = [
    "mx.enforce.plain",
    "mx.other.plain",
    "mx.absent.plain",
    "mx.forged.plain",
];

/// All peers, running.
struct Peers {
    knot: Knot,
    postfix: Postfix,
    policies: PolicyHost,
    authority_file: std::path::PathBuf,
    // Last, so that it outlives those who write into it.
    folder: Scratch,
}

impl Peers {
    async fn start() -> Self {
        let folder = Scratch::new("knot");
        let authority = Authority::new();
        let (chain, key) = authority.issue_for(&NAMED);
        let authority_file = folder.path().join("authority.pem");
        std::fs::write(&authority_file, pem(&authority.certificate())).expect("written");
        let certificate = (pem(&chain[0]), key.serialize_pem());
        let postfix = Postfix::start(folder.path(), &certificate);
        let policies = PolicyHost::start(&authority, &["enforce.plain", "other.plain"]).await;
        let tlsa = hex::encode(spki_sha256(&chain[0]));
        let knot = Knot::start(folder.path(), &signed(postfix.port, &tlsa), UNSIGNED);
        Self {
            knot,
            postfix,
            policies,
            authority_file,
            folder,
        }
    }

    /// The network as the service would have it, with this resolver.
    fn net(&self, resolver: std::net::SocketAddr) -> RealNet {
        let anchor = self.folder.path().join("anchor");
        std::fs::write(&anchor, self.knot.trust_anchor()).expect("written");
        let settings = NetSettings {
            ca_files: vec![self.authority_file.clone()],
            private_destinations: PrivateDestinations::Allowed,
            name_servers: vec![resolver],
            dnssec: Dnssec::Validated(Some(anchor)),
            smtp_port: self.postfix.port,
            https_port: self.policies.port,
            ..NetSettings::default()
        };
        RealNet::new(settings, Arc::new(sim_clock())).expect("a network")
    }
}

async fn send(net: &RealNet, to: &str, demand: Demand) -> (Outcome, Evidence) {
    let pool = Pool::new(PoolSettings::new(domain("mx.clinic.example")));
    let mut mail = errand(demand);
    mail.destination = domain(to);
    mail.transaction.to = model::Address::parse(&format!("pat@{to}")).expect("an address");
    let said = carry(&pool, net, &sim_clock(), &SimRng::new(1), &mail).await;
    pool.close_all().await;
    said
}

#[tokio::test]
async fn dane_and_mta_sts_decide_as_the_zones_and_the_policy_host_say() {
    let peers = Peers::start().await;
    let net = peers.net(peers.knot.at);
    let (verified, opportunistic) = (Demand::VerifiedTls, Demand::Opportunistic);
    let (accepted, below) = (Outcome::Accepted, Outcome::BelowDemand);
    let cases = [
        ("right.signed", verified, accepted, TlsPolicy::Dane),
        ("right.signed", opportunistic, accepted, TlsPolicy::Dane),
        ("wrong.signed", verified, below, TlsPolicy::Dane),
        ("wrong.signed", opportunistic, LATER, TlsPolicy::Dane),
        ("none.signed", verified, below, TlsPolicy::Pkix),
        ("none.signed", opportunistic, accepted, TlsPolicy::None),
        ("enforce.plain", verified, accepted, TlsPolicy::Sts),
        ("enforce.plain", opportunistic, accepted, TlsPolicy::Sts),
        ("other.plain", verified, below, TlsPolicy::Sts),
        ("other.plain", opportunistic, LATER, TlsPolicy::Sts),
        ("absent.plain", verified, accepted, TlsPolicy::Pkix),
        ("absent.plain", opportunistic, accepted, TlsPolicy::None),
    ];
    let mut due = 0;
    for (to, demand, outcome, policy) in cases {
        let (said, evidence) = send(&net, to, demand).await;
        assert_eq!(
            said, outcome,
            "{to} {demand}: {:?}",
            evidence.reply_enhanced
        );
        let shown = evidence.policy.expect("a host was tried");
        assert_eq!(shown.kind, policy, "{to} {demand}");
        let id = (policy == TlsPolicy::Sts).then_some("a1");
        assert_eq!(shown.id.as_deref(), id, "{to} {demand}");
        if outcome == Outcome::Accepted {
            due += 1;
            let tls = evidence.tls.expect("TLS");
            // one has a certificate that verifies although nobody asked for it
            let proved = policy != TlsPolicy::None || to == "absent.plain";
            assert_eq!(tls.verified, proved, "{to} {demand}");
            assert_eq!(evidence.reply_code, Some(250));
        }
        assert_eq!(peers.postfix.taken(due), due, "{to} {demand}");
    }
}

#[tokio::test]
async fn a_resolver_that_lies_about_a_signed_zone_is_found_out() {
    let peers = Peers::start().await;
    for lie in resolver::LIES {
        let liar = Liar::start(peers.knot.at, lie).await;
        let net = peers.net(liar.at);
        for demand in [Demand::VerifiedTls, Demand::Opportunistic] {
            let (said, _) = send(&net, "right.signed", demand).await;
            assert_eq!(said, LATER, "{lie:?} {demand}");
        }
    }
    assert_eq!(peers.postfix.taken(0), 0);
}

/// The clock's zero is long before any certificate here: a moment of today is what TLS needs.
fn sim_clock() -> SimClock {
    SimClock::default()
}

fn pem(der: &CertificateDer<'_>) -> String {
    let text = base64_lines(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n")
}

fn base64_lines(der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64);
    lines
        .map(|line| format!("{}\n", String::from_utf8_lossy(line)))
        .collect()
}

fn spki_sha256(der: &CertificateDer<'_>) -> Vec<u8> {
    let (_, parsed) = x509_parser::parse_x509_certificate(der).expect("a certificate");
    let key = parsed.tbs_certificate.subject_pki.raw;
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key)
        .as_ref()
        .to_vec()
}

/// The signed zone is the root itself, so that its key is where trust starts.
fn signed(port: u16, tlsa: &str) -> String {
    let wrong = "0".repeat(64);
    let mut zone = "$TTL 60\n. SOA ns.signed. postmaster.signed. 1 3600 600 86400 60\n\
                    . NS ns.signed.\nns.signed. A 127.0.0.1\nplain. NS ns.signed.\n"
        .to_owned();
    for name in ["right", "wrong", "none"] {
        zone.push_str(&format!(
            "{name}.signed. MX 10 mx.{name}.signed.\nmx.{name}.signed. A 127.0.0.1\n"
        ));
    }
    for (name, data) in [("right", tlsa), ("wrong", wrong.as_str())] {
        zone.push_str(&format!(
            "_{port}._tcp.mx.{name}.signed. TLSA 3 1 1 {data}\n"
        ));
    }
    zone
}

const UNSIGNED: &str = "$TTL 60
plain. SOA ns.signed. postmaster.signed. 1 3600 600 86400 60
plain. NS ns.signed.
enforce.plain. MX 10 mx.enforce.plain.
mx.enforce.plain. A 127.0.0.1
_mta-sts.enforce.plain. TXT \"v=STSv1; id=a1;\"
mta-sts.enforce.plain. A 127.0.0.1
other.plain. MX 10 mx.other.plain.
mx.other.plain. A 127.0.0.1
_mta-sts.other.plain. TXT \"v=STSv1; id=a1;\"
mta-sts.other.plain. A 127.0.0.1
absent.plain. MX 10 mx.absent.plain.
mx.absent.plain. A 127.0.0.1
_mta-sts.absent.plain. TXT \"v=STSv1; id=a1;\"
";
