//! What senders did in five minutes each, what is usual for them, where they stand.
//!
//! Invariant: counts, words and sketches of keyed tokens; no address, no name.

use model::{OrganisationId, Result, Timestamp};

use crate::{Row, Tx, statements};

/// One subject of one organisation. The texts are `policy::risk`'s own, as JSON.
#[derive(Clone, Debug)]
pub struct Subject {
    pub organisation: OrganisationId,
    /// The id of a person or of software, `organisation`, or a stream's word.
    pub subject: String,
    pub baseline: Option<String>,
    pub standing: Option<String>,
    pub judgement: Option<String>,
    /// How unusual its sending is, as a word.
    pub risk: String,
    pub rung: String,
    /// The newest five minutes that are over and were learnt.
    pub taken: i64,
    pub updated_at: Timestamp,
}

statements! {
    pub FIND_STEP = "SELECT step FROM risk_steps WHERE organisation = $1 AND subject = $2 AND number = $3";
    pub PUT_STEP = "INSERT INTO risk_steps (organisation, subject, number, step) VALUES ($1, $2, $3, $4)
        ON CONFLICT (organisation, subject, number) DO UPDATE SET step = $4";
    pub STEPS = "SELECT number, step FROM risk_steps WHERE organisation = $1 AND subject = $2 ORDER BY number LIMIT $3";
    pub FORGET_STEPS = "DELETE FROM risk_steps WHERE organisation = $1 AND subject = $2 AND number <= $3";
    pub BEGIN = "INSERT INTO risk_subjects (organisation, subject, risk, rung, taken, updated_at)
        VALUES ($1, $2, 'normal', 'observe', $3, $4)
        ON CONFLICT (organisation, subject) DO UPDATE SET updated_at = $4";
    pub FIND = "SELECT organisation, subject, baseline, standing, judgement, risk, rung, taken, updated_at
        FROM risk_subjects WHERE organisation = $1 AND subject = $2";
    pub PUT = "UPDATE risk_subjects SET baseline = $3, standing = $4, judgement = $5, risk = $6, rung = $7, taken = $8,
        updated_at = $9 WHERE organisation = $1 AND subject = $2";
    pub FAMILIAR = "SELECT familiar FROM risk_subjects WHERE organisation = $1 AND subject = $2";
    pub PUT_FAMILIAR = "UPDATE risk_subjects SET familiar = $3 WHERE organisation = $1 AND subject = $2";
    pub WATCHED = "SELECT organisation, subject FROM risk_subjects
        WHERE (rung <> 'observe' OR risk <> 'normal') AND updated_at < $1 ORDER BY updated_at LIMIT $2";
    pub PLACES = "SELECT organisation, subject, standing, risk, rung FROM risk_subjects
        WHERE rung <> 'observe' OR risk <> 'normal'";
    pub UNUSUAL = "SELECT organisation, subject, CAST(NULL AS TEXT), standing, judgement, risk, rung, taken, updated_at
        FROM risk_subjects WHERE organisation = $1 AND (rung <> 'observe' OR risk <> 'normal')
        AND subject > $2 ORDER BY subject LIMIT $3";
    pub LIST = "SELECT organisation, subject, baseline, standing, judgement, risk, rung, taken, updated_at
        FROM risk_subjects WHERE organisation = $1 AND subject > $2 ORDER BY subject LIMIT $3";
}

/// What was counted in those five minutes so far.
pub fn find_step(
    tx: &mut Tx<'_>,
    (organisation, subject): (OrganisationId, &str),
    number: i64,
) -> Result<Option<String>> {
    let asked = [organisation.into(), subject.into(), number.into()];
    tx.find(&FIND_STEP, &asked, |row| Ok(row.text(0)?.to_owned()))
}

pub fn put_step(
    tx: &mut Tx<'_>,
    (organisation, subject): (OrganisationId, &str),
    number: i64,
    step: &str,
) -> Result<()> {
    let given = [
        organisation.into(),
        subject.into(),
        number.into(),
        step.into(),
    ];
    tx.execute(&PUT_STEP, &given).map(drop)
}

/// Those not learnt yet, oldest first.
pub fn steps(
    tx: &mut Tx<'_>,
    (organisation, subject): (OrganisationId, &str),
    rows: usize,
) -> Result<Vec<(i64, String)>> {
    let asked = [organisation.into(), subject.into(), rows.into()];
    tx.query(&STEPS, &asked, |row| {
        Ok((row.int(0)?, row.text(1)?.to_owned()))
    })
}

