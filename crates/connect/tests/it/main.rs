//! Webhooks as a receiver sees them, without sockets: what is asked of the network and what follows
//! from its answers.

extern crate caduceus_connect as connect;

mod house;
mod sending;
