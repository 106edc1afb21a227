//! The transaction under way.

use super::stuff::Stuffing;
use super::{ClientDone, Transaction};

pub(super) struct Job {
    pub stuffing: Stuffing,
    /// RCPT and DATA were written together with MAIL.
    pub pipelined: bool,
    pub rcpt: String,
    /// The first refusal; later replies of a pipelined group follow from it.
    pub refusal: Option<ClientDone>,
}

impl Job {
    pub(super) fn new(transaction: Transaction, pipelined: bool, rcpt: String) -> Self {
        let stuffing = Stuffing::new(transaction.head, transaction.body);
        Self {
            stuffing,
            pipelined,
            rcpt,
            refusal: None,
        }
    }
}
