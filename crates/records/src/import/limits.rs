//! What reading an archive may cost. Sizes are octets.
//!
//! Invariant: each has a test in `tests/it/limits.rs` that meets it.

const MIB: u64 = 1024 * 1024;

/// A message; Exchange lets 150 MB through at most.
pub const IMPORT_MESSAGE_OCTETS_MAX: u64 = 150 * MIB;
/// An archive inside of another that must be held in memory to be read: ZIP, PST.
pub const IMPORT_NESTED_OCTETS_MAX: u64 = 256 * MIB;
/// All that comes out of archives, at every depth.
pub const IMPORT_UNPACKED_OCTETS_MAX: u64 = 256 * 1024 * MIB;
/// What is packed may grow by this factor, once it is over the following size.
pub const IMPORT_RATIO_MAX: u64 = 200;
pub const IMPORT_RATIO_AFTER: u64 = 16 * MIB;
/// Files in archives and folders, together.
pub const IMPORT_ENTRIES_MAX: u64 = 5_000_000;
/// Archives inside of archives; gzip around tar counts as one each.
pub const IMPORT_DEPTH_MAX: u32 = 4;
/// Folders inside of folders, on disk and in PST.
pub const IMPORT_FOLDER_DEPTH_MAX: u32 = 64;
/// Messages inside of messages, in PST.
pub const IMPORT_EMBEDDED_DEPTH_MAX: u32 = 8;
/// Recipients and attachments of one item, in PST.
pub const IMPORT_ROWS_MAX: usize = 10_000;
/// A line that begins a message in mbox.
pub const IMPORT_FROM_LINE_OCTETS_MAX: usize = 1_000;
/// A name as it is shown.
pub const IMPORT_NAME_CHARS_MAX: usize = 1_000;

/// The limits of one import: those above, or tighter ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub message: u64,
    pub nested: u64,
    pub unpacked: u64,
    pub ratio: u64,
    pub ratio_after: u64,
    pub entries: u64,
    pub depth: u32,
    pub folder_depth: u32,
    pub embedded_depth: u32,
    pub rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: IMPORT_MESSAGE_OCTETS_MAX,
            nested: IMPORT_NESTED_OCTETS_MAX,
            unpacked: IMPORT_UNPACKED_OCTETS_MAX,
            ratio: IMPORT_RATIO_MAX,
            ratio_after: IMPORT_RATIO_AFTER,
            entries: IMPORT_ENTRIES_MAX,
            depth: IMPORT_DEPTH_MAX,
            folder_depth: IMPORT_FOLDER_DEPTH_MAX,
            embedded_depth: IMPORT_EMBEDDED_DEPTH_MAX,
            rows: IMPORT_ROWS_MAX,
        }
    }
}
