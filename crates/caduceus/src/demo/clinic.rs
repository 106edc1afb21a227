//! A clinic to play with: organisation, domain, a nurse with her second factor, an app with keys.

use std::sync::Arc;
use std::time::Duration;

use ctx::{NewOrganisation, Role, World};
use model::{Address, Domain, Mode, OrganisationId, Secret};
use people::{NewApp, NewUser, People, SignIn};

pub struct Clinic {
    pub organisation: OrganisationId,
    pub email: &'static str,
    pub password: String,
    pub totp_secret: Secret<String>,
    pub live_key: Secret<String>,
    pub key_id: String,
}

pub const NURSE: &str = "nina@riverside.example";

pub fn found(people: &People, world: &Arc<World>) -> anyhow::Result<Clinic> {
    let organisation = world.create_organisation(NewOrganisation {
        name: "Riverside Family Clinic".to_owned(),
        zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        portal_on: true,
    })?;
    let ctx = world.system(organisation);
    people.add_domain(&ctx, &Domain::parse("riverside.example")?)?;
    // Random, so that a demo left running is not open to whoever read our source.
    let mut seed = [0u8; 9];
    world.rng.fill(&mut seed);
    let password = format!("demo-{}", hex::encode(seed));
    people.create_user(
        &ctx,
        NewUser {
            organisation,
            name: "Nina Alvarez".to_owned(),
            email: Address::parse(NURSE)?,
            password: Secret::new(password.clone()),
            roles: vec![Role::Administrator, Role::Staff, Role::Compliance],
        },
    )?;
    let totp_secret = enrol(people, world, &password)?;
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
    let (email, key_id) = (NURSE, key.id.to_string());
    Ok(Clinic {
        organisation,
        email,
        password,
        totp_secret,
        live_key: key.shown_once,
        key_id,
    })
}

/// Proves the second factor with the code of half a minute ago, so that the present one is unused
/// when a person signs in.
fn enrol(people: &People, world: &Arc<World>, password: &str) -> anyhow::Result<Secret<String>> {
    let signed = people.sign_in(NURSE, &Secret::new(password.to_owned()))?;
    let SignIn::NeedsEnrolment(pending) = signed else {
        anyhow::bail!("a new user must enrol")
    };
    let enrolment = people.enrol_totp(pending.0.expose())?;
    let code = enrolment.code_at(world.now().minus(Duration::from_secs(30)))?;
    people.confirm_totp(pending.0.expose(), &code)?;
    Ok(enrolment.secret_base32)
}
