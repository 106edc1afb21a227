//! Days of patients that periods are counted from, fed as a list: CSV, or the same as values.
//!
//! A patient is known by the number they have elsewhere, and by the addresses they write from, so that their mail
//! is theirs. Days that a line does not name stay as they were. Invariant: a line is taken whole or refused, and a
//! refused one is told by its number and column alone.

use std::collections::BTreeMap;

use ctx::{Ctx, Event};
use model::{Address, Code, Error, Result, limits};
use retention::{Anchor, Known};
use store::Tx;
use store::tables::{retention_anchors as table, retention_items};

use super::{manages, sealed};
use crate::Records;

/// Patients that one commit takes.
const BATCH: usize = 200;

/// One patient as fed.
#[derive(Clone)]
pub struct PatientDays {
    /// The number they have where the list comes from.
    pub patient: String,
    pub addresses: Vec<Address>,
    pub days: BTreeMap<Anchor, Known>,
}

/// What became of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fed {
    pub patients: u64,
    /// Line, as an editor counts it, and column.
    pub refused: Vec<(usize, String)>,
    /// Records that are reckoned again for it.
    pub records: u64,
}

type Days = BTreeMap<Anchor, Known>;

impl Records {
    /// Takes CSV whose first line names the columns: `patient`, where known `email`, and of the anchors what there
    /// is, each a day such as `2026-11-21` or `never`.
    ///
    /// # Errors
    /// `action_forbidden`; `field_invalid` at `/csv` without a column `patient` or with one that is no anchor;
    /// `message_too_large` beyond the limit of lines.
    pub fn feed_anchors(&self, ctx: &Ctx, csv: &str) -> Result<Fed> {
        manages(ctx)?;
        let csv = csv.strip_prefix('\u{feff}').unwrap_or(csv);
        let records = flow::suppression::records(csv);
        let invalid = || Error::new(Code::FieldInvalid).at("/csv");
        let mut lines = records.into_iter();
        let (_, head) = lines.next().ok_or_else(invalid)?;
        let columns = columns(&head).ok_or_else(invalid)?;
        if lines.len() > limits::RETENTION_ANCHOR_LINES_MAX {
            return Err(Code::MessageTooLarge.into());
        }
        let (mut refused, mut taken) = (Vec::new(), Vec::new());
        for (number, fields) in lines {
            match line(&columns, &fields) {
                Ok(patient) => taken.push(patient),
                Err(column) => refused.push((number, column.to_owned())),
            }
        }
        self.feed(ctx, taken, refused)
    }

    /// The same as values.
    ///
    /// # Errors
    /// `action_forbidden`; `message_too_large` beyond the limit of patients.
    pub fn feed_patients(&self, ctx: &Ctx, patients: Vec<PatientDays>) -> Result<Fed> {
        manages(ctx)?;
        if patients.len() > limits::RETENTION_ANCHOR_LINES_MAX {
            return Err(Code::MessageTooLarge.into());
        }
        self.feed(ctx, patients, Vec::new())
    }

    fn feed(
        &self,
        ctx: &Ctx,
        patients: Vec<PatientDays>,
        refused: Vec<(usize, String)>,
    ) -> Result<Fed> {
        let mut fed = Fed {
            patients: 0,
            refused,
            records: 0,
        };
        for some in patients.chunks(BATCH) {
            let (ctx2, some) = (ctx.clone(), some.to_vec());
            let again = ctx.world().store.write(move |tx| {
                let mut again = 0;
                for patient in &some {
                    again += take(&ctx2, tx, patient)?;
                }
                // What was taken before an end in the middle counts, and is on record.
                let event = Event::new("retention.anchored").fact("patients", some.len());
                ctx2.record(tx, event.fact("records", again))?;
                Ok(again)
            })?;
            fed.patients += some_len(patients.len(), fed.patients);
            fed.records += again;
        }
        Ok(fed)
    }
}

fn some_len(all: usize, done: u64) -> u64 {
    (all as u64 - done).min(BATCH as u64)
}

/// What is on record of a patient.
pub(super) fn find(ctx: &Ctx, tx: &mut Tx<'_>, patient: &[u8; 32]) -> Result<Option<Days>> {
    let Some(sealed_days) = table::find(tx, ctx.organisation(), patient)? else {
        return Ok(None);
    };
    let id = sealed::first(patient);
    let key = ctx.world().item_key(tx, ctx.organisation(), &id)?;
    sealed::open(&key, sealed::DAYS, &id, &sealed_days).map(Some)
}

/// By which a patient is known without being named.
pub(super) fn patient(ctx: &Ctx, tx: &mut Tx<'_>, number: &str) -> Result<[u8; 32]> {
    sealed::token(ctx, tx, &format!("patient {}", number.trim()))
}

fn take(ctx: &Ctx, tx: &mut Tx<'_>, fed: &PatientDays) -> Result<u64> {
    let of = ctx.organisation();
    let token = patient(ctx, tx, &fed.patient)?;
    let id = sealed::first(&token);
    let held = find(ctx, tx, &token)?;
    let key = match held.is_some() {
        true => std::sync::Arc::new(ctx.world().item_key(tx, of, &id)?),
        false => sealed::new_key(ctx, tx, &id)?,
    };
    let mut days = held.unwrap_or_default();
    days.extend(
        fed.days
            .iter()
            .map(|(anchor, known)| (anchor.clone(), *known)),
    );
    let sealed_days = sealed::seal(ctx, &key, sealed::DAYS, &id, &days)?;
    table::set(tx, of, &token, &sealed_days, ctx.now())?;
    let mut again = 0;
    for address in &fed.addresses {
        let address = flow::archive::address_token(ctx, tx, address)?;
        // Mail of an address that is now two patients' is theirs no more: both are reckoned.
        for other in table::patients(tx, of, &address)? {
            again += retention_items::again(tx, of, &other)?;
        }
        table::link(tx, of, &address, &token)?;
    }
    Ok(again + retention_items::again(tx, of, &token)?)
}

enum Column {
    Patient,
    Email,
    Day(Anchor, String),
}

fn columns(head: &[String]) -> Option<Vec<Column>> {
    let named = head.iter().map(|name| match name.trim() {
        "patient" => Some(Column::Patient),
        "email" => Some(Column::Email),
        "creation" => None,
        other => Anchor::parse(other).map(|anchor| Column::Day(anchor, other.to_owned())),
    });
    let columns = named.collect::<Option<Vec<_>>>()?;
    let patients = columns
        .iter()
        .filter(|one| matches!(one, Column::Patient))
        .count();
    (patients == 1).then_some(columns)
}

fn line<'a>(columns: &'a [Column], fields: &[String]) -> std::result::Result<PatientDays, &'a str> {
    let mut read = PatientDays {
        patient: String::new(),
        addresses: Vec::new(),
        days: BTreeMap::new(),
    };
    for (column, field) in columns.iter().zip(fields) {
        let field = field.trim();
        match column {
            _ if field.is_empty() => {}
            Column::Patient => read.patient = field.to_owned(),
            Column::Email => {
                let address = Address::parse(field).map_err(|_| "email")?;
                read.addresses.push(address);
            }
            Column::Day(anchor, name) => {
                let known = Known::parse(field).ok_or(name.as_str())?;
                read.days.insert(anchor.clone(), known);
            }
        }
    }
    if read.patient.is_empty() || fields.len() > columns.len() {
        return Err("patient");
    }
    Ok(read)
}
