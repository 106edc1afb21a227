//! From a link to a visit: landing, entering the code, who is here.

use ctx::{Ctx, Event, Principal, PrincipalKind, Seat};
use model::{Code, Error, Mode, Result, Secret, VisitId, limits};
use store::tables::{organisations, portal};

use super::new_token;
use crate::Flow;

/// What anyone who holds a link may know: who sent it, in which language to speak.
pub struct Landing {
    pub organisation: String,
    pub language: String,
    pub zone: String,
}

/// A visit's secret, for the cookie.
pub struct VisitToken(pub Secret<String>);

impl Flow {
    /// # Errors
    /// `not_found` for unknown, expired and recalled links alike.
    pub fn portal_landing(&self, link: &str) -> Result<Landing> {
        let notice = self.find_link(link)?;
        let row = self
            .world()
            .store
            .read(move |tx| organisations::find(tx, notice.organisation))?
            .ok_or_else(|| Error::new(Code::NotFound))?;
        Ok(Landing {
            organisation: row.name,
            language: row.language,
            zone: row.zone,
        })
    }

    /// Exchanges a right code for a visit.
    ///
    /// # Errors
    /// `code_expired` for a wrong, used or old code and after five tries.
    pub fn portal_enter(&self, link: &str, code: &str) -> Result<VisitToken> {
        let notice = self.find_link(link)?;
        let world = self.world().clone();
        let ctx = reader(self, &notice);
        let token = world
            .keys(notice.organisation)?
            .blind("code", &format!("{}:{}", notice.id, code.trim()));
        let secret = new_token(world.rng.as_ref());
        let hash = vault::hash_token(secret.expose());
        let entered = world.store.clone().write(move |tx| {
            let now = world.now();
            let Some(newest) = portal::newest_code(tx, notice.id)? else {
                return Ok(false);
            };
            let open = newest.used_at.is_none()
                && newest.expires_at > now
                && newest.tries < limits::CODE_TRIES_MAX;
            if !open || !vault::constant_time_eq(&newest.code_token, &token) {
                portal::try_code(tx, &newest)?;
                let event = Event::new("portal.code_refused")
                    .message(notice.message)
                    .recipient(notice.recipient);
                ctx.record(tx, event)?;
                return Ok(false);
            }
            if !portal::use_code(tx, &newest, now)? {
                return Ok(false);
            }
            let id = VisitId::mint(now, world.rng.as_ref());
            let visit = portal::Visit {
                id,
                token_hash: hash,
                notice: notice.id,
                organisation: notice.organisation,
                created_at: now,
                seen_at: now,
                ended_at: None,
            };
            portal::insert_visit(tx, &visit)?;
            let event = Event::new("portal.entered")
                .message(notice.message)
                .recipient(notice.recipient)
                .about(visit.id);
            ctx.record(tx, event)?;
            Ok(true)
        })?;
        if entered {
            Ok(VisitToken(secret))
        } else {
            Err(Code::CodeExpired.into())
        }
    }

    /// Ends a visit.
    pub fn portal_leave(&self, visit: &str) -> Result<()> {
        let (hash, now) = (vault::hash_token(visit), self.world().now());
        self.world()
            .store
            .write(move |tx| match portal::find_visit(tx, &hash)? {
                Some(found) => portal::end_visit(tx, found.id, now),
                None => Ok(()),
            })
    }

    /// The reader of a visit, alive and within its idle time and its age.
    pub(super) fn reader_of(&self, visit: &str) -> Result<(Ctx, portal::Notice, portal::Visit)> {
        let (hash, now) = (vault::hash_token(visit), self.world().now());
        let (notice, visit) = self
            .world()
            .store
            .write(move |tx| {
                let Some(found) = portal::find_visit(tx, &hash)? else {
                    return Ok(None);
                };
                let over = found.ended_at.is_some()
                    || found.seen_at.plus(limits::VISIT_IDLE_MAX) < now
                    || found.created_at.plus(limits::VISIT_AGE_MAX) < now;
                if over {
                    return Ok(None);
                }
                portal::touch_visit(tx, found.id, now)?;
                Ok(Some((portal::load_notice(tx, found.notice)?, found)))
            })?
            .ok_or_else(|| Error::new(Code::SessionExpired))?;
        if notice.expires_at < now {
            return Err(Code::SessionExpired.into());
        }
        Ok((reader(self, &notice), notice, visit))
    }

    pub(super) fn find_link(&self, link: &str) -> Result<portal::Notice> {
        let (hash, now) = (vault::hash_token(link), self.world().now());
        let gone = || Error::new(Code::NotFound);
        let notice = self
            .world()
            .store
            .read(move |tx| portal::find_notice(tx, &hash))?
            .ok_or_else(gone)?;
        if notice.expires_at < now {
            Err(gone())
        } else {
            Ok(notice)
        }
    }
}

pub(super) fn reader(flow: &Flow, notice: &portal::Notice) -> Ctx {
    let principal = Principal {
        id: notice.recipient.to_string(),
        organisation: notice.organisation,
        kind: PrincipalKind::Reader(notice.recipient),
        second_factor: false,
    };
    Ctx::seat(
        flow.world(),
        Seat {
            principal,
            mode: Mode::Live,
            session: None,
        },
    )
}
