//! Packages that are small enough to read, and properties for any header and any octets.

mod golden;
mod properties;
mod samples;
