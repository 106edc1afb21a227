//! API keys: `cad_live_<id>_<secret>` or `cad_test_…`; shown once, stored as a hash.

use ctx::{Action, Ctx, Event};
use model::{ApiKeyId, AppId, Code, Error, Mode, Result, Secret, Timestamp};
use store::tables::apps;

use crate::{People, random_text};

/// A key at the one moment it is visible.
pub struct NewKey {
    pub id: ApiKeyId,
    pub shown_once: Secret<String>,
}

pub struct KeyView {
    pub id: ApiKeyId,
    pub app: AppId,
    pub mode: Mode,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl People {
    /// Several keys of an app may live at once, so that one can replace another without a gap.
    pub fn create_key(
        &self,
        ctx: &Ctx,
        app: AppId,
        mode: Mode,
        expires_at: Option<Timestamp>,
    ) -> Result<NewKey> {
        ctx.allow(Action::KeyManage, &ctx.own("api_key"))?;
        let (organisation, now, rng) = (ctx.organisation(), ctx.now(), self.world().rng.as_ref());
        let id = ApiKeyId::mint(now, rng);
        let secret = random_text(rng);
        let row = apps::ApiKey {
            id,
            app,
            organisation,
            mode,
            secret_hash: vault::hash_token(secret.expose()),
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            let owner = apps::find(tx, app)?.filter(|a| a.organisation == organisation);
            owner.ok_or_else(|| Error::new(Code::NotFound))?;
            apps::insert_key(tx, &row)?;
            actor
                .record(
                    tx,
                    Event::new("key.created")
                        .about(id)
                        .about(app)
                        .fact("mode", mode),
                )
                .map(drop)
        })?;
        Ok(NewKey {
            id,
            shown_once: Secret::new(written(mode, id, &secret)),
        })
    }

    /// Works at once.
    ///
    /// # Errors
    /// `not_found` when there is no such key that lives.
    pub fn revoke_key(&self, ctx: &Ctx, id: ApiKeyId) -> Result<()> {
        ctx.allow(Action::KeyManage, &ctx.own("api_key"))?;
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            if !apps::revoke_key(tx, id, actor.organisation(), actor.now())? {
                return Err(Code::NotFound.into());
            }
            actor
                .record(tx, Event::new("key.revoked").about(id))
                .map(drop)
        })
    }

    pub fn keys(&self, ctx: &Ctx) -> Result<Vec<KeyView>> {
        ctx.allow(Action::KeyManage, &ctx.own("api_key"))?;
        let organisation = ctx.organisation();
        let rows = self
            .world()
            .store
            .read(move |tx| apps::keys(tx, organisation))?;
        Ok(rows
            .into_iter()
            .map(|k| KeyView {
                id: k.id,
                app: k.app,
                mode: k.mode,
                created_at: k.created_at,
                expires_at: k.expires_at,
                last_used_at: k.last_used_at,
                revoked_at: k.revoked_at,
            })
            .collect())
    }
}

fn written(mode: Mode, id: ApiKeyId, secret: &Secret<String>) -> String {
    let id = id.to_string();
    let bare = id.split_once('_').map_or(id.as_str(), |(_, bare)| bare);
    format!("cad_{mode}_{bare}_{}", secret.expose())
}

/// Mode, id and secret of a presented key.
pub(crate) fn read(presented: &str) -> Option<(Mode, ApiKeyId, Secret<String>)> {
    let mut fields = presented.strip_prefix("cad_")?.splitn(3, '_');
    let mode = Mode::from_word(fields.next()?)?;
    let id = format!("{}_{}", ApiKeyId::PREFIX, fields.next()?)
        .parse()
        .ok()?;
    Some((mode, id, Secret::new(fields.next()?.to_owned())))
}
