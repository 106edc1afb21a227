//! SMTP (RFC 5321) as two machines: [`ServerSession`] and [`ClientSession`].
//!
//! Each takes bytes and answers and gives actions; whoever owns the socket carries them out. They
//! never wait, so a test can split the input at every byte.

mod client;
mod command;
mod data;
mod envelope;
mod input;
mod reply;
mod response;
mod sasl;
mod server;

pub use client::{ClientAction, ClientDone, ClientSession, Transaction};
pub use envelope::{Dsn, MailParams, Mailbox, Notify, RcptParams, Ret};
pub use server::{
    AuthOffer, Profile, Received, Security, ServerAction, ServerConfig, ServerSession,
};
