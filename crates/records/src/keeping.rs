//! How long records are kept: profile and classes of an organisation, rules that two people adopted, days of
//! patients, and for each record until when and why.
//!
//! ```text
//!  book.rs      what binds at a moment: rules, profile, classes, and what is on its way
//!  proposals.rs a rule is proposed, its impact shown, approved by a second person, cools off
//!  anchors.rs   days of patients, fed as lists
//!  facts.rs     what is known of one record
//!  reckon.rs    records reckoned in steps, in the background
//!  due.rs       what may be destroyed, asked again inside the destroying transaction
//!  shown.rs     why a record is kept, and a person's word on what it is
//! ```
//!
//! Invariants: without rules that a second person approved nothing is due; where two states of the rules are on
//! their way into each other, the longer one binds; what is not on record makes nothing due.

mod anchors;
mod book;
mod due;
mod facts;
mod proposals;
mod reckon;
pub(crate) mod sealed;
mod shown;

use ctx::{Action, Ctx, Event};
use model::{Code, Error, Mode, Result, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::Tx;
use store::tables::retention_settings::{self as table, Setting, SettingKind};

use crate::Records;

pub use anchors::{Fed, PatientDays};
pub use book::Book;
pub use due::DueItem;
pub use proposals::{ProposalView, Proposed};
pub use reckon::Progress;
pub use retention::{
    Anchor, Change, Class, Classifier, Known, Profile, Programme, Provider, Rule, RuleRef,
    RuleState, Sentence, Simulation,
};
pub use shown::{Correcting, KeptItem, RecordKeeping};
pub use store::tables::retention_items::ItemState;

/// One version of what was set, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingView<T> {
    pub version: u32,
    pub setting: T,
    pub reason: String,
    pub author: String,
    pub created_at: Timestamp,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Written<T> {
    setting: T,
    reason: String,
}

impl Records {
    /// What the organisation is to the law; none before anybody said so.
    ///
    /// # Errors
    /// `action_forbidden`.
    pub fn keeping_profile(&self, ctx: &Ctx) -> Result<Option<SettingView<Profile>>> {
        reads(ctx)?;
        let ctx2 = ctx.clone();
        let kind = SettingKind::Profile;
        ctx.world().store.read(move |tx| newest(&ctx2, tx, kind))
    }

    /// Says what the organisation is. The first counts at once; of a later one and the one before, whichever keeps
    /// longer until it has cooled off.
    ///
    /// # Errors
    /// `action_forbidden`; `field_missing` at `/states` or `/provider_types`; `field_invalid` at `/states`;
    /// `field_missing` or `field_invalid` at `/reason`.
    pub fn set_keeping_profile(&self, ctx: &Ctx, profile: &Profile, reason: &str) -> Result<u32> {
        manages(ctx)?;
        let missing = |at: &str| Error::new(Code::FieldMissing).at(at);
        if profile.states.is_empty() {
            return Err(missing("/states"));
        }
        if profile.provider_types.is_empty() {
            return Err(missing("/provider_types"));
        }
        if !profile.states.iter().all(retention::Jurisdiction::is_state) {
            return Err(Error::new(Code::FieldInvalid).at("/states"));
        }
        set(ctx, SettingKind::Profile, profile, reason)
    }

    /// How records are classified; none before anybody said so, and all are unclassified.
    ///
    /// # Errors
    /// `action_forbidden`.
    pub fn classes(&self, ctx: &Ctx) -> Result<Option<SettingView<Classifier>>> {
        reads(ctx)?;
        let ctx2 = ctx.clone();
        let kind = SettingKind::Classes;
        ctx.world().store.read(move |tx| newest(&ctx2, tx, kind))
    }

    /// Says how records are classified. Of it and what was before, whichever keeps longer until it has cooled off.
    ///
    /// # Errors
    /// `action_forbidden`; `field_invalid` at `/rules`; `field_missing` or `field_invalid` at `/reason`.
    pub fn set_classes(&self, ctx: &Ctx, classes: &Classifier, reason: &str) -> Result<u32> {
        manages(ctx)?;
        if classes.check().is_err() {
            return Err(Error::new(Code::FieldInvalid).at("/rules"));
        }
        set(ctx, SettingKind::Classes, classes, reason)
    }
}

fn set<T: Serialize>(ctx: &Ctx, kind: SettingKind, setting: &T, reason: &str) -> Result<u32> {
    let reason = flow::checked_reason(reason)?;
    let written = Written {
        setting: serde_json::to_value(setting)
            .map_err(|e| Error::new(Code::Internal).because(e))?,
        reason,
    };
    let ctx2 = ctx.clone();
    ctx.world().store.write(move |tx| {
        let of = ctx2.organisation();
        let version = table::newest(tx, of, kind)?.map_or(1, |newest| newest.version + 1);
        let id = sealed::id(&ctx2, tx, &format!("{} {version}", kind.word()))?;
        let key = sealed::new_key(&ctx2, tx, &id)?;
        let row = Setting {
            version,
            sealed_setting: sealed::seal(&ctx2, &key, sealed::SETTING, &id, &written)?,
            author: ctx2.actor().to_owned(),
            created_at: ctx2.now(),
        };
        table::insert(tx, of, kind, &row)?;
        let event = Event::new("retention.set").fact("setting", kind.word());
        let event = event.fact("version", version);
        let event = event.payload(written.reason.clone().into_bytes(), &key);
        ctx2.record(tx, event)?;
        Ok(version)
    })
}

fn newest<T: DeserializeOwned>(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    kind: SettingKind,
) -> Result<Option<SettingView<T>>> {
    let row = table::newest(tx, ctx.organisation(), kind)?;
    row.map(|row| view(ctx, tx, kind, row)).transpose()
}

fn view<T: DeserializeOwned>(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    kind: SettingKind,
    row: Setting,
) -> Result<SettingView<T>> {
    let id = sealed::id(ctx, tx, &format!("{} {}", kind.word(), row.version))?;
    let key = ctx.world().item_key(tx, ctx.organisation(), &id)?;
    let written: Written<T> = sealed::open(&key, sealed::SETTING, &id, &row.sealed_setting)?;
    Ok(SettingView {
        version: row.version,
        setting: written.setting,
        reason: written.reason,
        author: row.author,
        created_at: row.created_at,
    })
}

fn reads(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::RetentionRead, &ctx.own("retention"))?;
    live_only(ctx)
}

fn manages(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::RetentionManage, &ctx.own("retention"))?;
    live_only(ctx)
}

/// Retention binds the mail of people: a test key has no part in it.
fn live_only(ctx: &Ctx) -> Result<()> {
    match ctx.mode() {
        Mode::Live => Ok(()),
        Mode::Test => Err(Error::new(Code::ActionForbidden)),
    }
}
