//! The program as an operator meets it: set-up, doctor, wrong keys, two processes, proofs.

mod doctor;
mod exports;
mod imports;
mod logs;
mod program;
mod refusals;
mod scan;
