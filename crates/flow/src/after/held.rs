//! Something waits for a decision: tells those whom the rule names, at most once an hour and person.
//!
//! The letter says that something waits and where to look. Invariant: no address, no subject, no word of the
//! message or of a rule.

use ctx::Ctx;
use mail::smtp::Dsn;
use model::{Address, Code, Demand, Error, Method, RecipientId, RecipientState, Result, SealedId};
use serde::Deserialize;
use store::Tx;
use store::tables::events::{self, OutboxRow};
use store::tables::{recipients, sender_reports, users};

use super::delay::hour_of;
use crate::Flow;
use crate::besides::Besides;
use crate::content::{Stored, load};
use crate::enqueue::{Enqueuing, Queued, hand_over, insert_wanted};
use crate::envelope::Transport;
use crate::seal::{Sealed, SealedLetter, Way};

/// Letters of this kind that a person gets in an hour.
const TOLD_PER_HOUR_MAX: u32 = 1;
/// People told of one message.
const TOLD_MAX: usize = 50;
/// What rules call those who look after what is held, where the organisation has no such role of its own.
const REVIEWERS: &[&str] = &["dlp_admin", "dlp_notified"];
const REVIEWERS_ROLE: &str = "compliance";

/// Who is told, and the token by which the hour is counted.
struct Reader {
    to: Address,
    token: [u8; 32],
}

pub(super) fn run(flow: &Flow, row: &OutboxRow) -> Result<Option<Enqueuing>> {
    let ctx = flow.world().system(row.organisation);
    let (id, organisation) = (RecipientId::from_bytes(row.subject), row.organisation);
    let store = &flow.world().store;
    let recipient = store.read(move |tx| recipients::load(tx, id, organisation))?;
    let readers = match recipient.state {
        RecipientState::Held => {
            let quarantine = Besides::of(&recipient)?.quarantine;
            readers(&ctx, quarantine.map(|q| q.notify).unwrap_or_default())?
        }
        RecipientState::Quarantined => readers(
            &ctx,
            REVIEWERS.iter().map(|&word| word.to_owned()).collect(),
        )?,
        // Somebody decided before anybody was told.
        _ => Vec::new(),
    };
    let stored = match load(&ctx, recipient.message) {
        Ok(stored) if !readers.is_empty() => stored,
        Err(error) if error.code() != Code::KeyDestroyed => return Err(error),
        _ => return super::drop_entry(flow, row),
    };
    let page = match recipient.state {
        RecipientState::Quarantined => "inbound",
        _ => "held",
    };
    tell(flow, &ctx, row.position, stored, (id, page, readers))?;
    Ok(None)
}

fn tell(
    flow: &Flow,
    ctx: &Ctx,
    position: i64,
    stored: Stored,
    (id, page, readers): (RecipientId, &str, Vec<Reader>),
) -> Result<()> {
    let house = crate::notice::house(flow, ctx)?;
    let letters = readers.iter().map(|reader| {
        Ok(letter(
            ctx,
            id,
            reader,
            crate::notice::held(flow, ctx, &house, (&reader.to, page))?,
        ))
    });
    let letters = letters.collect::<Result<_>>()?;
    let sealed = std::sync::Arc::new(Sealed {
        stored,
        letters,
        stranded: Vec::new(),
    });
    let (flow2, ctx2, sealed2) = (flow.clone(), ctx.clone(), sealed.clone());
    let queued: Queued = flow.world().store.write(move |tx| {
        if !events::done(tx, position)? {
            return Ok(Queued::new());
        }
        let hour = hour_of(ctx2.now());
        let mut take = |tx: &mut Tx<'_>, at: usize| match readers.get(at) {
            Some(reader) => {
                let most = TOLD_PER_HOUR_MAX;
                sender_reports::take(tx, ctx2.organisation(), &reader.token, hour, most)
            }
            None => Ok(false),
        };
        insert_wanted(&flow2, &ctx2, tx, &sealed2, &mut take)
    })?;
    hand_over(flow, &sealed, queued);
    Ok(())
}

/// Those who hold one of the roles that the rules name.
fn readers(ctx: &Ctx, notify: Vec<String>) -> Result<Vec<Reader>> {
    #[derive(Deserialize)]
    struct Profile {
        email: String,
    }
    let (world, organisation) = (ctx.world().clone(), ctx.organisation());
    let wanted = move |user: &users::User| {
        let mut roles = user.roles.split_whitespace();
        roles.any(|role| {
            let reviews = |word: &String| REVIEWERS.contains(&word.as_str());
            notify.iter().any(|word| word == role)
                || (role == REVIEWERS_ROLE && notify.iter().any(reviews))
        })
    };
    let keys = ctx.world().keys(organisation)?;
    let addresses: Vec<String> = ctx.world().store.read(move |tx| {
        let people = users::list(tx, organisation)?.into_iter();
        let told = people
            .filter(|user| user.active && wanted(user))
            .take(TOLD_MAX);
        told.map(|user| {
            let key = world.item_key(tx, organisation, user.id.as_bytes())?;
            let aad = vault::aad("users", "sealed_profile", user.id.as_bytes());
            let profile: Profile = serde_json::from_slice(&key.open(&aad, &user.sealed_profile)?)
                .map_err(|_| Error::new(Code::StoredDataInvalid))?;
            Ok(profile.email)
        })
        .collect()
    })?;
    let readers = addresses.iter().map(|address| {
        let to = Address::parse(address)?;
        let token = keys.blind("held_notice", &to.fold());
        Ok(Reader { to, token })
    });
    readers.collect()
}

fn letter(
    ctx: &Ctx,
    recipient: RecipientId,
    reader: &Reader,
    signed: crate::seal::Signed,
) -> SealedLetter {
    let way = Way {
        recipient,
        from: None,
        to: reader.to.clone(),
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
