//! Runs the simulated world for a while.
fn main() {}
