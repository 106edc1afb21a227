//! The one error of everything above core: whose fault, a stable code, where in the input.
//!
//! An error never carries a submitted value: only its [`Code`], a pointer into the input's shape and
//! a cause for the log (an I/O or database error, which by construction holds no message data).

use crate::Code;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug)]
pub struct Error {
    code: Code,
    pointer: Option<Box<str>>,
    /// In place of the code's own remedy.
    advice: Option<&'static str>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub fn new(code: Code) -> Self {
        Self {
            code,
            pointer: None,
            advice: None,
            cause: None,
        }
    }
    /// Where in the input, as a JSON pointer (RFC 6901) such as `/to/2/address`; names only shapes
    /// and indexes, never values. Unknown field *names* are capped and made printable first.
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        let clean: String = pointer
            .into()
            .chars()
            .filter(|c| !c.is_control())
            .take(100)
            .collect();
        self.pointer = Some(clean.into());
        self
    }
    /// What to do about it, where that is known better than the code knows: a sentence of ours.
    pub fn advising(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }
    /// What went wrong underneath, for the log only.
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }
    pub fn code(&self) -> Code {
        self.code
    }
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        self.advice.unwrap_or(self.code.row().remedy)
    }
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.word())?;
        match &self.pointer {
            Some(pointer) => write!(f, " at {pointer}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause
            .as_deref()
            .map(|c| c as &(dyn std::error::Error + 'static))
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}
