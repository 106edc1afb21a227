//! How other programs hear of what happens: webhooks by the Standard Webhooks specification.
//!
//! `flow::hooks` knows who hears of what and what an answer means; here are the signature, the
//! request and the loop that sends. Invariants: only public addresses over verified TLS are asked,
//! no redirect is followed, and one receiver's slowness is its own.

mod send;
mod sign;
mod worker;

pub use send::{request, send};
pub use sign::{Signed, sign};
pub use worker::{deliver_forever, deliver_once};
