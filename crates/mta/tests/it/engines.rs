//! Engines at the MX: what they answer decides what the client hears, over real sockets.

use std::net::SocketAddr;

use mta::{Engine, EngineAt, Engines, OnFound};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::mx::{Door, LETTER, envelope};

/// Answers each connection with the same octets, once it has seen `end`.
async fn engine(end: &'static [u8], answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut wire, _)) = listener.accept().await {
            let (mut seen, mut room) = (Vec::new(), [0; 4096]);
            while !seen.ends_with(end) {
                match wire.read(&mut room).await {
                    Ok(count) if count > 0 => seen.extend_from_slice(&room[..count]),
                    _ => break,
                }
            }
            // A client that is gone needs no answer.
            let _ = wire.write_all(answer.as_bytes()).await;
        }
    });
    at
}

fn at(address: SocketAddr, found: OnFound) -> Option<Engine> {
    let at = EngineAt::Tcp(address);
    Some(Engine { at, found })
}

async fn clamd(answer: &'static str, found: OnFound) -> Engines {
    Engines::new(at(engine(&[0, 0, 0, 0], answer).await, found), None)
}

async fn rspamd(answer: &'static str, found: OnFound) -> Engines {
    Engines::new(None, at(engine(b"hello\r\n", answer).await, found))
}

/// The answer to the final dot, and how many messages staff see afterwards.
async fn hears(engines: Engines) -> (String, usize) {
    let door = Door::with(engines).await;
    let mut client = door.greeted().await;
    envelope(&mut client, "lee@peer.example").await;
    client.write(format!("{LETTER}.\r\n").as_bytes()).await;
    let reply = client.reply().await;
    (reply.chars().take(9).collect(), door.count().await)
}

#[tokio::test]
async fn what_clamd_finds_is_kept_apart_or_refused() {
    let found = "stream: Eicar-Test-Signature FOUND\0";
    for (answer, set, reply, count) in [
        ("stream: OK\0", OnFound::Reject, "250 2.0.0", 1),
        (found, OnFound::Quarantine, "250 2.0.0", 1),
        // refused, and a copy of it is for reviewers alone
        (found, OnFound::Reject, "550 5.7.1", 1),
    ] {
        let heard = hears(clamd(answer, set).await).await;
        assert_eq!((heard.0.trim(), heard.1), (reply, count), "{answer}");
    }
}

/// Never "clean": whoever sent it comes back.
#[tokio::test]
async fn an_engine_that_says_nothing_whole_puts_the_client_off() {
    for answer in [
        "",
        "stream: OK",
        "INSTREAM size limit exceeded. ERROR\0",
        "stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND\0",
    ] {
        let heard = hears(clamd(answer, OnFound::Quarantine).await).await;
        assert_eq!((heard.0.trim(), heard.1), ("451 4.3.0", 0), "{answer}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = nobody.local_addr().expect("bound");
    drop(nobody);
    let heard = hears(Engines::new(at(address, OnFound::Quarantine), None)).await;
    assert_eq!(
        (heard.0.trim(), heard.1),
        ("451 4.3.0", 0),
        "nobody is there"
    );
    let socket = EngineAt::Unix("/nonexistent/clamd.ctl".into());
    let found = OnFound::Quarantine;
    let heard = hears(Engines::new(Some(Engine { at: socket, found }), None)).await;
    assert_eq!((heard.0.trim(), heard.1), ("451 4.3.0", 0), "no socket");
}

#[tokio::test]
async fn rspamds_advice_becomes_a_suspicion_a_refusal_or_another_time() {
    let spam = "HTTP/1.1 200 OK\r\n\r\n{\"score\":20,\"required_score\":15,\"action\":\"reject\"}";
    let later =
        "HTTP/1.1 200 OK\r\n\r\n{\"score\":5,\"required_score\":15,\"action\":\"soft reject\"}";
    let fine =
        "HTTP/1.1 200 OK\r\n\r\n{\"score\":1,\"required_score\":15,\"action\":\"no action\"}";
    let broken = "HTTP/1.1 500 Internal Server Error\r\n\r\n";
    for (answer, set, reply, count) in [
        (fine, OnFound::Reject, "250 2.0.0", 1),
        (spam, OnFound::Quarantine, "250 2.0.0", 1),
        // refused, and a copy of it is for reviewers alone
        (spam, OnFound::Reject, "550 5.7.1", 1),
        (later, OnFound::Quarantine, "451 4.7.1", 0),
        (broken, OnFound::Quarantine, "451 4.3.0", 0),
    ] {
        let heard = hears(rspamd(answer, set).await).await;
        assert_eq!((heard.0.trim(), heard.1), (reply, count), "{answer}");
    }
}
