//! The scheduler from outside: cases as scripts, random histories against a checker, memory and bulk.

mod advice;
mod bulk;
mod cases;
mod chance;
mod checker;
mod fairness;
mod histories;
mod memory;
mod orders;
mod room;
mod routed;
mod shared;
