//! Credentials: three forms, one answer to everything that is wrong with them.

use std::time::Duration;

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ctx::Action;
use model::Mode;
use people::NewApp;

use crate::house::{ALL_SCOPES, House, letter, run};
use crate::log;

sim::both_engines! {
    fn a_revoked_and_an_expired_key_no_longer_work(store) {
        let house = House::new(store);
        let app = house.app(house.clinic, &ALL_SCOPES);
        let soon = house.world.now().plus(Duration::from_secs(60));
        let revoked = house.key(house.clinic, app, Mode::Live, None);
        let expiring = house.key(house.clinic, app, Mode::Live, Some(soon));
        let client = |key: &people::NewKey| house.client_with(&format!("Bearer {}", key.shown_once.expose()));
        run(async {
            for key in [&revoked, &expiring] {
                assert_eq!(client(key).get("/v1/messages").await.summary(), "200");
            }
            house.people.revoke_key(&house.world.system(house.clinic), revoked.id)?;
            house.clock.advance(Duration::from_secs(60));
            for key in [&revoked, &expiring] {
                let answer = client(key).get("/v1/messages").await;
                assert_eq!(answer.summary(), "401 credentials_invalid");
                assert!(answer.header("www-authenticate").starts_with("Bearer"));
            }
            Ok::<(), model::Error>(())
        })?;
    }
}

#[test]
fn bearer_basic_and_header_are_the_same_key() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let key = house.key(
        house.clinic,
        house.app(house.clinic, &ALL_SCOPES),
        Mode::Live,
        None,
    );
    let whole = key.shown_once.expose();
    let basic = |user: &str| format!("Basic {}", STANDARD.encode(format!("{user}:{whole}")));
    run(async {
        for authorization in [
            format!("Bearer {whole}"),
            format!("bearer {whole}"),
            basic("key"),
            basic(&key.id.to_string()),
        ] {
            assert_eq!(
                house
                    .client_with(&authorization)
                    .get("/v1/messages")
                    .await
                    .summary(),
                "200"
            );
        }
        let answer = house
            .anonymous()
            .send(
                "GET",
                "/v1/messages",
                &[("x-api-key", whole)],
                Body::empty(),
            )
            .await;
        assert_eq!(answer.summary(), "200");
        let client = house.client_with(&basic("key"));
        let both = client
            .send(
                "GET",
                "/v1/messages",
                &[("x-api-key", whole)],
                Body::empty(),
            )
            .await;
        assert_eq!(
            both.summary(),
            "401 credentials_invalid",
            "two answers to one question"
        );
    });
}

#[test]
fn wrong_credentials_of_any_form_answer_alike_and_come_back_nowhere() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let key = house.key(
        house.clinic,
        house.app(house.clinic, &ALL_SCOPES),
        Mode::Live,
        None,
    );
    let whole = key.shown_once.expose();
    let secret = whole.rsplit('_').next().unwrap_or_default();
    let changed = format!("{}zq7vultur", &whole[..whole.len() - 9]);
    let other_mode = whole.replace("cad_live_", "cad_test_");
    let wrong = [
        "Bearer zq7vultur".to_owned(),
        "Bearer ".to_owned(),
        "Bearer".to_owned(),
        "Digest zq7vultur".to_owned(),
        format!("Bearer {changed}"),
        format!("Bearer {other_mode}"),
        format!("Bearer {secret}"),
        "Basic zq7vultur".to_owned(),
        format!("Basic {}", STANDARD.encode("key:zq7vultur")),
        format!("Basic {}", STANDARD.encode("zq7vultur")),
        format!("Basic {}", STANDARD.encode(format!("zq7vultur:{whole}"))),
    ];
    run(async {
        for authorization in wrong {
            let answer = house.client_with(&authorization).get("/v1/messages").await;
            assert_eq!(
                answer.summary(),
                "401 credentials_invalid",
                "{authorization}"
            );
            assert!(!answer.text().contains("zq7vultur") && !answer.text().contains(secret));
        }
        assert_eq!(
            house.anonymous().get("/v1/messages").await.summary(),
            "401 credentials_missing"
        );
    });
    let log = log::kept();
    assert!(
        !log.contains("zq7vultur") && !log.contains(secret),
        "credentials are in no log"
    );
}

#[test]
fn an_administrator_can_refuse_basic() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let new = NewApp {
        name: "strict".into(),
        scopes: vec![Action::MessageList.word().into()],
        senders: Vec::new(),
        basic_allowed: false,
    };
    let app = house
        .people
        .create_app(&house.world.system(house.clinic), new)
        .expect("an app is made");
    let key = house.key(house.clinic, app, Mode::Live, None);
    let basic = format!(
        "Basic {}",
        STANDARD.encode(format!("key:{}", key.shown_once.expose()))
    );
    run(async {
        assert_eq!(
            house
                .client_with(&basic)
                .get("/v1/messages")
                .await
                .summary(),
            "401 credentials_invalid"
        );
        let bearer = format!("Bearer {}", key.shown_once.expose());
        assert_eq!(
            house
                .client_with(&bearer)
                .get("/v1/messages")
                .await
                .summary(),
            "200"
        );
    });
}

/// Software sees what it sent; of what other software of the organisation sent it does not even learn
/// that it exists.
#[test]
fn an_app_reads_only_its_own_messages() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let (sender, colleague) = (house.client(&ALL_SCOPES), house.client(&ALL_SCOPES));
    run(async {
        let (id, recipient) = sender.sent().await;
        for path in [
            format!("/v1/messages/{id}"),
            format!("/v1/messages/{id}/events"),
            format!("/v1/messages/{id}/content"),
            format!("/v1/recipients/{recipient}/proof"),
        ] {
            assert_eq!(
                colleague.get(&path).await.summary(),
                "404 not_found",
                "{path}"
            );
        }
        assert_eq!(
            colleague.get("/v1/messages").await.json()["messages"],
            serde_json::json!([])
        );
        let cancel = colleague
            .post(&format!("/v1/messages/{id}/cancel"), &letter())
            .await;
        assert_eq!(cancel.summary(), "404 not_found");
    });
}

/// A sandbox never touches real mail, and real software never mistakes a rehearsal for mail.
#[test]
fn a_key_of_one_mode_does_not_see_mail_of_the_other() {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::new(&store);
    let app = house.app(house.clinic, &ALL_SCOPES);
    let client = |mode| {
        let key = house.key(house.clinic, app, mode, None);
        house.client_with(&format!("Bearer {}", key.shown_once.expose()))
    };
    let (live, test) = (client(Mode::Live), client(Mode::Test));
    run(async {
        for (own, other) in [(&live, &test), (&test, &live)] {
            let (id, recipient) = own.sent().await;
            for path in [
                format!("/v1/messages/{id}"),
                format!("/v1/messages/{id}/events"),
                format!("/v1/messages/{id}/content"),
                format!("/v1/recipients/{recipient}/proof"),
            ] {
                assert_eq!(own.get(&path).await.summary(), "200", "{path}");
                assert_eq!(other.get(&path).await.summary(), "404 not_found", "{path}");
            }
            let cancel = format!("/v1/messages/{id}/cancel");
            assert_eq!(
                other.post(&cancel, &letter()).await.summary(),
                "404 not_found"
            );
        }
    });
}
