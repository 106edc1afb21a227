//! Making, showing and removing webhooks.

use ctx::{Action, Ctx, Event, PrincipalKind, Resource};
use model::{Code, Error, Result, Stream, WebhookId, limits};
use store::tables::{webhook_deliveries, webhooks};
use store::{Tx, tables::webhooks::Webhook};

use super::target::{Target, check_url};
use super::{HookSecret, HookState, HookView, NewHook};
use crate::Flow;

impl Flow {
    /// Software hears of its own messages, people of their organisation's.
    ///
    /// # Errors
    /// `field_invalid` for an address, kind or description that does not fit; `state_conflict` when
    /// there are too many.
    pub fn create_hook(&self, ctx: &Ctx, new: NewHook) -> Result<HookSecret> {
        ctx.allow(Action::WebhookManage, &ctx.own("webhook"))?;
        check_url(&new.url)?;
        let world = self.world();
        let target = Target::new(new.url, world.rng.as_ref());
        let (owner, mode) = match ctx.principal().kind {
            PrincipalKind::App { .. } => (ctx.actor().to_owned(), ctx.mode()),
            _ => (String::new(), new.mode.unwrap_or(ctx.mode())),
        };
        let mut row = Webhook {
            id: WebhookId::mint(ctx.now(), world.rng.as_ref()),
            organisation: ctx.organisation(),
            owner,
            description: check_description(new.description)?,
            sealed_target: Vec::new(),
            kinds: stored_kinds(&new.kinds)?,
            stream: new.stream,
            mode,
            state: HookState::Active,
            because: None,
            old_until: None,
            created_at: ctx.now(),
        };
        row.sealed_target = target.seal(world, &row)?;
        let (id, actor) = (row.id, ctx.clone());
        world.store.write(move |tx| {
            if webhooks::count(tx, row.organisation)? >= limits::WEBHOOKS_MAX {
                return Err(Code::StateConflict.into());
            }
            webhooks::insert(tx, &row)?;
            let event = Event::new("webhook.created")
                .about(id)
                .fact("mode", row.mode)
                .fact("stream", row.stream.map_or("all", Stream::word));
            actor.record(tx, event).map(drop)
        })?;
        let shown_once = target.shown();
        Ok(HookSecret { id, shown_once })
    }

    /// Oldest first, at most 200.
    pub fn hooks(&self, ctx: &Ctx) -> Result<Vec<HookView>> {
        ctx.allow(Action::WebhookManage, &ctx.own("webhook"))?;
        let organisation = ctx.organisation();
        let owner = match ctx.principal().kind {
            PrincipalKind::App { .. } => ctx.actor().to_owned(),
            _ => String::new(),
        };
        let mode = ctx.mode();
        let found = self.world().store.read(move |tx| {
            let rows = webhooks::list(tx, organisation, (&owner, mode))?;
            rows.into_iter()
                .map(|row| told(tx, row))
                .collect::<Result<Vec<_>>>()
        })?;
        found.into_iter().map(|told| self.hook_view(told)).collect()
    }

    pub fn hook(&self, ctx: &Ctx, id: WebhookId) -> Result<HookView> {
        let row = self.reachable_hook(ctx, id)?;
        let found = self.world().store.read(move |tx| told(tx, row.clone()))?;
        self.hook_view(found)
    }

    /// What waits for it goes with it.
    pub fn delete_hook(&self, ctx: &Ctx, id: WebhookId) -> Result<()> {
        self.reachable_hook(ctx, id)?;
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            let counts = webhook_deliveries::counts(tx, id)?;
            let open = |state| {
                matches!(
                    state,
                    super::DeliveryState::Waiting | super::DeliveryState::Retrying
                )
            };
            let waiting: u64 = counts
                .iter()
                .filter(|(s, _)| open(*s))
                .map(|(_, n)| n)
                .sum();
            webhook_deliveries::delete_of(tx, id)?;
            if !webhooks::delete(tx, id, actor.organisation())? {
                return Err(Code::NotFound.into());
            }
            let event = Event::new("webhook.deleted")
                .about(id)
                .fact("waiting", waiting);
            actor.record(tx, event).map(drop)
        })
    }

    /// # Errors
    /// `not_found` when it is another organisation's, or of the other mode for an app.
    pub(super) fn reachable_hook(&self, ctx: &Ctx, id: WebhookId) -> Result<Webhook> {
        let organisation = ctx.organisation();
        let row = self
            .world()
            .store
            .read(move |tx| webhooks::load(tx, id, organisation))?;
        let app = matches!(ctx.principal().kind, PrincipalKind::App { .. });
        if app && row.mode != ctx.mode() {
            return Err(Code::NotFound.into());
        }
        // What people made is theirs: software neither sees nor changes it.
        let owner = match row.owner.as_str() {
            "" => organisation.to_string(),
            app => app.to_owned(),
        };
        let resource = Resource {
            owner: Some(owner),
            ..ctx.own("webhook")
        };
        ctx.allow(Action::WebhookManage, &resource)?;
        Ok(row)
    }

    fn hook_view(&self, (row, health, counts): Read) -> Result<HookView> {
        let target = Target::open(self.world(), &row)?;
        Ok(HookView {
            id: row.id,
            app: Some(row.owner).filter(|owner| !owner.is_empty()),
            url: target.url.clone(),
            kinds: row
                .kinds
                .split_whitespace()
                .filter(|kind| *kind != "*")
                .map(str::to_owned)
                .collect(),
            stream: row.stream,
            mode: row.mode,
            description: row.description,
            state: row.state,
            because: row.because,
            old_secret_until: row.old_until.filter(|until| *until > self.world().now()),
            created_at: row.created_at,
            failing_since: health.failing_since,
            delivered_at: health.delivered_at,
            counts,
        })
    }
}

type Read = (Webhook, webhooks::Health, Vec<(super::DeliveryState, u64)>);

fn told(tx: &mut Tx<'_>, row: Webhook) -> Result<Read> {
    let id = row.id;
    Ok((
        row,
        webhooks::health(tx, id)?,
        webhook_deliveries::counts(tx, id)?,
    ))
}

pub(super) fn check_description(text: String) -> Result<String> {
    let fits = text.chars().count() <= limits::WEBHOOK_DESCRIPTION_CHARS_MAX
        && !text.contains(char::is_control);
    if fits {
        Ok(text)
    } else {
        Err(Error::new(Code::FieldInvalid).at("/description"))
    }
}

/// As the table holds them.
pub(super) fn stored_kinds(kinds: &[String]) -> Result<String> {
    if kinds.is_empty() {
        return Ok("*".to_owned());
    }
    let known = |word: &String| model::events::told().any(|kind| kind.word == word);
    if let Some(i) = kinds.iter().position(|word| !known(word)) {
        return Err(Error::new(Code::FieldInvalid).at(format!("/kinds/{i}")));
    }
    let mut words: Vec<&str> = kinds.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    Ok(format!(" {} ", words.join(" ")))
}
