use std::net::{IpAddr, SocketAddr};

use model::seams::NetFault;
use sim::kit::hostile::{Target, rounds};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use super::{haproxy, socks5};

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}
fn socket(text: &str) -> SocketAddr {
    text.parse().expect("a socket")
}

async fn header(from: &str, to: &str) -> Vec<u8> {
    let (mut ours, mut theirs) = duplex(1_024);
    haproxy(&mut ours, ip(from), socket(to))
        .await
        .expect("written");
    drop(ours);
    let mut said = Vec::new();
    theirs.read_to_end(&mut said).await.expect("read");
    said
}

/// The example of the PROXY protocol's text, octet by octet.
#[tokio::test]
async fn haproxy_hears_source_and_destination() {
    let said = header("192.0.2.7", "198.51.100.9:25").await;
    let rest: &[u8] = &[
        0x21, 0x11, 0, 12, 192, 0, 2, 7, 198, 51, 100, 9, 0, 0, 0, 25,
    ];
    assert_eq!(said, [b"\r\n\r\n\0\r\nQUIT\n", rest].concat());

    let said = header("2001:db8::7", "[2001:db8::9]:25").await;
    assert_eq!(&said[12..16], &[0x21, 0x21, 0, 36]);
    assert_eq!(said.len(), 12 + 4 + 36);
    assert_eq!(&said[50..], &25u16.to_be_bytes());
}

/// Plays a proxy: what it is to hear, and what it says to that.
async fn proxied(to: &str, script: &[(&[u8], &[u8])]) -> (Result<(), NetFault>, Vec<u8>) {
    let (mut ours, mut theirs) = duplex(1_024);
    let script: Vec<(Vec<u8>, Vec<u8>)> = script
        .iter()
        .map(|(heard, said)| (heard.to_vec(), said.to_vec()))
        .collect();
    let proxy = tokio::spawn(async move {
        for (expected, answer) in script {
            let mut heard = vec![0; expected.len()];
            theirs.read_exact(&mut heard).await.expect("heard");
            assert_eq!(heard, expected);
            theirs.write_all(&answer).await.expect("said");
        }
    });
    let result = socks5(&mut ours, socket(to)).await;
    proxy.await.expect("the proxy heard what it was to hear");
    let mut left = Vec::new();
    ours.read_to_end(&mut left).await.expect("read");
    (result, left)
}

const OFFER: &[u8] = &[5, 1, 0];
const TO_V4: &[u8] = &[5, 1, 0, 1, 198, 51, 100, 9, 0, 25];

#[tokio::test]
async fn socks5_connects_and_leaves_the_greeting_unread() {
    let granted: &[u8] = &[5, 0, 0, 1, 192, 0, 2, 7, 0x12, 0x34, b'2', b'2', b'0'];
    let (result, left) = proxied("198.51.100.9:25", &[(OFFER, &[5, 0]), (TO_V4, granted)]).await;
    assert_eq!(result, Ok(()));
    assert_eq!(left, b"220", "the mail server's words are not the proxy's");

    let to_v6 = [
        &[5, 1, 0, 4][..],
        &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9],
        &[0, 25],
    ]
    .concat();
    let named: &[u8] = &[5, 0, 0, 3, 2, b'm', b'x', 0, 25];
    let (result, left) = proxied("[2001:db8::9]:25", &[(OFFER, &[5, 0]), (&to_v6, named)]).await;
    assert_eq!((result, left.len()), (Ok(()), 0));
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_or_refuses_is_a_refusal() {
    let (result, _) = proxied("198.51.100.9:25", &[(OFFER, &[5, 0xff])]).await;
    assert_eq!(result, Err(NetFault::Refused));
    let refused: &[u8] = &[5, 5, 0, 1];
    let (result, _) = proxied("198.51.100.9:25", &[(OFFER, &[5, 0]), (TO_V4, refused)]).await;
    assert_eq!(result, Err(NetFault::Refused));
    let (result, _) = proxied("198.51.100.9:25", &[(OFFER, b"HT")]).await;
    assert_eq!(result, Err(NetFault::Refused), "not a SOCKS5 proxy");
}

#[tokio::test]
async fn a_proxy_that_hangs_up_is_no_connection() {
    let (result, _) = proxied("198.51.100.9:25", &[(OFFER, &[5])]).await;
    assert_eq!(result, Err(NetFault::Closed));
}

/// What a proxy says to us, all of it at once; gives how much of it was read.
fn answered(said: &[u8]) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(async {
        let (mut ours, mut theirs) = duplex(said.len() + 1_024);
        theirs.write_all(said).await.expect("room for it");
        theirs.shutdown().await.expect("said");
        let result = socks5(&mut ours, socket("198.51.100.9:25")).await;
        let mut left = Vec::new();
        ours.read_to_end(&mut left).await.expect("read");
        assert!(
            said.ends_with(&left),
            "what the mail server says stays unread"
        );
        let granted = said.starts_with(&[5, 0, 5, 0]);
        assert!(granted || result.is_err(), "a refusal is one");
        said.len() - left.len()
    })
}

const PROXIES: Target = Target {
    name: "socks5_replies",
    seeds: || {
        let v4 = b"\x05\0\x05\0\0\x01\x7f\0\0\x01\x04\x38220 mx\r\n".to_vec();
        let name = b"\x05\0\x05\0\0\x03\x03a.b\x04\x38220 mx\r\n".to_vec();
        vec![
            v4,
            name,
            b"\x05\xff".to_vec(),
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        ]
    },
    words: &["\x05\0", "\x05\x02", "\x04", "\x03\x7f"],
    read: answered,
    most: (2 + 4 + 1 + 255 + 2, 0),
};

#[test]
fn any_answer_of_a_proxy_is_read_to_its_end_or_refused() {
    PROXIES.survive(0, rounds(3_000));
}
