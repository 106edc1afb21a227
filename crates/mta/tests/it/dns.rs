//! Answers of a real name server on loopback, and what mail may conclude from each.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, MX};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use model::Domain;
use model::seams::{Answer, Egress, Net, NetFault};
use mta::net::{Dnssec, NetSettings, PrivateDestinations, RealNet};
use tokio::net::UdpSocket;

use sim::kit::SimClock;

use crate::world::domain;

fn answers(name: &str, kind: RecordType) -> (ResponseCode, Vec<RData>) {
    let mx = |preference, host: &str| {
        RData::MX(MX::new(preference, Name::from_ascii(host).expect("a name")))
    };
    let ok = |data| (ResponseCode::NoError, data);
    match (name, kind) {
        ("good.example.", RecordType::MX) => ok(vec![
            mx(20, "mx2.good.example."),
            mx(10, "MX1.good.example."),
        ]),
        ("null.example.", RecordType::MX) => ok(vec![mx(0, ".")]),
        ("mx1.good.example.", RecordType::A) => ok(vec![RData::A(A::new(192, 0, 2, 10))]),
        ("mx1.good.example.", RecordType::AAAA) => ok(vec![RData::AAAA(AAAA::new(
            0x2001, 0xdb8, 0, 0, 0, 0, 0, 1,
        ))]),
        ("half.example.", RecordType::A) => ok(vec![RData::A(A::new(192, 0, 2, 11))]),
        ("half.example.", _) | ("servfail.example.", _) => (ResponseCode::ServFail, vec![]),
        ("refused.example.", _) => (ResponseCode::Refused, vec![]),
        ("empty.example.", _) => ok(vec![]),
        _ => (ResponseCode::NXDomain, vec![]),
    }
}

/// A name server that knows the table above.
async fn name_server() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let at = socket.local_addr().expect("bound");
    tokio::spawn(async move {
        let mut buf = [0; 1500];
        while let Ok((count, from)) = socket.recv_from(&mut buf).await {
            let asked = Message::from_vec(&buf[..count]).expect("a query");
            let query = asked.queries[0].clone();
            let name = query.name().to_ascii().to_lowercase();
            let (code, data) = answers(&name, query.query_type());
            let mut reply = Message::response(asked.metadata.id, asked.metadata.op_code);
            reply.metadata.message_type = MessageType::Response;
            reply.metadata.recursion_available = true;
            reply.metadata.response_code = code;
            for data in data {
                reply.add_answer(Record::from_rdata(query.name().clone(), 60, data));
            }
            reply.add_query(query);
            let bytes = reply.to_vec().expect("encodes");
            let _ = socket.send_to(&bytes, from).await;
        }
    });
    at
}

async fn real_net() -> RealNet {
    let settings = NetSettings {
        name_servers: vec![name_server().await],
        // This name server signs nothing; see `dnssec.rs` for one that does.
        dnssec: Dnssec::Off,
        ..NetSettings::default()
    };
    RealNet::new(settings, Arc::new(SimClock::default())).expect("a network")
}

#[tokio::test]
async fn mx_answers_mean_what_the_standards_say() {
    let net = real_net().await;
    let mut hosts = net.mx(&domain("good.example")).await.expect("two hosts");
    hosts.value.sort();
    assert!(!hosts.secure, "nothing was proved");
    assert_eq!(
        hosts.value,
        [
            (10, domain("mx1.good.example")),
            (20, domain("mx2.good.example"))
        ]
    );
    assert_eq!(
        net.mx(&domain("null.example")).await,
        Ok(Answer::insecure(vec![])),
        "null MX"
    );
    assert_eq!(
        net.mx(&domain("empty.example")).await,
        Err(NetFault::NoRecord)
    );
    assert_eq!(
        net.mx(&domain("nowhere.example")).await,
        Err(NetFault::NoRecord)
    );
    assert_eq!(
        net.mx(&domain("servfail.example")).await,
        Err(NetFault::DnsFailed),
        "no absence"
    );
    assert_eq!(
        net.mx(&domain("refused.example")).await,
        Err(NetFault::DnsFailed),
        "no absence"
    );
}

#[tokio::test]
async fn addresses_of_both_families_are_found_and_failure_is_not_absence() {
    let net = real_net().await;
    let v4 = |last| IpAddr::V4(Ipv4Addr::new(192, 0, 2, last));
    let both = net
        .addresses(&domain("mx1.good.example"))
        .await
        .expect("two");
    assert_eq!(
        both.value,
        [v4(10), "2001:db8::1".parse().expect("an address")]
    );
    assert_eq!(
        net.addresses(&domain("half.example")).await,
        Ok(Answer::insecure(vec![v4(11)]))
    );
    assert_eq!(
        net.addresses(&domain("nowhere.example")).await,
        Err(NetFault::NoRecord)
    );
    assert_eq!(
        net.addresses(&domain("servfail.example")).await,
        Err(NetFault::DnsFailed)
    );
}

#[tokio::test]
async fn private_and_own_addresses_are_not_dialled() {
    let loopback: SocketAddr = "127.0.0.1:25".parse().expect("a socket");
    let wait = std::time::Duration::from_millis(100);
    let own: IpAddr = "8.8.4.4".parse().expect("an address");
    let inside: IpAddr = "10.9.9.9".parse().expect("an address");
    let settings = |private_destinations| NetSettings {
        own_addresses: vec![own, inside],
        name_servers: vec![loopback],
        private_destinations,
        ..NetSettings::default()
    };
    let clock = Arc::new(SimClock::default());
    let strict = RealNet::new(
        settings(PrivateDestinations::Refused),
        Arc::clone(&clock) as _,
    )
    .expect("a network");
    let egress = Egress::direct(Domain::parse("mx.clinic.example").expect("a domain"));
    assert!(!strict.may_dial(loopback.ip()) && !strict.may_dial(own));
    assert!(strict.may_dial("8.8.8.8".parse().expect("an address")));
    assert!(
        matches!(
            strict.dial(loopback, &egress, wait).await,
            Err(NetFault::Refused)
        ),
        "asserted where it takes effect"
    );
    for named in [
        loopback,
        SocketAddr::new(own, 636),
        SocketAddr::new(inside, 636),
        "169.254.169.254:80".parse().expect("an address"),
    ] {
        let dialled = strict.dial_named(named, &egress, wait).await;
        assert!(matches!(dialled, Err(NetFault::Refused)), "{named}");
    }

    let lenient = RealNet::new(settings(PrivateDestinations::Allowed), clock).expect("a network");
    assert!(lenient.may_dial(loopback.ip()) && !lenient.may_dial(own));
    assert!(!lenient.may_dial("0.0.0.0".parse().expect("an address")));
}
