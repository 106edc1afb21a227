//! Portal and console: pages rendered on the server.
//!
//! `face` knows how things look and read, `pages` what is on each page and what asking for it does,
//! `door` everything of HTTP: routes, cookies, form tokens, headers, errors. Not here: what a visitor
//! may do (`ctx` decides) and what happens when they do it (`flow` and `people`).
//!
//! Invariants: every page works without scripts, loads nothing from another origin, and carries no
//! inline style or script, so that the content security policy has no exception to make; no form is
//! acted upon without the token of the cookie it was made for.

pub mod door;
pub mod face;
pub mod pages;

pub use door::{Settings, WebState, router};
