//! The registry of patients: who the organisation treats, as keyed tokens, so that detection knows a name when
//! it meets one.
//!
//! A list comes from the practice's own system and is forgotten when its tokens are stored. Invariant: no value
//! of a patient is kept, in the database or in memory.

mod csv;

use std::sync::{Arc, Mutex, PoisonError};

use ctx::{Action, Ctx, Event, World};
use model::{Code, Error, OrganisationId, Result, limits};
use phi::{MemoryRegistry, RegistryField, RegistryRows};
use store::Tx;
use store::tables::registry as table;
pub use store::tables::registry::State as RegistryState;

use crate::Flow;
use csv::Patient;

/// Patients that one commit takes.
const BATCH: usize = 200;
/// Batches after which mail is looked at with what is there so far.
const BATCHES_UNKNOWN_MAX: usize = 100;
/// Patients that one read gives.
const PAGE: u32 = 5_000;

/// What became of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    pub added: u64,
    pub changed: u64,
    /// Lines that name no patient or nothing of one, as an editor counts them.
    pub refused: Vec<usize>,
}

/// Registries in memory with their versions, those used last at the end.
#[derive(Default)]
pub(crate) struct Held {
    all: Mutex<Vec<(OrganisationId, u64, Arc<MemoryRegistry>)>>,
    /// One is read at a time: all mail of an organisation waits for the same one.
    reading: Mutex<()>,
}

impl Held {
    fn find(&self, organisation: OrganisationId, version: u64) -> Option<Arc<MemoryRegistry>> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all
            .iter()
            .position(|(id, held, _)| (*id, *held) == (organisation, version))?;
        all[at..].rotate_left(1);
        all.last().map(|(_, _, registry)| registry.clone())
    }

    /// Those that nobody asked for longest make room.
    fn put(&self, organisation: OrganisationId, version: u64, registry: Arc<MemoryRegistry>) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(id, ..)| *id != organisation);
        all.push((organisation, version, registry));
        let mut octets: usize = all.iter().map(|(_, _, held)| held.octets()).sum();
        while octets > limits::REGISTRIES_OCTETS_MAX && all.len() > 1 {
            octets -= all.remove(0).2.octets();
        }
    }
}

