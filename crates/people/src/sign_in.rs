//! Signing in to the console: password, then always a second factor; enrolment at the first time.

use std::sync::Arc;

use ctx::{Event, World};
use model::{Address, Code, Error, Result, Secret, SessionId, Timestamp, UserId, limits};
use store::tables::{sign_in, users};

use crate::session::SessionToken;
use crate::{People, password, random_text, recovery, totp};

/// What comes after the right password.
pub enum SignIn {
    NeedsCode(SessionToken),
    NeedsEnrolment(SessionToken),
}

/// A new second factor, not confirmed yet.
pub struct Enrolment {
    pub secret_base32: Secret<String>,
    pub otpauth_url: Secret<String>,
}

/// In front of a sealed TOTP secret: whether its owner has proven it.
const PENDING: u8 = 0;
const CONFIRMED: u8 = 1;

impl People {
    /// # Errors
    /// `credentials_invalid` for an unknown address and a wrong password alike; `sign_in_locked`
    /// after five wrong attempts, for 15 minutes; `overloaded` when too many sign in at once.
    pub fn sign_in(&self, email: &str, given: &Secret<String>) -> Result<SignIn> {
        let _turn = password::Turn::take(&self.hashing)?;
        let found = self.find_by_email(email)?;
        // The same work whether or not somebody has the address, and whether or not it is locked: time
        // does not tell.
        let Some(user) = found else {
            drop(password::hash(self.work, given, self.world().rng.as_ref())?);
            return Err(self.note_stranger(email)?.into());
        };
        let right = password::verify(given, &user.password_hash) && user.active;
        let now = self.world().now();
        if user.locked_until.is_some_and(|until| until > now) {
            return Err(Code::SignInLocked.into());
        }
        if !right {
            self.note_failure(&user, "password")?;
            return Err(Code::CredentialsInvalid.into());
        }
        let enrolled = self.is_enrolled(&user)?;
        let token = self.open_session(&user, "password", None)?;
        Ok(if enrolled {
            SignIn::NeedsCode(token)
        } else {
            SignIn::NeedsEnrolment(token)
        })
    }

    /// Finishes a sign-in, by a code of the authenticator or a recovery code. The pending session ends
    /// and a new one begins.
    ///
    /// # Errors
    /// `second_factor_invalid` for a wrong or used code.
    pub fn second_factor(&self, pending: &str, code: &str) -> Result<SessionToken> {
        match recovery::read(code) {
            Some(code) => self.recover(pending, &code),
            None => self.finish(pending, code, CONFIRMED),
        }
    }

    /// Makes a new secret for a user who has none yet.
    pub fn enrol_totp(&self, pending: &str) -> Result<Enrolment> {
        let (_, user) = self.pending(pending)?;
        if let Some(sealed) = &user.sealed_totp
            && self.open_totp(&user, sealed)?.0 == CONFIRMED
        {
            return Err(Code::StateConflict.into());
        }
        let secret = totp::new_secret(self.world().rng.as_ref());
        self.store_totp(&user, PENDING, &secret, "user.second_factor_offered")?;
        let profile = self.profile(&user)?;
        let organisation = user.organisation;
        let row = self
            .world()
            .store
            .read(move |tx| store::tables::organisations::find(tx, organisation))?;
        let issuer = row.map_or_else(|| "Caduceus".to_owned(), |o| o.name);
        Ok(Enrolment {
            otpauth_url: totp::url(&secret, &issuer, &profile.email)?,
            secret_base32: totp::base32(&secret),
        })
    }

    /// Proves the new secret and finishes the sign-in.
    pub fn confirm_totp(&self, pending: &str, code: &str) -> Result<SessionToken> {
        self.finish(pending, code, PENDING)
    }

