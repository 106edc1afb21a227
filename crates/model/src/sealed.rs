//! Values that must not leak: `Phi<T>` about people's health, `Secret<T>` that opens doors.
//!
//! Neither can be printed, compared in the open or serialised. Reading PHI takes an [`Access`],
//! which only `ctx` hands out (clippy bans the constructor elsewhere) and which leaves an audit
//! entry there.

use zeroize::Zeroize;

/// Permission to read PHI, for one recorded reason.
#[derive(Clone, Copy)]
pub struct Access(());

impl Access {
    /// For `ctx` alone: the caller has recorded who reads what and why, or the value never leaves
    /// the machine that processes it (scanning, sealing, transmitting to its own recipient).
    pub fn grant() -> Self {
        Self(())
    }
}

/// A value that is, or may be, protected health information.
#[derive(Clone)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }
    pub fn open(&self, _: Access) -> &T {
        &self.0
    }
    pub fn into_open(self, _: Access) -> T {
        self.0
    }
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Phi<U> {
        Phi(f(self.0))
    }
}

/// A key, password, code or token. Wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }
    /// The value, for the one operation that needs it. Never store or format the result.
    pub fn expose(&self) -> &T {
        &self.0
    }
}
impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
