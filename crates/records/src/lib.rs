//! Records: what the organisation sent and received, kept as long as the law says, found in an instant, and
//! provably gone afterwards.
//!
//! ```text
//!  archive/   messages into postings and the sealed lexicon; the gap between accepted and archived
//!  search/    words, queries, tokens
//!  find.rs    a search, page by page, on the record
//!  excerpt.rs what the hits of one page say around the words
//!  holds/     matters and legal holds: what nobody may destroy
//!  keeping/   how long: profile, rules, days of patients, what is due and why
//!  disposal/  what is due, destroyed by two people's word, and certified
//!  paper.rs   lines as a PDF
//!  import/    readers of old archives: mbox, Maildir, EML, emlx, ZIP, tar, gzip, PST
//!  imports.rs what they give into records, as an order that survives a crash
//!  disclose/  packages that leave the house, and to whom
//!  export/    packages for courts, counsel and patients
//! ```
//!
//! Invariant: every accepted message is archived or waits for it; both are counted, nobody can switch it off.

pub mod anchors;
mod archive;
mod checks;
pub mod disclose;
pub mod disposal;
mod excerpt;
pub mod export;
mod find;
pub mod holds;
pub mod import;
pub mod imports;
pub mod keeping;
mod paper;
mod preview;
pub mod saved;
pub mod search;

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use flow::Flow;
use model::OrganisationId;

pub use archive::{Gap, Unread};
pub use excerpt::Excerpt;
pub use find::{Found, Hit, Page, Sought};
pub use preview::Preview;
pub use store::tables::archive_checks::ArchiveCheck;

/// The archive of all organisations. Cheap to clone.
#[derive(Clone)]
pub struct Records {
    flow: Flow,
    lexicons: Arc<Mutex<HashMap<OrganisationId, archive::Shared>>>,
    /// Held by who makes a package.
    packing: Arc<Mutex<()>>,
    /// How long a backup of the database may be kept.
    backup_days: u32,
    anchors: Arc<anchors::Anchors>,
    /// Whether segments of the index may be left to put together.
    unsettled: Arc<AtomicBool>,
}

impl Records {
    pub fn new(flow: Flow) -> Self {
        Self {
            flow,
            lexicons: Arc::default(),
            packing: Arc::default(),
            backup_days: model::limits::BACKUP_DAYS,
            anchors: Arc::default(),
            unsettled: Arc::new(AtomicBool::new(true)),
        }
    }

    /// Days after which no backup of the database is left that was made today.
    pub fn with_backup_days(mut self, days: u32) -> Self {
        self.backup_days = days;
        self
    }

    fn lexicon(&self, of: OrganisationId) -> archive::Shared {
        let mut all = self.lexicons.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(of).or_default().clone()
    }
}
