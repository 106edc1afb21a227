//! Directories asked over real sockets: what is said and in which order, and what is believed of the answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow::keys::{Asked, Directories, Reply, Search, Server, Tried};
use model::{Address, DirectoryStep, DirectoryTls, Secret};
use mta::KeyDirectories;
use mta::net::{ClientTls, Dialer, PrivateDestinations, TableNet};
use sim::kit::SimClock;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio_rustls::TlsAcceptor;

use crate::certificates::{Authority, Flaw};
use crate::world::domain;

const HOST: &str = "ldap.peer.example";
const WAIT: Duration = Duration::from_millis(500);

fn element(tag: u8, inside: &[u8]) -> Vec<u8> {
    let length = u32::try_from(inside.len()).expect("short").to_be_bytes();
    // As Active Directory writes lengths.
    [&[tag, 0x84][..], &length, inside].concat()
}

fn message(number: u8, operation: &[u8]) -> Vec<u8> {
    element(0x30, &[&element(2, &[number]), operation].concat())
}

fn result(number: u8, tag: u8, code: u8) -> Vec<u8> {
    let parts = [element(10, &[code]), element(4, b""), element(4, b"")];
    message(number, &element(tag, &parts.concat()))
}

fn entry(number: u8, value: &[u8]) -> Vec<u8> {
    let values = element(0x31, &element(4, value));
    let attribute = [element(4, b"userCertificate;binary"), values].concat();
    let attributes = element(0x30, &element(0x30, &attribute));
    message(
        number,
        &element(0x64, &[element(4, b"cn=Lee"), attributes].concat()),
    )
}

/// What a directory says to each request, by the tag of the request; nothing: it hangs up.
type Says = fn(tag: u8, number: u8) -> Vec<u8>;

fn friendly(tag: u8, number: u8) -> Vec<u8> {
    match tag {
        0x77 => result(number, 0x78, 0),
        0x60 => result(number, 0x61, 0),
        0x63 => [entry(number, b"a certificate"), result(number, 0x65, 0)].concat(),
        _ => Vec::new(),
    }
}

/// Tags of the requests that came, and whether each came encrypted.
type Heard = Arc<Mutex<Vec<(u8, bool)>>>;

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    says: Says,
    heard: &Heard,
    encrypted: bool,
) -> bool {
    loop {
        let mut head = [0; 2];
        if stream.read_exact(&mut head).await.is_err() {
            return false;
        }
        let mut length = usize::from(head[1]);
        if head[1] & 0x80 != 0 {
            let mut octets = [0; 4];
            stream.read_exact(&mut octets).await.expect("a length");
            length = usize::try_from(u32::from_be_bytes(octets)).expect("short");
        }
        let mut inside = vec![0; length];
        stream.read_exact(&mut inside).await.expect("whole");
        let (number, tag) = (inside[2], inside[3]);
        heard.lock().expect("whole").push((tag, encrypted));
        let answer = says(tag, number);
        if answer.is_empty() {
            return false;
        }
        stream.write_all(&answer).await.expect("written");
        if tag == 0x77 {
            return true;
        }
    }
}

struct Place {
    authority: Authority,
    net: TableNet,
    heard: Heard,
}

async fn place(flaw: Flaw, tls: DirectoryTls, says: Says) -> Place {
    let authority = Authority::new();
    let acceptor = TlsAcceptor::from(authority.server(HOST, flaw));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let socket = listener.local_addr().expect("bound");
    let heard = Heard::default();
    let inside = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (acceptor, heard) = (acceptor.clone(), inside.clone());
            tokio::spawn(async move {
                if tls == DirectoryTls::StartTls && !serve(&mut stream, says, &heard, false).await {
                    return;
                }
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream, says, &heard, true).await;
                }
            });
        }
    });
    let client = ClientTls::trusting(&[], Arc::new(SimClock::default())).expect("a client");
    let net = TableNet::new(Dialer::new(client, PrivateDestinations::Allowed));
    let net = net.host(
        &domain(HOST),
        "192.0.2.1".parse().expect("an address"),
        socket,
    );
    Place {
        authority,
        net,
        heard,
    }
}

impl Place {
    fn search(&self, tls: DirectoryTls, roots: bool) -> Search {
        let root = self.authority.certificate().to_vec();
        Search {
            server: Arc::new(Server {
                host: domain(HOST),
                port: 636,
                tls,
                roots: if roots { vec![root] } else { Vec::new() },
                base: "dc=peer".to_owned(),
                bind: Some(("cn=reader".to_owned(), Secret::new("oleander".to_owned()))),
            }),
            addresses: vec![Address::parse("lee@peer.example").expect("an address")],
        }
    }

    async fn tried(&self, tls: DirectoryTls, roots: bool) -> Tried {
        let directories = KeyDirectories::new(Arc::new(self.net.clone()), Handle::current());
        let search = self.search(tls, roots);
        let trying = tokio::task::spawn_blocking(move || directories.try_out(search, WAIT));
        trying.await.expect("no panic")
    }

