//! Asking by HTTP: who is believed, how much is read, where nobody is sent.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use model::seams::{HttpAnswer, HttpMethod, HttpRequest, HttpTo, Net, NetFault};
use mta::net::{ClientTls, Dialer, Dnssec, NetSettings, PrivateDestinations, RealNet, TableNet};
use sim::kit::SimClock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::certificates::{Authority, Flaw};
use crate::world::domain;

const HOST: &str = "web.mail.example";

/// A web server with three pages.
async fn serve(authority: &Authority, flaw: Flaw) -> SocketAddr {
    let acceptor = TlsAcceptor::from(authority.server(HOST, flaw));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut asked = Vec::new();
            let mut buf = [0; 1024];
            while !asked.windows(4).any(|w| w == b"\r\n\r\n") {
                match stream.read(&mut buf).await {
                    Ok(0) | Err(_) => break,
                    Ok(count) => asked.extend_from_slice(&buf[..count]),
                }
            }
            let asked = String::from_utf8_lossy(&asked).into_owned();
            let answer = match asked.split(' ').nth(1) {
                Some("/large") => format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{}",
                    "x".repeat(5_000)
                ),
                Some("/moved") => {
                    "HTTP/1.1 302 Found\r\nLocation: /here\r\nContent-Length: 0\r\n\r\n".to_owned()
                }
                Some("/silent") => continue,
                _ => format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{asked}",
                    asked.len()
                ),
            };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    at
}

fn request(url: &str) -> HttpRequest {
    HttpRequest {
        method: HttpMethod::Get,
        url: url.to_owned(),
        headers: vec![("x-kanari".to_owned(), "1".to_owned())],
        body: Vec::new(),
        follow_redirects: false,
        answer_octets_max: 1_000,
        to: HttpTo::Public,
    }
}

struct Web(TableNet);

impl Web {
    async fn new(flaw: Flaw) -> Self {
        let authority = Authority::new();
        let at = serve(&authority, flaw).await;
        let clock = Arc::new(SimClock::default());
        let tls = ClientTls::trusting(&[authority.certificate()], clock).expect("a client");
        let net = TableNet::new(Dialer::new(tls, PrivateDestinations::Allowed));
        let ip = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        Self(net.host(&domain(HOST), ip, at))
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpAnswer, NetFault> {
        self.0.http(request, Duration::from_secs(20)).await
    }
}

fn fault(answer: Result<HttpAnswer, NetFault>) -> NetFault {
    answer.err().expect("no answer")
}

#[tokio::test]
async fn an_answer_comes_with_what_tls_achieved() {
    let web = Web::new(Flaw::None).await;
    let answer = web.ask(request("https://web.mail.example/here?a=b")).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.find_header("content-type"), Some("text/plain"));
    let asked = String::from_utf8(answer.body).expect("text");
    assert!(asked.starts_with("GET /here?a=b HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("x-kanari: 1") && asked.contains("host: web.mail.example"));
    assert!(answer.tls.expect("TLS").verified);
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_is_no_answer() {
    for flaw in [Flaw::WrongName, Flaw::Expired, Flaw::SelfSigned] {
        let web = Web::new(flaw).await;
        let said = web.ask(request("https://web.mail.example/")).await;
        assert_eq!(fault(said), NetFault::TlsFailed, "{flaw:?}");
    }
}

#[tokio::test]
async fn no_more_is_read_than_was_allowed_and_no_secret_goes_by_url() {
    let web = Web::new(Flaw::None).await;
    let said = web.ask(request("https://web.mail.example/large")).await;
    assert_eq!(fault(said), NetFault::TooLarge);
    for url in [
        "http://web.mail.example/",
        "ftp://web.mail.example/",
        "https://user:secret@web.mail.example/",
        "/relative",
        "",
    ] {
        assert_eq!(
            fault(web.ask(request(url)).await),
            NetFault::Unreadable,
            "{url}"
        );
    }
    let mut silent = request("https://web.mail.example/silent");
    silent.to = HttpTo::Anywhere;
    assert_eq!(fault(web.ask(silent).await), NetFault::Closed);
}

#[tokio::test]
async fn a_redirect_is_followed_only_where_that_was_asked_for() {
    let web = Web::new(Flaw::None).await;
    let moved = request("https://web.mail.example/moved");
    let answer = web.ask(moved.clone()).await.expect("an answer");
    assert_eq!(answer.status, 302);
    let follow = HttpRequest {
        follow_redirects: true,
        ..moved
    };
    let answer = web.ask(follow.clone()).await.expect("an answer");
    assert_eq!(answer.status, 200);
    let post = HttpRequest {
        method: HttpMethod::Post,
        ..follow
    };
    assert_eq!(fault(web.ask(post).await), NetFault::Unreadable);
}

#[tokio::test]
async fn a_name_that_others_chose_leads_to_no_private_address() {
    let settings = NetSettings {
        name_servers: vec!["127.0.0.1:9".parse().expect("a socket")],
        dnssec: Dnssec::Off,
        ..NetSettings::default()
    };
    let net = RealNet::new(settings, Arc::new(SimClock::default())).expect("a network");
    for url in ["https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/"] {
        let said = net.http(request(url), Duration::from_secs(5)).await;
        assert_eq!(fault(said), NetFault::Refused, "{url}");
    }
}

/// A server without TLS: `/moved` leads to `location`, all else answers with its path.
async fn plain(location: &str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (at, location) = (listener.local_addr().expect("bound"), location.to_owned());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = vec![0; 1_024];
            let count = stream.read(&mut asked).await.unwrap_or(0);
            let asked = String::from_utf8_lossy(&asked[..count]).into_owned();
            let path = asked.split(' ').nth(1).unwrap_or_default();
            let answer = match path {
                "/moved" => format!(
                    "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
                ),
                _ => format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{path}",
                    path.len()
                ),
            };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    at
}

fn of_network(private_destinations: PrivateDestinations) -> RealNet {
    let settings = NetSettings {
        name_servers: vec!["127.0.0.1:9".parse().expect("a socket")],
        dnssec: Dnssec::Off,
        private_destinations,
        ..NetSettings::default()
    };
    RealNet::new(settings, Arc::new(SimClock::default())).expect("a network")
}

#[tokio::test]
async fn what_is_signed_itself_comes_without_tls_and_from_public_addresses_alone() {
    let wait = Duration::from_secs(5);
    let signed = |url: String| HttpRequest {
        to: HttpTo::PublicPlain,
        follow_redirects: true,
        ..request(&url)
    };
    let at = plain("/here").await;
    let inside = of_network(PrivateDestinations::Allowed);
    for path in ["here", "moved"] {
        let answer = inside
            .http(signed(format!("http://{at}/{path}")), wait)
            .await;
        assert_eq!(answer.expect("an answer").body, b"/here");
    }
    let said = inside.http(request(&format!("http://{at}/")), wait).await;
    assert_eq!(
        fault(said),
        NetFault::Unreadable,
        "what is not signed never does"
    );
    let world = of_network(PrivateDestinations::Refused);
    for url in [
        format!("http://{at}/"),
        "http://10.0.0.1/".to_owned(),
        "http://[::1]/".to_owned(),
    ] {
        let said = world.http(signed(url), wait).await;
        assert_eq!(fault(said), NetFault::Refused);
    }
    // Wherever it was moved, the same holds.
    let elsewhere = plain("http://0.0.0.0/").await;
    let said = inside
        .http(signed(format!("http://{elsewhere}/moved")), wait)
        .await;
    assert_eq!(fault(said), NetFault::Refused);
}
