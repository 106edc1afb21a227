//! Policy as data: decision cases, and the table of who may do what.

mod access;
mod decision;
mod properties;
mod replay;