    fn heard(&self) -> Vec<(u8, bool)> {
        self.heard.lock().expect("whole").clone()
    }
}

const FOUND: Tried = Tried {
    step: DirectoryStep::Searched,
    found: 1,
};

const fn failed(step: DirectoryStep) -> Tried {
    Tried { step, found: 0 }
}

#[tokio::test]
async fn nothing_but_the_wish_for_tls_is_said_in_the_clear() {
    for (tls, first) in [
        (DirectoryTls::Ldaps, vec![]),
        (DirectoryTls::StartTls, vec![(0x77, false)]),
    ] {
        let place = place(Flaw::None, tls, friendly).await;
        assert_eq!(place.tried(tls, true).await, FOUND);
        let rest = vec![(0x60, true), (0x63, true)];
        assert_eq!(place.heard()[..first.len() + 2], [first, rest].concat());
    }
}

#[tokio::test]
async fn a_server_that_does_not_verify_hears_neither_name_nor_address() {
    for (flaw, roots) in [
        (Flaw::None, false),
        (Flaw::WrongName, true),
        (Flaw::Expired, true),
        (Flaw::SelfSigned, true),
        (Flaw::StrangeAuthority, true),
    ] {
        let place = place(flaw, DirectoryTls::Ldaps, friendly).await;
        let tried = place.tried(DirectoryTls::Ldaps, roots).await;
        assert_eq!(tried, failed(DirectoryStep::NotSecured), "{flaw:?}");
        assert!(place.heard().is_empty(), "{flaw:?}");
    }
}

#[tokio::test]
async fn a_refusal_ends_it_where_it_stands() {
    fn no_tls(_: u8, number: u8) -> Vec<u8> {
        result(number, 0x78, 2)
    }
    fn injected(tag: u8, number: u8) -> Vec<u8> {
        [friendly(tag, number), result(2, 0x61, 0)].concat()
    }
    fn no_bind(tag: u8, number: u8) -> Vec<u8> {
        match tag {
            0x60 => result(number, 0x61, 49),
            _ => friendly(tag, number),
        }
    }
    fn elsewhere(tag: u8, number: u8) -> Vec<u8> {
        match tag {
            0x63 => result(number, 0x65, 10),
            _ => friendly(tag, number),
        }
    }
    fn endless(tag: u8, number: u8) -> Vec<u8> {
        match tag {
            0x63 => entry(number, &[7; 60_000]).repeat(12),
            _ => friendly(tag, number),
        }
    }
    fn hangs_up(tag: u8, number: u8) -> Vec<u8> {
        match tag {
            0x63 => Vec::new(),
            _ => friendly(tag, number),
        }
    }
    for (tls, says, step) in [
        (
            DirectoryTls::StartTls,
            no_tls as Says,
            DirectoryStep::NotSecured,
        ),
        (DirectoryTls::StartTls, injected, DirectoryStep::NotSecured),
        (DirectoryTls::Ldaps, no_bind, DirectoryStep::NotBound),
        (DirectoryTls::Ldaps, elsewhere, DirectoryStep::NotSearched),
        (DirectoryTls::Ldaps, endless, DirectoryStep::NotSearched),
        (DirectoryTls::Ldaps, hangs_up, DirectoryStep::NotSearched),
    ] {
        let place = place(Flaw::None, tls, says).await;
        assert_eq!(place.tried(tls, true).await, failed(step));
    }
}

/// It does not hold up the others, and they are not lost.
#[tokio::test]
async fn a_directory_that_says_nothing_is_a_fault_in_time() {
    let (good, mute) = (
        place(Flaw::None, DirectoryTls::Ldaps, friendly).await,
        TcpListener::bind("127.0.0.1:0").await.expect("a port"),
    );
    let other = domain("mute.example");
    let socket = mute.local_addr().expect("bound");
    let net = good.net.clone();
    let net = net.host(&other, "192.0.2.2".parse().expect("an address"), socket);
    let directories = KeyDirectories::new(Arc::new(net), Handle::current());
    let search = good.search(DirectoryTls::Ldaps, true);
    let silent = Search {
        server: Arc::new(Server {
            host: other,
            port: 636,
            tls: DirectoryTls::Ldaps,
            roots: Vec::new(),
            base: String::new(),
            bind: None,
        }),
        addresses: search.addresses.clone(),
    };
    let asked = Asked {
        searches: vec![silent, search],
        ..Asked::default()
    };
    let asking = tokio::task::spawn_blocking(move || directories.ask(asked, WAIT));
    let answers = tokio::time::timeout(WAIT * 4, asking)
        .await
        .expect("in time");
    let answers = answers.expect("no panic").searches;
    assert!(matches!(answers[0][..], [Reply::Fault]));
    assert!(matches!(&answers[1][..], [Reply::Found(values)] if values == &[b"a certificate"]));
}
