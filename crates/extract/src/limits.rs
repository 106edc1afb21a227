//! What reading one file may cost.
//!
//! The defaults are those of the product; an administrator may tighten them. Invariant: octets and
//! items are counted as they are produced, never as a header announces them.

use std::path::PathBuf;
use std::time::Duration;

const MIB: u64 = 1024 * 1024;

/// Sizes are octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub input: u64,
    /// All that is unpacked on the way, at every depth.
    pub expanded: u64,
    /// An unpacked item may be this many times its packed size, once it is over `ratio_after`.
    pub ratio: u64,
    pub ratio_after: u64,
    /// Files in archives, parts of documents and messages.
    pub entries: u32,
    /// Files inside files.
    pub depth: u32,
    pub text: u64,
    /// Pages, slides and sheets.
    pub pages: u32,
    pub ocr_pages: u32,
    /// Pixels of an image that is given to OCR.
    pub ocr_pixels: u64,
    pub cells: u32,
    /// Steps of readers whose input can make them go in circles.
    pub work: u64,
    /// Processor time for a file, in whole seconds; a worker has twice as long by the clock.
    pub time: Duration,
    /// Address space of a worker.
    pub memory: u64,
    /// Files after which a worker makes room for a new one.
    pub files_per_worker: u32,
    /// The program `tesseract`, where images are to be read.
    pub ocr: Option<PathBuf>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input: 25 * MIB,
            expanded: 200 * MIB,
            ratio: 100,
            ratio_after: MIB,
            entries: 2_000,
            depth: 4,
            text: 50 * MIB,
            pages: 500,
            ocr_pages: 20,
            ocr_pixels: 40_000_000,
            cells: 5_000_000,
            work: 200_000_000,
            time: Duration::from_secs(10),
            memory: 512 * MIB,
            files_per_worker: 100,
            ocr: None,
        }
    }
}

/// Texts in one answer; archives of small files meet `entries` first.
pub(crate) const TEXTS_MAX: usize = 10_000;
/// Things not read that are listed; one is enough to know that the file is not clean.
pub(crate) const UNREADABLE_MAX: usize = 100;
/// Of a name inside a place.
pub(crate) const PLACE_NAME_CHARS_MAX: usize = 80;
pub(crate) const PLACE_CHARS_MAX: usize = 400;
pub(crate) const CLAIM_OCTETS_MAX: usize = 4 * 1024;
/// Elements inside elements.
pub(crate) const XML_DEPTH_MAX: usize = 1_000;
/// Columns up to which empty cells are kept, so that names stay above their values.
pub(crate) const TABLE_COLUMNS_MAX: usize = 1_024;
