//! Never shipped: the simulated world, its oracles, the test kit

pub mod kit;
#[cfg(feature = "world")]
pub mod world;
