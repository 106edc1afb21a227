//! What an organisation asks of the way its mail takes: a minimum of TLS for all of it, and a domain
//! of its own for return paths, so that SPF speaks for the author's domain.
//!
//! Not here: what a decision or an address is made of (`policy`, `inbound`).

use ctx::{Action, Ctx, Event};
use model::{Code, Domain, Error, OrganisationId, Result};
use store::Tx;
pub use store::tables::mail_options::MailOptions;
use store::tables::{domains, mail_options};

use crate::Flow;

/// What is set, and what it meets on this installation.
#[derive(Clone, Debug, Default)]
pub struct MailView {
    pub options: MailOptions,
    /// The organisation's sending domains.
    pub domains: Vec<String>,
    /// Those of them that the configuration declares free of PHI: only their mail asks for less than
    /// verified TLS where there is no minimum.
    pub declared_free: Vec<String>,
    /// The installation's own domain of return paths; none where no mail is taken in.
    pub server_domain: Option<String>,
    /// The host that takes mail in.
    pub hostname: String,
}

impl Flow {
    pub fn mail_view(&self, ctx: &Ctx) -> Result<MailView> {
        ctx.allow(Action::SettingsRead, &ctx.own("settings"))?;
        let organisation = ctx.organisation();
        let (options, own) = self.world().store.read(move |tx| {
            Ok((
                mail_options::find(tx, organisation)?,
                domains::list(tx, organisation)?,
            ))
        })?;
        let settings = self.settings();
        let free = |name: &&String| settings.declared_free.iter().any(|d| d.as_str() == *name);
        let domains: Vec<String> = own.into_iter().map(|domain| domain.name).collect();
        Ok(MailView {
            options,
            declared_free: domains.iter().filter(free).cloned().collect(),
            domains,
            server_domain: settings
                .inbound
                .as_ref()
                .map(|inbound| inbound.domain.as_str().to_owned()),
            hostname: settings.hostname.clone(),
        })
    }

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
        crate::view::live_only(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            mail_options::set_tls_minimum(tx, ctx2.organisation(), on)?;
            let event = Event::new("settings.tls_minimum_set").fact("on", on);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// Whether a domain could be that of return paths. Nothing changes.
    ///
    /// # Errors
    /// Those of [`Flow::set_bounce_domain`].
    pub fn check_bounce_domain(&self, ctx: &Ctx, name: &Domain) -> Result<()> {
        ctx.allow(Action::SettingsManage, &ctx.own("settings"))?;
        crate::view::live_only(ctx)?;
        let (organisation, name) = (ctx.organisation(), name.as_str().to_owned());
        self.world()
            .store
            .read(move |tx| may_take(tx, organisation, &name))
    }

    /// The domain of return paths; `None` for the installation's own. Return paths that travelled
    /// before keep working as long as their domain leads here.
    ///
    /// # Errors
    /// `field_invalid` when it is not below a sending domain of the organisation, since bounces of the
    /// sending domain itself go to its own mailboxes; or when it is another organisation's already.
    pub fn set_bounce_domain(&self, ctx: &Ctx, name: Option<&Domain>) -> Result<()> {
        ctx.allow(Action::SettingsManage, &ctx.own("settings"))?;
        crate::view::live_only(ctx)?;
        let (ctx2, name) = (ctx.clone(), name.map(|name| name.as_str().to_owned()));
        self.world().store.write(move |tx| {
            let organisation = ctx2.organisation();
            if let Some(name) = &name {
                may_take(tx, organisation, name)?;
            }
            mail_options::set_bounce_domain(tx, organisation, name.as_deref())?;
            let set = name.as_deref().unwrap_or("none");
            let event = Event::new("settings.bounce_domain_set").fact("domain", set);
            ctx2.record(tx, event).map(drop)
        })
    }
}

fn may_take(tx: &mut Tx<'_>, organisation: OrganisationId, name: &str) -> Result<()> {
    let own = domains::list(tx, organisation)?;
    let below = own.iter().any(|domain| is_below(name, &domain.name));
    let taken = mail_options::owner(tx, name)?.is_some_and(|owner| owner != organisation);
    let sends = Domain::parse(name).and_then(|name| domains::find_name(tx, &name))?;
    match below && !taken && sends.is_none() {
        true => Ok(()),
        false => Err(Error::new(Code::FieldInvalid).at("/bounce_domain")),
    }
}

fn is_below(name: &str, parent: &str) -> bool {
    name.strip_suffix(parent)
        .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}
