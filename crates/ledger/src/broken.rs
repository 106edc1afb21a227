//! Why evidence does not verify, in words for the person who runs the check.
//!
//! It is the cause inside a `ledger_broken` error, whose pointer says where. It names structure
//! only, never a value of the file.

use model::{Code, Error};

/// What exactly does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The bytes are not in the format, or not in its one canonical form.
    Format,
    /// The inclusion proof does not lead from the entry to the checkpoint's root.
    Inclusion,
    /// The newer tree does not extend the older one.
    Consistency,
    /// A signature by the log's key does not match the text it signs.
    Signature,
    /// The note carries no signature by the key asked for.
    Unsigned,
    /// The file was signed with another key than the trusted one.
    OtherKey,
    /// The checkpoint belongs to another log than the key does.
    OtherLog,
    /// The payload and salt do not open the entry's commitment.
    Commitment,
    /// The entry is about another message, recipient or organisation than the file says.
    Subject,
    /// Entries are not in the log's order, or appear twice, or precede the acceptance.
    Order,
    /// The acceptance of the message is not among the entries.
    NoAcceptance,
    /// The file claims another level than its entries support.
    Claim,
    /// The summary is not the one that follows from the entries.
    Summary,
    /// Two checkpoints of one log contradict each other: the log shows different histories.
    SplitView,
    /// A stored hash is not the hash of what is stored.
    Stored,
    /// The tree's root is not the one that was signed for its size.
    Root,
    /// The entry that a bare proof is about was not given with it.
    NoEntry,
    /// No proof was given for a bare entry.
    NoProof,
    /// A bare proof can only be checked with the log's public key.
    NoKey,
    /// A tile is missing, or shorter or longer than the tree's size needs.
    Tile,
}

impl Broken {
    /// The error that carries it.
    pub(crate) fn at(self, pointer: impl Into<String>) -> Error {
        Error::new(Code::LedgerBroken).at(pointer).because(self)
    }

    pub(crate) fn here(self) -> Error {
        Error::new(Code::LedgerBroken).because(self)
    }

    /// Finds it again in an error, to show it.
    pub fn of(error: &Error) -> Option<Self> {
        std::error::Error::source(error)?
            .downcast_ref::<Self>()
            .copied()
    }

    pub const fn says(self) -> &'static str {
        match self {
            Self::Format => {
                "the bytes are not in the canonical form of their format: they were changed or damaged"
            }
            Self::Inclusion => {
                "the entry is not in the log that the checkpoint describes: the entry, its position, its proof or the root was changed"
            }
            Self::Consistency => {
                "the newer checkpoint does not extend the older one: the log was rewritten"
            }
            Self::Signature => {
                "the signature does not match: the checkpoint, the key or the signature was changed"
            }
            Self::Unsigned => "the checkpoint is not signed by the log's key",
            Self::OtherKey => "it was signed with another key than the one you trust",
            Self::OtherLog => "the checkpoint names another log than the key does",
            Self::Commitment => "the shown content is not the content the log committed to",
            Self::Subject => "an entry is about another organisation, message or recipient",
            Self::Order => "the entries are not in the order of the log",
            Self::NoAcceptance => "the entry of the message's acceptance is missing",
            Self::Claim => "the claimed level does not follow from the entries",
            Self::Summary => "the summary does not follow from the entries",
            Self::SplitView => {
                "two checkpoints of the same log contradict each other: different histories were shown"
            }
            Self::Stored => "a stored hash differs from the hash of what is stored",
            Self::Root => "the tree's root is not the one that was signed: history was rewritten",
            Self::NoEntry => "the entry that this proof is about was not given: name its file too",
            Self::NoProof => "no proof was given for this entry: name its .tlog-proof file too",
            Self::NoKey => "a bare proof needs the log's public key to be checked with",
            Self::Tile => "a tile is missing or has the wrong size",
        }
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.says())
    }
}

impl std::error::Error for Broken {}
