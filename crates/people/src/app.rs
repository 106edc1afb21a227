//! Apps: software that sends for an organisation, with scopes and the senders it may use.

use ctx::{Action, Ctx, Event};
use model::{AppId, Code, Domain, Error, Result, Timestamp};
use store::tables::{apps, domains};

use crate::People;

pub struct NewApp {
    pub name: String,
    /// Words of actions, such as `message.send`.
    pub scopes: Vec<String>,
    /// Domains and addresses; `*` is the right to send for any sender.
    pub senders: Vec<String>,
    pub basic_allowed: bool,
}

pub struct AppView {
    pub id: AppId,
    pub name: String,
    pub scopes: Vec<String>,
    pub senders: Vec<String>,
    pub basic_allowed: bool,
    pub active: bool,
    pub created_at: Timestamp,
}

impl People {
    /// # Errors
    /// `field_invalid` for a scope that does not exist or a sender with spaces; `sender_forbidden`
    /// for a sender of a domain that another organisation of this installation owns.
    pub fn create_app(&self, ctx: &Ctx, new: NewApp) -> Result<AppId> {
        ctx.allow(Action::AppManage, &ctx.own("app"))?;
        if let Some(i) = new
            .scopes
            .iter()
            .position(|s| Action::from_word(s).is_none())
        {
            return Err(Error::new(Code::FieldInvalid).at(format!("/scopes/{i}")));
        }
        if let Some(i) = new
            .senders
            .iter()
            .position(|s| s.is_empty() || s.contains(char::is_whitespace))
        {
            return Err(Error::new(Code::FieldInvalid).at(format!("/senders/{i}")));
        }
        self.refuse_neighbours(ctx, &new.senders)?;
        let id = AppId::mint(ctx.now(), self.world().rng.as_ref());
        let row = apps::App {
            id,
            organisation: ctx.organisation(),
            name: new.name,
            scopes: new.scopes.join(" "),
            senders: new.senders.join(" "),
            basic_allowed: new.basic_allowed,
            active: true,
            created_at: ctx.now(),
        };
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            apps::insert(tx, &row)?;
            actor
                .record(
                    tx,
                    Event::new("app.created")
                        .about(id)
                        .fact("scopes", &row.scopes),
                )
                .map(drop)
        })?;
        Ok(id)
    }

    fn refuse_neighbours(&self, ctx: &Ctx, senders: &[String]) -> Result<()> {
        for (i, sender) in senders.iter().enumerate().filter(|(_, s)| *s != "*") {
            let at = |error: Error| error.at(format!("/senders/{i}"));
            let domain = Domain::parse(sender.rsplit('@').next().unwrap_or(sender)).map_err(at)?;
            let owner = self
                .world()
                .store
                .read(move |tx| domains::find_owner(tx, &domain))?;
            if owner.is_some_and(|owner| owner != ctx.organisation()) {
                return Err(at(Code::SenderForbidden.into()));
            }
        }
        Ok(())
    }

    pub fn apps(&self, ctx: &Ctx) -> Result<Vec<AppView>> {
        ctx.allow(Action::AppManage, &ctx.own("app"))?;
        let organisation = ctx.organisation();
        let rows = self
            .world()
            .store
            .read(move |tx| apps::list(tx, organisation))?;
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Ok(rows
            .into_iter()
            .map(|a| AppView {
                id: a.id,
                scopes: words(&a.scopes),
                senders: words(&a.senders),
                name: a.name,
                basic_allowed: a.basic_allowed,
                active: a.active,
                created_at: a.created_at,
            })
            .collect())
    }
}
