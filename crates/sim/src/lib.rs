//! Never shipped: the simulated world, its oracles, the test kit

#[cfg(feature = "world")]
pub mod fuzz;
pub mod kit;
#[cfg(feature = "world")]
pub mod world;
