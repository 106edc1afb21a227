//! How many bounces suppress, and for how long: the program's defaults and what an organisation set.

use std::time::Duration;

use ctx::{Action, Ctx, Event};
use model::{Code, Error, OrganisationId, Result, SuppressionReason, Timestamp};
use store::Tx;
use store::tables::suppressions;
pub use store::tables::suppressions::Rule;

use crate::Flow;

/// More than this many days is for ever.
const KEEP_DAYS_MAX: u32 = 3_650;
const STRIKES_MAX: u32 = 100;

/// What holds where an organisation set nothing.
const fn default_rule(reason: SuppressionReason) -> Rule {
    let (strikes, keep_days) = match reason {
        SuppressionReason::UnknownUser
        | SuppressionReason::Complaint
        | SuppressionReason::Unsubscribed
        | SuppressionReason::Manual => (1, None),
        // Mailboxes come back to life, and full ones are emptied.
        SuppressionReason::Inactive => (2, Some(90)),
        SuppressionReason::Full => (3, Some(14)),
    };
    Rule {
        reason,
        strikes,
        keep_days,
    }
}

pub(super) fn of(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    reason: SuppressionReason,
) -> Result<Expiring> {
    let set = suppressions::rules(tx, organisation)?;
    let own = set.into_iter().find(|rule| rule.reason == reason);
    let rule = own.unwrap_or(default_rule(reason));
    Ok(Expiring {
        strikes: rule.strikes,
        keep_days: rule.keep_days,
    })
}

/// A rule about to be applied.
pub(super) struct Expiring {
    pub strikes: u32,
    keep_days: Option<u32>,
}

impl Expiring {
    pub fn expires(&self, at: Timestamp) -> Option<Timestamp> {
        let days = self.keep_days?;
        Some(at.plus(Duration::from_secs(u64::from(days) * 86_400)))
    }
}

impl Flow {
    /// One rule a reason, as it holds for the organisation.
    pub fn suppression_rules(&self, ctx: &Ctx) -> Result<Vec<Rule>> {
        ctx.allow(Action::SuppressionRead, &ctx.own("suppression"))?;
        let organisation = ctx.organisation();
        let set = self
            .world()
            .store
            .read(move |tx| suppressions::rules(tx, organisation))?;
        let one = |reason: &SuppressionReason| {
            let own = set.iter().find(|rule| rule.reason == *reason);
            own.copied().unwrap_or(default_rule(*reason))
        };
        Ok(SuppressionReason::ALL.iter().map(one).collect())
    }

    /// # Errors
    /// `field_invalid` outside 1 to 100 bounces and 1 to 3,650 days.
    pub fn set_suppression_rule(&self, ctx: &Ctx, rule: Rule) -> Result<()> {
        ctx.allow(Action::SuppressionManage, &ctx.own("suppression"))?;
        if !(1..=STRIKES_MAX).contains(&rule.strikes) {
            return Err(Error::new(Code::FieldInvalid).at("/strikes"));
        }
        if rule
            .keep_days
            .is_some_and(|days| !(1..=KEEP_DAYS_MAX).contains(&days))
        {
            return Err(Error::new(Code::FieldInvalid).at("/keep_days"));
        }
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            suppressions::set_rule(tx, ctx2.organisation(), &rule)?;
            let keep = rule
                .keep_days
                .map_or("until_lifted".to_owned(), |days| days.to_string());
            let event = Event::new("suppression.rule_set")
                .fact("reason", rule.reason)
                .fact("strikes", rule.strikes)
                .fact("keep_days", keep);
            ctx2.record(tx, event).map(drop)
        })
    }
}
