//! What one subject (a key, a user, an organisation, a stream) did in five minutes: counts alone.
//!
//! Invariant: tokens go in and never come out; all counts saturate.

use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::signal::{SIGNALS, Signal};
use super::sketch::Sketch;

pub const STEP_SECONDS: i64 = 300;
pub(super) const STEPS_AN_HOUR: usize = 12;

/// Five minutes of one subject. Nodes count for themselves and [`Self::merge`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Number of the five minutes since 1970.
    number: i64,
    counts: Counters,
}

/// The counts; those of different things are sketches of keyed tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    pub messages: u32,
    /// Recipients never written to before.
    pub first_ever: u32,
    /// Recipients at providers of free mail.
    pub free_mail: u32,
    pub phi_labelled: u32,
    pub dlp_blocks: u32,
    pub unscannable: u32,
    /// Messages with PHI in the subject.
    pub phi_in_subject: u32,
    pub bounces: u32,
    pub complaints: u32,
    pub octets: u64,
    /// Wrong sign-ins before one that was right.
    pub failed_sign_ins: u32,
    /// Messages from a network, or a program, that was new for the subject.
    pub new_network: u32,
    pub new_agent: u32,
    pub recipients: Sketch,
    pub domains: Sketch,
    pub patients: Sketch,
}

impl Step {
    /// The empty step that `now` lies in.
    pub fn at(now: Timestamp) -> Self {
        Self {
            number: now.secs().div_euclid(STEP_SECONDS),
            counts: Counters::default(),
        }
    }

    pub fn counts(&self) -> &Counters {
        &self.counts
    }

    pub fn counts_mut(&mut self) -> &mut Counters {
        &mut self.counts
    }

    pub fn starts_at(&self) -> Timestamp {
        Timestamp::from_secs(self.number.saturating_mul(STEP_SECONDS))
    }

    /// Joins what another node counted in the same five minutes; of other minutes nothing is taken.
    pub fn merge(&mut self, other: &Self) {
        if self.number == other.number {
            self.counts.merge(&other.counts);
        }
    }

    pub fn ended_before(&self, moment: Timestamp) -> bool {
        self.number.saturating_add(1).saturating_mul(STEP_SECONDS) <= moment.secs()
    }

    pub(super) const fn number(&self) -> i64 {
        self.number
    }

    pub(super) fn values(&self) -> [u32; SIGNALS] {
        Signal::ALL.map(|signal| self.counts.value(signal))
    }
}

impl Counters {
    fn merge(&mut self, other: &Self) {
        let pairs = [
            (&mut self.messages, other.messages),
            (&mut self.first_ever, other.first_ever),
            (&mut self.free_mail, other.free_mail),
            (&mut self.phi_labelled, other.phi_labelled),
            (&mut self.dlp_blocks, other.dlp_blocks),
            (&mut self.unscannable, other.unscannable),
            (&mut self.phi_in_subject, other.phi_in_subject),
            (&mut self.bounces, other.bounces),
            (&mut self.complaints, other.complaints),
            (&mut self.failed_sign_ins, other.failed_sign_ins),
            (&mut self.new_network, other.new_network),
            (&mut self.new_agent, other.new_agent),
        ];
        for (own, more) in pairs {
            *own = own.saturating_add(more);
        }
        self.octets = self.octets.saturating_add(other.octets);
        self.recipients.merge(&other.recipients);
        self.domains.merge(&other.domains);
        self.patients.merge(&other.patients);
    }

    fn value(&self, signal: Signal) -> u32 {
        match signal {
            Signal::Messages => self.messages,
            Signal::Recipients => self.recipients.count(),
            Signal::Domains => self.domains.count(),
            Signal::Patients => self.patients.count(),
            Signal::Kibibytes => u32::try_from(self.octets / 1_024).unwrap_or(u32::MAX),
            Signal::FirstEver => self.first_ever,
            Signal::FreeMail => self.free_mail,
            Signal::PhiLabelled => self.phi_labelled,
            Signal::DlpBlocks => self.dlp_blocks,
            Signal::Unscannable => self.unscannable,
            Signal::PhiInSubject => self.phi_in_subject,
            Signal::Bounces => self.bounces,
            Signal::Complaints => self.complaints,
            Signal::FailedSignIns => self.failed_sign_ins,
            Signal::NewNetwork => self.new_network,
            Signal::NewAgent => self.new_agent,
        }
    }
}
