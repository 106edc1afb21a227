//! Sessions: fifteen minutes idle, twelve hours in all, gone when signed out.

use std::time::Duration;

use ctx::PrincipalKind;
use model::{Code, Mode, limits};

use crate::code;
use crate::house::House;

sim::both_engines! {
    fn idle_sessions_end(store) {
        let house = House::open(store);
        let (_, secret) = house.enrolled();
        let token = house.session(&secret);
        for _ in 0..4 {
            house.clock.advance(limits::SESSION_IDLE_MAX - Duration::from_secs(151));
            assert!(house.people.session(&token).is_ok(), "it is in use");
        }
        house.clock.advance(limits::SESSION_IDLE_MAX);
        assert_eq!(code(house.people.session(&token)), Some(Code::SessionExpired));
    }

    fn no_session_outlives_a_working_day(store) {
        let house = House::open(store);
        let (_, secret) = house.enrolled();
        let began = house.people.world().now();
        let token = house.session(&secret);
        while house.people.world().now().since(began) < limits::SESSION_AGE_MAX - Duration::from_secs(600) {
            house.people.session(&token)?;
            house.clock.advance(Duration::from_secs(600));
        }
        house.people.session(&token)?;
        house.clock.advance(Duration::from_secs(600));
        assert_eq!(code(house.people.session(&token)), Some(Code::SessionExpired));
    }

    fn signing_out_ends_it(store) {
        let house = House::open(store);
        let (user, secret) = house.enrolled();
        let (token, other) = (house.session(&secret), house.session(&secret));
        let (ctx, view) = house.people.session(&token)?;
        assert_eq!((ctx.actor().to_owned(), ctx.mode()), (user.to_string(), Mode::Live));
        assert!(matches!(ctx.principal().kind, PrincipalKind::User(_)) && ctx.principal().second_factor);
        assert_eq!(view.csrf, people::csrf_of(&token));
        assert_ne!(view.csrf, people::csrf_of(&other));
        house.people.sign_out(&ctx)?;
        assert_eq!(code(house.people.session(&token)), Some(Code::SessionExpired));
        assert!(house.people.session(&other).is_ok(), "another browser stays");
        house.people.sign_out(&ctx)?;
        assert_eq!(house.entries().iter().filter(|kind| *kind == "user.signed_out").count(), 1);
    }

    fn tokens_are_not_guessed(store) {
        let house = House::open(store);
        let (_, secret) = house.enrolled();
        let token = house.session(&secret);
        for wrong in ["", "x", &token[1..], &format!("{token}x")] {
            assert_eq!(code(house.people.session(wrong)), Some(Code::SessionExpired));
        }
        let key = store::tables::users::find_session;
        let hash = vault::hash_token(&token);
        let row = house.people.world().store.read(move |tx| key(tx, &hash))?.expect("a row");
        assert_ne!(row.token_hash.as_slice(), token.as_bytes(), "only a hash is kept");
        assert_eq!(code(house.people.second_factor(&token, &house.code(&secret))), Some(Code::SessionExpired));
    }
}
