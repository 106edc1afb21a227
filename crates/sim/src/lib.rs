//! Never shipped: the simulated world, its oracles, the test kit

pub mod kit;
