//! Records: what the organisation sent and received, kept as long as the law says, found in an instant, and
//! provably gone afterwards.
//!
//! ```text
//!  import/    readers of old archives: mbox, Maildir, EML, emlx, ZIP, tar, gzip, PST
//!  search/    words of a text, the language of searches
//! ```

pub mod import;
pub mod search;
