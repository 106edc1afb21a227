//! A list of suppressed addresses from elsewhere: each line is judged for itself.

use ctx::{Action, Ctx, Event};
use model::{Address, Code, Error, Result, Stream, SuppressionSource, limits};

use super::view::token;
use super::{New, csv, suppress};
use crate::Flow;

/// Lines that one transaction stores.
const BATCH: usize = 500;

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
    Added,
    /// It was suppressed for that reason already.
    Present,
    AddressInvalid,
    StreamInvalid,
    ReasonInvalid,
    DateInvalid,
    /// It would be over already.
    Over,
}

impl RowResult {
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
        let fine = [RowResult::Added, RowResult::Present];
        self.rows
            .iter()
            .filter(move |row| !fine.contains(&row.result))
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
        if text.len() > limits::SUPPRESSION_IMPORT_OCTETS_MAX {
            return Err(Code::MessageTooLarge.into());
        }
        let lines = csv::read(text).ok_or_else(|| Error::new(Code::FieldInvalid).at("/address"))?;
        if lines.len() > limits::SUPPRESSION_IMPORT_ROWS_MAX {
            return Err(Code::MessageTooLarge.into());
        }
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

/// A line that says something we can do.
struct Understood {
    address: Address,
    token: [u8; 32],
    stream: Stream,
    reason: model::SuppressionReason,
    expires_at: Option<model::Timestamp>,
}

fn store(ctx: &Ctx, batch: &[csv::Line], stream: Stream) -> Result<Vec<ImportRow>> {
    let mut judged = Vec::with_capacity(batch.len());
    for line in batch {
        let understood = match understand(ctx, line, stream) {
            Ok(fine) => Ok((token(ctx, &fine.0)?, fine)),
            Err(result) => Err(result),
        };
        let understood =
            understood.map(
                |(token, (address, stream, reason, expires_at))| Understood {
                    address,
                    token,
                    stream,
                    reason,
                    expires_at,
                },
            );
        judged.push((line.number, understood));
    }
    let ctx2 = ctx.clone();
    ctx.world().store.write(move |tx| {
        let mut rows = Vec::with_capacity(judged.len());
        for (line, understood) in &judged {
            let result = match understood {
                Err(result) => *result,
                Ok(u) => {
                    let new = New {
                        stream: u.stream,
                        token: u.token,
                        address: &u.address,
                        reason: u.reason,
                        source: SuppressionSource::Import,
                        evidence: None,
                        expires_at: u.expires_at,
                    };
                    match suppress(&ctx2, tx, &new)? {
                        Some(_) => RowResult::Added,
                        None => RowResult::Present,
                    }
                }
            };
            rows.push(ImportRow {
                line: *line,
                result,
            });
        }
        Ok(rows)
    })
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
