//! Portal and console through the router: real use cases, an in-memory database, a moving clock.

mod archive;
mod asking;
mod browser;
mod clinic;
mod console;
mod detectors;
mod doors;
mod holds;
mod inbound;
mod keys;
mod mail_settings;
mod operation;
mod portal;
mod review;
mod risk;
mod suppressions;
mod webhooks;
