//! Who may send as whom: an app's list of senders, a user's organisation's domains.

use std::sync::Arc;

use ctx::{Ctx, PrincipalKind};
use model::{Address, AppId, Code, Error, Result};
use store::tables::{apps, domains};

use crate::Flow;

impl Flow {
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
                    .senders()
                    .find(store, id, read)?
                    .ok_or_else(forbidden)?;
                if senders
                    .split_whitespace()
                    .any(|rule| matches(rule, &wanted))
                {
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

/// A rule is `*`, a domain, or an address.
fn matches(rule: &str, sender: &Address) -> bool {
    rule == "*"
        || rule.eq_ignore_ascii_case(sender.domain().as_str())
        || rule.to_lowercase() == sender.fold()
}
