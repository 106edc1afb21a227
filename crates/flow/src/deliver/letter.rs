//! What goes on the wire for one delivery, and where it goes.
//!
//! Invariant: `head` and `body` are the octets that were sealed; nothing here changes them.

use std::sync::Arc;

use mail::smtp::Dsn;
use model::{Address, Code, Demand, Domain, Error, Result, StsPolicy};
use store::tables::deliveries;
use vault::OpenedKey;

use crate::envelope::{Route, Transport, open_json};

/// What goes on the wire, and what the wire must achieve.
#[derive(Clone)]
pub struct OutLetter {
    /// `None` is the null reverse-path.
    pub from: Option<Address>,
    pub to: Address,
    /// `head` then `body` are the exact octets, before dot-stuffing.
    pub head: Arc<[u8]>,
    pub body: Arc<[u8]>,
    pub utf8: bool,
    pub eight_bit: bool,
    pub demand: Demand,
    pub destination: Domain,
    pub sent_sha256: [u8; 32],
    /// REQUIRETLS (RFC 8689).
    pub require_tls: bool,
    /// `TLS-Required: No`: sets aside the receiving domain's policies, never `demand`.
    pub tls_optional: bool,
    /// What a server that knows DSN is asked to report (RFC 3461).
    pub dsn: Dsn,
    /// The destination's MTA-STS policy as it was last learned.
    pub sts: Option<StsPolicy>,
}

/// Both ends of a delivery, and what was asked of the way between them.
pub(super) struct Towards {
    pub from: Option<Address>,
    pub to: Address,
    pub transport: Transport,
    pub dsn: Dsn,
}

impl OutLetter {
    pub(crate) fn new(
        (from, to): (Option<Address>, Address),
        (head, body): (Arc<[u8]>, Arc<[u8]>),
        demand: Demand,
        sent_sha256: [u8; 32],
    ) -> Self {
        Self {
            utf8: to.needs_utf8()
                || from.as_ref().is_some_and(Address::needs_utf8)
                || header_is_utf8(&head, &body),
            eight_bit: !head.is_ascii() || !body.is_ascii(),
            destination: to.domain().clone(),
            demand,
            sent_sha256,
            head,
            body,
            from,
            to,
            require_tls: false,
            tls_optional: false,
            dsn: Dsn::default(),
            sts: None,
        }
    }

    pub(crate) fn going(mut self, transport: Transport) -> Self {
        self.require_tls = transport == Transport::Required;
        self.tls_optional = transport == Transport::Optional;
        self
    }

    pub(crate) fn asking(mut self, dsn: Dsn) -> Self {
        self.dsn = dsn;
        self
    }

    /// How much memory it takes, about.
    pub(super) fn octets(&self) -> usize {
        self.head.len() + self.body.len() + 1_000
    }
}

impl Towards {
    pub fn open(key: &OpenedKey, row: &deliveries::Delivery) -> Result<Self> {
        let route: Route = open_json(
            &row.sealed_route,
            key,
            ("deliveries", "sealed_route", row.id.as_bytes()),
        )?;
        Ok(Self {
            from: route.from.as_deref().map(Address::parse).transpose()?,
            to: Address::parse(&route.to).map_err(|_| Error::new(Code::StoredDataInvalid))?,
            transport: route.transport,
            dsn: route.dsn(),
        })
    }
}

/// Raw UTF-8 in header fields needs SMTPUTF8 (RFC 6532). Other raw octets there are old mail that
/// 8BITMIME carries.
fn header_is_utf8(head: &[u8], body: &[u8]) -> bool {
    let is_utf8 = |part: &[u8]| !part.is_ascii() && std::str::from_utf8(part).is_ok();
    is_utf8(head) || is_utf8(&body[..mail::header_block_end(body)])
}
