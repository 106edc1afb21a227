//! Signing in: password, then always a second factor; five wrong attempts lock for fifteen minutes.

use model::{Code, limits};
use people::SignIn;

use crate::code;
use crate::house::{House, PASSWORD, secret};

sim::both_engines! {
    /// First time: enrolment is demanded before anything else; from then on a code.
    fn a_life_of_sign_ins(store) {
        let house = House::open(store);
        house.user();
        let SignIn::NeedsEnrolment(pending) = house.sign_in(PASSWORD)? else {
            return Err("a user without a second factor must enrol".into());
        };
        let pending = crate::house::text(&pending);
        assert_eq!(code(house.people.session(&pending)), Some(Code::SessionExpired), "not signed in yet");
        assert_eq!(code(house.people.second_factor(&pending, "123456")), Some(Code::SecondFactorInvalid));
        let enrolment = house.people.enrol_totp(&pending)?;
        assert!(enrolment.otpauth_url.expose().starts_with("otpauth://totp/"));
        assert!(matches!(house.sign_in(PASSWORD)?, SignIn::NeedsEnrolment(_)), "not proven yet");
        let right = enrolment.code_at(house.people.world().now())?;
        let full = house.people.confirm_totp(&pending, &right)?;
        let (ctx, view) = house.people.session(full.0.expose())?;
        assert_eq!(ctx.organisation(), house.organisation);
        assert_eq!(view.user_name.open(ctx.machine_access()), "Ana Kanariname");
        house.next_step();

        let SignIn::NeedsCode(pending) = house.sign_in(PASSWORD)? else {
            return Err("an enrolled user needs a code".into());
        };
        let pending = crate::house::text(&pending);
        assert_eq!(code(house.people.enrol_totp(&pending)), Some(Code::StateConflict), "a factor is not replaced");
        let right = house.code(&enrolment.secret_base32);
        let full = house.people.second_factor(&pending, &right)?;
        assert!(house.people.session(full.0.expose()).is_ok());
        assert_eq!(code(house.people.second_factor(&pending, &right)), Some(Code::SessionExpired), "it ended");
        assert_eq!(house.entries().iter().filter(|kind| *kind == "user.signed_in").count(), 2);
    }

    /// Unknown address, wrong password, broken address: one answer.
    fn strangers_learn_nothing(store) {
        let house = House::open(store);
        house.user();
        for email in ["nobody@clinic.example", "ana.nurse@other.example", "no address", ""] {
            let answer = house.people.sign_in(email, &secret(PASSWORD));
            assert_eq!(code(answer), Some(Code::CredentialsInvalid), "{email}");
        }
        assert_eq!(code(house.sign_in("four quiet words herE")), Some(Code::CredentialsInvalid));
        assert_eq!(code(house.sign_in("")), Some(Code::CredentialsInvalid));
        assert!(house.people.sign_in(" ANA.NURSE@Clinic.Example ", &secret(PASSWORD)).is_ok(), "case is no matter");
    }

    /// Locked means locked, for the right password too, until the time is over.
    fn five_wrong_passwords_lock(store) {
        let house = House::open(store);
        house.user();
        for _ in 0..limits::SIGN_IN_TRIES_MAX {
            assert_eq!(code(house.sign_in("wrong wrong wrong")), Some(Code::CredentialsInvalid));
        }
        assert_eq!(code(house.sign_in(PASSWORD)), Some(Code::SignInLocked));
        house.clock.advance(limits::SIGN_IN_LOCK - std::time::Duration::from_secs(1));
        assert_eq!(code(house.sign_in(PASSWORD)), Some(Code::SignInLocked));
        house.clock.advance(std::time::Duration::from_secs(1));
        assert!(house.sign_in(PASSWORD).is_ok());
        assert_eq!(house.entries().iter().filter(|kind| *kind == "user.sign_in_failed").count(), 5);
    }

    /// An address that nobody has is locked and unlocked as one that somebody has: step by step the
    /// answers are the same.
    fn a_lock_tells_nothing(store) {
        let house = House::open(store);
        house.user();
        let wait = std::time::Duration::from_secs;
        let steps = [0, 0, 0, 1, 0, 0, 0, 600, 299, 1, 0, 0, 0, 4_000, 0, 0, 0, 0, 0, 900, 0];
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for seconds in steps {
            house.clock.advance(wait(seconds));
            known.push(code(house.sign_in("wrong wrong wrong")));
            let stranger = house.people.sign_in(" Nobody@Clinic.Example", &secret("wrong wrong wrong"));
            unknown.push(code(stranger));
        }
        assert_eq!(known, unknown);
        assert!(known.contains(&Some(Code::SignInLocked)) && known.contains(&Some(Code::CredentialsInvalid)));
        let other = house.people.sign_in("somebody@clinic.example", &secret(PASSWORD));
        assert_eq!(code(other), Some(Code::CredentialsInvalid), "each address by itself");
    }

    /// The second factor is counted as well, across sign-ins, and a success begins anew.
    fn five_wrong_codes_lock(store) {
        let house = House::open(store);
        let (_, secret) = house.enrolled();
        for _ in 0..4 {
            let (pending, wrong) = (house.pending(), house.wrong(&secret));
            assert_eq!(code(house.people.second_factor(&pending, &wrong)), Some(Code::SecondFactorInvalid));
        }
        house.session(&secret);
        for _ in 0..5 {
            let (pending, wrong) = (house.pending(), house.wrong(&secret));
            assert_eq!(code(house.people.second_factor(&pending, &wrong)), Some(Code::SecondFactorInvalid));
        }
        assert_eq!(code(house.sign_in(PASSWORD)), Some(Code::SignInLocked));
        house.clock.advance(limits::SIGN_IN_LOCK);
        house.session(&secret);
    }

    /// A pending session that began before the lock does not go around it.
    fn a_lock_holds_for_pending_sessions(store) {
        let house = House::open(store);
        let (_, secret) = house.enrolled();
        let pending = house.pending();
        for _ in 0..5 {
            drop(house.sign_in("wrong wrong wrong"));
        }
        let right = house.code(&secret);
        assert_eq!(code(house.people.second_factor(&pending, &right)), Some(Code::SignInLocked));
    }

    /// A code works once, whoever looked over a shoulder (RFC 6238 §5.2).
    fn a_code_works_once(store) {
        let house = House::open(store);
        let (_, secret) = house.enrolled();
        let (one, two) = (house.pending(), house.pending());
        let right = house.code(&secret);
        assert!(house.people.second_factor(&one, &right).is_ok());
        assert_eq!(code(house.people.second_factor(&two, &right)), Some(Code::SecondFactorInvalid));
        house.clock.advance(std::time::Duration::from_secs(30));
        assert!(house.people.second_factor(&two, &house.code(&secret)).is_ok());
    }

    /// One step of thirty seconds either way, no more.
    fn clocks_may_differ_a_little(store) {
        let house = House::open(store);
        let (_, secret) = house.enrolled();
        let early = house.code(&secret);
        house.clock.advance(std::time::Duration::from_secs(90));
        assert_eq!(code(house.people.second_factor(&house.pending(), &early)), Some(Code::SecondFactorInvalid));
        let recent = house.code(&secret);
        house.clock.advance(std::time::Duration::from_secs(30));
        assert!(house.people.second_factor(&house.pending(), &recent).is_ok());
    }

    /// Ten minutes for the second step.
    fn a_pending_sign_in_ends(store) {
        let house = House::open(store);
        let (_, secret) = house.enrolled();
        let pending = house.pending();
        house.clock.advance(limits::CODE_WAIT);
        let answer = house.people.second_factor(&pending, &house.code(&secret));
        assert_eq!(code(answer), Some(Code::SessionExpired));
    }

    /// Guesses that race are all counted.
    fn racing_guesses_lock(store) {
        let house = House::open(store);
        house.user();
        std::thread::scope(|scope| {
            for _ in 0..5 {
                scope.spawn(|| house.sign_in("wrong wrong wrong").is_ok());
            }
        });
        assert_eq!(code(house.sign_in(PASSWORD)), Some(Code::SignInLocked));
    }
}
