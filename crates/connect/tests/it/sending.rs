//! One webhook's deliveries: headers, signatures, and what each answer leads to.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flow::hooks::{DeliveryState, HookState};
use model::seams::{HttpAnswer, HttpMethod, HttpRequest, HttpTo, NetFault};

use crate::house::{House, status};

fn header(request: &HttpRequest, name: &str) -> String {
    let found = request.headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

/// As a receiver checks it, with nothing of ours.
fn is_signed(request: &HttpRequest, secret: &str) -> bool {
    let key = STANDARD
        .decode(secret.trim_start_matches("whsec_"))
        .expect("base64");
    let said = [
        header(request, "webhook-id").as_bytes(),
        b".",
        header(request, "webhook-timestamp").as_bytes(),
        b".",
        &request.body,
    ]
    .concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    header(request, "webhook-signature").split(' ').any(|one| {
        let mac = STANDARD
            .decode(one.trim_start_matches("v1,"))
            .unwrap_or_default();
        one.starts_with("v1,") && hmac::verify(&key, &said, &mac).is_ok()
    })
}

sim::both_engines! {
    /// Names that others chose: public addresses, verified TLS, no redirect, a short answer.
    fn a_receiver_is_asked_as_a_stranger(store) {
        let house = House::open(store);
        let made = house.hook();
        let event = house.flow.test_hook(&house.ctx, made.id)?;
        assert_eq!(house.turn(), 1);
        let asked = house.receiver.asked();
        let request = &asked[0];
        assert_eq!(request.method, HttpMethod::Post);
        assert_eq!(request.url, "https://hooks.practice.example/in");
        assert!(request.to == HttpTo::Public && !request.follow_redirects);
        assert_eq!(request.answer_octets_max, 64 * 1024);
        assert_eq!(header(request, "content-type"), "application/json");
        assert_eq!(header(request, "webhook-id"), event.to_string());
        let now = house.flow.world().now();
        assert_eq!(header(request, "webhook-timestamp"), now.secs().to_string());
        assert!(is_signed(request, made.shown_once.expose()));
        assert!(!is_signed(request, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assert_eq!(house.turn(), 0);
    }

    fn every_end_of_a_request_has_its_consequence(store) {
        let house = House::open(store);
        let retried = [
            NetFault::NoRecord, NetFault::DnsFailed, NetFault::Refused, NetFault::TimedOut, NetFault::Closed,
            NetFault::TlsFailed, NetFault::TooLarge, NetFault::Unreadable,
        ];
        let answers = retried.map(Err).into_iter().chain([301, 302, 307, 400, 404, 500].map(|code| Ok(status(code))));
        for answer in answers {
            let made = house.hook();
            house.flow.test_hook(&house.ctx, made.id)?;
            house.receiver.will(answer);
            assert_eq!(house.turn(), 1);
            let page = house.flow.hook_deliveries(&house.ctx, made.id, None, None, 10)?;
            assert_eq!(page.rows[0].state, DeliveryState::Retrying);
            assert!(page.rows[0].answer.is_some() != page.rows[0].fault.is_some());
            house.flow.delete_hook(&house.ctx, made.id)?;
        }
        assert_eq!(house.receiver.asked().len(), 14, "no redirect was followed");
    }

    fn a_retry_has_the_same_id_and_body_and_its_own_time(store) {
        let house = House::open(store);
        let made = house.hook();
        house.flow.test_hook(&house.ctx, made.id)?;
        house.receiver.will(Err(NetFault::TimedOut));
        assert_eq!((house.turn(), house.turn()), (1, 0));
        house.clock.advance(Duration::from_secs(60));
        assert_eq!(house.turn(), 1);
        let asked = house.receiver.asked();
        assert_eq!(header(&asked[0], "webhook-id"), header(&asked[1], "webhook-id"));
        assert_eq!(asked[0].body, asked[1].body);
        assert_ne!(header(&asked[0], "webhook-timestamp"), header(&asked[1], "webhook-timestamp"));
        assert!(asked.iter().all(|request| is_signed(request, made.shown_once.expose())));
    }

    fn two_secrets_sign_during_a_rotation(store) {
        let house = House::open(store);
        let made = house.hook();
        let day = Duration::from_secs(86_400);
        let second = house.flow.rotate_hook(&house.ctx, made.id, day)?;
        for (wait, old) in [(Duration::ZERO, true), (day, false)] {
            house.clock.advance(wait);
            house.flow.test_hook(&house.ctx, made.id)?;
            house.turn();
            let asked = house.receiver.asked();
            assert!(is_signed(&asked[0], second.shown_once.expose()));
            assert_eq!(is_signed(&asked[0], made.shown_once.expose()), old);
        }
    }

    fn time_asked_for_is_given(store) {
        let house = House::open(store);
        let made = house.hook();
        house.flow.test_hook(&house.ctx, made.id)?;
        let headers = vec![("retry-after".to_owned(), "7200".to_owned())];
        house.receiver.will(Ok(HttpAnswer { headers, ..status(503) }));
        house.turn();
        house.clock.advance(Duration::from_secs(7_000));
        assert_eq!(house.turn(), 0);
        house.clock.advance(Duration::from_secs(300));
        assert_eq!(house.turn(), 1);
    }

    fn refusals_stop(store) {
        let house = House::open(store);
        for (code, state, because) in [(403, HookState::Paused, "forbidden"), (410, HookState::Off, "gone")] {
            let made = house.hook();
            house.flow.test_hook(&house.ctx, made.id)?;
            house.receiver.will(Ok(status(code)));
            assert_eq!((house.turn(), house.turn()), (1, 0));
            let view = house.flow.hook(&house.ctx, made.id)?;
            assert_eq!((view.state, view.because.as_deref()), (state, Some(because)));
        }
    }
}

/// The world's own network, asked by a webhook that leads inside: no connection is even begun.
#[test]
fn nothing_inside_is_ever_asked() -> Result<(), Box<dyn std::error::Error>> {
    use mta::net::{Dnssec, NetSettings, RealNet};
    let inside = std::net::TcpListener::bind("127.0.0.1:0")?;
    inside.set_nonblocking(true)?;
    let port = inside.local_addr()?.port();
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let mut house = House::open(&store);
    let settings = NetSettings {
        dnssec: Dnssec::Off,
        ..NetSettings::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let within = runtime.enter();
    house.net = std::sync::Arc::new(RealNet::new(settings, house.clock.clone())?);
    drop(within);
    for host in [
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
    ] {
        let url = format!("https://{host}:{port}/latest/meta-data");
        let made = house.hook_to(&url);
        house.flow.test_hook(&house.ctx, made.id)?;
        assert_eq!(house.turn(), 1);
        let page = house
            .flow
            .hook_deliveries(&house.ctx, made.id, None, None, 1)?;
        assert_eq!(page.rows[0].fault.as_deref(), Some("refused"), "{url}");
        house.flow.delete_hook(&house.ctx, made.id)?;
    }
    let begun = inside.accept();
    assert!(begun.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
    Ok(())
}
