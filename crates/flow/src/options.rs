//! What an organisation asks of the way its mail takes: a minimum of TLS for all of it, and a domain
//! of its own for return paths, so that SPF speaks for the author's domain.
//!
//! Not here: what a decision or an address is made of (`policy`, `inbound`).

use ctx::{Action, Ctx, Event};
use model::{Code, Domain, Error, Result};
pub use store::tables::mail_options::MailOptions;
use store::tables::{domains, mail_options};

use crate::Flow;

impl Flow {
    pub fn mail_options(&self, ctx: &Ctx) -> Result<MailOptions> {
        ctx.allow(Action::SettingsRead, &ctx.own("settings"))?;
        let organisation = ctx.organisation();
        self.world()
            .store
            .read(move |tx| mail_options::find(tx, organisation))
    }

    /// Every message leaves by verified TLS or better, else it waits in the portal. It holds for
    /// messages that are accepted from now on.
    pub fn set_tls_minimum(&self, ctx: &Ctx, on: bool) -> Result<()> {
        ctx.allow(Action::SettingsManage, &ctx.own("settings"))?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            mail_options::set_tls_minimum(tx, ctx2.organisation(), on)?;
            let event = Event::new("settings.tls_minimum_set").fact("on", on);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// The domain of return paths; `None` for the installation's own. Return paths that travelled
    /// before keep working as long as their domain leads here.
    ///
    /// # Errors
    /// `field_invalid` when it is not below a sending domain of the organisation, since bounces of the
    /// sending domain itself go to its own mailboxes; or when it is another organisation's already.
    pub fn set_bounce_domain(&self, ctx: &Ctx, name: Option<&Domain>) -> Result<()> {
        ctx.allow(Action::SettingsManage, &ctx.own("settings"))?;
        let (ctx2, name) = (ctx.clone(), name.map(|name| name.as_str().to_owned()));
        self.world().store.write(move |tx| {
            let organisation = ctx2.organisation();
            if let Some(name) = &name {
                let own = domains::list(tx, organisation)?;
                let below = own.iter().any(|domain| is_below(name, &domain.name));
                let taken =
                    mail_options::owner(tx, name)?.is_some_and(|owner| owner != organisation);
                let sends = Domain::parse(name).and_then(|name| domains::find_name(tx, &name))?;
                if !below || taken || sends.is_some() {
                    return Err(Error::new(Code::FieldInvalid).at("/bounce_domain"));
                }
            }
            mail_options::set_bounce_domain(tx, organisation, name.as_deref())?;
            let set = name.as_deref().unwrap_or("none");
            let event = Event::new("settings.bounce_domain_set").fact("domain", set);
            ctx2.record(tx, event).map(drop)
        })
    }
}

fn is_below(name: &str, parent: &str) -> bool {
    name.strip_suffix(parent)
        .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}
