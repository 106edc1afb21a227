//! Who may send as whom: an app's list of senders, a user's organisation's domains.

use std::sync::Arc;

use ctx::{Ctx, PrincipalKind};
use model::{Address, AppId, Code, Domain, Error, Result};
use store::tables::{apps, domains};

use crate::Flow;

impl Flow {
    /// Whether asking for this app's senders reads nothing.
    pub fn remembers_senders(&self, app: AppId) -> bool {
        let store = &self.world().store;
        self.sender_names().peek(store, &app).is_some()
    }

    /// # Errors
    /// `sender_forbidden` when these credentials may not use the address.
    pub fn may_send_as(&self, ctx: &Ctx, sender: &Address) -> Result<()> {
        let forbidden = || Error::new(Code::SenderForbidden);
        let organisation = ctx.organisation();
        let wanted = sender.clone();
        match &ctx.principal().kind {
            PrincipalKind::System => Ok(()),
            PrincipalKind::Reader(_) => Err(forbidden()),
            PrincipalKind::App { .. } => {
                let id: AppId = ctx.actor().parse()?;
                let store = &ctx.world().store;
                let read = || {
                    let app = store.read(move |tx| apps::find(tx, id))?;
                    Ok(app.map(|app| app.senders.into()))
                };
                let senders: Arc<str> = self
                    .sender_names()
                    .find(store, id, read)?
                    .ok_or_else(forbidden)?;
                let allowed = senders
                    .split_whitespace()
                    .any(|rule| matches(rule, &wanted));
                if allowed && !self.is_a_neighbours(ctx, wanted.domain())? {
                    Ok(())
                } else {
                    Err(forbidden())
                }
            }
            PrincipalKind::User(_) => {
                let domain = wanted.domain().clone();
                let owned = ctx
                    .world()
                    .store
                    .read(move |tx| domains::find(tx, organisation, &domain))?;
                owned.map(drop).ok_or_else(forbidden)
            }
        }
    }
}

impl Flow {
    /// Whether another organisation of this installation owns the domain, or one above it: however an
    /// app's list reads, nobody writes in a neighbour's name.
    fn is_a_neighbours(&self, ctx: &Ctx, domain: &Domain) -> Result<bool> {
        let (store, name) = (&ctx.world().store, domain.clone());
        let owner = self.owners().find(store, domain.clone(), || {
            store.read(move |tx| domains::find_owner(tx, &name))
        })?;
        Ok(owner.is_some_and(|owner| owner != ctx.organisation()))
    }
}

/// A rule is `*`, a domain, or an address.
fn matches(rule: &str, sender: &Address) -> bool {
    rule == "*"
        || rule.eq_ignore_ascii_case(sender.domain().as_str())
        || rule.to_lowercase() == sender.fold()
}
