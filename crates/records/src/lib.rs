//! Records: what the organisation sent and received, kept as long as the law says, found in an instant, and
//! provably gone afterwards.
//!
//! ```text
//!  export/    packages for courts, counsel and patients
//!  search/    words of a text, the language of searches
//! ```

pub mod export;
pub mod search;
