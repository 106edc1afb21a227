//! Letter: what a job transmits, read back from its sealed form or at hand since it was sealed.
//!
//! Invariant: what was sealed stays as it is; a source's own signature only stands before it.

use std::sync::Arc;

use mail::smtp::Dsn;
use model::{Address, Code, Demand, Domain, Error, Result, StsPolicy};
use store::tables::deliveries;
use vault::OpenedKey;

use super::{Dispatcher, Job};
use crate::SourceKey;
use crate::draft::sha256_of;
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

impl Dispatcher {
    /// Opens what a job is to transmit.
    pub fn letter(&self, job: &Job) -> Result<OutLetter> {
        let mut letter = match self.fresh.take(&job.delivery) {
            Some(letter) => letter,
            None => self.load_letter(job)?,
        };
        if let Some(flow) = self.flow.upgrade() {
            let organisation = job.tracked.organisation;
            let found = flow
                .policies
                .load(&self.world, organisation, &letter.destination);
            letter.sts = found?;
        }
        self.signed_by_source(job, letter)
    }

    /// Under the signature of the source that it leaves by too, where that has a key of its own: what is
    /// sealed stays as it is, and the hash is that of what travels.
    fn signed_by_source(&self, job: &Job, mut letter: OutLetter) -> Result<OutLetter> {
        let Some(key) = self.key_of(job) else {
            return Ok(letter);
        };
        let now = self.world.now();
        let mut head = seal::dkim::sign(&[&key.0], &letter.head, &letter.body, now)?;
        head.extend_from_slice(&letter.head);
        letter.sent_sha256 = sha256_of(&[&head, &letter.body]);
        letter.head = head.into();
        Ok(letter)
    }

    fn key_of(&self, job: &Job) -> Option<&SourceKey> {
        self.ways.key(job.source?)
    }

    /// What a job is to transmit, where that was sealed a moment ago and the destination's policy is
    /// in memory: once, and without reading.
    pub fn find_fresh(&self, job: &Job) -> Option<OutLetter> {
        let flow = self.flow.upgrade()?;
        if self.key_of(job).is_some() {
            return None; // signing takes a thread that may be busy
        }
        let mut letter = self.fresh.take(&job.delivery)?;
        match flow
            .policies
            .find(job.tracked.organisation, &letter.destination)
        {
            Some(policy) => {
                letter.sts = policy;
                Some(letter)
            }
            None => {
                let octets = letter.octets();
                self.fresh.put(job.delivery, letter, octets);
                None
            }
        }
    }

    fn load_letter(&self, job: &Job) -> Result<OutLetter> {
        let (world, delivery) = (self.world.clone(), job.delivery);
        let (key, row, letter) = self.world.store.read(move |tx| {
            let row = deliveries::load(tx, delivery)?;
            let key = world.item_key(tx, row.organisation, row.message.as_bytes())?;
            let letter = deliveries::load_sealed(tx, row.sealed)?;
            Ok((key, row, letter))
        })?;
        let towards = Towards::open(&key, &row)?;
        let head = key.open(
            &vault::aad("sealed", "sealed_head", letter.id.as_bytes()),
            &letter.sealed_head,
        )?;
        let body = match letter.content {
            Some(blob) => crate::content::open_blob(&self.world, &key, blob)?,
            None => Vec::new(),
        };
        let octets = (head.into(), body.into());
        let ends = (towards.from, towards.to);
        let letter = OutLetter::new(ends, octets, row.demand, letter.sent_sha256);
        Ok(letter.going(towards.transport).asking(towards.dsn))
    }
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
