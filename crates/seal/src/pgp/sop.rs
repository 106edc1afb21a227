//! The Stateless OpenPGP command line (draft-dkg-openpgp-stateless-cli): what others test us by.
//!
//! Pure: files, time and chance are the caller's, so that a program around it is thin. Invariant: an
//! exit code is one of the draft's (§6), and where it is not 0 nothing was written to the output that
//! a caller could take for a result.

mod args;
mod commands;

use model::Timestamp;
use model::seams::Rng;

use super::{KeyFault, PgpError};
use args::Args;

/// What the command line reads and writes.
pub trait Files {
    /// All of standard input.
    fn input(&mut self) -> std::io::Result<Vec<u8>>;
    /// Standard output.
    fn output(&mut self, bytes: &[u8]) -> std::io::Result<()>;
    fn load(&mut self, name: &str) -> std::io::Result<Vec<u8>>;
    /// Fails with `AlreadyExists` when there is such a file.
    fn create(&mut self, name: &str, bytes: &[u8]) -> std::io::Result<()>;
}

/// Runs one command, given without the program's name, and returns its exit code.
pub fn run(args: &[String], files: &mut dyn Files, at: Timestamp, rng: &dyn Rng) -> i32 {
    let mut world = World { files, at, rng };
    match Args::parse(args).and_then(|args| commands::run(&args, &mut world)) {
        Ok(()) => 0,
        Err(failure) => failure.code(),
    }
}

struct World<'a> {
    files: &'a mut dyn Files,
    at: Timestamp,
    rng: &'a dyn Rng,
}

impl World<'_> {
    fn input(&mut self) -> Result<Vec<u8>, Failure> {
        self.files.input().map_err(|_| Failure::Unspecified)
    }
    fn output(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.files.output(bytes).map_err(|_| Failure::Unspecified)
    }
    /// §4.2: names that begin with `@` are not files.
    fn load(&mut self, name: &str) -> Result<Vec<u8>, Failure> {
        if name.starts_with('@') {
            return Err(Failure::UnsupportedSpecialPrefix);
        }
        self.files.load(name).map_err(|_| Failure::MissingInput)
    }
    fn create(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        if name.starts_with('@') {
            return Err(Failure::UnsupportedSpecialPrefix);
        }
        let failure = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Failure::OutputExists,
            _ => Failure::Unspecified,
        };
        self.files.create(name, bytes).map_err(failure)
    }
}

/// The draft's failures (§6) as far as they happen here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Unspecified,
    NoSignature,
    CertCannotEncrypt,
    MissingArg,
    IncompleteVerification,
    CannotDecrypt,
    UnsupportedOption,
    BadData,
    ExpectedText,
    OutputExists,
    MissingInput,
    KeyIsProtected,
    UnsupportedSubcommand,
    UnsupportedSpecialPrefix,
    KeyCannotSign,
    UnsupportedProfile,
}

impl Failure {
    fn code(self) -> i32 {
        match self {
            Self::Unspecified => 1,
            Self::NoSignature => 3,
            Self::CertCannotEncrypt => 17,
            Self::MissingArg => 19,
            Self::IncompleteVerification => 23,
            Self::CannotDecrypt => 29,
            Self::UnsupportedOption => 37,
            Self::BadData => 41,
            Self::ExpectedText => 53,
            Self::OutputExists => 59,
            Self::MissingInput => 61,
            Self::KeyIsProtected => 67,
            Self::UnsupportedSubcommand => 69,
            Self::UnsupportedSpecialPrefix => 71,
            Self::KeyCannotSign => 79,
            Self::UnsupportedProfile => 89,
        }
    }
}

impl From<PgpError> for Failure {
    fn from(error: PgpError) -> Self {
        match error {
            PgpError::Malformed | PgpError::TooLarge | PgpError::Unsupported => Self::BadData,
            PgpError::NotEncrypted => Self::BadData,
            PgpError::NotProtected | PgpError::Tampered | PgpError::NoKey => Self::CannotDecrypt,
            PgpError::Locked => Self::KeyIsProtected,
            PgpError::Key(KeyFault::NoSigningKey) => Self::KeyCannotSign,
            PgpError::Key(_) => Self::CertCannotEncrypt,
            PgpError::Failed => Self::Unspecified,
        }
    }
}
