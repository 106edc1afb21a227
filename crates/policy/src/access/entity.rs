//! Principals, things and questions in Cedar's terms.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
    Schema,
};

use super::{Action, Principal, PrincipalKind, Resource, Role};

/// Why a question could not be put; the caller denies.
pub(super) type Refused = Box<dyn std::error::Error + Send + Sync>;

pub(super) fn role(role: Role) -> Result<EntityUid, Refused> {
    uid("Role", role.word())
}

/// The request and the entities it speaks of, both checked against the schema.
pub(super) fn question(
    schema: &Schema,
    principal: &Principal,
    action: Action,
    resource: &Resource,
) -> Result<(Request, Entities), Refused> {
    let who = self::principal(principal)?;
    let what = thing(resource)?;
    let context = Context::from_pairs([
        ("actor".to_owned(), text(&principal.id)),
        ("scope".to_owned(), text(action.word())),
    ])?;
    let request = Request::new(
        who.uid(),
        uid("Action", action.word())?,
        what.uid(),
        context,
        Some(schema),
    )?;
    let entities = Entities::from_entities([who, what], Some(schema))?;
    Ok((request, entities))
}

fn principal(principal: &Principal) -> Result<Entity, Refused> {
    let mut facts = HashMap::from([(
        "organisation".to_owned(),
        organisation(&principal.organisation)?,
    )]);
    let mut parents = HashSet::new();
    let kind = match &principal.kind {
        PrincipalKind::User(roles) => {
            facts.insert(
                "second_factor".to_owned(),
                RestrictedExpression::new_bool(principal.second_factor),
            );
            for &held in roles {
                parents.insert(role(held)?);
            }
            "User"
        }
        PrincipalKind::App { scopes } => {
            let scopes = RestrictedExpression::new_set(scopes.iter().map(|scope| text(scope)));
            facts.insert("scopes".to_owned(), scopes);
            "App"
        }
        PrincipalKind::Reader(recipient) => {
            facts.insert("recipient".to_owned(), text(&recipient.to_string()));
            "Reader"
        }
        PrincipalKind::System => "System",
    };
    Ok(Entity::new(uid(kind, &principal.id)?, facts, parents)?)
}

fn thing(resource: &Resource) -> Result<Entity, Refused> {
    let mut facts = HashMap::from([
        (
            "organisation".to_owned(),
            organisation(&resource.organisation)?,
        ),
        ("kind".to_owned(), text(resource.kind)),
    ]);
    if let Some(owner) = &resource.owner {
        facts.insert("owner".to_owned(), text(owner));
    }
    if let Some(recipient) = resource.recipient {
        facts.insert("recipient".to_owned(), text(&recipient.to_string()));
    }
    Ok(Entity::new(
        uid("Thing", resource.kind)?,
        facts,
        HashSet::new(),
    )?)
}

fn organisation(id: &model::OrganisationId) -> Result<RestrictedExpression, Refused> {
    Ok(RestrictedExpression::new_entity_uid(uid(
        "Organisation",
        &id.to_string(),
    )?))
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, Refused> {
    let kind = EntityTypeName::from_str(&format!("Caduceus::{kind}"))?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}
