//! Mailboxes of staff: addresses of the organisation's own domains whose mail is taken in.

use ctx::{Action, Ctx, Event};
use model::{Address, Code, Error, OrganisationId, Phi, Result};
use store::tables::{domains, mailboxes};

use crate::Flow;

impl Flow {
    /// # Errors
    /// `sender_forbidden` when the domain is not the organisation's, `state_conflict` when it takes
    /// mail already.
    pub fn add_mailbox(&self, ctx: &Ctx, address: &Address) -> Result<()> {
        ctx.allow(Action::DomainManage, &ctx.own("domain"))?;
        crate::view::live_only(ctx)?;
        let token = token(self, ctx.organisation(), address)?;
        let mut id = [0; 16];
        ctx.world().rng.fill(&mut id);
        let keys = ctx.world().keys(ctx.organisation())?;
        let sealed_address = vault::seal(
            &keys.subkey("mailbox"),
            &vault::aad("mailboxes", "sealed_address", &id),
            address.as_str().as_bytes(),
            ctx.world().rng.as_ref(),
        )?;
        let (actor, domain) = (ctx.clone(), address.domain().clone());
        self.world().store.write(move |tx| {
            let organisation = actor.organisation();
            let Some(domain) = domains::find(tx, organisation, &domain)? else {
                return Err(Code::SenderForbidden.into());
            };
            let row = mailboxes::Mailbox {
                id,
                organisation,
                domain: domain.id,
                address_token: token,
                sealed_address: sealed_address.clone(),
                created_at: actor.now(),
            };
            if !mailboxes::insert(tx, &row)? {
                return Err(Code::StateConflict.into());
            }
            let event = Event::new("mailbox.added").about(domain.id);
            actor.record(tx, event).map(drop)
        })
    }

    /// # Errors
    /// `not_found` when it takes no mail.
    pub fn remove_mailbox(&self, ctx: &Ctx, address: &Address) -> Result<()> {
        ctx.allow(Action::DomainManage, &ctx.own("domain"))?;
        crate::view::live_only(ctx)?;
        let token = token(self, ctx.organisation(), address)?;
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            if !mailboxes::remove(tx, actor.organisation(), &token)? {
                return Err(Code::NotFound.into());
            }
            actor.record(tx, Event::new("mailbox.removed")).map(drop)
        })
    }

    /// Oldest first.
    pub fn mailboxes(&self, ctx: &Ctx) -> Result<Vec<Phi<String>>> {
        ctx.allow(Action::SettingsRead, &ctx.own("settings"))?;
        let organisation = ctx.organisation();
        let rows = self
            .world()
            .store
            .read(move |tx| mailboxes::list(tx, organisation))?;
        let key = ctx.world().keys(organisation)?.subkey("mailbox");
        let open = |row: &mailboxes::Mailbox| {
            let aad = vault::aad("mailboxes", "sealed_address", &row.id);
            let plain = vault::open(&key, &aad, &row.sealed_address)?;
            let text = String::from_utf8(plain).map_err(|_| Error::new(Code::StoredDataInvalid))?;
            Ok(Phi::new(text))
        };
        rows.iter().map(open).collect()
    }
}

pub(super) fn token(
    flow: &Flow,
    organisation: OrganisationId,
    address: &Address,
) -> Result<[u8; 32]> {
    let keys = flow.world().keys(organisation)?;
    Ok(keys.blind("mailbox", &address.fold()))
}
