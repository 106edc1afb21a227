//! The detectors in force: compiled once a version, as rules are read.

use std::sync::{Arc, Mutex, PoisonError};

use ctx::Ctx;
use model::{Code, DetectorId, Error, OrganisationId, Result, limits};
use phi::{PatternError, Patterns};
use store::Tx;
use store::tables::detectors::{self as table, DetectorState};

use super::Detector;
use crate::Flow;

/// What of an organisation's detectors a message is read by.
#[derive(Clone, Default)]
pub(crate) struct Force {
    /// 0 where there never was one.
    pub version: u64,
    patterns: Option<Arc<Patterns>>,
    /// This version cannot be used: what it would have found is not known.
    broken: bool,
}

impl Force {
    pub(crate) fn patterns(&self) -> Option<&Patterns> {
        self.patterns.as_deref()
    }
    /// As detection says what it could not read.
    pub(crate) fn unread(&self) -> Option<(usize, String)> {
        self.broken.then(|| (0, "detectors".to_owned()))
    }
}

/// Versions that were compiled.
#[derive(Default)]
pub(crate) struct Read(Mutex<Vec<(OrganisationId, Force)>>);

impl Read {
    /// Organisations in memory; beyond it all are compiled anew.
    const MAX: usize = 200;

    fn find(&self, organisation: OrganisationId, version: u64) -> Option<Force> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = known
            .iter()
            .find(|(id, held)| (*id, held.version) == (organisation, version));
        held.map(|(_, held)| held.clone())
    }

    fn put(&self, organisation: OrganisationId, force: Force) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(id, _)| *id != organisation);
        if known.len() >= Self::MAX {
            known.clear();
        }
        known.push((organisation, force));
    }
}

/// # Errors
/// The database's. What cannot be opened or compiled is no error: it is in what the message could not be read by.
pub(crate) fn in_force(flow: &Flow, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Force> {
    let organisation = ctx.organisation();
    let version = table::version(tx, organisation)?;
    if version == 0 {
        return Ok(Force::default());
    }
    let read = flow.detectors_read();
    if let Some(force) = read.find(organisation, version) {
        return Ok(force);
    }
    let patterns = match compiled(ctx, tx) {
        Ok(patterns) => Some(patterns),
        Err(error) if super::is_of_data(error.code()) => {
            tracing::error!(%organisation, version, "own detectors cannot be used: all mail counts as not read");
            None
        }
        Err(error) => return Err(error),
    };
    let force = Force {
        version,
        broken: patterns.is_none(),
        patterns: patterns.flatten(),
    };
    read.put(organisation, force.clone());
    Ok(force)
}

/// Whether a detector can be in force beside the others that are.
///
/// # Errors
/// `field_invalid` at `/detectors`.
pub(super) fn fits(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    new: &Detector,
    own: Option<DetectorId>,
) -> Result<()> {
    if new.state != DetectorState::On {
        return Ok(());
    }
    let on = (Some(DetectorState::On), "");
    let mut specs = vec![new.pattern()?];
    for row in table::list(tx, ctx.organisation(), on, None, limits::PATTERNS_MAX)? {
        if Some(row.id) == own {
            continue;
        }
        let view = super::view(ctx.world(), tx, row)?;
        if view.usable {
            specs.push(view.detector.pattern()?);
        }
    }
    match Patterns::compile(&specs) {
        Err(PatternError::TooMany) => Err(Error::new(Code::FieldInvalid)
            .at("/detectors")
            .advising("All detectors together are too large. Switch another one off first.")),
        _ => Ok(()),
    }
}

fn compiled(ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Option<Arc<Patterns>>> {
    let on = (Some(DetectorState::On), "");
    let rows = table::list(tx, ctx.organisation(), on, None, limits::PATTERNS_MAX + 1)?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut specs = Vec::with_capacity(rows.len());
    for row in rows {
        let view = super::view(ctx.world(), tx, row)?;
        if !view.usable {
            return Err(Code::StoredDataInvalid.into());
        }
        specs.push(view.detector.pattern()?);
    }
    let patterns = Patterns::compile(&specs).map_err(|_| Code::StoredDataInvalid)?;
    Ok(Some(Arc::new(patterns)))
}

/// Whether all that are on can be used together.
///
/// # Errors
/// The database's.
pub(super) fn usable(ctx: &Ctx, tx: &mut Tx<'_>) -> Result<bool> {
    match compiled(ctx, tx) {
        Ok(_) => Ok(true),
        Err(error) if super::is_of_data(error.code()) => Ok(false),
        Err(error) => Err(error),
    }
}
