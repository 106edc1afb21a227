//! What an engine complained about, without any value it complained about.
//!
//! PostgreSQL quotes keys and input in its messages, so only codes, constraint names and the
//! statement's own name are kept.

use std::error::Error as _;

use model::{Code, Error};

/// A failure of an engine, ready to become the error of one or of many closures.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    /// The transaction lost against another one; the same closure may succeed when run again.
    pub(crate) rerun: bool,
    cause: String,
}

impl Fault {
    pub(crate) fn new(code: Code, cause: impl Into<String>) -> Self {
        Self {
            code,
            rerun: false,
            cause: cause.into(),
        }
    }

    pub(crate) fn sqlite(error: &rusqlite::Error, during: &str) -> Self {
        use rusqlite::ErrorCode as E;
        let rusqlite::Error::SqliteFailure(failure, _) = error else {
            return Self::new(code_of_misuse(error), format!("sqlite: misuse in {during}"));
        };
        let code = match failure.code {
            // A value of the wrong type for a STRICT table is a mistake in this program.
            _ if failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_DATATYPE => {
                Code::Internal
            }
            E::ConstraintViolation => Code::StateConflict,
            E::DiskFull => Code::StoreFull,
            // Growing the shared-memory index is an fallocate, whose ENOSPC has no code of its own.
            _ if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => Code::StoreFull,
            E::NotADatabase => Code::KeyWrong,
            E::DatabaseCorrupt | E::TypeMismatch => Code::StoredDataInvalid,
            E::ReadOnly => Code::Internal,
            _ => Code::StoreUnavailable,
        };
        Self::new(
            code,
            format!("sqlite {} in {during}", failure.extended_code),
        )
    }

    pub(crate) fn postgres(error: &postgres::Error, during: &str) -> Self {
        use postgres::error::SqlState as S;
        let Some(said) = error.as_db_error() else {
            return Self::without_answer(error, during);
        };
        let state = said.code();
        let code = match *state {
            S::DISK_FULL => Code::StoreFull,
            S::READ_ONLY_SQL_TRANSACTION => Code::Internal,
            _ => match &state.code()[..2] {
                "23" => Code::StateConflict,
                "22" | "XX" => Code::StoredDataInvalid,
                "42" => Code::Internal,
                _ => Code::StoreUnavailable,
            },
        };
        let rerun = *state == S::T_R_SERIALIZATION_FAILURE || *state == S::T_R_DEADLOCK_DETECTED;
        let constraint = said.constraint().unwrap_or("-");
        let cause = format!(
            "postgres {} (constraint {constraint}) in {during}",
            state.code()
        );
        Self { code, rerun, cause }
    }
}

impl Fault {
    /// The server said nothing: it is away, or the value never fitted the statement.
    fn without_answer(error: &postgres::Error, during: &str) -> Self {
        let source = error.source();
        let away = error.is_closed() || source.is_none_or(|e| e.is::<std::io::Error>());
        let (code, what) = match away {
            true => (Code::StoreUnavailable, "no connection"),
            false => (Code::Internal, "a value does not fit"),
        };
        Self::new(code, format!("postgres: {what} in {during}"))
    }
}

fn code_of_misuse(error: &rusqlite::Error) -> Code {
    match error {
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..) => Code::StoredDataInvalid,
        _ => Code::Internal,
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::new(fault.code).because(fault.cause)
    }
}

impl From<&Fault> for Error {
    fn from(fault: &Fault) -> Self {
        Self::from(fault.clone())
    }
}

/// A failed file operation: a full disk has its own code. Paths are ours and hold no data.
pub(crate) fn io(error: std::io::Error) -> Error {
    let full = matches!(
        error.kind(),
        std::io::ErrorKind::StorageFull
            | std::io::ErrorKind::QuotaExceeded
            | std::io::ErrorKind::FileTooLarge
    );
    let code = if full {
        Code::StoreFull
    } else {
        Code::StoreUnavailable
    };
    Error::new(code).because(error)
}
