//! Something waits for a decision: tells those whom the rule names, at most once an hour and person.
//!
//! What comes within the hour after a letter is kept on a list; the next letter counts it. The letter says how
//! many wait and where to look. Invariants: whatever is still held when the hour is over is counted by a letter;
//! no address, no subject, no word of the message or of a rule.

use std::collections::BTreeSet;
use std::time::Duration;

use ctx::Ctx;
use mail::smtp::Dsn;
use model::{
    Address, Code, Demand, Error, Method, RecipientId, RecipientState, Result, SealedId, UserId,
};
use serde::Deserialize;
use store::Tx;
use store::tables::events::{self, OutboxRow};
use store::tables::{held_notices, recipients, users};

use crate::Flow;
use crate::besides::Besides;
use crate::content::load;
use crate::enqueue::{Enqueuing, Queued, hand_over, insert_wanted};
use crate::envelope::Transport;
use crate::seal::{Sealed, SealedLetter, Way};

/// Between two letters to one person.
const TELL_AGAIN_AFTER: Duration = Duration::from_secs(3_600);
/// People told of one message.
const TOLD_MAX: usize = 50;
/// Readers told in one look.
const DUE_MAX: usize = 200;
/// What rules call those who look after what is held, where the organisation has no such role of its own.
const REVIEWERS: &[&str] = &["dlp_admin", "dlp_notified"];
const REVIEWERS_ROLE: &str = "compliance";

pub(super) fn run(flow: &Flow, row: &OutboxRow) -> Result<Option<Enqueuing>> {
    let ctx = flow.world().system(row.organisation);
    let (id, organisation) = (RecipientId::from_bytes(row.subject), row.organisation);
    let (position, now) = (row.position, ctx.now());
    let readers = flow.world().store.write(move |tx| {
        let mut told = BTreeSet::new();
        if !events::done(tx, position)? {
            return Ok(told);
        }
        let message = recipients::load(tx, id, organisation)?.message;
        let people = users::list(tx, organisation)?;
        for held in recipients::of_message(tx, message)? {
            // One letter counts all recipients of a message: what others of them ask for is done here.
            if held.id != id && !events::done_of(tx, super::HELD, organisation, held.id.as_bytes())?
            {
                continue;
            }
            for reader in readers(&people, &roles(&held)?) {
                held_notices::wait(tx, organisation, reader, held.id, now)?;
                told.insert(reader);
            }
        }
        Ok(told)
    })?;
    // Whoever cannot be told now is told by the next look.
    for reader in readers {
        if let Err(error) = tell(flow, &ctx, reader) {
            tracing::warn!(code = %error.code(), "a notice of held mail waits");
        }
    }
    Ok(None)
}

impl Flow {
    /// Tells those whose last letter is an hour old of what came since.
    pub(crate) fn tell_held(&self) -> Result<()> {
        let since = self.world().now().minus(TELL_AGAIN_AFTER);
        let due = move |tx: &mut Tx<'_>| held_notices::due(tx, since, DUE_MAX);
        for (organisation, reader) in self.world().store.read(due)? {
            if let Err(error) = tell(self, &self.world().system(organisation), reader) {
                tracing::warn!(code = %error.code(), "a notice of held mail waits");
            }
        }
        Ok(())
    }
}

/// One letter about all that the reader was not told of, where the last one is old enough.
fn tell(flow: &Flow, ctx: &Ctx, reader: UserId) -> Result<()> {
    let (organisation, now) = (ctx.organisation(), ctx.now());
    let since = now.minus(TELL_AGAIN_AFTER);
    let store = &flow.world().store;
    let waiting = store.read(move |tx| {
        let told = held_notices::told_at(tx, organisation, reader)?;
        if told.is_some_and(|at| at > since) {
            return Ok(None);
        }
        let untold = held_notices::untold(tx, organisation, reader)?;
        let newest = held_notices::newest(tx, organisation, reader)?;
        Ok(Some((untold, newest)))
    })?;
    let Some((untold, newest)) = waiting else {
        return Ok(());
    };
    let counted: u64 = untold.iter().map(|one| one.count).sum();
    // Something came between: a letter would not count it, so all is looked at anew.
    let clear = move |tx: &mut Tx<'_>| match held_notices::clear(tx, organisation, reader)? {
        cleared if cleared == counted => Ok(()),
        _ => Err(Error::new(Code::StateConflict)),
    };
    let to = address(ctx, reader)?;
    let (Some(newest), Some(to)) = (newest, to) else {
        // All was decided, or the reader left: there is nothing to tell, or nobody.
        return store.write(clear);
    };
    let waiting = Waiting::of(&untold);
    let message = store
        .read(move |tx| recipients::load(tx, newest, organisation))?
        .message;
    let house = crate::notice::house(flow, ctx)?;
    let signed = crate::notice::held(flow, ctx, &house, &to, waiting)?;
    let sealed = std::sync::Arc::new(Sealed {
        stored: load(ctx, message)?,
        letters: vec![letter(ctx, newest, to, signed)],
        stranded: Vec::new(),
    });
    let (flow2, ctx2, sealed2) = (flow.clone(), ctx.clone(), sealed.clone());
    let queued: Queued = store.write(move |tx| {
        if !held_notices::tell(tx, organisation, reader, (now, since))? {
            return Ok(Queued::new());
        }
        clear(tx)?;
        insert_wanted(&flow2, &ctx2, tx, &sealed2, &mut |_, _| Ok(true))
    })?;
    hand_over(flow, &sealed, queued);
    Ok(())
}