type Tokens = Vec<(&'static str, [u8; 32])>;

impl Flow {
    /// How many patients are known, and since when. None before the first list.
    pub fn registry(&self, ctx: &Ctx) -> Result<Option<RegistryState>> {
        ctx.allow(Action::RegistryRead, &ctx.own("registry"))?;
        let organisation = ctx.organisation();
        self.world()
            .store
            .read(move |tx| table::state(tx, organisation))
    }

    /// Takes a list of patients: CSV whose first line names the columns: `id`, and of `given`, `family`,
    /// `birth`, `ssn`, `mrn`, `member_id`, `phone`, `email` and `zip` what there is. A patient that was known
    /// is changed. Lines done before an error stay done; a repeat changes nothing. `progress` hears how many
    /// of how many are done.
    ///
    /// # Errors
    /// `field_invalid` at `/csv` without a column `id`; `message_too_large` beyond a limit of one list or of all
    /// patients.
    pub fn register_patients(
        &self,
        ctx: &Ctx,
        csv: &str,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Registered> {
        ctx.allow(Action::RegistryManage, &ctx.own("registry"))?;
        crate::view::live_only(ctx)?;
        let invalid = || Error::new(Code::FieldInvalid).at("/csv");
        let lines = csv::read(csv).ok_or_else(invalid)?;
        if lines.len() > limits::REGISTRY_LINES_MAX {
            return Err(Code::MessageTooLarge.into());
        }
        let mut sum = Registered::default();
        let mut ready = Vec::with_capacity(BATCH);
        let mut batches = 0_usize;
        // The scanner asks by the same keyed hash by which it names what it finds.
        let blinder = ctx.world().keys(ctx.organisation())?.blinder("finding");
        let token = |text: &str| blinder.token(text);
        for (n, line) in lines.iter().enumerate() {
            match tokens(line, &token) {
                Some(tokens) => ready.push((token(&format!("id\0{}", line.id)), tokens)),
                None => sum.refused.push(line.number),
            }
            if ready.len() == BATCH || n + 1 == lines.len() {
                // Who dies in the middle leaves patients known but for the last of them.
                let known = batches.is_multiple_of(BATCHES_UNKNOWN_MAX);
                batches += 1;
                let taken = take(ctx, std::mem::take(&mut ready), known, &mut sum);
                // What was taken before counts, and is on record.
                taken.or_else(|error| self.registered(ctx, &sum).and(Err(error)))?;
                progress(n + 1, lines.len());
            }
        }
        self.registered(ctx, &sum)?;
        Ok(sum)
    }

    fn registered(&self, ctx: &Ctx, sum: &Registered) -> Result<()> {
        let (ctx2, sum) = (ctx.clone(), sum.clone());
        self.world().store.write(move |tx| {
            table::changed(tx, ctx2.organisation(), ctx2.now())?;
            let event = Event::new("registry.imported")
                .fact("added", sum.added)
                .fact("changed", sum.changed)
                .fact("refused", sum.refused.len());
            ctx2.record(tx, event).map(drop)
        })
    }

    /// Destroys the registry: names of patients are then known by their shape alone.
    ///
    /// # Errors
    /// `not_found` when there is none.
    pub fn clear_registry(&self, ctx: &Ctx) -> Result<()> {
        ctx.allow(Action::RegistryManage, &ctx.own("registry"))?;
        crate::view::live_only(ctx)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let organisation = ctx2.organisation();
            let state = table::state(tx, organisation)?.ok_or(Code::NotFound)?;
            table::clear(tx, organisation)?;
            table::changed(tx, organisation, ctx2.now())?;
            let event = Event::new("registry.cleared").fact("patients", state.patients);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// The registry in memory, of this version; none where no patient is known.
    pub(crate) fn patients(
        &self,
        ctx: &Ctx,
        state: Option<RegistryState>,
    ) -> Result<Option<Arc<MemoryRegistry>>> {
        let Some(state) = state.filter(|state| state.patients > 0) else {
            return Ok(None);
        };
        let (organisation, held) = (ctx.organisation(), self.registry_held());
        let known = || held.find(organisation, state.version);
        if let Some(registry) = known() {
            return Ok(Some(registry));
        }
        let _reading = held.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(registry) = known() {
            return Ok(Some(registry));
        }
        let registry = Arc::new(load(ctx.world(), organisation)?);
        held.put(organisation, state.version, registry.clone());
        Ok(Some(registry))
    }
}

/// The tokens of a patient; nothing for a line that says nothing of one.
fn tokens(line: &Patient, token: &dyn Fn(&str) -> [u8; 32]) -> Option<Tokens> {
    if line.id.is_empty() {
        return None;
    }
    let p = line;
    let fields: [(RegistryField, &[&str]); 10] = [
        (RegistryField::Name, &[&p.given, &p.family]),
        (RegistryField::LastDob, &[&p.family, &p.birth]),
        (RegistryField::LastSsn, &[&p.family, &p.ssn]),
        (RegistryField::Dob, &[&p.birth]),
        (RegistryField::Ssn, &[&p.ssn]),
        (RegistryField::Mrn, &[&p.mrn]),
        (RegistryField::MemberId, &[&p.member_id]),
        (RegistryField::Phone, &[&p.phone]),
        (RegistryField::Email, &[&p.email]),
        (RegistryField::Zip, &[&p.zip]),
    ];
    let tokens: Tokens = fields
        .into_iter()
        .flat_map(|(field, values)| {
            let hashed = move |form: String| (field.word(), token(&field.text(&form)));
            field.forms(values).into_iter().map(hashed)
        })
        .collect();
    (!tokens.is_empty()).then_some(tokens)
}

fn take(
    ctx: &Ctx,
    ready: Vec<([u8; 32], Tokens)>,
    known: bool,
    sum: &mut Registered,
) -> Result<()> {
    let (organisation, now) = (ctx.organisation(), ctx.now());
    let (added, changed) = ctx.world().store.write(move |tx| {
        let (mut added, mut changed) = (0, 0);
        for (source, tokens) in &ready {
            let (patient, is_new) = table::patient(tx, organisation, source)?;
            table::replace(tx, organisation, patient, tokens)?;
            *(if is_new { &mut added } else { &mut changed }) += 1;
        }
        if table::last(tx, organisation)? as usize > limits::REGISTRY_PATIENTS_MAX {
            return Err(Code::MessageTooLarge.into());
        }
        if known {
            table::changed(tx, organisation, now)?;
        }
        Ok((added, changed))
    })?;
    sum.added += added;
    sum.changed += changed;
    Ok(())
}

fn load(world: &Arc<World>, organisation: OrganisationId) -> Result<MemoryRegistry> {
    let mut rows = RegistryRows::default();
    let mut after = 0;
    loop {
        let (page, last) = world.store.read(move |tx| read(tx, organisation, after))?;
        for row in page {
            let field = RegistryField::from_word(&row.field).ok_or(Code::StoredDataInvalid)?;
            rows.push(field, &row.token, row.patient);
        }
        after = after.saturating_add(PAGE);
        if after >= last {
            return Ok(rows.into());
        }
    }
}

fn read(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    after: u32,
) -> Result<(Vec<table::Token>, u32)> {
    let page = table::page(tx, organisation, after, after.saturating_add(PAGE))?;
    Ok((page, table::last(tx, organisation)?))
}
