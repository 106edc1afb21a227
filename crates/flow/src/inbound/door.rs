//! Whether an address leads somewhere, and where to.

use mail::return_path::{self, Claimed, Errand, ReturnPath};
use model::{Address, Code, Domain, DomainId, MessageId, OrganisationId, RecipientId, Result};
use store::tables::{domains, mail_options, mailboxes, messages, recipients};

use crate::Flow;

/// Where complaints of feedback loops are sent; the complaint itself must quote one of our paths.
const COMPLAINTS: &str = "fbl";

/// An address that takes mail here.
#[derive(Clone)]
pub enum Door {
    Bounce(BouncePath),
    Complaints,
    Reports(ReportsOf),
    Reply(ReplyTo),
    Mailbox(MailboxOf),
}

/// A genuine return path.
#[derive(Clone, Copy)]
pub struct BouncePath {
    pub(super) organisation: OrganisationId,
    pub(super) recipient: RecipientId,
    pub(super) errand: Errand,
}

#[derive(Clone, Copy)]
pub struct ReportsOf {
    pub(super) organisation: OrganisationId,
    pub(super) domain: DomainId,
}

#[derive(Clone, Copy)]
pub struct ReplyTo {
    pub(super) organisation: OrganisationId,
    pub(super) message: MessageId,
}

#[derive(Clone)]
pub struct MailboxOf {
    pub(super) organisation: OrganisationId,
    pub(super) address: Address,
}

impl Door {
    /// Whether people read what comes: then the author must be who it says.
    pub fn is_for_people(&self) -> bool {
        matches!(self, Self::Reply(_) | Self::Mailbox(_))
    }
}

impl Flow {
    /// # Errors
    /// `recipient_unknown` for every address that leads nowhere, forged and expired ones included.
    pub fn inbound_door(&self, address: &Address) -> Result<Door> {
        let settings = super::settings(self)?;
        let ours = address.domain() == &settings.domain;
        if (ours || self.takes_bounces(address.domain())?)
            && let Some(claimed) = return_path::read(address.local())
        {
            return self
                .open(claimed)?
                .ok_or_else(|| Code::RecipientUnknown.into());
        }
        if ours && address.local().eq_ignore_ascii_case(COMPLAINTS) {
            return Ok(Door::Complaints);
        }
        self.mailbox(address)?
            .ok_or_else(|| Code::RecipientUnknown.into())
    }

    /// Our return path among the addresses that a complaint quotes.
    pub(super) fn find_path(&self, quoted: &[Address]) -> Result<Option<BouncePath>> {
        let settings = super::settings(self)?;
        for address in quoted {
            let ours = address.domain() == &settings.domain;
            if !ours && !self.takes_bounces(address.domain())? {
                continue;
            }
            let claimed = return_path::read(address.local());
            if let Some(Door::Bounce(path)) = claimed.map(|c| self.open(c)).transpose()?.flatten() {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Whether an organisation chose it for its return paths. Who signed the path is still to be seen.
    fn takes_bounces(&self, domain: &Domain) -> Result<bool> {
        let name = domain.as_str().to_owned();
        let found = self
            .world()
            .store
            .read(move |tx| mail_options::owner(tx, &name))?;
        Ok(found.is_some())
    }

    /// The owner's key says whether it is genuine.
    fn open(&self, claimed: Claimed) -> Result<Option<Door>> {
        let (errand, id) = claimed.owner();
        let owner = self.world().store.read(move |tx| match errand {
            Errand::Letter | Errand::Notice | Errand::Code => {
                recipients::owner(tx, RecipientId::from_bytes(id))
            }
            Errand::Reply => messages::owner(tx, MessageId::from_bytes(id)),
            Errand::Reports => {
                let found = domains::find_id(tx, DomainId::from_bytes(id))?;
                Ok(found.map(|domain| domain.organisation))
            }
        })?;
        let Some(organisation) = owner else {
            return Ok(None);
        };
        let blinder = self.world().keys(organisation)?.blinder("return-path");
        let path = claimed.verify(&|text| blinder.token(text), self.world().now());
        Ok(path.map(|path| door(organisation, path)))
    }

    fn mailbox(&self, address: &Address) -> Result<Option<Door>> {
        let name = address.domain().clone();
        let store = &self.world().store;
        let Some(domain) = store.read(move |tx| domains::find_name(tx, &name))? else {
            return Ok(None);
        };
        let organisation = domain.organisation;
        let token = super::mailbox::token(self, organisation, address)?;
        let found = store.read(move |tx| mailboxes::find(tx, organisation, &token))?;
        Ok(found.map(|_| {
            Door::Mailbox(MailboxOf {
                organisation,
                address: address.clone(),
            })
        }))
    }
}

fn door(organisation: OrganisationId, path: ReturnPath) -> Door {
    match path.errand {
        errand @ (Errand::Letter | Errand::Notice | Errand::Code) => Door::Bounce(BouncePath {
            organisation,
            recipient: RecipientId::from_bytes(path.id),
            errand,
        }),
        Errand::Reply => Door::Reply(ReplyTo {
            organisation,
            message: MessageId::from_bytes(path.id),
        }),
        Errand::Reports => Door::Reports(ReportsOf {
            organisation,
            domain: DomainId::from_bytes(path.id),
        }),
    }
}