/// How many wait, and where.
#[derive(Clone, Copy)]
pub(crate) struct Waiting {
    /// Recipients of what was sent.
    pub held: u64,
    /// Recipients of what came in.
    pub arrived: u64,
}

impl Waiting {
    fn of(untold: &[held_notices::Untold]) -> Self {
        let of = |state| {
            let counts = untold.iter().filter(|one| one.state == state);
            counts.map(|one| one.count).sum()
        };
        Self {
            held: of(RecipientState::Held),
            arrived: of(RecipientState::Quarantined),
        }
    }
}

/// Whose holders are told.
fn roles(recipient: &recipients::Recipient) -> Result<Vec<String>> {
    Ok(match recipient.state {
        RecipientState::Held => {
            let quarantine = Besides::of(recipient)?.quarantine;
            quarantine.map(|q| q.notify).unwrap_or_default()
        }
        RecipientState::Quarantined => REVIEWERS.iter().map(|&word| word.to_owned()).collect(),
        // Somebody decided before anybody was told.
        _ => Vec::new(),
    })
}

/// Those who hold one of the roles.
fn readers(people: &[users::User], notify: &[String]) -> Vec<UserId> {
    let wanted = |user: &users::User| {
        let mut roles = user.roles.split_whitespace();
        roles.any(|role| {
            let reviews = |word: &String| REVIEWERS.contains(&word.as_str());
            notify.iter().any(|word| word == role)
                || (role == REVIEWERS_ROLE && notify.iter().any(reviews))
        })
    };
    let told = people.iter().filter(|user| user.active && wanted(user));
    told.take(TOLD_MAX).map(|user| user.id).collect()
}

/// None of somebody who left.
fn address(ctx: &Ctx, reader: UserId) -> Result<Option<Address>> {
    #[derive(Deserialize)]
    struct Profile {
        email: String,
    }
    let (world, organisation) = (ctx.world().clone(), ctx.organisation());
    // Into memory first: a transaction cannot wait for another.
    world.keys(organisation)?;
    let profile = ctx.world().store.read(move |tx| {
        let found = users::find(tx, reader)?;
        let Some(user) = found.filter(|user| user.active) else {
            return Ok(None);
        };
        let key = world.item_key(tx, organisation, user.id.as_bytes())?;
        let aad = vault::aad("users", "sealed_profile", user.id.as_bytes());
        key.open(&aad, &user.sealed_profile).map(Some)
    })?;
    let Some(profile) = profile else {
        return Ok(None);
    };
    let profile: Profile =
        serde_json::from_slice(&profile).map_err(|_| Error::new(Code::StoredDataInvalid))?;
    Address::parse(&profile.email).map(Some)
}

fn letter(
    ctx: &Ctx,
    recipient: RecipientId,
    to: Address,
    signed: crate::seal::Signed,
) -> SealedLetter {
    let way = Way {
        recipient,
        from: None,
        to,
        // It names nobody and says nothing.
        demand: Demand::Opportunistic,
        transport: Transport::Usual,
        dsn: Dsn::never(),
        role: "report",
        notice: None,
    };
    SealedLetter {
        id: SealedId::mint(ctx.now(), ctx.world().rng.as_ref()),
        method: Method::Plain,
        signed,
        content: None,
        ways: vec![way],
    }
}
