//! The one-time code: six digits, ten minutes, five tries, six an hour.

use std::time::Duration;

use ctx::Event;
use mail::return_path::Errand;
use mail::smtp::Dsn;
use model::seams::Rng;
use model::{Code, Demand, Method, Result, SealedId, Secret, limits};
use store::tables::portal;

use crate::Flow;
use crate::content::load;
use crate::enqueue::{Step, enqueue};
use crate::envelope::Transport;
use crate::inbound::return_path;
use crate::seal::{Sealed, SealedLetter, Way};

/// That a code is on its way; not to whom.
pub struct CodeSent {
    pub valid_for: Duration,
}

impl Flow {
    /// Sends a new code to the recipient's address. Only the newest code counts.
    ///
    /// # Errors
    /// `rate_limited` after six within the hour.
    pub fn portal_send_code(&self, link: &str) -> Result<CodeSent> {
        let notice = self.find_link(link)?;
        let (world, now) = (self.world().clone(), self.world().now());
        let ctx = world.system(notice.organisation);
        let secret = six_digits(world.rng.as_ref());
        let token = world
            .keys(notice.organisation)?
            .blind("code", &format!("{}:{}", notice.id, secret.expose()));
        let (notice_id, message, recipient) = (notice.id, notice.message, notice.recipient);
        let reader = super::visit::reader(self, &notice);
        world.store.write(move |tx| {
            portal::hold_notice(tx, notice_id)?;
            let since = now.minus(Duration::from_secs(3_600));
            if portal::codes_since(tx, notice_id, since)? >= limits::CODES_PER_HOUR_MAX {
                return Err(Code::RateLimited.into());
            }
            let row = portal::OneTimeCode {
                notice: notice_id,
                code_token: token,
                tries: 0,
                created_at: now,
                expires_at: now.plus(limits::CODE_WAIT),
                used_at: None,
            };
            portal::insert_code(tx, &row)?;
            let event = Event::new("portal.code_sent").message(message);
            reader.record(tx, event.recipient(recipient)).map(drop)
        })?;
        let stored = load(&ctx, message)?;
        let Some(row) = stored.recipients.iter().find(|r| r.id == recipient) else {
            return Err(Code::NotFound.into());
        };
        let to = stored.address(row)?;
        let house = crate::notice::house(self, &ctx)?;
        let signed = crate::notice::code(self, &ctx, &house, &to, &secret)?;
        let sender = Some(house.sender.clone());
        let from = return_path(self, &ctx, Errand::Code, recipient, sender)?;
        let way = Way {
            recipient,
            from,
            to,
            demand: Demand::Opportunistic,
            transport: Transport::Usual,
            dsn: Dsn::default(),
            role: "code",
            notice: None,
        };
        let letter = SealedLetter {
            id: SealedId::mint(now, world.rng.as_ref()),
            method: Method::Plain,
            signed,
            content: None,
            ways: vec![way],
        };
        let letters = vec![letter];
        let sealed = Sealed {
            stored,
            letters,
            stranded: Vec::new(),
        };
        enqueue(self, &ctx, sealed, Step::Later, None)?;
        Ok(CodeSent {
            valid_for: limits::CODE_WAIT,
        })
    }
}

/// Evenly distributed: draws above the last whole million are thrown away.
fn six_digits(rng: &dyn Rng) -> Secret<String> {
    const LIMIT: u32 = u32::MAX - u32::MAX % 1_000_000;
    loop {
        let mut bytes = [0; 4];
        rng.fill(&mut bytes);
        let draw = u32::from_be_bytes(bytes);
        if draw < LIMIT {
            return Secret::new(format!("{:06}", draw % 1_000_000));
        }
    }
}
