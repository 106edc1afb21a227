//! A list of suppressed addresses from elsewhere: each line is judged for itself.

use ctx::{Action, Ctx, Event};
use model::{Address, Code, Error, Result, Stream, SuppressionSource, limits};
use store::Tx;

use super::view::token;
use super::{Made, New, csv, suppress};
use crate::Flow;
use crate::view::live_only;

/// Lines that one transaction stores.
pub(super) const BATCH: usize = 500;

/// What became of each line. No line is repeated here: addresses stay in the file.
pub struct Imported {
    pub rows: Vec<ImportRow>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// As an editor counts them; the head is line 1.
    pub line: usize,
    pub result: RowResult,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowResult {
    /// It is suppressed now, or for longer than before.
    Added,
    /// It was suppressed for that reason already, for as long.
    Present,
    AddressInvalid,
    StreamInvalid,
    ReasonInvalid,
    DateInvalid,
    /// It would be over already.
    Over,
}

impl RowResult {
    pub const ALL: &'static [Self] = &[
        Self::Added,
        Self::Present,
        Self::AddressInvalid,
        Self::StreamInvalid,
        Self::ReasonInvalid,
        Self::DateInvalid,
        Self::Over,
    ];

    pub(super) const fn is_refused(self) -> bool {
        !matches!(self, Self::Added | Self::Present)
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Present => "present",
            Self::AddressInvalid => "address_invalid",
            Self::StreamInvalid => "stream_invalid",
            Self::ReasonInvalid => "reason_invalid",
            Self::DateInvalid => "date_invalid",
            Self::Over => "over",
        }
    }
}

impl Imported {
    pub fn count(&self, result: RowResult) -> usize {
        self.rows.iter().filter(|row| row.result == result).count()
    }
    pub fn refused(&self) -> impl Iterator<Item = &ImportRow> {
        self.rows.iter().filter(|row| row.result.is_refused())
    }
}

impl Flow {
    /// Adds the addresses of a CSV file (see `docs/reference/bounces.md`); `stream` is where a line
    /// names none. `progress` hears how many lines of how many are done. Lines done before an error
    /// stay done, and a repeat finds them present.
    ///
    /// # Errors
    /// `field_invalid` without a column `address`; `message_too_large` beyond the limits; the store's.
    pub fn import_suppressions(
        &self,
        ctx: &Ctx,
        text: &str,
        stream: Stream,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Imported> {
        ctx.allow(Action::SuppressionManage, &ctx.own("suppression"))?;
        live_only(ctx)?;
        let lines = read(text)?;
        let mut rows = Vec::with_capacity(lines.len());
        for batch in lines.chunks(BATCH) {
            rows.extend(store(ctx, batch, stream)?);
            progress(rows.len(), lines.len());
        }
        let imported = Imported { rows };
        let (ctx2, added) = (ctx.clone(), imported.count(RowResult::Added));
        let refused = imported.refused().count();
        self.world().store.write(move |tx| {
            let event = Event::new("suppression.imported")
                .fact("added", added)
                .fact("refused", refused);
            ctx2.record(tx, event).map(drop)
        })?;
        Ok(imported)
    }
}

/// The lines of a file that is within the limits.
pub(super) fn read(text: &str) -> Result<Vec<csv::Line>> {
    if text.len() > limits::SUPPRESSION_IMPORT_OCTETS_MAX {
        return Err(Code::MessageTooLarge.into());
    }
    let lines = csv::read(text).ok_or_else(|| Error::new(Code::FieldInvalid).at("/address"))?;
    match lines.len() > limits::SUPPRESSION_IMPORT_ROWS_MAX {
        true => Err(Code::MessageTooLarge.into()),
        false => Ok(lines),
    }
}

/// A line, and what it says if that is something we can do.
pub(super) struct Judged {
    line: usize,
    said: std::result::Result<Understood, RowResult>,
}

struct Understood {
    address: Address,
    token: [u8; 32],
    stream: Stream,
    reason: model::SuppressionReason,
    expires_at: Option<model::Timestamp>,
}

pub(super) fn judge(ctx: &Ctx, batch: &[csv::Line], stream: Stream) -> Result<Vec<Judged>> {
    let judged = batch.iter().map(|line| {
        let said = match understand(ctx, line, stream) {
            Err(result) => Err(result),
            Ok((address, stream, reason, expires_at)) => Ok(Understood {
                token: token(ctx, &address)?,
                address,
                stream,
                reason,
                expires_at,
            }),
        };
        let line = line.number;
        Ok(Judged { line, said })
    });
    judged.collect()
}

/// Stores what was understood; gives what became of each line.
pub(super) fn keep(ctx: &Ctx, tx: &mut Tx<'_>, judged: &[Judged]) -> Result<Vec<ImportRow>> {
    let mut rows = Vec::with_capacity(judged.len());
    for one in judged {
        let result = match &one.said {
            Err(result) => *result,
            Ok(said) => {
                let new = New {
                    stream: said.stream,
                    token: said.token,
                    address: &said.address,
                    reason: said.reason,
                    source: SuppressionSource::Import,
                    evidence: None,
                    expires_at: said.expires_at,
                };
                match suppress(ctx, tx, &new)? {
                    Made::New(_) | Made::Longer(_) => RowResult::Added,
                    Made::Present(_) => RowResult::Present,
                }
            }
        };
        let line = one.line;
        rows.push(ImportRow { line, result });
    }
    Ok(rows)
}

fn store(ctx: &Ctx, batch: &[csv::Line], stream: Stream) -> Result<Vec<ImportRow>> {
    let judged = judge(ctx, batch, stream)?;
    let ctx2 = ctx.clone();
    ctx.world().store.write(move |tx| keep(&ctx2, tx, &judged))
}

type Said = (
    Address,
    Stream,
    model::SuppressionReason,
    Option<model::Timestamp>,
);

fn understand(ctx: &Ctx, line: &csv::Line, stream: Stream) -> std::result::Result<Said, RowResult> {
    let address = Address::parse(&line.address).map_err(|_| RowResult::AddressInvalid)?;
    let stream = csv::stream(&line.stream, stream).ok_or(RowResult::StreamInvalid)?;
    let reason = csv::reason(&line.reason).ok_or(RowResult::ReasonInvalid)?;
    let expires_at = csv::moment(&line.expires_at).ok_or(RowResult::DateInvalid)?;
    if expires_at.is_some_and(|at| at <= ctx.now()) {
        return Err(RowResult::Over);
    }
    Ok((address, stream, reason, expires_at))
}
