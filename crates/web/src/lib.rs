//! Portal and console: pages rendered on the server.
//!
//! `face` knows how things look and read, `pages` what is on each page. Not here: what a visitor may
//! do (`ctx` decides) and what happens when they do it (`flow` and `people`).
//!
//! Invariant: every page works without scripts, loads nothing from another origin, and carries no
//! inline style or script, so that the content security policy has no exception to make.

pub mod face;
pub mod pages;
