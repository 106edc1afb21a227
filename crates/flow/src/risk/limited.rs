//! Fixed limits of people and of software: the program's own, until the organisation chooses others.
//!
//! Invariants: people alone change them, with a reason that is on record, and nobody who is restricted does;
//! a limit that is not set limits nothing.

use ctx::{Action, Ctx, Event, PrincipalKind};
use model::{Code, Error, OrganisationId, Result, limits};
use policy::risk::{Baseline, Cap, Caps, Rung, Signal};
use store::Tx;
use store::tables::{risk, sending_caps as table};

use super::beat::json;
use super::{SenderKind, read, rung_of, wrong};
use crate::Flow;
use crate::held::checked;
use crate::view::live_only;

/// The limits of one kind of sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendingCaps {
    /// One for each signal that can be limited, in the order of [`Signal::CAPPED`].
    pub caps: Vec<Cap>,
    /// The organisation chose them.
    pub chosen: bool,
}

impl Flow {
    /// What holds for people, or for software.
    ///
    /// # Errors
    /// `field_invalid` at `/kind` for anything else.
    pub fn sending_caps(&self, ctx: &Ctx, kind: SenderKind) -> Result<SendingCaps> {
        ctx.allow(Action::AnomalyRead, &ctx.own("sender"))?;
        live_only(ctx)?;
        let (organisation, kind) = (ctx.organisation(), climbing(kind)?);
        let store = &self.world().store;
        let found = store.read(move |tx| table::find(tx, (organisation, kind.word())))?;
        let stored: Option<Caps> = read(found.as_ref())?;
        let chosen = stored.is_some();
        let caps = stored.unwrap_or_else(|| of_program(kind));
        let all = Signal::CAPPED.into_iter().map(|signal| caps.find(signal));
        Ok(SendingCaps {
            caps: all.collect(),
            chosen,
        })
    }

    /// From the next look at each sender on, a minute away at most. None: the program's own again.
    ///
    /// # Errors
    /// `action_forbidden` for software, and for whoever is restricted; `field_missing` or `field_invalid` at
    /// `/reason`; `field_invalid` at `/caps/N` for a limit of nothing, one over
    /// [`limits::SENDING_CAP_MAX`], an hour's over the day's, a signal that cannot be limited, or one named twice.
    pub fn set_sending_caps(
        &self,
        ctx: &Ctx,
        kind: SenderKind,
        caps: Option<&[Cap]>,
        reason: &str,
    ) -> Result<()> {
        ctx.allow(Action::AnomalyRelease, &ctx.own("sender"))?;
        if matches!(ctx.principal().kind, PrincipalKind::App { .. }) {
            return Err(Code::ActionForbidden.into());
        }
        live_only(ctx)?;
        let (kind, reason) = (climbing(kind)?, checked(reason)?);
        let caps = caps.map(judged).transpose()?;
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            let (organisation, now) = (actor.organisation(), actor.now());
            // Into memory first: a transaction cannot wait for another.
            actor.world().keys_in(tx, organisation)?;
            let own = risk::find(tx, (organisation, actor.actor()))?;
            let rung = own
                .map(|row| rung_of(&row.rung).ok_or_else(wrong))
                .transpose()?;
            if rung.is_some_and(|rung| rung != Rung::Observe) {
                return Err(Code::ActionForbidden.into());
            }
            let whose = (organisation, kind.word());
            match &caps {
                Some(caps) => table::put(tx, whose, &json(caps)?, now)?,
                None => drop(table::remove(tx, whose)?),
            }
            let key = actor
                .world()
                .new_item_key(organisation, *actor.request().as_bytes())?;
            key.insert(tx)?;
            let event = Event::new("sending.caps_set")
                .about(actor.request())
                .fact("kind", kind.word())
                .fact("caps", caps.as_ref().map_or("program".to_owned(), said))
                .payload(reason.clone().into_bytes(), key.opened());
            actor.record(tx, event).map(drop)
        })
    }
}

/// The limits of one subject.
pub(super) struct Limits {
    always: Caps,
    /// Before its weeks are learnt.
    new: Caps,
}

impl Limits {
    pub(super) fn at(&self, usual: &Baseline) -> &Caps {
        match usual.is_settled() {
            true => &self.always,
            false => &self.new,
        }
    }
}

/// What holds for one subject; what others share is no misuse of anybody's, so wholes have none. What an organisation
/// chose holds from the first day on.
pub(super) fn limits_of(
    tx: &mut Tx<'_>,
    (organisation, subject): (OrganisationId, &str),
) -> Result<Limits> {
    let kind = SenderKind::of(subject);
    let found = match kind.climbs() {
        true => table::find(tx, (organisation, kind.word()))?,
        false => None,
    };
    let chosen: Option<Caps> = read(found.as_ref())?;
    let (always, new) = match (chosen, kind) {
        _ if !kind.climbs() => (Caps(Vec::new()), Caps(Vec::new())),
        (Some(chosen), _) => (chosen.clone(), chosen),
        (None, SenderKind::Software) => (Caps::of_software(), Caps::of_new_software()),
        (None, _) => (of_program(kind), of_program(kind)),
    };
    Ok(Limits { always, new })
}

fn of_program(kind: SenderKind) -> Caps {
    match kind {
        SenderKind::Software => Caps::of_software(),
        _ => Caps::of_a_person(),
    }
}

fn climbing(kind: SenderKind) -> Result<SenderKind> {
    let climbs = kind.climbs().then_some(kind);
    climbs.ok_or_else(|| Error::new(Code::FieldInvalid).at("/kind"))
}

/// Those that limit something.
fn judged(caps: &[Cap]) -> Result<Caps> {
    for (nth, cap) in caps.iter().enumerate() {
        let numbers = [cap.hour, cap.day];
        let mut given = numbers.iter().flatten();
        let in_range = given.all(|number| (1..=limits::SENDING_CAP_MAX).contains(number));
        let in_order = cap.hour.zip(cap.day).is_none_or(|(hour, day)| hour <= day);
        let again = caps[..nth].iter().any(|other| other.signal == cap.signal);
        if !in_range || !in_order || again || !Signal::CAPPED.contains(&cap.signal) {
            return Err(Error::new(Code::FieldInvalid).at(format!("/caps/{nth}")));
        }
    }
    let set = caps
        .iter()
        .filter(|cap| cap.hour.is_some() || cap.day.is_some());
    Ok(Caps(set.copied().collect()))
}

/// For the audit log: `messages 200/1000; patients -/500`, an hour and a day.
fn said(caps: &Caps) -> String {
    let number = |number: Option<u32>| number.map_or("-".to_owned(), |number| number.to_string());
    let all = caps.0.iter();
    let all = all.map(|cap| {
        format!(
            "{} {}/{}",
            cap.signal.word(),
            number(cap.hour),
            number(cap.day)
        )
    });
    all.collect::<Vec<_>>().join("; ")
}
