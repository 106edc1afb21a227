//! The MX over real sockets: who is let in, what is refused while the client still listens, and what
//! staff see afterwards.

use std::net::SocketAddr;
use std::sync::Arc;

use ctx::{Ctx, Principal, PrincipalKind, Role, Seat};
use flow::Flow;
use flow::inbound::InboundSettings;
use model::seams::NetFault;
use model::{Address, Code, Domain, DomainId, MessageId, Mode, UserId, limits};
use mta::net::{ClientTls, Dialer, PrivateDestinations, TableNet};
use sim::kit::{Engine, SimClock};
use store::tables::domains;
use tokio::net::TcpListener;

use crate::certificates::{Authority, Flaw};
use crate::client::Client;
use crate::clinic::Clinic;

const HOST: &str = "mx.clinic.example";
pub const LETTER: &str = "From: Lee <lee@peer.example>\r\nSubject: news\r\nMessage-ID: <1@peer.example>\r\n\r\nhello\r\n";

/// A clinic with an open MX and a mailbox `desk@clinic.example`.
pub struct Door {
    clinic: Clinic,
    flow: Flow,
    authority: Authority,
    pub at: SocketAddr,
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).expect("a domain")
}

/// `peer.example` publishes SPF for this machine and DMARC with p=reject; `null.example` takes no
/// mail; of `dark.example` DNS says nothing.
fn net() -> TableNet {
    let clock = Arc::new(SimClock::default());
    let tls = ClientTls::new(&[], clock).expect("authorities");
    TableNet::new(Dialer::new(tls, PrivateDestinations::Allowed))
        .domain(&domain("null.example"), Ok(Vec::new()))
        .text("peer.example", Ok("v=spf1 ip4:127.0.0.0/8 -all"))
        .text("_dmarc.peer.example", Ok("v=DMARC1; p=reject"))
        .text("_dmarc.dark.example", Err(NetFault::DnsFailed))
}

impl Door {
    pub async fn open() -> Self {
        Self::with(mta::Engines::default()).await
    }

    /// With engines that look at what comes in.
    pub async fn with(engines: mta::Engines) -> Self {
        let clinic = Clinic::open(Engine::Memory).await;
        let mut settings = clinic.flow.settings().clone();
        settings.inbound = Some(InboundSettings {
            domain: domain("bounces.clinic.example"),
            replies: true,
            greylist: false,
        });
        let flow = Flow::new(clinic.flow.world().clone(), settings);
        let (adding, ctx) = (flow.clone(), clinic.ctx.clone());
        let added = tokio::task::spawn_blocking(move || {
            let (organisation, now) = (ctx.organisation(), ctx.now());
            let id = DomainId::mint(now, ctx.world().rng.as_ref());
            adding.world().store.write(move |tx| {
                let name = "clinic.example".to_owned();
                let row = domains::DomainRow {
                    id,
                    organisation,
                    name,
                    created_at: now,
                };
                domains::insert(tx, &row)
            })?;
            adding.add_mailbox(&ctx, &Address::parse("desk@clinic.example")?)
        });
        added.await.expect("no panic").expect("a mailbox");
        let authority = Authority::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("bound");
        let tls = authority.server(HOST, Flaw::None);
        let intake = mta::Intake {
            flow: flow.clone(),
            net: Arc::new(net()),
            engines,
        };
        let serving = mta::mx(intake, listener, tls, clinic.stop_signal());
        tokio::spawn(serving);
        Self {
            clinic,
            flow,
            authority,
            at,
        }
    }

    async fn client(&self) -> Client {
        let mut client = Client::dial(self.at).await;
        assert!(client.reply().await.starts_with("220 "));
        client
    }

    pub async fn greeted(&self) -> Client {
        let mut client = self.client().await;
        client.says("EHLO out.peer.example", "250").await;
        client
    }

    /// Someone who may open what came in.
    fn staff(&self) -> Ctx {
        let world = self.flow.world();
        let principal = Principal {
            id: UserId::mint(world.now(), world.rng.as_ref()).to_string(),
            organisation: self.clinic.ctx.organisation(),
            kind: PrincipalKind::User(vec![Role::Staff]),
            second_factor: true,
        };
        let seat = Seat {
            principal,
            mode: Mode::Live,
            session: None,
        };
        Ctx::seat(world, seat)
    }

