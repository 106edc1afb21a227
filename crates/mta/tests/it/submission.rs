//! The submission door over real sockets: what a client sees, and what the store holds afterwards.

use std::sync::Arc;
use std::time::Duration;

use model::{Code, MessageId, Mode};
use mta::Listeners;
use people::{NewApp, NewKey, People};
use sim::kit::Engine;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::certificates::{Authority, Flaw};
use crate::client::Client;
use crate::clinic::Clinic;

const HOST: &str = "mx.clinic.example";

/// A clinic whose doors are open.
pub struct Door {
    pub clinic: Clinic,
    people: People,
    key: NewKey,
    authority: Authority,
    implicit: std::net::SocketAddr,
    starttls: std::net::SocketAddr,
    serving: JoinHandle<()>,
}

impl Door {
    async fn open() -> Self {
        Self::open_on(Engine::Memory).await
    }

    async fn open_on(engine: Engine) -> Self {
        Self::open_with_room(engine, model::limits::SMTP_OCTETS_IN_MEMORY_MAX).await
    }

    /// With room for so many octets of messages on their way in.
    async fn open_with_room(engine: Engine, octets_max: usize) -> Self {
        let clinic = Clinic::open(engine).await;
        let people = People::quick(clinic.flow.world().clone());
        let (managing, ctx) = (people.clone(), clinic.ctx.clone());
        let made = tokio::task::spawn_blocking(move || {
            let app = managing.create_app(
                &ctx,
                NewApp {
                    name: "records".to_owned(),
                    scopes: vec!["message.send".to_owned(), "message.read".to_owned()],
                    senders: vec!["clinic.example".to_owned()],
                    basic_allowed: true,
                },
            )?;
            managing.create_key(&ctx, app, Mode::Live, None)
        });
        let key = made.await.expect("no panic").expect("a key");
        let authority = Authority::new();
        let implicit = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let starttls = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = |listener: &TcpListener| listener.local_addr().expect("bound");
        let (implicit_at, starttls_at) = (at(&implicit), at(&starttls));
        let serving = tokio::spawn(mta::submission_within(
            clinic.flow.clone(),
            people.clone(),
            Listeners {
                implicit_tls: Some(implicit),
                starttls: Some(starttls),
            },
            authority.server(HOST, Flaw::None),
            clinic.stop_signal(),
            octets_max,
        ));
        Self {
            clinic,
            people,
            key,
            authority,
            implicit: implicit_at,
            starttls: starttls_at,
            serving,
        }
    }

    /// The base64 of AUTH PLAIN.
    fn plain(&self, password: &str) -> String {
        base64(format!("\0{}\0{password}", self.key.id).as_bytes())
    }

    async fn tls(&self) -> Client {
        let mut client = Client::dial(self.implicit)
            .await
            .start_tls(&self.authority, HOST)
            .await;
        assert!(client.reply().await.starts_with("220 "));
        client
    }

    async fn signed_in(&self) -> Client {
        let mut client = self.tls().await;
        client.says("EHLO software.clinic.example", "250").await;
        client
            .says(
                &format!("AUTH PLAIN {}", self.plain(self.key.shown_once.expose())),
                "235",
            )
            .await;
        client
    }

    async fn clear(&self) -> Client {
        let mut client = Client::dial(self.starttls).await;
        assert!(client.reply().await.starts_with("220 "));
        client
    }

