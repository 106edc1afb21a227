//! Programs signing in: bearer keys, Basic for quick tests, SMTP AUTH. One answer for every failure.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ctx::{Ctx, Event, Kept, Principal, PrincipalKind, Seat};
use model::{ApiKeyId, AppId, Code, Error, Result, Secret, Timestamp, limits};
use store::tables::apps;

use crate::{People, key};

const USED_EVERY: Duration = Duration::from_secs(60);

/// Keys with their apps, as they stand.
pub(crate) type Known = Kept<ApiKeyId, Arc<(apps::ApiKey, apps::App)>>;

/// How the credentials came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Bearer,
    Basic,
    Smtp,
}

impl Form {
    fn word(self) -> &'static str {
        match self {
            Self::Bearer => "api",
            Self::Basic => "api_basic",
            Self::Smtp => "smtp",
        }
    }
}

/// Refusals of known keys since each was last put on record.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<HashMap<ApiKeyId, (Timestamp, u64)>>);

impl Refusals {
    /// Counts one more; gives how many there were when it is time for an entry. Only keys that exist
    /// get here, so there are no more rows than keys.
    fn note(&self, key: ApiKeyId, now: Timestamp) -> Option<u64> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, count) = held
            .entry(key)
            .or_insert((Timestamp::from_micros(i64::MIN), 0));
        *count += 1;
        if *at > now.minus(limits::SIGN_IN_NOTE_EVERY) {
            return None;
        }
        *at = now;
        Some(std::mem::take(count))
    }
}

/// When the use of each key was last stored by this process.
#[derive(Default)]
pub(crate) struct Used(Mutex<HashMap<ApiKeyId, Timestamp>>);

impl Used {
    /// Only keys that exist get here, so there are no more rows than keys.
    fn is_due(&self, key: ApiKeyId, now: Timestamp) -> bool {
        let mut stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = stored.get(&key).copied();
        let due = at.is_none_or(|at| at.plus(USED_EVERY) < now);
        if due {
            stored.insert(key, now);
        }
        due
    }
}

/// Credentials that belong to no organisation: nobody's log to write in.
fn refused_stranger(form: Form) -> Error {
    metrics::counter!("sign_in_failures_total", "door" => form.word(), "known" => "no")
        .increment(1);
    Code::CredentialsInvalid.into()
}

impl People {
    /// # Errors
    /// `credentials_invalid` for an unknown, wrong, expired or revoked key alike.
    pub fn authenticate_key(&self, presented: &str) -> Result<Ctx> {
        self.authenticate(presented, Form::Bearer)
    }

    /// Basic: the user is the key's id or the word `key`, the password the whole key. An administrator
    /// can refuse it per app.
    pub fn authenticate_basic(&self, user: &str, password: &Secret<String>) -> Result<Ctx> {
        self.named(user, password, Form::Basic)
    }

    /// SMTP AUTH PLAIN or LOGIN, always under TLS: the same credentials as Basic.
    pub fn authenticate_smtp(&self, user: &str, password: &Secret<String>) -> Result<Ctx> {
        self.named(user, password, Form::Smtp)
    }

    /// The app of a key whose row is in memory: authenticating by it reads nothing.
    pub fn remembered_app(&self, presented: &Secret<String>) -> Option<AppId> {
        let (_, id, _) = key::read(presented.expose())?;
        let found = self.known.peek(&self.world().store, &id)?;
        Some(found.1.id)
    }

    fn named(&self, user: &str, password: &Secret<String>, form: Form) -> Result<Ctx> {
        let known = key::read(password.expose())
            .is_some_and(|(_, id, _)| user == id.to_string() || user == "key");
        if !known {
            return Err(refused_stranger(form));
        }
        self.authenticate(password.expose(), form)
    }

    fn authenticate(&self, presented: &str, form: Form) -> Result<Ctx> {
        let stranger = || refused_stranger(form);
        let (mode, id, secret) = key::read(presented).ok_or_else(stranger)?;
        let hash = vault::hash_token(secret.expose());
        let now = self.world().now();
        let found = self
            .known
            .find(&self.world().store, id, || self.read_key(id))?;
        let found = found.ok_or_else(stranger)?;
        let (row, app) = &*found;
        let because = match () {
            () if !vault::constant_time_eq(&row.secret_hash, &hash) => Some("secret"),
            () if row.mode != mode => Some("mode"),
            () if row.revoked_at.is_some() => Some("revoked"),
            () if row.expires_at.is_some_and(|at| at <= now) => Some("expired"),
            () if !app.active => Some("app_inactive"),
            () if form == Form::Basic && !app.basic_allowed => Some("basic_refused"),
            () => None,
        };
        if let Some(because) = because {
            self.note_refusal(app, id, form, because);
            return Err(Code::CredentialsInvalid.into());
        }
        // Once a minute is exact enough for "last used".
        if self.used.is_due(id, now) {
            drop(
                self.world()
                    .store
                    .write_later(move |tx| apps::touch_key(tx, id, now)),
            );
        }
        let principal = Principal {
            id: app.id.to_string(),
            organisation: app.organisation,
            kind: PrincipalKind::App {
                scopes: app.scopes.split_whitespace().map(str::to_owned).collect(),
            },
            second_factor: false,
        };
        Ok(Ctx::seat(
            self.world(),
            Seat {
                principal,
                mode: row.mode,
                session: None,
            },
        ))
    }

    /// On record in the organisation whose key it is: the first at once, then one a minute at most,
    /// which says how many there were. Nobody waits for it.
    fn note_refusal(&self, app: &apps::App, key: ApiKeyId, form: Form, because: &'static str) {
        metrics::counter!("sign_in_failures_total", "door" => form.word(), "known" => "yes")
            .increment(1);
        // An old key that somebody forgot in a machine is no attack.
        if because == "secret" {
            self.failed.note(app.organisation, app.id);
        }
        let now = self.world().now();
        let Some(count) = self.refused.note(key, now) else {
            return;
        };
        let (world, organisation, app) = (self.world().clone(), app.organisation, app.id);
        drop(self.world().store.write_later(move |tx| {
            let event = Event::new("app.sign_in_failed")
                .about(app)
                .about(key)
                .fact("door", form.word())
                .fact("what", because)
                .fact("count", count);
            world.system(organisation).record(tx, event).map(drop)
        }));
    }

    fn read_key(&self, id: ApiKeyId) -> Result<Option<Arc<(apps::ApiKey, apps::App)>>> {
        self.world().store.read(move |tx| {
            let Some(row) = apps::find_key(tx, id)? else {
                return Ok(None);
            };
            Ok(apps::find(tx, row.app)?.map(|app| Arc::new((row, app))))
        })
    }
}