    /// How many messages are kept, copies of what was refused among them.
    pub async fn count(&self) -> usize {
        let (flow, ctx) = (self.flow.clone(), self.staff());
        let page = tokio::task::spawn_blocking(move || {
            flow.list_messages(&ctx, Default::default(), None, 50)
        });
        page.await.expect("no panic").expect("a list").rows.len()
    }

    /// The header of the only message that was taken in.
    pub async fn received(&self) -> Vec<String> {
        let (flow, ctx) = (self.flow.clone(), self.staff());
        let found = tokio::task::spawn_blocking(move || -> model::Result<Vec<String>> {
            let page = flow.list_messages(&ctx, Default::default(), None, 10)?;
            let ids: Vec<MessageId> = page.rows.iter().map(|row| row.id).collect();
            let [id] = ids.as_slice() else {
                return Ok(Vec::new());
            };
            let headers = match flow.open_headers(&ctx, *id) {
                // a copy of what was refused: for reviewers alone
                Err(error) if error.code() == Code::ActionForbidden => return Ok(Vec::new()),
                headers => headers?,
            };
            let fields = &headers.open(ctx.machine_access()).fields;
            Ok(fields.iter().map(|(n, v)| format!("{n}: {v}")).collect())
        });
        found.await.expect("no panic").expect("a header")
    }
}

pub async fn envelope(client: &mut Client, from: &str) {
    client.says(&format!("MAIL FROM:<{from}>"), "250").await;
    client.says("RCPT TO:<desk@clinic.example>", "250").await;
    client.says("DATA", "354").await;
}

/// A client that repeats itself, or differs in case, means one mailbox.
#[tokio::test]
async fn the_same_recipient_twice_is_one() {
    let door = Door::open().await;
    let mut client = door.greeted().await;
    client.says("MAIL FROM:<lee@peer.example>", "250").await;
    for to in ["desk", "desk", "Desk"] {
        let rcpt = format!("RCPT TO:<{to}@clinic.example>");
        client.says(&rcpt, "250").await;
    }
    client.says("DATA", "354").await;
    client.says(&format!("{LETTER}."), "250").await;
    assert_eq!(door.count().await, 1);
}

#[tokio::test]
async fn only_addresses_that_lead_somewhere_are_taken() {
    let door = Door::open().await;
    let mut client = door.greeted().await;
    client.says("MAIL FROM:<lee@peer.example>", "250").await;
    for nobody in [
        "nobody@clinic.example",
        "someone@elsewhere.example",
        "b+0.0@bounces.clinic.example",
        "anyone%elsewhere.example@clinic.example",
    ] {
        client
            .says(&format!("RCPT TO:<{nobody}>"), "550 5.1.1")
            .await;
    }
    client.says("DATA", "554 5.5.1").await;
    client.says("RCPT TO:<Desk@CLINIC.example>", "250").await;
    client.says("QUIT", "221").await;
}

#[tokio::test]
async fn a_letter_comes_in_with_what_was_found_about_it() {
    let door = Door::open().await;
    let mut client = door.greeted().await;
    envelope(&mut client, "lee@peer.example").await;
    client.says(&format!("{LETTER}."), "250 2.0.0").await;
    let header = door.received().await;
    let results = header
        .iter()
        .find(|f| f.starts_with("Authentication-Results: "));
    let results = results.expect("our results");
    assert!(
        results.contains("spf=pass smtp.mailfrom=peer.example"),
        "{results}"
    );
    assert!(
        results.contains("dmarc=pass") && results.contains("dkim=none"),
        "{results}"
    );
    let received = header
        .iter()
        .find(|f| f.starts_with("Received: "))
        .expect("ours");
    assert!(received.contains("with ESMTP id"), "{received}");
}

