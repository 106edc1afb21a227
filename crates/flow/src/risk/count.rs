//! Counts what was accepted, in memory: an addition a message, and nothing that waits.
//!
//! Invariant: only live mail of people and software counts, once, after its commit.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use ctx::{Came, Ctx, World};
use model::{Mode, OrganisationId, PhiLevel, RecipientState, Result, Stream, Timestamp, limits};
use phi::FindingKind;
use policy::risk::{Counters, STEP_SECONDS, Step};
use store::tables::{messages, recipients};

use super::familiar::Met;
use super::{SenderKind, subjects};
use crate::Flow;
use crate::accept::Receipt;
use crate::decide::Decided;

/// Kinds whose distinct values are distinct patients.
const NAMING_PATIENTS: [FindingKind; 5] = [
    FindingKind::UsSsn,
    FindingKind::Mbi,
    FindingKind::MemberId,
    FindingKind::Mrn,
    FindingKind::PatientName,
];

/// By organisation, subject and five minutes.
pub(super) type Key = (OrganisationId, String, i64);

#[derive(Default)]
pub(super) struct Counted(Mutex<HashMap<Key, Pending>>);

/// What was counted and not stored yet.
pub(super) struct Pending {
    pub step: Step,
    /// Recipients by token, each to be looked up once: was anything sent there before?
    pub recipients: Vec<[u8; 32]>,
    /// Where its requests came from.
    pub met: Met,
    /// When the first of them was counted.
    pub since: Timestamp,
}

impl Counted {
    fn add(&self, key: Key, now: Timestamp, count: impl Fn(&mut Pending)) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        count(counted.entry(key).or_insert_with(|| Pending::at(now)));
    }

    /// Something that befell a sender now.
    pub fn note(
        &self,
        (organisation, subject): (OrganisationId, String),
        now: Timestamp,
        count: impl Fn(&mut Counters),
    ) {
        let key = (organisation, subject, number(now));
        self.add(key, now, |pending| count(pending.step.counts_mut()));
    }

    /// All of it; what cannot be stored is put back by [`Self::put_back`].
    pub fn take(&self) -> HashMap<Key, Pending> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What one subject did is answered for.
    pub fn forget(&self, organisation: OrganisationId, subject: &str) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.retain(|(of, whose, _), _| (*of, whose.as_str()) != (organisation, subject));
    }

    pub fn put_back(&self, key: Key, pending: Pending) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counted.get_mut(&key) {
            Some(newer) => newer.merge(&pending),
            None => _ = counted.insert(key, pending),
        }
    }
}

impl Pending {
    fn at(now: Timestamp) -> Self {
        Self {
            step: Step::at(now),
            recipients: Vec::new(),
            met: Met::default(),
            since: now,
        }
    }

    fn note_recipients(&mut self, tokens: &[[u8; 32]]) {
        let room = limits::RISK_LOOK_UPS_MAX.saturating_sub(self.recipients.len());
        self.recipients.extend(tokens.iter().take(room));
    }

    fn merge(&mut self, earlier: &Self) {
        self.step.merge(&earlier.step);
        self.note_recipients(&earlier.recipients);
        self.met.merge(&earlier.met);
        self.since = self.since.min(earlier.since);
    }
}

/// The number of the five minutes that a moment lies in.
pub(super) fn number(at: Timestamp) -> i64 {
    at.secs().div_euclid(STEP_SECONDS)
}

/// A message that policy refused whole: nothing of it is stored.
pub(crate) fn refused(flow: &Flow, ctx: &Ctx, stream: Stream) {
    let counts = ctx.mode() == Mode::Live && SenderKind::of(ctx.actor()).climbs();
    if !counts || super::is_restricted(flow, ctx.organisation(), ctx.actor()) {
        return;
    }
    for subject in subjects(ctx.actor(), stream) {
        let count = |counts: &mut Counters| counts.dlp_blocks = counts.dlp_blocks.saturating_add(1);
        let whose = (ctx.organisation(), subject);
        flow.watch().counted.note(whose, ctx.now(), count);
    }
}

/// A message that is durable now.
pub(crate) fn accepted(flow: &Flow, came: Option<&Came>, decided: &Decided, receipt: &Receipt) {
    let message = decided.message();
    let counts = message.mode == Mode::Live && SenderKind::of(&message.actor).climbs();
    if !counts {
        return;
    }
    // What cannot be told apart is counted less, never refused.
    if let Err(error) = count(flow, came, decided, receipt) {
        tracing::debug!(%error, "a message was not counted");
    }
}

