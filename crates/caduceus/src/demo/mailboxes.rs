//! What the simulated servers took, for the viewer and the check.

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::Timestamp;

/// One letter as its recipient's server has it.
#[derive(Clone)]
pub struct Delivered {
    pub to: String,
    pub at: Timestamp,
    pub tls: bool,
    pub bytes: Vec<u8>,
}

#[derive(Default)]
pub struct Mailboxes {
    letters: Mutex<Vec<Delivered>>,
}

impl Mailboxes {
    pub fn put(&self, letter: Delivered) {
        self.lock().push(letter);
    }
    pub fn all(&self) -> Vec<Delivered> {
        self.lock().clone()
    }
    /// Text of the newest letter to `to` that holds `needle`, oldest first in the list.
    pub fn newest(&self, to: &str, needle: &str) -> Option<String> {
        self.lock()
            .iter()
            .rev()
            .filter(|l| l.to == to)
            .find_map(|l| {
                let text = mail::parse(&l.bytes).ok()?.body_text()?;
                text.contains(needle).then_some(text)
            })
    }
    fn lock(&self) -> MutexGuard<'_, Vec<Delivered>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
