//! Record numbers learned from samples. The samples are read and forgotten: no row, event or log has them.

use ctx::Ctx;
use model::Result;
use phi::{LearnError, Looks};

use super::Spec;
use crate::Flow;

/// What samples have in common, and how sure a number of that shape is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// Ready to be a detector's.
    pub spec: Spec,
    /// Different numbers that were given.
    pub samples: usize,
    /// Those that do not fit, counted from 1 in the order they were given.
    pub strangers: Vec<usize>,
    /// Of so many numbers of the same length one passes by chance.
    pub one_in: u64,
    /// Ordinary numbers that look the same.
    pub looks: Vec<Looks>,
}

impl Flow {
    /// The shape of 5 to 200 record numbers, a line or a comma apart; or why they have none.
    pub fn learn_record_numbers(
        &self,
        ctx: &Ctx,
        text: &str,
    ) -> Result<std::result::Result<Learned, LearnError>> {
        super::manages(ctx)?;
        Ok(phi::learn(&phi::samples(text)).map(|learned| Learned {
            spec: Spec::RecordNumber {
                shape: learned.shape.notation(),
                check: learned.shape.check().word().to_owned(),
            },
            samples: learned.samples,
            strangers: learned.strangers,
            one_in: learned.odds.one_in,
            looks: learned.odds.looks,
        }))
    }
}
