//! Capture: a message that was neither sent nor received here becomes a record: out of an older archive, or a copy
//! that another mail system gave.
//!
//! It has nobody to be sent to and no stage before it that could send it: no rows of recipients, no letters. Who it
//! was for stands in its sealed envelope. What is there already, octet by octet, is told and not stored again.
//! Invariant: what `capture` answers for is durable, and asks to be archived in the same commit.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ctx::{Ctx, Event};
use model::{
    Address, Domain, Kind, MessageId, Origin, Purpose, Result, Stream, ThreadId, Timestamp,
};
use store::Tx;
use store::tables::{captures, domains, messages, records};

use crate::Flow;
use crate::accept::{Accepted, message_row, prepare};
use crate::draft::{Draft, sha256};
use crate::envelope::{CapturedFacts, Terms, Transport};
use crate::scan::Reading;

/// What did not go through us.
pub struct Capture {
    pub origin: Origin,
    /// Octet by octet.
    pub octets: Vec<u8>,
    /// When it came, where nothing in it says so.
    pub at: Option<Timestamp>,
    /// Of the envelope, where one is known.
    pub from: Option<Address>,
    /// Whom it went to, where an envelope says so; else its header fields say.
    pub participants: Option<Vec<(Kind, Address)>>,
    /// Whose mailbox it was in.
    pub custodian: Option<Address>,
}

/// What became of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    New(MessageId),
    /// It was there before, or earlier in the same batch.
    Known(MessageId),
}

