//! API keys: their mode is in their text, and every failure has one answer.

use std::time::Duration;

use model::{AppId, Code, Mode};
use people::{NewApp, NewKey};

use crate::code;
use crate::house::{House, secret};

fn app(house: &House, basic_allowed: bool) -> AppId {
    let new = NewApp {
        name: "practice software".to_owned(),
        scopes: vec!["message.send".to_owned()],
        senders: vec!["*".to_owned()],
        basic_allowed,
    };
    house.people.create_app(&house.system, new).expect("an app")
}

fn key(house: &House, app: AppId, mode: Mode) -> NewKey {
    house
        .people
        .create_key(&house.system, app, mode, None)
        .expect("a key")
}

const INVALID: Option<Code> = Some(Code::CredentialsInvalid);

sim::both_engines! {
    fn the_mode_is_in_the_text(store) {
        let house = House::open(store);
        let app = app(&house, true);
        for (mode, start) in [(Mode::Live, "cad_live_"), (Mode::Test, "cad_test_")] {
            let key = key(&house, app, mode);
            assert!(key.shown_once.expose().starts_with(start));
            let ctx = house.people.authenticate_key(key.shown_once.expose())?;
            assert_eq!((ctx.mode(), ctx.actor().to_owned()), (mode, app.to_string()));
            let other = if mode == Mode::Live { "cad_test_" } else { "cad_live_" };
            let turned = key.shown_once.expose().replace(start, other);
            assert_eq!(code(house.people.authenticate_key(&turned)), INVALID, "a mode cannot be talked into");
        }
    }

    fn every_failure_answers_alike(store) {
        let house = House::open(store);
        let app = app(&house, true);
        let good = key(&house, app, Mode::Live);
        let text = good.shown_once.expose();
        let (head, _) = text.rsplit_once('_').expect("a secret");
        let another = key(&house, app, Mode::Live);
        let borrowed = another.shown_once.expose().splitn(4, '_').nth(3).expect("a secret").to_owned();
        let stem: Vec<&str> = text.splitn(4, '_').collect();
        let swapped = format!("{}_{}_{}_{borrowed}", stem[0], stem[1], stem[2]);
        for wrong in ["", "cad", "cad_live", "cad_live_", text.trim_start_matches("cad_"), head, &swapped, &format!("{text}x"), &text.to_uppercase()] {
            assert_eq!(code(house.people.authenticate_key(wrong)), INVALID);
        }
        let unknown = text.replace(stem[2], "01J00000000000000000000000");
        assert_eq!(code(house.people.authenticate_key(&unknown)), INVALID);
        assert!(house.people.authenticate_key(text).is_ok());
    }

    /// Revoked works at once, expired at its moment; the app's other keys go on.
    fn revoked_and_expired(store) {
        let house = House::open(store);
        let app = app(&house, true);
        let (old, new) = (key(&house, app, Mode::Live), key(&house, app, Mode::Live));
        house.people.revoke_key(&house.system, old.id)?;
        assert_eq!(code(house.people.authenticate_key(old.shown_once.expose())), INVALID);
        assert!(house.people.authenticate_key(new.shown_once.expose()).is_ok());
        assert_eq!(code(house.people.revoke_key(&house.system, old.id)), Some(Code::NotFound));
        let neighbour = house.people.world().system(house.neighbour());
        assert_eq!(code(house.people.revoke_key(&neighbour, new.id)), Some(Code::NotFound));
        assert!(house.people.authenticate_key(new.shown_once.expose()).is_ok());

        let until = house.people.world().now().plus(Duration::from_secs(60));
        let short = house.people.create_key(&house.system, app, Mode::Live, Some(until))?;
        assert!(house.people.authenticate_key(short.shown_once.expose()).is_ok());
        house.clock.advance(Duration::from_secs(60));
        assert_eq!(code(house.people.authenticate_key(short.shown_once.expose())), INVALID);
        assert_eq!(house.people.keys(&house.system)?.len(), 3);
        let stranger = house.people.create_key(&neighbour, app, Mode::Live, None);
        assert_eq!(code(stranger), Some(Code::NotFound), "an app of another organisation");
    }

    /// Basic is for quick tests and can be refused an app; SMTP has no other way.
    fn basic_can_be_refused(store) {
        let house = House::open(store);
        for allowed in [true, false] {
            let key = key(&house, app(&house, allowed), Mode::Live);
            let (user, whole) = (key.id.to_string(), secret(key.shown_once.expose()));
            assert_eq!(house.people.authenticate_basic(&user, &whole).is_ok(), allowed);
            assert!(house.people.authenticate_smtp(&user, &whole).is_ok());
            assert!(house.people.authenticate_smtp("key", &whole).is_ok());
            assert_eq!(code(house.people.authenticate_smtp("someone else", &whole)), INVALID);
            assert_eq!(code(house.people.authenticate_smtp(&user, &secret("x"))), INVALID);
            assert!(house.people.authenticate_key(key.shown_once.expose()).is_ok());
        }
    }
}
