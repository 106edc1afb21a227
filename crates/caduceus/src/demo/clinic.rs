//! A clinic to play with: organisation, domain, a nurse and an officer with their second factors, apps with keys.

use std::sync::Arc;
use std::time::Duration;

use ctx::{Ctx, NewOrganisation, Role, World};
use model::{Address, Domain, Mode, OrganisationId, Secret};
use people::{NewApp, NewUser, People, SignIn};

pub struct Clinic {
    pub organisation: OrganisationId,
    pub email: &'static str,
    pub password: String,
    pub totp_secret: Secret<String>,
    pub live_key: Secret<String>,
    pub key_id: String,
    /// Somebody else, for what takes two.
    pub second: Person,
    /// Of an app for records: it reads holds and sets retention.
    pub records_key: Secret<String>,
}

pub struct Person {
    pub email: &'static str,
    pub password: String,
    pub totp_secret: Secret<String>,
}

pub const NURSE: &str = "nina@riverside.example";
pub const OFFICER: &str = "sam@riverside.example";

pub fn found(people: &People, world: &Arc<World>) -> anyhow::Result<Clinic> {
    let organisation = world.create_organisation(NewOrganisation {
        name: "Riverside Family Clinic".to_owned(),
        zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        portal_on: true,
    })?;
    let ctx = world.system(organisation);
    people.add_domain(&ctx, &Domain::parse("riverside.example")?)?;
    let all = vec![Role::Administrator, Role::Staff, Role::Compliance];
    let nurse = person(people, world, organisation, ("Nina Alvarez", NURSE), all)?;
    let officer = ("Sam Okafor", OFFICER);
    let second = person(people, world, organisation, officer, vec![Role::Compliance])?;
    let app = people.create_app(
        &ctx,
        NewApp {
            name: "Practice software".to_owned(),
            scopes: [
                "message.send",
                "message.read",
                "message.list",
                "message.cancel",
                "proof.download",
            ]
            .map(str::to_owned)
            .to_vec(),
            senders: vec!["riverside.example".to_owned()],
            basic_allowed: true,
        },
    )?;
    let key = people.create_key(&ctx, app, Mode::Live, None)?;
    Ok(Clinic {
        organisation,
        email: nurse.email,
        password: nurse.password,
        totp_secret: nurse.totp_secret,
        live_key: key.shown_once,
        key_id: key.id.to_string(),
        second,
        records_key: records_key(people, &ctx)?,
    })
}

fn person(
    people: &People,
    world: &Arc<World>,
    organisation: OrganisationId,
    (name, email): (&str, &'static str),
    roles: Vec<Role>,
) -> anyhow::Result<Person> {
    // Random, so that a demo left running is not open to whoever read our source.
    let mut seed = [0u8; 9];
    world.rng.fill(&mut seed);
    let password = format!("demo-{}", hex::encode(seed));
    people.create_user(
        &world.system(organisation),
        NewUser {
            organisation,
            name: name.to_owned(),
            email: Address::parse(email)?,
            password: Secret::new(password.clone()),
            roles,
        },
    )?;
    Ok(Person {
        email,
        totp_secret: enrol(people, world, email, &password)?,
        password,
    })
}

fn records_key(people: &People, ctx: &Ctx) -> anyhow::Result<Secret<String>> {
    let app = people.create_app(
        ctx,
        NewApp {
            name: "Records software".to_owned(),
            scopes: [
                "archive.search",
                "hold.read",
                "retention.read",
                "retention.manage",
            ]
            .map(str::to_owned)
            .to_vec(),
            senders: Vec::new(),
            basic_allowed: false,
        },
    )?;
    Ok(people.create_key(ctx, app, Mode::Live, None)?.shown_once)
}

/// Proves the second factor with the code of half a minute ago, so that the present one is unused
/// when a person signs in.
fn enrol(
    people: &People,
    world: &Arc<World>,
    email: &str,
    password: &str,
) -> anyhow::Result<Secret<String>> {
    let signed = people.sign_in(email, &Secret::new(password.to_owned()))?;
    let SignIn::NeedsEnrolment(pending) = signed else {
        anyhow::bail!("a new user must enrol")
    };
    let enrolment = people.enrol_totp(pending.0.expose())?;
    let code = enrolment.code_at(world.now().minus(Duration::from_secs(30)))?;
    people.confirm_totp(pending.0.expose(), &code)?;
    Ok(enrolment.secret_base32)
}
