//! A signed-in browser: 15 minutes idle, 12 hours in all (45 CFR 164.312(a)(2)(iii), automatic
//! logoff).

use ctx::{Ctx, Event, Principal, PrincipalKind, Role, Seat};
use model::{Code, Error, Mode, Phi, Result, Secret, Timestamp, limits};
use store::tables::{organisations, users};

use crate::People;
use crate::user::roles;

/// The cookie's value.
pub struct SessionToken(pub Secret<String>);

/// What pages need to know about who is here.
pub struct SessionView {
    pub user_name: Phi<String>,
    pub roles: Vec<Role>,
    pub organisation: String,
    pub zone: String,
    pub language: String,
    /// Goes into every form; bound to this session.
    pub csrf: String,
    pub idle_until: Timestamp,
}

impl People {
    /// # Errors
    /// `session_expired` when it is unknown, idle too long, too old, or not past its second factor.
    pub fn session(&self, token: &str) -> Result<(Ctx, SessionView)> {
        let (hash, now) = (vault::hash_token(token), self.world().now());
        let found = self.world().store.write(move |tx| {
            let Some(s) = users::find_session(tx, &hash)? else {
                return Ok(None);
            };
            let alive = s.ended_at.is_none()
                && s.stage == "full"
                && s.seen_at.plus(limits::SESSION_IDLE_MAX) > now
                && s.created_at.plus(limits::SESSION_AGE_MAX) > now;
            let Some(user) = users::find(tx, s.person)?.filter(|user| alive && user.active) else {
                return Ok(None);
            };
            // A write a minute is enough to measure idleness by.
            if s.seen_at.plus(std::time::Duration::from_secs(60)) < now {
                users::touch_session(tx, s.id, now)?;
            }
            let organisation = organisations::find(tx, user.organisation)?;
            Ok(organisation.map(|organisation| (s, user, organisation)))
        })?;
        let (session, user, organisation) =
            found.ok_or_else(|| Error::new(Code::SessionExpired))?;
        let principal = Principal {
            id: user.id.to_string(),
            organisation: user.organisation,
            kind: PrincipalKind::User(roles(&user.roles)),
            second_factor: true,
        };
        let view = SessionView {
            user_name: Phi::new(self.profile(&user)?.name),
            roles: roles(&user.roles),
            organisation: organisation.name,
            zone: organisation.zone,
            language: organisation.language,
            csrf: csrf_of(token),
            idle_until: now.plus(limits::SESSION_IDLE_MAX),
        };
        Ok((
            Ctx::seat(
                self.world(),
                Seat {
                    principal,
                    mode: Mode::Live,
                    session: Some(session.id),
                },
            ),
            view,
        ))
    }

    pub fn sign_out(&self, ctx: &Ctx) -> Result<()> {
        let Some(session) = ctx.session() else {
            return Ok(());
        };
        let (actor, now) = (ctx.clone(), ctx.now());
        self.world().store.write(move |tx| {
            if users::end_session(tx, session, now)? {
                actor.record(tx, Event::new("user.signed_out").about(session))?;
            }
            Ok(())
        })
    }
}

/// The form token of any cookie token, sessions, pending sign-ins and visits alike.
pub fn csrf_of(token: &str) -> String {
    use base64::Engine;
    let hash = vault::hash_token(&format!("csrf:{token}"));
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..18])
}