pub fn forget_steps(
    tx: &mut Tx<'_>,
    (organisation, subject): (OrganisationId, &str),
    upto: i64,
) -> Result<()> {
    let given = [organisation.into(), subject.into(), upto.into()];
    tx.execute(&FORGET_STEPS, &given).map(drop)
}

/// Makes it where it is new, and keeps others from judging it until the end of the transaction.
pub fn begin(
    tx: &mut Tx<'_>,
    (organisation, subject): (OrganisationId, &str),
    taken: i64,
    now: Timestamp,
) -> Result<()> {
    let given = [
        organisation.into(),
        subject.into(),
        taken.into(),
        now.into(),
    ];
    tx.execute(&BEGIN, &given).map(drop)
}

pub fn find(
    tx: &mut Tx<'_>,
    (organisation, subject): (OrganisationId, &str),
) -> Result<Option<Subject>> {
    tx.find(&FIND, &[organisation.into(), subject.into()], row)
}

pub fn put(tx: &mut Tx<'_>, s: &Subject) -> Result<()> {
    let given = [
        s.organisation.into(),
        s.subject.as_str().into(),
        s.baseline.as_deref().into(),
        s.standing.as_deref().into(),
        s.judgement.as_deref().into(),
        s.risk.as_str().into(),
        s.rung.as_str().into(),
        s.taken.into(),
        s.updated_at.into(),
    ];
    tx.execute(&PUT, &given).map(drop)
}

/// The networks and programs that it was met with, as `flow` writes them.
pub fn familiar(
    tx: &mut Tx<'_>,
    (organisation, subject): (OrganisationId, &str),
) -> Result<Option<String>> {
    let asked = [organisation.into(), subject.into()];
    let found = tx.find(&FAMILIAR, &asked, |row| Ok(row.opt_text(0)?.map(str::to_owned)))?;
    Ok(found.flatten())
}

pub fn put_familiar(
    tx: &mut Tx<'_>,
    (organisation, subject): (OrganisationId, &str),
    familiar: &str,
) -> Result<()> {
    let given = [organisation.into(), subject.into(), familiar.into()];
    tx.execute(&PUT_FAMILIAR, &given).map(drop)
}

/// Of all organisations: who is restricted, or sent unusually when last looked at, before that moment; who was
/// looked at the longest ago first.
pub fn watched(
    tx: &mut Tx<'_>,
    before: Timestamp,
    rows: usize,
) -> Result<Vec<(OrganisationId, String)>> {
    tx.query(&WATCHED, &[before.into(), rows.into()], |row| {
        let organisation = OrganisationId::from_bytes(row.array(0)?);
        Ok((organisation, row.text(1)?.to_owned()))
    })
}

/// Where somebody stands who is restricted, or sent unusually.
pub struct Stands {
    pub organisation: OrganisationId,
    pub subject: String,
    pub standing: Option<String>,
    pub risk: String,
    pub rung: String,
}

/// All of them, of all organisations: some hundred octets each.
pub fn places(tx: &mut Tx<'_>) -> Result<Vec<Stands>> {
    tx.query(&PLACES, &[], |row| {
        Ok(Stands {
            organisation: OrganisationId::from_bytes(row.array(0)?),
            subject: row.text(1)?.to_owned(),
            standing: row.opt_text(2)?.map(str::to_owned),
            risk: row.text(3)?.to_owned(),
            rung: row.text(4)?.to_owned(),
        })
    })
}

/// Of one organisation, without what is usual for them; by subject, after the one named.
pub fn unusual(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    after: &str,
    rows: usize,
) -> Result<Vec<Subject>> {
    let asked = [organisation.into(), after.into(), rows.into()];
    tx.query(&UNUSUAL, &asked, row)
}

/// By subject, after the one named.
pub fn list(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    after: &str,
    rows: usize,
) -> Result<Vec<Subject>> {
    let asked = [organisation.into(), after.into(), rows.into()];
    tx.query(&LIST, &asked, row)
}

fn row(row: &Row<'_>) -> Result<Subject> {
    Ok(Subject {
        organisation: OrganisationId::from_bytes(row.array(0)?),
        subject: row.text(1)?.to_owned(),
        baseline: row.opt_text(2)?.map(str::to_owned),
        standing: row.opt_text(3)?.map(str::to_owned),
        judgement: row.opt_text(4)?.map(str::to_owned),
        risk: row.text(5)?.to_owned(),
        rung: row.text(6)?.to_owned(),
        taken: row.int(7)?,
        updated_at: row.at(8)?,
    })
}
