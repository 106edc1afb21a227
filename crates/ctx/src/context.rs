//! One request's context: actor, organisation, mode, request id.

use std::sync::Arc;

use model::{
    Access, Code, Error, EventId, Mode, OrganisationId, RequestId, Result, SessionId, Timestamp,
};
use policy::access::{Action, Principal, PrincipalKind, Resource};
use store::Tx;

use crate::{Came, Event, World};

/// Who sits here: made by `people` after authentication, by the portal for a reader, or by
/// [`World::system`].
#[derive(Clone)]
pub struct Seat {
    pub principal: Principal,
    pub mode: Mode,
    pub session: Option<SessionId>,
}

/// Cheap to clone; give it to closures whole.
#[derive(Clone)]
pub struct Ctx {
    world: Arc<World>,
    seat: Arc<Seat>,
    request: RequestId,
    came: Option<Arc<Came>>,
}

impl Ctx {
    pub fn seat(world: &Arc<World>, seat: Seat) -> Self {
        let request = RequestId::mint(world.now(), world.rng.as_ref());
        Self {
            world: world.clone(),
            seat: Arc::new(seat),
            request,
            came: None,
        }
    }
    /// The same request, with where it came from.
    pub fn having_come(self, came: Came) -> Self {
        Self {
            came: Some(Arc::new(came)),
            ..self
        }
    }

    pub fn world(&self) -> &Arc<World> {
        &self.world
    }
    pub fn organisation(&self) -> OrganisationId {
        self.seat.principal.organisation
    }
    /// The actor's id as the audit log names it: `usr_…`, `app_…`, `rcp_…`, `system`.
    pub fn actor(&self) -> &str {
        &self.seat.principal.id
    }
    pub fn principal(&self) -> &Principal {
        &self.seat.principal
    }
    pub fn mode(&self) -> Mode {
        self.seat.mode
    }
    pub fn session(&self) -> Option<SessionId> {
        self.seat.session
    }
    pub fn came(&self) -> Option<&Arc<Came>> {
        self.came.as_ref()
    }
    pub fn request(&self) -> RequestId {
        self.request
    }
    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// The only way to a use case.
    ///
    /// # Errors
    /// `not_found` when the actor may not know that the thing exists (another organisation's, another
    /// app's, a reader elsewhere), `action_forbidden` otherwise; both leave an audit entry.
    pub fn allow(&self, action: Action, resource: &Resource) -> Result<()> {
        let verdict = self
            .world
            .access()
            .allow(&self.seat.principal, action, resource);
        if verdict.allowed {
            return Ok(());
        }
        self.note_denial(action, resource);
        let theirs = match self.seat.principal.kind {
            PrincipalKind::Reader(_) => true,
            PrincipalKind::App { .. } => {
                let owner = resource.owner.as_deref();
                owner.is_some_and(|owner| owner != self.actor())
            }
            _ => false,
        };
        let foreign = resource.organisation != self.organisation();
        Err(Error::new(if theirs || foreign {
            Code::NotFound
        } else {
            Code::ActionForbidden
        }))
    }

    /// Whether a part of what is shown may be: what is left out for want of permission was not asked for, and is no
    /// denial.
    pub fn may_see(&self, action: Action, resource: &Resource) -> bool {
        let access = self.world.access();
        access.allow(&self.seat.principal, action, resource).allowed
    }

    /// A thing of the actor's own organisation, of a kind the access policy knows.
    pub fn own(&self, kind: &'static str) -> Resource {
        Resource {
            organisation: self.organisation(),
            kind,
            owner: None,
            recipient: None,
        }
    }

    fn note_denial(&self, action: Action, resource: &Resource) {
        let ctx = self.clone();
        let (action, kind) = (action.word(), resource.kind);
        // Best effort on purpose: a refusal must not turn into an outage when the disk is full.
        drop(self.world.store.write_later(move |tx| {
            ctx.record(
                tx,
                Event::new("access.denied")
                    .fact("action", action)
                    .fact("kind", kind),
            )
            .map(drop)
        }));
    }

    /// Writes an event, its outbox row and its audit entry into `tx`: one commit with the state they
    /// speak of.
    pub fn record(&self, tx: &mut Tx<'_>, event: Event<'_>) -> Result<EventId> {
        crate::event::write(self, tx, event)
    }

    /// Permission for a person to read PHI: recorded durably before it is given.
    pub fn open_phi(&self, event: Event<'static>) -> Result<Access> {
        let ctx = self.clone();
        self.world
            .store
            .write(move |tx| ctx.record(tx, event.clone()).map(drop))?;
        Ok(self.machine_access())
    }

    /// Permission for the program to process what a person sent it to process: scanning, sealing,
    /// transmitting to the recipient. The way of the message records each step by itself.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one door that gives access"
    )]
    pub fn machine_access(&self) -> Access {
        Access::grant()
    }
}
