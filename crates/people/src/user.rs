//! Users of the console.

use std::collections::{BTreeMap, BTreeSet};

use ctx::{Action, Ctx, Event, Resource, Role};
use model::{Address, Code, Error, OrganisationId, Phi, Result, Secret, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::tables::users;

use crate::{People, password};

pub struct NewUser {
    pub organisation: OrganisationId,
    pub name: String,
    pub email: Address,
    pub password: Secret<String>,
    pub roles: Vec<Role>,
}

/// A user as administrators see one.
pub struct UserView {
    pub id: UserId,
    pub name: Phi<String>,
    pub email: Phi<String>,
    pub roles: Vec<Role>,
    pub second_factor: bool,
    pub locked_until: Option<Timestamp>,
    pub created_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Profile {
    pub name: String,
    pub email: String,
}

impl People {
    /// # Errors
    /// `password_weak`; `state_conflict` when the address is taken.
    pub fn create_user(&self, ctx: &Ctx, new: NewUser) -> Result<UserId> {
        let theirs = Resource {
            organisation: new.organisation,
            ..ctx.own("user")
        };
        ctx.allow(Action::UserManage, &theirs)?;
        password::check_strength(&new.password, new.email.as_str())?;
        // One address signs in to one organisation: nothing at the sign-in could tell two apart.
        if self.find_by_email(new.email.as_str())?.is_some() {
            return Err(Code::StateConflict.into());
        }
        let (world, now) = (self.world().clone(), ctx.now());
        let id = UserId::mint(now, world.rng.as_ref());
        let key = world.new_item_key(new.organisation, *id.as_bytes())?;
        let profile = Profile {
            name: new.name,
            email: new.email.as_str().to_owned(),
        };
        let plain = serde_json::to_vec(&profile).map_err(|_| Error::new(Code::Internal))?;
        let sealed_profile = key
            .opened()
            .seal(&profile_aad(id), &plain, world.rng.as_ref())?;
        let row = users::User {
            id,
            organisation: new.organisation,
            email_token: world
                .keys(new.organisation)?
                .blind("user-email", &new.email.fold()),
            sealed_profile,
            password_hash: password::hash(self.work, &new.password, world.rng.as_ref())?,
            sealed_totp: None,
            totp_step: 0,
            roles: new
                .roles
                .iter()
                .map(|r| r.word())
                .collect::<Vec<_>>()
                .join(" "),
            active: true,
            failures: 0,
            locked_until: None,
            created_at: now,
            failed_at: None,
        };
        let actor = ctx.clone();
        world.store.write(move |tx| {
            key.insert(tx)?;
            users::insert(tx, &row)?;
            actor
                .record(
                    tx,
                    Event::new("user.created")
                        .about(id)
                        .fact("roles", &row.roles),
                )
                .map(drop)
        })?;
        Ok(id)
    }

    /// For someone who lost the device: unlocks, ends every session, and asks for a new second factor
    /// at the next sign-in.
    ///
    /// # Errors
    /// `not_found` when there is no such user in the organisation.
    pub fn reset_second_factor(&self, ctx: &Ctx, id: UserId) -> Result<()> {
        ctx.allow(Action::UserManage, &ctx.own("user"))?;
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            if !users::clear_totp(tx, id, actor.organisation(), actor.now())? {
                return Err(Code::NotFound.into());
            }
            store::tables::sign_in::replace_codes(tx, id, &[], actor.now())?;
            actor
                .record(tx, Event::new("user.second_factor_reset").about(id))
                .map(drop)
        })
    }

    /// What colleagues are called whose ids stand in records of the same mail. Ids of software, and of
    /// nobody, are left out.
    pub fn colleagues(
        &self,
        ctx: &Ctx,
        ids: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>> {
        ctx.allow(Action::MessageList, &ctx.own("message"))?;
        let wanted: Vec<UserId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        let (world, organisation) = (self.world().clone(), ctx.organisation());
        world.store.clone().read(move |tx| {
            let mut names = BTreeMap::new();
            for &id in &wanted {
                let found = users::find(tx, id)?.filter(|row| row.organisation == organisation);
                if let Some(row) = found {
                    let key = world.item_key(tx, organisation, id.as_bytes())?;
                    names.insert(id.to_string(), open_profile(&row, &key)?.name);
                }
            }
            Ok(names)
        })
    }

    pub fn users(&self, ctx: &Ctx) -> Result<Vec<UserView>> {
        ctx.allow(Action::UserManage, &ctx.own("user"))?;
        let (world, organisation) = (self.world().clone(), ctx.organisation());
        world.store.clone().read(move |tx| {
            let rows = users::list(tx, organisation)?;
            rows.iter()
                .map(|row| {
                    let key = world.item_key(tx, organisation, row.id.as_bytes())?;
                    view(row, open_profile(row, &key)?)
                })
                .collect()
        })
    }

    pub(crate) fn profile(&self, row: &users::User) -> Result<Profile> {
        let (world, organisation, id) = (self.world().clone(), row.organisation, row.id);
        let key = world
            .store
            .clone()
            .read(move |tx| world.item_key(tx, organisation, id.as_bytes()))?;
        open_profile(row, &key)
    }
}

fn view(row: &users::User, profile: Profile) -> Result<UserView> {
    Ok(UserView {
        id: row.id,
        name: Phi::new(profile.name),
        email: Phi::new(profile.email),
        roles: roles(&row.roles),
        second_factor: row.sealed_totp.is_some(),
        locked_until: row.locked_until,
        created_at: row.created_at,
    })
}

fn open_profile(row: &users::User, key: &vault::OpenedKey) -> Result<Profile> {
    let plain = key.open(&profile_aad(row.id), &row.sealed_profile)?;
    serde_json::from_slice(&plain).map_err(|_| Error::new(Code::StoredDataInvalid))
}

fn profile_aad(id: UserId) -> Vec<u8> {
    vault::aad("users", "sealed_profile", id.as_bytes())
}

/// Unknown words give no right.
pub(crate) fn roles(words: &str) -> Vec<Role> {
    words
        .split_whitespace()
        .filter_map(Role::from_word)
        .collect()
}
