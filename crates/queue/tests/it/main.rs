//! The scheduler from outside: cases as scripts, random histories against a checker, memory.

mod cases;
mod chance;
mod checker;
mod fairness;
mod histories;
mod memory;