    fn finish(&self, pending: &str, code: &str, expected: u8) -> Result<SessionToken> {
        let (session, user) = self.pending(pending)?;
        let wrong = || Error::new(Code::SecondFactorInvalid);
        let now = self.world().now();
        if user.locked_until.is_some_and(|until| until > now) {
            return Err(Code::SignInLocked.into());
        }
        let sealed = user.sealed_totp.as_ref().ok_or_else(wrong)?;
        let (state, secret) = self.open_totp(&user, sealed)?;
        let step = totp::check(&secret, code, now)?;
        let (Some(step), true) = (step, state == expected) else {
            self.note_failure(&user, "second_factor")?;
            return Err(wrong());
        };
        if expected == PENDING {
            self.store_totp(&user, CONFIRMED, &secret, "user.second_factor_set")?;
        }
        let id = user.id;
        if !self
            .world()
            .store
            .write(move |tx| users::use_step(tx, id, step, now))?
        {
            self.note_failure(&user, "second_factor_repeated")?;
            return Err(wrong());
        }
        self.open_session(&user, "full", Some(session))
    }

    pub(crate) fn find_by_email(&self, email: &str) -> Result<Option<users::User>> {
        let Ok(address) = Address::parse(email.trim()) else {
            return Ok(None);
        };
        let mut user = None;
        // All of them are asked, also after one has answered: how long it takes says nothing.
        for organisation in self.world().organisations()? {
            let token = self
                .world()
                .keys(organisation)?
                .blind("user-email", &address.fold());
            let found = self
                .world()
                .store
                .read(move |tx| users::find_by_email(tx, organisation, &token))?;
            user = user.or(found);
        }
        Ok(user)
    }

    /// A wrong attempt at an address that nobody has: counted and locked as a user's is.
    fn note_stranger(&self, email: &str) -> Result<Code> {
        metrics::counter!("sign_in_failures_total", "door" => "console", "known" => "no")
            .increment(1);
        let first = self.world().organisations()?.into_iter().next();
        let (Ok(address), Some(first)) = (Address::parse(email.trim()), first) else {
            return Ok(Code::CredentialsInvalid);
        };
        let keys = self.world().keys(first)?;
        let (token, now) = (
            keys.blind("sign-in-stranger", &address.fold()),
            self.world().now(),
        );
        self.world().store.write(move |tx| {
            let known = sign_in::find_stranger(tx, &token)?;
            if known.is_some_and(|s| s.locked_until.is_some_and(|until| until > now)) {
                return Ok(Code::SignInLocked);
            }
            let before = known.map(|s| (s.failures, s.failed_at, s.locked_until));
            let (failures, locked) = counted(before.map(|b| (b.0, b.1)), now);
            let locked_until = locked.or(before.and_then(|b| b.2));
            let stranger = sign_in::Stranger {
                failures,
                failed_at: now,
                locked_until,
            };
            sign_in::put_stranger(tx, &token, stranger)?;
            Ok(Code::CredentialsInvalid)
        })
    }

    pub(crate) fn note_failure(&self, user: &users::User, what: &'static str) -> Result<()> {
        let (world, id, organisation) = (self.world().clone(), user.id, user.organisation);
        let now = world.now();
        metrics::counter!("sign_in_failures_total", "door" => "console", "known" => "yes")
            .increment(1);
        self.failed.note(organisation, id);
        world.store.clone().write(move |tx| {
            let Some(fresh) = users::find(tx, id)? else {
                return Ok(());
            };
            let before = fresh.failed_at.map(|at| (fresh.failures, at));
            let (failures, locked) = counted(before, now);
            users::note_failure(tx, id, failures, locked.or(fresh.locked_until), now)?;
            let event = Event::new("user.sign_in_failed")
                .about(id)
                .fact("what", what)
                .fact("locked", locked.is_some());
            world.system(organisation).record(tx, event).map(drop)
        })
    }

    pub(crate) fn open_session(
        &self,
        user: &users::User,
        stage: &str,
        ends: Option<SessionId>,
    ) -> Result<SessionToken> {
        let world = self.world().clone();
        let (token, now) = (random_text(world.rng.as_ref()), world.now());
        let row = Arc::new(users::Session {
            id: SessionId::mint(now, world.rng.as_ref()),
            token_hash: vault::hash_token(token.expose()),
            person: user.id,
            organisation: user.organisation,
            stage: stage.to_owned(),
            created_at: now,
            seen_at: now,
            ended_at: None,
        });
        let full = stage == "full";
        world.store.clone().write(move |tx| {
            users::insert_session(tx, &row)?;
            if let Some(former) = ends {
                users::end_session(tx, former, now)?;
            }
            if full {
                let event = Event::new("user.signed_in").about(row.person).about(row.id);
                world.system(row.organisation).record(tx, event)?;
            }
            Ok(())
        })?;
        Ok(SessionToken(token))
    }

