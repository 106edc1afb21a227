//! The embedded policies are sound, and an error in evaluation never lets through.

use model::{OrganisationId, RecipientId};

use super::*;
use crate::access::PrincipalKind;

fn organisation(n: u8) -> OrganisationId {
    OrganisationId::from_bytes([n; 16])
}

fn administrator() -> Principal {
    Principal {
        id: "usr_1".to_owned(),
        organisation: organisation(1),
        kind: PrincipalKind::User(vec![Role::Administrator]),
        second_factor: true,
    }
}

fn settings() -> Resource {
    Resource {
        organisation: organisation(1),
        kind: "settings",
        owner: None,
        recipient: None,
    }
}

fn engine_of(text: &str) -> Result<Engine, Refused> {
    Ok(Engine::of(schema()?, PolicySet::from_str(text)?))
}

#[test]
fn the_embedded_policies_validate_without_warnings() -> Result<(), Refused> {
    let policies = policies()?;
    let result = Validator::new(schema()?).validate(&policies, ValidationMode::Strict);
    let told: Vec<String> = result
        .validation_errors()
        .map(ToString::to_string)
        .collect();
    assert!(told.is_empty(), "{told:?}");
    let told: Vec<String> = result
        .validation_warnings()
        .map(ToString::to_string)
        .collect();
    assert!(told.is_empty(), "{told:?}");
    Engine::new()?;
    Ok(())
}

#[test]
fn the_schema_knows_every_action_and_no_other() -> Result<(), Refused> {
    let mut known: Vec<String> = schema()?
        .actions()
        .map(|uid| uid.id().unescaped().to_owned())
        .collect();
    let mut ours: Vec<String> = Action::ALL
        .iter()
        .map(|action| action.word().to_owned())
        .collect();
    known.sort();
    ours.sort();
    assert_eq!(known, ours);
    Ok(())
}

/// Cedar skips a policy that errs: without the rule above it, this `forbid` would let through.
#[test]
fn a_forbid_that_errs_denies() -> Result<(), Refused> {
    let engine = engine_of(
        "permit (principal, action, resource);
         forbid (principal, action, resource) when { resource.owner == \"usr_9\" };",
    )?;
    let verdict = engine.allow(&administrator(), Action::SettingsRead, &settings());
    assert!(!verdict.allowed);
    assert!(verdict.policies.contains(&"evaluation-error".to_owned()));

    let owned = Resource {
        owner: Some("usr_1".to_owned()),
        ..settings()
    };
    assert!(
        engine
            .allow(&administrator(), Action::SettingsRead, &owned)
            .allowed,
        "without the error it permits"
    );
    Ok(())
}

#[test]
fn without_policies_nothing_is_allowed() -> Result<(), Refused> {
    assert!(
        !engine_of("")?
            .allow(&administrator(), Action::SettingsRead, &settings())
            .allowed
    );
    Ok(())
}

#[test]
fn a_verdict_names_what_determined_it() -> Result<(), Refused> {
    let engine = Engine::new()?;
    let allowed = engine.allow(&administrator(), Action::SettingsRead, &settings());
    assert_eq!(
        allowed,
        Verdict {
            allowed: true,
            policies: vec!["role-administrator-any".to_owned()]
        }
    );

    let elsewhere = Resource {
        organisation: organisation(2),
        ..settings()
    };
    let denied = engine.allow(&administrator(), Action::SettingsRead, &elsewhere);
    assert_eq!(
        denied,
        Verdict {
            allowed: false,
            policies: vec!["boundary-organisation".to_owned()]
        }
    );

    let reader = Principal {
        id: "rcp_1".to_owned(),
        organisation: organisation(1),
        kind: PrincipalKind::Reader(RecipientId::from_bytes([1; 16])),
        second_factor: false,
    };
    let denied = engine.allow(&reader, Action::MessageOpen, &settings());
    assert_eq!(denied.policies, ["boundary-reader"]);
    Ok(())
}

#[test]
fn ids_with_quotes_are_values_not_policy() -> Result<(), Refused> {
    let odd = Principal {
        id: "usr_\"};permit(principal,action,resource);//".to_owned(),
        ..administrator()
    };
    let engine = Engine::new()?;
    assert!(!engine.allow(&odd, Action::MessageOpen, &settings()).allowed);
    assert!(
        engine
            .allow(&odd, Action::SettingsRead, &settings())
            .allowed
    );
    Ok(())
}