/// What else is written in the commit of a batch.
pub type Also = dyn Fn(&mut Tx<'_>, &[Taken]) -> Result<()> + Send + Sync;

/// Ready to be written.
struct Ready {
    token: [u8; 32],
    accepted: Accepted,
    row: messages::Message,
}

impl Flow {
    /// Stores a batch in one commit, with what `also` writes; answers in the order of the batch. Whoever calls has
    /// asked for the right.
    ///
    /// # Errors
    /// The store's and the vault's; what cannot be parsed is stored whole.
    pub fn capture(&self, ctx: &Ctx, batch: Vec<Capture>, also: Box<Also>) -> Result<Vec<Taken>> {
        let own = own_domains(ctx)?;
        let tokens = batch.iter().map(|one| token(ctx, one));
        let tokens = tokens.collect::<Result<Vec<_>>>()?;
        let known = self.known_of(ctx, &tokens)?;
        let mut ready: Vec<Ready> = Vec::new();
        let mut seen = HashMap::new();
        for (one, token) in batch.into_iter().zip(&tokens) {
            if !known.contains_key(token) && !seen.contains_key(token) {
                let made = self.ready(ctx, one, *token, &own)?;
                seen.insert(*token, made.row.id);
                ready.push(made);
            }
        }
        let (writer, ready) = (ctx.clone(), Arc::new(ready));
        ctx.world().store.write(move |tx| {
            let mut done = HashMap::new();
            for one in ready.iter() {
                done.insert(one.token, one.write(&writer, tx)?);
            }
            let mut taken = Vec::with_capacity(tokens.len());
            for token in &tokens {
                taken.push(match (done.remove(token), known.get(token)) {
                    (Some(first), _) => first,
                    (None, Some(id)) => Taken::Known(*id),
                    (None, None) => Taken::Known(seen[token]),
                });
            }
            also(tx, &taken)?;
            Ok(taken)
        })
    }

    /// Which of them would be new: nothing is stored.
    ///
    /// # Errors
    /// The store's.
    pub fn would_capture(&self, ctx: &Ctx, batch: &[Capture]) -> Result<Vec<bool>> {
        let tokens = batch.iter().map(|one| token(ctx, one));
        let tokens = tokens.collect::<Result<Vec<_>>>()?;
        let known = self.known_of(ctx, &tokens)?;
        Ok(tokens
            .iter()
            .map(|token| !known.contains_key(token))
            .collect())
    }

    fn known_of(&self, ctx: &Ctx, tokens: &[[u8; 32]]) -> Result<HashMap<[u8; 32], MessageId>> {
        let (of, asked) = (ctx.organisation(), tokens.to_vec());
        self.world().store.read(move |tx| {
            let mut known = HashMap::new();
            for token in &asked {
                if let Some(id) = captures::find(tx, of, token)? {
                    known.insert(*token, id);
                }
            }
            Ok(known)
        })
    }

    fn ready(&self, ctx: &Ctx, one: Capture, token: [u8; 32], own: &[Domain]) -> Result<Ready> {
        let draft = draft(self, ctx, one, own);
        let at = draft.1;
        let accepted = prepare(self, ctx, draft.0)?;
        let mut row = message_row(self, ctx, &accepted)?;
        row.stage = messages::Stage::Enqueued;
        row.created_at = at;
        Ok(Ready {
            token,
            accepted,
            row,
        })
    }
}

impl Ready {
    fn write(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Taken> {
        let (id, of, now) = (self.row.id, ctx.organisation(), ctx.now());
        if let Some(id) = captures::find(tx, of, &self.token)? {
            return Ok(Taken::Known(id));
        }
        self.accepted.store(tx)?;
        messages::insert(tx, &self.row, 0)?;
        captures::insert(tx, id, of, &self.token, now)?;
        records::ask(tx, id, of, now)?;
        let captured = self.accepted.envelope().captured.as_ref();
        let direction = match captured.is_some_and(|captured| captured.outgoing) {
            true => "sent",
            false => "received",
        };
        let payload = serde_json::json!({
            "content_sha256": hex::encode(self.accepted.content_sha256()),
            "octets": self.row.octets,
        });
        let event = Event::new("archive.captured")
            .message(id)
            .fact("origin", self.row.origin)
            .fact("direction", direction)
            .fact(
                "participants",
                captured.map_or(0, |one| one.participants.len()),
            )
            .fact("day", self.row.created_at.rfc3339().get(..10).unwrap_or(""))
            .payload(
                payload.to_string().into_bytes(),
                self.accepted.key().opened(),
            );
        ctx.record(tx, event)?;
        Ok(Taken::New(id))
    }
}

/// The draft that the stages before a commit read, and the day it is of.
fn draft(flow: &Flow, ctx: &Ctx, one: Capture, own: &[Domain]) -> (Draft, Timestamp) {
    let parsed = mail::parse(&one.octets).ok();
    let (now, rng) = (ctx.now(), ctx.world().rng.as_ref());
    let said = parsed.as_ref().and_then(|message| message.date());
    let heard = parsed.as_ref().and_then(|message| message.last_received());
    // What says that it comes from tomorrow is of today.
    let at = said.or(heard).or(one.at).unwrap_or(now).min(now);
    let authors = parsed.as_ref().map(mail::Message::from).unwrap_or_default();
    let author = authors.into_iter().next().map(|(_, address)| address);
    let writer = one.from.clone().or(author);
    let outgoing = writer.is_some_and(|writer| own.contains(writer.domain()));
    let named = one.participants.unwrap_or_else(|| {
        let fields = parsed.as_ref().map(mail::Message::recipients_in_headers);
        fields.unwrap_or_default()
    });
    let participants = named
        .into_iter()
        .map(|(kind, address)| (kind, address.as_str().to_owned()));
    let captured = CapturedFacts {
        participants: participants.collect(),
        outgoing,
        custodian: one.custodian.map(|address| address.as_str().to_owned()),
    };
    let reading = match &parsed {
        Some(message) => Reading::of(flow.extractor(), message),
        None => Reading::broken(),
    };
    drop(parsed);
    let digest = sha256(&one.octets);
    let draft = Draft {
        // Ids grow with time, and so does the archive: both by the day it is of.
        id: MessageId::mint(at, rng),
        thread: ThreadId::mint(at, rng),
        origin: one.origin,
        stream: Stream::Transactional,
        purpose: Purpose::Treatment,
        priority: 4,
        send_at: None,
        declared_no_phi: false,
        attested: false,
        demanded: None,
        trigger: None,
        from: one.from,
        recipients: Vec::new(),
        body_hash: digest,
        content_sha256: Some(digest),
        content: one.octets,
        added: String::new(),
        tags: Vec::new(),
        metadata: BTreeMap::new(),
        transport: Transport::Usual,
        terms: Terms::default(),
        reading: Some(reading),
        captured: Some(captured),
    };
    (draft, at)
}

/// What is the same: the octets, and for a journal whom it went to, for one message is journalled once for each
/// part of its recipients.
fn token(ctx: &Ctx, one: &Capture) -> Result<[u8; 32]> {
    let mut what = hex::encode(sha256(&one.octets));
    if let (Origin::Journal, Some(named)) = (one.origin, &one.participants) {
        let mut all: Vec<String> = named.iter().map(|(_, address)| address.fold()).collect();
        all.sort();
        what = format!("{what} {}", all.join(" "));
    }
    let keys = ctx.world().keys(ctx.organisation())?;
    Ok(keys.blind("captured", &what))
}

fn own_domains(ctx: &Ctx) -> Result<Vec<Domain>> {
    let of = ctx.organisation();
    let rows = ctx.world().store.read(move |tx| domains::list(tx, of))?;
    Ok(rows
        .iter()
        .filter_map(|row| Domain::parse(&row.name).ok())
        .collect())
}