    pub(crate) fn pending(&self, token: &str) -> Result<(SessionId, users::User)> {
        let (hash, now) = (vault::hash_token(token), self.world().now());
        let expired = || Error::new(Code::SessionExpired);
        self.world()
            .store
            .read(move |tx| {
                let Some(s) = users::find_session(tx, &hash)? else {
                    return Ok(None);
                };
                let alive = s.ended_at.is_none()
                    && s.stage == "password"
                    && s.created_at.plus(limits::CODE_WAIT) > now;
                if !alive {
                    return Ok(None);
                }
                Ok(users::find(tx, s.person)?.map(|user| (s.id, user)))
            })?
            .ok_or_else(expired)
    }

    /// Whether a second factor was proven.
    pub(crate) fn is_enrolled(&self, user: &users::User) -> Result<bool> {
        match &user.sealed_totp {
            Some(sealed) => Ok(self.open_totp(user, sealed)?.0 == CONFIRMED),
            None => Ok(false),
        }
    }

    fn open_totp(&self, user: &users::User, sealed: &[u8]) -> Result<(u8, Secret<Vec<u8>>)> {
        let key = self.user_key(user)?;
        let mut plain = key.open(&totp_aad(user.id), sealed)?;
        if plain.is_empty() {
            return Err(Code::StoredDataInvalid.into());
        }
        let state = plain.remove(0);
        Ok((state, Secret::new(plain)))
    }

    fn store_totp(
        &self,
        user: &users::User,
        state: u8,
        secret: &Secret<Vec<u8>>,
        what: &'static str,
    ) -> Result<()> {
        let world = self.world().clone();
        let plain = Secret::new([&[state], secret.expose().as_slice()].concat());
        let sealed =
            self.user_key(user)?
                .seal(&totp_aad(user.id), plain.expose(), world.rng.as_ref())?;
        let (id, organisation) = (user.id, user.organisation);
        world.store.clone().write(move |tx| {
            users::set_totp(tx, id, &sealed)?;
            world
                .system(organisation)
                .record(tx, Event::new(what).about(id))
                .map(drop)
        })
    }

    fn user_key(&self, user: &users::User) -> Result<vault::OpenedKey> {
        let (world, organisation, id): (Arc<World>, _, UserId) =
            (self.world().clone(), user.organisation, user.id);
        world
            .store
            .clone()
            .read(move |tx| world.item_key(tx, organisation, id.as_bytes()))
    }
}

impl Enrolment {
    /// The code that an authenticator would show at a moment: for the demo, which plays the person.
    pub fn code_at(&self, at: model::Timestamp) -> Result<String> {
        code_at(self.secret_base32.expose(), at)
    }
}

/// How many wrong attempts that makes, and until when nothing more is heard.
fn counted(before: Option<(u32, Timestamp)>, now: Timestamp) -> (u32, Option<Timestamp>) {
    let recent = before.filter(|(_, at)| at.plus(limits::SIGN_IN_FORGET) >= now);
    let failures = recent.map_or(0, |(failures, _)| failures).saturating_add(1);
    let locked = failures.is_multiple_of(limits::SIGN_IN_TRIES_MAX);
    (failures, locked.then(|| now.plus(limits::SIGN_IN_LOCK)))
}

/// The code of a base32 secret at a moment.
pub fn code_at(secret_base32: &str, at: model::Timestamp) -> Result<String> {
    let secret = totp_rs::Secret::try_from_base32(secret_base32)
        .map_err(|_| Error::new(Code::FieldInvalid))?;
    totp::code_at(&Secret::new(secret.as_bytes().to_vec()), at)
}

fn totp_aad(id: UserId) -> Vec<u8> {
    vault::aad("users", "sealed_totp", id.as_bytes())
}
