//! Policy as data: decision cases, rules of organisations, and the table of who may do what.

mod access;
mod decision;
mod generated;
mod properties;
mod simulation;