#[tokio::test]
async fn tls_is_offered_and_nobody_signs_in() {
    let door = Door::open().await;
    let mut client = door.client().await;
    let offers = client.says("EHLO out.peer.example", "250").await;
    assert!(offers.contains("STARTTLS") && !offers.contains("AUTH") && !offers.contains("DSN"));
    assert!(
        offers.contains("LIMITS RCPTMAX=100") && offers.contains("CHUNKING"),
        "{offers}"
    );
    client.says("AUTH PLAIN AGEAYg==", "502").await;
    client.says("STARTTLS", "220").await;
    let mut client = client.start_tls(&door.authority, HOST).await;
    client.says("EHLO out.peer.example", "250").await;
    envelope(&mut client, "lee@peer.example").await;
    client.says(&format!("{LETTER}."), "250 2.0.0").await;
    let header = door.received().await.join("\n");
    assert!(header.contains("with ESMTPS id"), "{header}");
}

#[tokio::test]
async fn who_takes_no_mail_sends_none() {
    let door = Door::open().await;
    let mut client = door.greeted().await;
    client
        .says("MAIL FROM:<x@null.example>", "550 5.7.27")
        .await;
    client.says("MAIL FROM:<>", "250").await;
}

#[tokio::test]
async fn impostors_are_refused_at_the_end_of_data_and_doubt_is_temporary() {
    let door = Door::open().await;
    let mut client = door.greeted().await;
    envelope(&mut client, "eve@evil.example").await;
    client.says(&format!("{LETTER}."), "550 5.7.26").await;
    envelope(&mut client, "eve@evil.example").await;
    let dark = LETTER.replace("peer.example", "dark.example");
    client.says(&format!("{dark}."), "451 4.4.3").await;
    assert!(door.received().await.is_empty());
}

#[tokio::test]
async fn broken_line_ends_are_refused_and_the_connection_closed() {
    let door = Door::open().await;
    let mut client = door.greeted().await;
    envelope(&mut client, "lee@peer.example").await;
    client
        .write(b"Subject: t\r\n\r\na\n.\r\nMAIL FROM:<x@y.example>\r\n")
        .await;
    assert!(client.reply().await.starts_with("550 5.6.0"));
    assert_eq!(client.reply().await, "", "closed");
    assert!(door.received().await.is_empty());
}

#[tokio::test]
async fn what_a_client_calls_itself_cannot_write_fields() {
    let door = Door::open().await;
    let mut client = door.client().await;
    client.says("EHLO x;(evil)<a@b>\"q", "250").await;
    envelope(&mut client, "lee@peer.example").await;
    client.says(&format!("{LETTER}."), "250 2.0.0").await;
    let header = door.received().await.join("\n");
    assert!(header.contains("from x??evil??a?b??q by"), "{header}");
}

#[tokio::test]
async fn loops_end_here() {
    let door = Door::open().await;
    let mut client = door.greeted().await;
    envelope(&mut client, "lee@peer.example").await;
    let trace = "Received: by a.example; Tue, 3 Mar 2026 14:10:00 +0000\r\n".repeat(101);
    client.says(&format!("{trace}{LETTER}."), "554 5.4.6").await;
}

#[tokio::test]
async fn a_client_network_has_its_pace() {
    let door = Door::open().await;
    let mut client = door.greeted().await;
    for _ in 0..limits::MX_MESSAGES_PER_MINUTE_MAX {
        client.says("MAIL FROM:<lee@peer.example>", "250").await;
        client.says("RSET", "250").await;
    }
    client
        .says("MAIL FROM:<lee@peer.example>", "450 4.7.0")
        .await;
}

/// Who tries names (over several connections, since one ends after a few errors) learns no more, not
/// even of the ones that exist.
#[tokio::test]
async fn who_guesses_addresses_is_told_to_come_back_later() {
    let door = Door::open().await;
    for _ in 0..3 {
        let mut client = door.greeted().await;
        client.says("MAIL FROM:<lee@peer.example>", "250").await;
        for guess in 0..limits::MX_UNKNOWN_PER_MINUTE_MAX / 3 {
            client
                .says(
                    &format!("RCPT TO:<name{guess}@clinic.example>"),
                    "550 5.1.1",
                )
                .await;
        }
    }
    let mut client = door.greeted().await;
    client.says("MAIL FROM:<lee@peer.example>", "250").await;
    client
        .says("RCPT TO:<one.more@clinic.example>", "450 4.7.0")
        .await;
    client
        .says("RCPT TO:<desk@clinic.example>", "450 4.7.0")
        .await;
}