fn count(flow: &Flow, came: Option<&Came>, decided: &Decided, receipt: &Receipt) -> Result<()> {
    let (world, message) = (flow.world(), decided.message());
    let findings = &decided.accepted().scanned.findings;
    let stopped = |state| matches!(state, RecipientState::Held | RecipientState::Blocked);
    // What is held for the restriction itself is no reason for more of it.
    let restricted = super::is_restricted(flow, message.organisation, &message.actor);
    let blocked = !restricted && receipt.recipients.iter().any(|r| stopped(r.state));
    let tokens: Vec<[u8; 32]> = decided
        .recipients()
        .iter()
        .map(|r| r.address_token)
        .collect();
    let domains = domains(world, message, decided)?;
    let patients = patients(&findings.findings);
    let (network, agent) = places(world, message.organisation, came)?;
    let free = decided.rows().iter().map(|row| row.address().domain());
    let free = free
        .filter(|domain| mail::suspect::is_free_mail(domain))
        .count();
    let one = |counts: &mut Counters| {
        counts.messages = counts.messages.saturating_add(1);
        counts.octets = counts.octets.saturating_add(message.octets);
        let free = u32::try_from(free).unwrap_or(u32::MAX);
        counts.free_mail = counts.free_mail.saturating_add(free);
        counts.phi_labelled = counts
            .phi_labelled
            .saturating_add(u32::from(findings.level >= PhiLevel::Likely));
        counts.dlp_blocks = counts.dlp_blocks.saturating_add(u32::from(blocked));
        counts.unscannable = counts
            .unscannable
            .saturating_add(u32::from(!findings.unscannable.is_empty()));
        counts.phi_in_subject = counts
            .phi_in_subject
            .saturating_add(u32::from(findings.subject_phi));
        tokens
            .iter()
            .for_each(|token| counts.recipients.add(short(token)));
        domains
            .iter()
            .for_each(|token| counts.domains.add(short(token)));
        patients
            .iter()
            .for_each(|token| counts.patients.add(*token));
    };
    let now = world.now();
    for subject in subjects(&message.actor, message.stream) {
        let key = (message.organisation, subject, number(now));
        let own = key.1 == message.actor;
        flow.watch().counted.add(key, now, |pending| {
            // Before it was stored: a message is no earlier one of its own.
            pending.since = pending.since.min(message.created_at);
            pending.note_recipients(&tokens);
            one(pending.step.counts_mut());
            if own {
                pending.met.add(network, agent);
            }
        });
    }
    Ok(())
}

fn domains(world: &World, message: &messages::Message, decided: &Decided) -> Result<Vec<[u8; 32]>> {
    let blinder = world.keys(message.organisation)?.blinder("risk-domain");
    let rows = decided.rows().iter();
    Ok(rows
        .map(|row| blinder.token(row.address().domain().as_str()))
        .collect())
}

/// Where a request came from, and with which program, by keyed tokens.
fn places(
    world: &World,
    organisation: OrganisationId,
    came: Option<&Came>,
) -> Result<(Option<u64>, Option<u64>)> {
    let Some(came) = came else {
        return Ok((None, None));
    };
    let keys = world.keys(organisation)?;
    let token = |field, value: Option<&str>| {
        let value = value?;
        Some(short(&keys.blinder(field).token(value)))
    };
    Ok((
        token("risk-network", came.network()),
        token("risk-agent", came.agent()),
    ))
}

/// Values that name a patient each, by the tokens that detection gave them: of the kind that names the most, so
/// that a name beside a number is one patient.
fn patients(findings: &[phi::Finding]) -> BTreeSet<u64> {
    let mut kinds: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    let names = findings
        .iter()
        .filter(|finding| !finding.quoted && NAMING_PATIENTS.contains(&finding.kind));
    for finding in names {
        let tokens = kinds.entry(finding.kind.word()).or_default();
        tokens.insert(short(&finding.token));
    }
    kinds
        .into_values()
        .max_by_key(BTreeSet::len)
        .unwrap_or_default()
}

/// Of a keyed hash any 64 bits tell apart.
fn short(token: &[u8; 32]) -> u64 {
    let mut octets = [0; 8];
    octets.copy_from_slice(&token[..8]);
    u64::from_be_bytes(octets)
}

/// How many of them nothing was sent to before.
pub(super) fn first_ever(
    tx: &mut store::Tx<'_>,
    organisation: OrganisationId,
    tokens: &[[u8; 32]],
    since: Timestamp,
) -> Result<u32> {
    let mut count = 0;
    for token in tokens.iter().collect::<BTreeSet<_>>() {
        let known = recipients::was_written_to(tx, organisation, token, since)?;
        count += u32::from(!known);
    }
    Ok(count)
}
