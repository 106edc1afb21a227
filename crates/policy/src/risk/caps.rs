//! Fixed limits of a subject: what protects it before anything was learnt, and always.
//!
//! These are the program's own; an organisation may choose others. Invariant: a limit that is not set limits nothing.

use serde::{Deserialize, Serialize};

use super::signal::Signal;

/// At most so many in an hour that ends now, and in the day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    pub signal: Signal,
    pub hour: Option<u32>,
    pub day: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps(pub Vec<Cap>);

impl Caps {
    /// For a person's own key: several times the work of a busy day.
    pub fn of_a_person() -> Self {
        Self(vec![
            Cap::of(Signal::Messages, 200, 1_000),
            Cap::of(Signal::Recipients, 300, 1_500),
            Cap::of(Signal::Domains, 60, 200),
            Cap::of(Signal::Patients, 120, 500),
            Cap::of(Signal::FailedSignIns, 20, 60),
            Cap::of(Signal::DlpBlocks, 15, 40),
            Cap::of(Signal::PhiInSubject, 30, 100),
        ])
    }

    /// For software of which nothing is known yet: a stolen key is not to empty a register of patients before
    /// anybody knows what is usual. Numbers of messages without PHI limit nothing: software is set up to send.
    pub fn of_new_software() -> Self {
        let Self(mut caps) = Self::of_software();
        caps.push(Cap::of(Signal::Patients, 2_000, 10_000));
        Self(caps)
    }

    /// For software: no volumes once it is known. It sends as much as it was set up for; what is too much for it is
    /// learnt.
    pub fn of_software() -> Self {
        Self(vec![
            Cap::of(Signal::FailedSignIns, 50, 200),
            Cap::of(Signal::DlpBlocks, 100, 500),
            Cap::of(Signal::Complaints, 20, 100),
        ])
    }

    /// That of one signal; without numbers where there is none.
    pub fn find(&self, signal: Signal) -> Cap {
        let found = self.0.iter().find(|cap| cap.signal == signal).copied();
        found.unwrap_or(Cap {
            signal,
            hour: None,
            day: None,
        })
    }
}

impl Cap {
    pub const fn of(signal: Signal, hour: u32, day: u32) -> Self {
        Self {
            signal,
            hour: Some(hour),
            day: Some(day),
        }
    }
}
