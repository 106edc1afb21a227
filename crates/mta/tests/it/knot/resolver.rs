//! A resolver between us and Knot that tells one lie.

use std::net::{Ipv4Addr, SocketAddr};

use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::rr::rdata::{A, MX};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// What is told instead of the truth about the signed zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// There are no TLSA records.
    TlsaStripped,
    /// The same without the proof that there are some.
    TlsaDenied,
    /// Another key is named, under the old signature.
    TlsaBogus,
    /// The mail goes to another host.
    MxChanged,
    /// Signatures are taken off, as if the zone were not signed.
    Downgraded,
    /// The address is another one.
    AddressChanged,
    TlsaServFail,
}

pub const LIES: [Lie; 7] = [
    Lie::TlsaStripped,
    Lie::TlsaDenied,
    Lie::TlsaBogus,
    Lie::MxChanged,
    Lie::Downgraded,
    Lie::AddressChanged,
    Lie::TlsaServFail,
];

pub struct Liar {
    pub at: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Liar {
    pub async fn start(truth: SocketAddr, lie: Lie) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let at = socket.local_addr().expect("bound");
        let task = tokio::spawn(async move {
            let mut buf = [0; 4096];
            while let Ok((count, from)) = socket.recv_from(&mut buf).await {
                let asking = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
                asking.send_to(&buf[..count], truth).await.expect("sent");
                let mut told = [0; 4096];
                let (count, _) = asking.recv_from(&mut told).await.expect("an answer");
                let told = Message::from_vec(&told[..count]).expect("a message");
                let bytes = twist(told, lie).to_vec().expect("encodes");
                let _ = socket.send_to(&bytes, from).await;
            }
        });
        Self { at, task }
    }
}

fn twist(mut told: Message, lie: Lie) -> Message {
    let asked = told.queries.first().map(|query| query.query_type());
    let about_tlsa = asked == Some(RecordType::TLSA);
    match lie {
        Lie::TlsaStripped if about_tlsa => {
            told.answers.clear();
            told.authorities.clear();
        }
        Lie::TlsaDenied if about_tlsa => told.answers.clear(),
        Lie::TlsaServFail if about_tlsa => {
            told.answers.clear();
            told.metadata.response_code = hickory_resolver::proto::op::ResponseCode::ServFail;
        }
        Lie::TlsaBogus if about_tlsa => {
            for record in &mut told.answers {
                if let RData::TLSA(tlsa) = &mut record.data {
                    tlsa.cert_data[0] ^= 1;
                }
            }
        }
        Lie::MxChanged if asked == Some(RecordType::MX) => {
            for record in &mut told.answers {
                if record.record_type() == RecordType::MX {
                    let host = Name::from_ascii("mx.forged.plain.").expect("a name");
                    record.data = RData::MX(MX::new(10, host));
                }
            }
        }
        Lie::AddressChanged if asked == Some(RecordType::A) => {
            for record in &mut told.answers {
                if record.record_type() == RecordType::A {
                    record.data = RData::A(A(Ipv4Addr::new(127, 0, 0, 2)));
                }
            }
        }
        Lie::Downgraded => {
            let signed = |kind| {
                matches!(
                    kind,
                    RecordType::RRSIG | RecordType::NSEC | RecordType::NSEC3 | RecordType::DNSKEY
                )
            };
            told.answers.retain(|record| !signed(record.record_type()));
            told.authorities
                .retain(|record| !signed(record.record_type()));
        }
        _ => {}
    }
    told
}