    async fn messages(&self) -> u64 {
        let (flow, ctx) = (self.clinic.flow.clone(), self.clinic.ctx.clone());
        let page = tokio::task::spawn_blocking(move || {
            flow.list_messages(&ctx, Default::default(), None, 50)
        });
        page.await.expect("no panic").expect("a list").rows.len() as u64
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut word = [0; 3];
        word[..chunk.len()].copy_from_slice(chunk);
        let n = u32::from_be_bytes([0, word[0], word[1], word[2]]);
        for i in 0..4 {
            let letter = char::from(LETTERS[(n >> (18 - 6 * i)) as usize & 63]);
            out.push(if i <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

const LETTER: &str =
    "From: nurse@clinic.example\r\nTo: pat@mail.example\r\nSubject: news\r\n\r\nDear reader\r\n.";

async fn a_250_names_a_message_that_is_there(engine: Engine) {
    let door = Door::open_on(engine).await;
    let mut client = door.signed_in().await;
    for _ in 0..2 {
        client.says("MAIL FROM:<nurse@clinic.example>", "250").await;
        client
            .says("RCPT TO:<pat@mail.example> NOTIFY=FAILURE", "250")
            .await;
        client.says("DATA", "354").await;
        let reply = client.says(LETTER, "250 2.0.0").await;
        let id = reply.split_whitespace().last().expect("an id");
        let id: MessageId = id.parse().expect("an id of a message");
        let (flow, ctx) = (door.clinic.flow.clone(), door.clinic.ctx.clone());
        let view = tokio::task::spawn_blocking(move || flow.message(&ctx, id))
            .await
            .expect("no panic");
        assert_eq!(view.expect("durable before 250").recipients.len(), 1);
    }
    client.says("QUIT", "221").await;
    assert_eq!(client.reply().await, "", "closed");
}

#[tokio::test]
async fn submission_on_sqlite() {
    a_250_names_a_message_that_is_there(Engine::Sqlite).await;
}

#[tokio::test]
async fn submission_on_postgresql() {
    a_250_names_a_message_that_is_there(Engine::Postgres).await;
}

#[tokio::test]
async fn credentials_are_taken_on_encrypted_connections_only() {
    let door = Door::open().await;
    let mut client = door.clear().await;
    let offers = client.says("EHLO software.clinic.example", "250").await;
    assert!(
        offers.contains("STARTTLS") && !offers.contains("AUTH"),
        "{offers}"
    );
    client
        .says(
            &format!("AUTH PLAIN {}", door.plain(door.key.shown_once.expose())),
            "538 5.7.11",
        )
        .await;
    client.says("MAIL FROM:<nurse@clinic.example>", "530").await;
    client.says("STARTTLS", "220").await;

    let mut client = client.start_tls(&door.authority, HOST).await;
    client.says("MAIL FROM:<nurse@clinic.example>", "5").await;
    let offers = client.says("EHLO software.clinic.example", "250").await;
    assert!(
        !offers.contains("STARTTLS") && offers.contains("AUTH PLAIN LOGIN"),
        "{offers}"
    );
    client
        .says("MAIL FROM:<nurse@clinic.example>", "530 5.7.0")
        .await;
    client
        .says(
            &format!("AUTH PLAIN {}", door.plain(door.key.shown_once.expose())),
            "235",
        )
        .await;
    client.says("MAIL FROM:<nurse@clinic.example>", "250").await;
}

#[tokio::test]
async fn bytes_behind_starttls_are_never_obeyed() {
    let door = Door::open().await;
    // In one packet with the command.
    let mut client = door.clear().await;
    client.says("EHLO software.clinic.example", "250").await;
    client
        .write(b"STARTTLS\r\nMAIL FROM:<nurse@clinic.example>\r\n")
        .await;
    assert!(client.reply().await.starts_with("554"));
    assert_eq!(client.reply().await, "", "closed");

    // After the 220, where a handshake must come.
    let mut client = door.clear().await;
    client.says("EHLO software.clinic.example", "250").await;
    client.says("STARTTLS", "220").await;
    client.write(b"NOOP\r\nNOOP\r\n").await;
    assert!(
        !client.reply().await.contains("250"),
        "no command is answered in the clear"
    );
    assert_eq!(client.reply().await, "", "closed");
}

#[tokio::test]
async fn wrong_credentials_are_refused_and_soon_end_the_session() {
    let door = Door::open().await;
    let mut client = door.tls().await;
    client.says("EHLO software.clinic.example", "250").await;
    for _ in 0..5 {
        client
            .says(&format!("AUTH PLAIN {}", door.plain("wrong")), "535 5.7.8")
            .await;
    }
    assert!(client.reply().await.starts_with("421"));
    assert_eq!(client.reply().await, "");
}

#[tokio::test]
async fn a_revoked_key_ends_its_sessions() {
    let door = Door::open().await;
    let mut client = door.signed_in().await;
    let (people, ctx, id) = (door.people.clone(), door.clinic.ctx.clone(), door.key.id);
    let revoked = tokio::task::spawn_blocking(move || people.revoke_key(&ctx, id));
    revoked.await.expect("no panic").expect("revoked");
    client
        .says("MAIL FROM:<nurse@clinic.example>", "535 5.7.8")
        .await;
}

#[tokio::test]
async fn an_app_sends_as_its_own_senders_only() {
    let door = Door::open().await;
    let mut client = door.signed_in().await;
    client
        .says("MAIL FROM:<ceo@bank.example>", "553 5.7.1")
        .await;
    client.says("MAIL FROM:<>", "553 5.7.1").await;
    client.says("MAIL FROM:<nurse@clinic.example>", "250").await;
}

#[tokio::test]
async fn a_smuggled_end_is_refused_and_nothing_of_it_accepted() {
    let door = Door::open().await;
    let mut client = door.signed_in().await;
    client.says("MAIL FROM:<nurse@clinic.example>", "250").await;
    client.says("RCPT TO:<pat@mail.example>", "250").await;
    client.says("DATA", "354").await;
    client
        .write(b"Subject: a\r\n\r\nb\n.\nMAIL FROM:<nurse@clinic.example>\r\n.\r\n")
        .await;
    assert!(client.reply().await.starts_with("550 5.6.0"));
    assert_eq!(client.reply().await, "", "closed");
    assert_eq!(door.messages().await, 0);
}

#[tokio::test]
async fn a_full_disk_is_told_as_temporary_and_passes() {
    let door = Door::open_on(Engine::Sqlite).await;
    door.clinic.store.limit_pages(Some(1)).expect("capped");
    let mut client = door.signed_in().await;
    let mut refused = String::new();
    for _ in 0..50 {
        client.says("MAIL FROM:<nurse@clinic.example>", "250").await;
        client.says("RCPT TO:<pat@mail.example>", "250").await;
        client.says("DATA", "354").await;
        refused = client.says(LETTER, "").await;
        if !refused.starts_with("250") {
            break;
        }
    }
    assert!(refused.starts_with("452 4.3.1"), "{refused}");
    let before = door.messages().await;

    door.clinic.store.limit_pages(None).expect("lifted");
    client.says("MAIL FROM:<nurse@clinic.example>", "250").await;
    client.says("RCPT TO:<pat@mail.example>", "250").await;
    client.says("DATA", "354").await;
    client.says(LETTER, "250").await;
    assert_eq!(
        door.messages().await,
        before + 1,
        "what was refused is not there, what was accepted is"
    );
}

#[tokio::test]
async fn a_store_that_is_gone_is_our_fault() {
    let door = Door::open().await;
    let mut client = door.signed_in().await;
    client.says("MAIL FROM:<nurse@clinic.example>", "250").await;
    client.says("RCPT TO:<pat@mail.example>", "250").await;
    client.says("DATA", "354").await;
    (*door.clinic.store).clone().close();
    let expected = Code::StoreUnavailable.row().smtp;
    assert_eq!((expected.code, expected.enhanced), (451, "4.3.0"));
    client.says(LETTER, "451 4.3.0").await;
}

#[tokio::test]
async fn one_client_cannot_take_every_place() {
    let door = Door::open().await;
    let mut clients = Vec::new();
    for _ in 0..model::limits::SMTP_SESSIONS_PER_IP_MAX {
        clients.push(door.clear().await);
    }
    let mut one_more = Client::dial(door.starttls).await;
    assert!(one_more.reply().await.starts_with("421 4.7.0"));
    assert_eq!(one_more.reply().await, "");

    clients.pop().expect("many").says("QUIT", "221").await;
    // The place is free as soon as the server has seen the end.
    loop {
        let mut client = Client::dial(door.starttls).await;
        if client.reply().await.starts_with("220") {
            break;
        }
    }
}

#[tokio::test]
async fn at_shutdown_every_session_is_told() {
    let door = Door::open().await;
    let (mut clear, mut signed_in) = (door.clear().await, door.signed_in().await);
    door.clinic.stop();
    assert!(clear.reply().await.starts_with("421"));
    assert!(signed_in.reply().await.starts_with("421"));
    let ended = tokio::time::timeout(Duration::from_secs(5), door.serving);
    ended.await.expect("in time").expect("no panic");
    assert!(
        tokio::net::TcpStream::connect(door.starttls).await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test]
async fn the_certificate_comes_from_files_and_must_fit_its_key() {
    let dir = sim::kit::Scratch::new("certificate");
    let authority = Authority::new();
    let (chain, key) = authority.issue(HOST, Flaw::None);
    let (_, other) = authority.issue(HOST, Flaw::None);
    let path = |name: &str| dir.path().join(name);
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        base64(&chain[0])
    );
    std::fs::write(path("chain.pem"), pem).expect("written");
    std::fs::write(path("key.pem"), key.serialize_pem()).expect("written");
    std::fs::write(path("other.pem"), other.serialize_pem()).expect("written");

    let load =
        |chain: &str, key: &str| mta::server_tls(&path(chain), &path(key)).map(|_: Arc<_>| ());
    assert!(load("chain.pem", "key.pem").is_ok());
    let pointer = |result: model::Result<()>| {
        let error = result.expect_err("refused");
        assert_eq!(error.code(), Code::ConfigInvalid);
        error.pointer().map(str::to_owned)
    };
    assert_eq!(
        pointer(load("chain.pem", "other.pem")).as_deref(),
        Some("/tls/key_file")
    );
    assert_eq!(
        pointer(load("missing.pem", "key.pem")).as_deref(),
        Some("/tls/certificate_file")
    );
}

/// Large messages of several sessions share one budget: what does not fit is answered 452 when it has
/// ended, the session goes on, and room that was given back serves the next.
#[tokio::test]
async fn messages_on_their_way_in_share_their_room() {
    let door = Door::open_with_room(Engine::Memory, 1_600_000).await;
    let (mut one, mut two) = (door.signed_in().await, door.signed_in().await);
    let mut large = b"From: nurse@clinic.example\r\n\r\n".to_vec();
    large.extend(format!("{}\r\n", "x".repeat(76)).repeat(12_000).bytes());

    begin(&mut one).await;
    one.write(format!("BDAT {}\r\n", large.len()).as_bytes())
        .await;
    one.write(&large).await;
    assert!(one.reply().await.starts_with("250 "), "it is held");
    begin(&mut two).await;
    two.says("DATA", "354").await;
    two.write(&large).await;
    two.says(".", "452 4.3.1").await;
    assert_eq!(door.messages().await, 0);

    one.says("BDAT 0 LAST", "250").await;
    begin(&mut two).await;
    two.says("DATA", "354").await;
    two.write(&large).await;
    two.says(".", "250").await;
    assert_eq!(door.messages().await, 2);
}

async fn begin(client: &mut Client) {
    client.says("MAIL FROM:<nurse@clinic.example>", "250").await;
    client.says("RCPT TO:<pat@peer.example>", "250").await;
}
