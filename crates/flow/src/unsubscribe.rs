//! Leaving a list by one click (RFC 2369, RFC 8058): the fields that marketing carries, and what its
//! link does.
//!
//! The link names a recipient and proves itself by a MAC under the organisation's key: it holds no
//! address, nobody can make another one, and nothing is stored for it. Invariants: only mail of the
//! marketing stream carries it, and it stops that stream alone; looking at it changes nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ctx::World;
use model::{Code, Error, OrganisationId, RecipientId, Result, Stream, SuppressionSource};
use store::tables::{organisations, recipients, suppressions};

use crate::Flow;
use crate::suppression::stop_marketing;

const MAC_OCTETS: usize = 16;

/// What a page may say to who opens the link.
pub struct Unsubscribing {
    pub organisation: String,
    /// `en` or `es`.
    pub language: String,
    /// No marketing goes to the address any more.
    pub done: bool,
}

/// The two fields, ready to be signed. RFC 8058 §3.1: one HTTPS link, and the field that says that a
/// POST to it is enough.
pub(crate) fn fields(
    flow: &Flow,
    organisation: OrganisationId,
    recipient: RecipientId,
) -> Result<String> {
    let link = link(flow.world(), organisation, recipient)?;
    let base = &flow.settings().portal_url;
    Ok(format!(
        "List-Unsubscribe: <{base}/u/{link}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    ))
}

fn link(world: &World, organisation: OrganisationId, recipient: RecipientId) -> Result<String> {
    let mac = mac(world, organisation, recipient)?;
    Ok(URL_SAFE_NO_PAD.encode([recipient.as_bytes().as_slice(), &mac].concat()))
}

fn mac(
    world: &World,
    organisation: OrganisationId,
    recipient: RecipientId,
) -> Result<[u8; MAC_OCTETS]> {
    let token = world
        .keys(organisation)?
        .blind("unsubscribe", &recipient.to_string());
    let mut out = [0; MAC_OCTETS];
    out.copy_from_slice(&token[..MAC_OCTETS]);
    Ok(out)
}

impl Flow {
    /// # Errors
    /// `not_found` for a link that is none of ours.
    pub fn find_unsubscription(&self, link: &str) -> Result<Unsubscribing> {
        let (organisation, recipient) = self.read_link(link)?;
        let now = self.world().now();
        self.world().store.read(move |tx| {
            let house = organisations::find(tx, organisation)?;
            let house = house.ok_or_else(|| Error::new(Code::NotFound))?;
            let token = recipients::load(tx, recipient, organisation)?.address_token;
            let (stream, held) = (Stream::Marketing, organisation);
            let done = suppressions::find_in_force(tx, held, stream, &token, now)?.is_some();
            Ok(Unsubscribing {
                organisation: house.name,
                language: house.language,
                done,
            })
        })
    }

    /// No more marketing to the address, from now on. Doing it twice is fine.
    ///
    /// # Errors
    /// `not_found` for a link that is none of ours; the store's.
    pub fn unsubscribe(&self, link: &str) -> Result<()> {
        let place = self.read_link(link)?;
        let world = self.world().clone();
        self.world()
            .store
            .write(move |tx| stop_marketing(&world, tx, place, SuppressionSource::Unsubscribe))
    }

    fn read_link(&self, link: &str) -> Result<(OrganisationId, RecipientId)> {
        let gone = || Error::new(Code::NotFound);
        let bytes = URL_SAFE_NO_PAD.decode(link).map_err(|_| gone())?;
        let (id, given) = bytes.split_at_checked(16).ok_or_else(gone)?;
        let recipient = RecipientId::from_slice(id).map_err(|_| gone())?;
        let organisation = self
            .world()
            .store
            .read(move |tx| recipients::owner(tx, recipient))?
            .ok_or_else(gone)?;
        let mac = mac(self.world(), organisation, recipient)?;
        // All octets are looked at, so that time tells nothing.
        let differs = mac.iter().zip(given).fold(0, |d, (a, b)| d | (a ^ b));
        if given.len() == MAC_OCTETS && differs == 0 {
            Ok((organisation, recipient))
        } else {
            Err(gone())
        }
    }
}
