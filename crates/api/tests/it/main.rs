//! The API as its clients meet it: requests into the router, answers out, on every engine.

// Tests call the crate by the name that the workspace gives it.
extern crate caduceus_api as api;

mod access;
mod bad_input;
mod conforming;
mod denial;
mod detectors;
mod disposals;
mod headers;
mod house;
mod idempotency;
mod limits;
mod log;
mod own_keys;
mod pages;
mod reference;
mod sending;

type Done = Result<(), Box<dyn std::error::Error>>;
