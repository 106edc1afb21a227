//! The simulated world: the real `flow`, `store`, `people`, `queue` and `mta::attempt` on one thread,
//! under a simulated clock, among simulated mail servers, with oracles that check the product's
//! promises after every step.
//!
//! ```text
//! run(seed) ─ house   nodes, organisations, one store that fails and a program that dies
//!           ├ sea     names, mail servers with bad habits, what they heard and took
//!           ├ play    senders, readers, staff, operators, time
//!           └ oracle  what may never be
//! ```
//!
//! Invariant: a seed and an engine give one history. Whatever an oracle finds is shown with the seed,
//! the steps that led to it, and the command that plays it again.

mod books;
mod canary;
mod house;
mod oracle;
mod planted;
mod play;
mod run;
mod sea;

pub use planted::Planted;
pub use run::{Failure, Summary, run, run_with};
