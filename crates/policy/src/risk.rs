//! Whether a subject sends as it always did, and what to do when it does not.
//!
//! A subject is a key, a user, an organisation or a stream. Its counts of five minutes ([`Step`]) are
//! held against fixed limits ([`Caps`]) and against what is usual for it ([`Baseline`]); the judgement
//! names each reason with what was seen and what was expected, and [`ladder()`] says which restriction
//! follows. Nothing here reads mail, a clock or a database. Invariants: more of a signal never lowers
//! the risk; what happens while a subject is restricted is not learnt; every restriction ends by itself
//! or by a person, and none drops mail.

mod baseline;
mod caps;
mod judge;
mod ladder;
mod season;
mod signal;
mod sketch;
mod statistics;
mod step;

pub use baseline::{BASELINE_OCTETS_MAX, Baseline, HOURS_LEARNT_MIN};
pub use caps::{Cap, Caps};
pub use judge::{Judgement, Reason, Risk, judge};
pub use ladder::{Change, Rung, Standing, change, ladder};
pub use signal::{Signal, Statistic};
pub use sketch::Sketch;
pub use step::{Counters, STEP_SECONDS, Step};

#[cfg(test)]
mod tests;
