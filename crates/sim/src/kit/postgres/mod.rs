//! A throwaway PostgreSQL: one cluster for all test processes of a run, one database a test.
//!
//! `cargo nextest` runs each test in a process of its own, so the cluster is found through a file
//! under a lock, kept alive by a shared lock that each process holds, and stopped and deleted by a
//! watchdog when nobody has held that lock for half a minute. Nothing outlives the kernel's locks.

mod cluster;
mod database;
mod start;

pub use cluster::Cluster;
pub use database::Database;
