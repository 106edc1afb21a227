//! Our own addresses: return paths of what leaves, reply addresses, report addresses.

use ctx::Ctx;
use mail::return_path::{Errand, ReturnPath};
use model::{Address, Domain, DomainId, MessageId, OrganisationId, RecipientId, Result, limits};

use crate::Flow;

impl Flow {
    /// Where DMARC and TLS reports about a sending domain go (`rua=mailto:…`); `None` when no mail is
    /// taken in. It never ends, since it stands in DNS.
    pub fn report_address(
        &self,
        organisation: OrganisationId,
        domain: DomainId,
    ) -> Result<Option<Address>> {
        let ctx = self.world().system(organisation);
        made(self, &ctx, Errand::Reports, *domain.as_bytes())
    }
}

/// The return path of something that leaves for a recipient: ours where bounces can come back.
pub(crate) fn return_path(
    flow: &Flow,
    ctx: &Ctx,
    errand: Errand,
    recipient: RecipientId,
    otherwise: Option<Address>,
) -> Result<Option<Address>> {
    // A letter that nobody wants to hear about stays so (RFC 5321 §4.5.5).
    if otherwise.is_none() {
        return Ok(None);
    }
    Ok(made(flow, ctx, errand, *recipient.as_bytes())?.or(otherwise))
}

/// Where answers to a message come back, when the installation wants them here.
pub(crate) fn reply_address(flow: &Flow, ctx: &Ctx, message: MessageId) -> Result<Option<Address>> {
    match &flow.settings().inbound {
        Some(settings) if settings.replies => made(flow, ctx, Errand::Reply, *message.as_bytes()),
        _ => Ok(None),
    }
}

fn made(flow: &Flow, ctx: &Ctx, errand: Errand, id: [u8; 16]) -> Result<Option<Address>> {
    let Some(settings) = &flow.settings().inbound else {
        return Ok(None);
    };
    let own = match errand {
        Errand::Letter | Errand::Notice | Errand::Code => bounce_domain(flow, ctx)?,
        Errand::Reply | Errand::Reports => None,
    };
    let domain = own.as_ref().unwrap_or(&settings.domain);
    let lifetime = (errand != Errand::Reports).then_some(limits::RETURN_PATH_LIFETIME);
    let path = ReturnPath::new(errand, id, ctx.now(), lifetime);
    let blinder = ctx.world().keys(ctx.organisation())?.blinder("return-path");
    path.write(domain, &|text| blinder.token(text)).map(Some)
}

/// The organisation's own, so that SPF speaks for a domain of the author's.
fn bounce_domain(flow: &Flow, ctx: &Ctx) -> Result<Option<Domain>> {
    let house = crate::decide::house(flow, ctx)?;
    let name = house.options.bounce_domain.as_deref();
    name.map(Domain::parse).transpose()
}
