//! Recovery codes: ten, shown once, each works once and only after the right password.

use model::{Code, Mode};
use people::SignIn;

use crate::code;
use crate::house::{House, PASSWORD, text};

sim::both_engines! {
    fn each_code_opens_once(store) {
        let house = House::open(store);
        let (_, totp) = house.enrolled();
        let (ctx, _) = house.people.session(&house.session(&totp))?;
        assert_eq!(house.people.recovery_codes_left(&ctx)?, 0);
        let codes = house.people.make_recovery_codes(&ctx)?;
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.expose().len() == 14), "three groups of four");
        let first = codes[0].expose();
        let full = house.people.second_factor(&house.pending(), first)?;
        assert!(house.people.session(full.0.expose()).is_ok());
        let again = house.people.second_factor(&house.pending(), first);
        assert_eq!(code(again), Some(Code::SecondFactorInvalid));
        // As people type: small letters, no hyphens, an o for a zero.
        let typed = codes[1].expose().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        house.people.second_factor(&house.pending(), &typed)?;
        assert_eq!(house.people.recovery_codes_left(&ctx)?, 8);

        let newer = house.people.make_recovery_codes(&ctx)?;
        let old = house.people.second_factor(&house.pending(), codes[2].expose());
        assert_eq!(code(old), Some(Code::SecondFactorInvalid), "the old ones ended");
        house.people.second_factor(&house.pending(), newer[2].expose())?;
        let entries = house.entries();
        let count = |wanted: &str| entries.iter().filter(|kind| *kind == wanted).count();
        assert_eq!((count("user.recovery_codes_made"), count("user.recovery_code_used")), (2, 3));
    }

    /// A wrong one counts like any wrong code, and a lock holds for right ones too.
    fn guessing_locks(store) {
        let house = House::open(store);
        let (_, totp) = house.enrolled();
        let (ctx, _) = house.people.session(&house.session(&totp))?;
        let codes = house.people.make_recovery_codes(&ctx)?;
        let pending = house.pending();
        for _ in 0..5 {
            let wrong = house.people.second_factor(&pending, "0000-0000-0000");
            assert_eq!(code(wrong), Some(Code::SecondFactorInvalid));
        }
        let right = house.people.second_factor(&pending, codes[0].expose());
        assert_eq!(code(right), Some(Code::SignInLocked));
        assert_eq!(code(house.sign_in(PASSWORD)), Some(Code::SignInLocked));
    }

    /// They are nobody else's, and go with the factor they stand for.
    fn codes_belong_to_one_person(store) {
        let house = House::open(store);
        let (id, totp) = house.enrolled();
        let codes = house.people.make_recovery_codes_for(&house.system, id)?;
        let neighbour = house.people.world().system(house.neighbour());
        assert_eq!(code(house.people.make_recovery_codes_for(&neighbour, id)), Some(Code::NotFound));
        assert_eq!(code(house.people.make_recovery_codes(&house.system)), Some(Code::ActionForbidden));
        house.session(&totp);
        house.people.reset_second_factor(&house.system, id)?;
        let SignIn::NeedsEnrolment(pending) = house.sign_in(PASSWORD)? else {
            return Err("a factor that was reset is enrolled anew".into());
        };
        let used = house.people.second_factor(&text(&pending), codes[0].expose());
        assert_eq!(code(used), Some(Code::SecondFactorInvalid));
    }

    /// What a key's owner must know: that somebody tries it, without a flood of entries.
    fn refused_keys_are_on_record(store) {
        let house = House::open(store);
        let new = people::NewApp {
            name: "records".to_owned(),
            scopes: vec!["message.send".to_owned()],
            senders: Vec::new(),
            basic_allowed: false,
        };
        let app = house.people.create_app(&house.system, new)?;
        let key = house.people.create_key(&house.system, app, Mode::Live, None)?;
        let whole = key.shown_once.expose();
        let wrong = format!("{}AAAAAA", &whole[..whole.len() - 6]);
        for _ in 0..50 {
            assert_eq!(code(house.people.authenticate_key(&wrong)), Some(Code::CredentialsInvalid));
        }
        house.clock.advance(model::limits::SIGN_IN_NOTE_EVERY);
        let secret = model::Secret::new(whole.clone());
        assert_eq!(code(house.people.authenticate_basic("key", &secret)), Some(Code::CredentialsInvalid));
        house.clock.advance(model::limits::SIGN_IN_NOTE_EVERY);
        house.people.revoke_key(&house.system, key.id)?;
        assert_eq!(code(house.people.authenticate_smtp("key", &secret)), Some(Code::CredentialsInvalid));
        // Of nobody's organisation: no log to write in.
        assert_eq!(code(house.people.authenticate_key("nonsense")), Some(Code::CredentialsInvalid));
        // Nobody waits for these entries: they come, but not at once.
        let found = (0..1_000).map(|_| house.told("app.sign_in_failed")).find(|found| found.len() >= 3);
        let mut facts: Vec<String> = found
            .unwrap_or_default()
            .iter()
            .map(|f| format!("{} {} {}", f["door"], f["what"], f["count"]).replace('"', ""))
            .collect();
        // They come as their commits do.
        facts.sort();
        assert_eq!(facts, ["api secret 1", "api_basic basic_refused 50", "smtp revoked 1"]);
    }
}
