//! Users: made by administrators of their own organisation, one address once.

use ctx::Role;
use model::Code;

use crate::code;
use crate::house::{EMAIL, House, PASSWORD, new_user, secret};

sim::both_engines! {
    fn an_address_is_taken_once(store) {
        let house = House::open(store);
        house.user();
        let again = new_user(house.organisation, "ana.nurse@CLINIC.example", &[Role::Staff]);
        assert_eq!(code(house.people.create_user(&house.system, again)), Some(Code::StateConflict));
        let neighbour = house.neighbour();
        let elsewhere = new_user(neighbour, EMAIL, &[Role::Staff]);
        let answer = house.people.create_user(&house.people.world().system(neighbour), elsewhere);
        assert_eq!(code(answer), Some(Code::StateConflict), "it could never sign in there");
        assert_eq!(house.people.users(&house.system)?.len(), 1);
    }

    /// An administrator makes users at home only.
    fn nobody_makes_users_elsewhere(store) {
        let house = House::open(store);
        let (_, totp) = house.enrolled();
        let admin = new_user(house.organisation, "head@clinic.example", &[Role::Administrator]);
        house.people.create_user(&house.system, admin)?;
        let (staff, _) = house.people.session(&house.session(&totp))?;
        let new = new_user(house.organisation, "kim@clinic.example", &[Role::Administrator]);
        assert_eq!(code(house.people.create_user(&staff, new)), Some(Code::ActionForbidden));
        let new = new_user(house.neighbour(), "kim@clinic.example", &[Role::Administrator]);
        assert_eq!(code(house.people.create_user(&house.system, new)), Some(Code::NotFound));
        assert_eq!(code(house.people.users(&staff)), Some(Code::ActionForbidden));
    }

    /// Two organisations of one installation: each user signs in to the own one.
    fn users_sign_in_to_their_own(store) {
        let house = House::open(store);
        house.user();
        let neighbour = house.neighbour();
        let system = house.people.world().system(neighbour);
        house.people.create_user(&system, new_user(neighbour, "kim@other.example", &[Role::Staff]))?;
        assert!(house.people.sign_in("kim@other.example", &secret(PASSWORD)).is_ok());
        assert_eq!(house.people.users(&system)?.len(), 1);
        let views = house.people.users(&house.system)?;
        assert_eq!(views.len(), 1);
        assert_eq!(views[0].email.open(house.system.machine_access()), EMAIL);
        assert!(!views[0].second_factor);
    }

    fn weak_passwords_are_refused(store) {
        let house = House::open(store);
        for weak in ["short", "password1234", EMAIL] {
            let mut new = new_user(house.organisation, EMAIL, &[Role::Staff]);
            new.password = secret(weak);
            assert_eq!(code(house.people.create_user(&house.system, new)), Some(Code::PasswordWeak), "{weak}");
        }
    }
}
