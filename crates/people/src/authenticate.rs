//! Programs signing in: bearer keys, Basic for quick tests, SMTP AUTH. One answer for every failure.

use std::sync::Arc;
use std::time::Duration;

use ctx::{Ctx, Kept, Principal, PrincipalKind, Seat};
use model::{ApiKeyId, Code, Error, Result, Secret};
use store::tables::apps;

use crate::{People, key};

/// Keys with their apps, as they stand.
pub(crate) type Known = Kept<ApiKeyId, Arc<(apps::ApiKey, apps::App)>>;

/// How the credentials came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Bearer,
    Basic,
    Smtp,
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

    fn named(&self, user: &str, password: &Secret<String>, form: Form) -> Result<Ctx> {
        let known = key::read(password.expose())
            .is_some_and(|(_, id, _)| user == id.to_string() || user == "key");
        if !known {
            return Err(Code::CredentialsInvalid.into());
        }
        self.authenticate(password.expose(), form)
    }

    fn authenticate(&self, presented: &str, form: Form) -> Result<Ctx> {
        let wrong = || Error::new(Code::CredentialsInvalid);
        let (mode, id, secret) = key::read(presented).ok_or_else(wrong)?;
        let hash = vault::hash_token(secret.expose());
        let now = self.world().now();
        let found = self
            .known
            .find(&self.world().store, id, || self.read_key(id))?;
        let found = found.ok_or_else(wrong)?;
        let (row, app) = &*found;
        let alive =
            row.revoked_at.is_none() && row.expires_at.is_none_or(|at| at > now) && app.active;
        let allowed = form != Form::Basic || app.basic_allowed;
        if !vault::constant_time_eq(&row.secret_hash, &hash)
            || row.mode != mode
            || !alive
            || !allowed
        {
            return Err(wrong());
        }
        // Once a minute is exact enough for "last used".
        if row
            .last_used_at
            .is_none_or(|at| at.plus(Duration::from_secs(60)) < now)
        {
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

    fn read_key(&self, id: ApiKeyId) -> Result<Option<Arc<(apps::ApiKey, apps::App)>>> {
        self.world().store.read(move |tx| {
            let Some(row) = apps::find_key(tx, id)? else {
                return Ok(None);
            };
            Ok(apps::find(tx, row.app)?.map(|app| Arc::new((row, app))))
        })
    }
}
