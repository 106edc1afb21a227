//! An organisation with its people, on a clock of its own.

use std::ops::Deref;
use std::sync::Arc;

use ctx::{Ctx, NewOrganisation, Parts, Role, World};
use model::{Address, OrganisationId, Secret, UserId};
use people::{NewUser, People, SessionToken, SignIn};
use sim::kit::{SimClock, SimRng, TestStore, memory_root};

pub const EMAIL: &str = "Ana.Nurse@clinic.example";
pub const PASSWORD: &str = "four quiet words here";

pub struct House {
    pub people: People,
    pub organisation: OrganisationId,
    /// The program itself, as the command line on the server uses it.
    pub system: Ctx,
    pub clock: Arc<SimClock>,
}

impl House {
    pub fn open(store: &TestStore) -> Self {
        let clock = Arc::new(SimClock::default());
        let parts = Parts {
            store: store.deref().clone(),
            vault: Arc::new(memory_root(1)),
            clock: clock.clone(),
            rng: Arc::new(SimRng::new(3)),
        };
        let people = People::quick(World::open(parts).expect("a world"));
        let organisation = found(&people, "Clinic");
        let system = people.world().system(organisation);
        Self {
            people,
            organisation,
            system,
            clock,
        }
    }

    pub fn neighbour(&self) -> OrganisationId {
        found(&self.people, "Other clinic")
    }

    pub fn user(&self) -> UserId {
        let new = new_user(self.organisation, EMAIL, &[Role::Staff]);
        self.people.create_user(&self.system, new).expect("a user")
    }

    pub fn sign_in(&self, password: &str) -> model::Result<SignIn> {
        self.people.sign_in(EMAIL, &secret(password))
    }

    /// The pending session after the right password.
    pub fn pending(&self) -> String {
        match self.sign_in(PASSWORD).expect("the right password") {
            SignIn::NeedsCode(token) | SignIn::NeedsEnrolment(token) => text(&token),
        }
    }

    /// A user with a second factor, and its secret.
    pub fn enrolled(&self) -> (UserId, Secret<String>) {
        let id = self.user();
        let pending = self.pending();
        let enrolment = self.people.enrol_totp(&pending).expect("a secret");
        let code = enrolment
            .code_at(self.people.world().now())
            .expect("a code");
        self.people
            .confirm_totp(&pending, &code)
            .expect("the right code");
        self.next_step();
        (id, enrolment.secret_base32)
    }

    pub fn code(&self, secret: &Secret<String>) -> String {
        people::code_at(secret.expose(), self.people.world().now()).expect("a code")
    }

    /// A wrong code of this moment.
    pub fn wrong(&self, secret: &Secret<String>) -> String {
        self.code(secret)
            .chars()
            .map(|c| if c == '9' { '0' } else { '9' })
            .collect()
    }

    pub fn session(&self, secret: &Secret<String>) -> String {
        let token = self
            .people
            .second_factor(&self.pending(), &self.code(secret))
            .expect("signed in");
        self.next_step();
        text(&token)
    }

    /// To a time whose codes were never used.
    pub fn next_step(&self) {
        self.clock.advance(std::time::Duration::from_secs(90));
    }

    /// The facts of this organisation's audit entries of one kind, oldest first.
    pub fn told(&self, kind: &str) -> Vec<serde_json::Value> {
        let (world, organisation) = (self.people.world(), self.organisation);
        while world.sequence().expect("chained") > 0 {}
        let found = world
            .store
            .read(move |tx| store::tables::ledger::range(tx, organisation, 0, 1_000));
        let entries = found.expect("a log").into_iter().filter(|e| e.kind == kind);
        entries
            .map(|e| {
                serde_json::from_slice::<serde_json::Value>(&e.entry).expect("JSON")["facts"].take()
            })
            .collect()
    }

    /// Kinds of this organisation's audit entries, oldest first.
    pub fn entries(&self) -> Vec<String> {
        let (world, organisation) = (self.people.world(), self.organisation);
        while world.sequence().expect("chained") > 0 {}
        let found = world
            .store
            .read(move |tx| store::tables::ledger::range(tx, organisation, 0, 1_000));
        found
            .expect("a log")
            .into_iter()
            .map(|entry| entry.kind)
            .collect()
    }
}

fn found(people: &People, name: &str) -> OrganisationId {
    let new = NewOrganisation {
        name: name.to_owned(),
        zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        portal_on: true,
    };
    people
        .world()
        .create_organisation(new)
        .expect("an organisation")
}

pub fn new_user(organisation: OrganisationId, email: &str, roles: &[Role]) -> NewUser {
    NewUser {
        organisation,
        name: "Ana Kanariname".to_owned(),
        email: Address::parse(email).expect("an address"),
        password: secret(PASSWORD),
        roles: roles.to_vec(),
    }
}

pub fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

pub fn text(token: &SessionToken) -> String {
    token.0.expose().clone()
}
