//! The mail edge against real servers on loopback.

extern crate caduceus_mta as mta;

mod attempt;
mod certificates;
mod client;
mod clinic;
mod delivery;
mod deterministic;
mod directories;
mod dns;
mod engines;
mod evidence;
mod http;
mod knot;
mod ldap;
mod mx;
mod mx_peers;
mod peer;
mod policy;
mod reports;
mod reuse;
mod submission;
mod tls;
mod world;
