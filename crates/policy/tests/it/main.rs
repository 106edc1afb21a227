//! Policy as data: decision cases, rules of organisations, and the table of who may do what.

extern crate caduceus_policy as policy;

mod access;
mod decision;
mod generated;
mod properties;
mod replay;
mod simulation;
