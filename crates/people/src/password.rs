//! Password hashing: Argon2id (RFC 9106) with the parameters OWASP's password storage sheet gives as
//! its first choice for 19 MiB, stored in PHC string form.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use model::seams::Rng;
use model::{Code, Error, Result, Secret, limits};
use seal::dkim::Signer;

/// Memory in KiB, passes, lanes.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    memory_kib: u32,
    passes: u32,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            passes: 2,
        }
    }
}

impl Work {
    /// A new DKIM key. A quick installation shares one a process: making one takes a tenth of a second,
    /// which a thousand simulated clinics do not have.
    pub(crate) fn rsa_key(self) -> Result<Secret<Vec<u8>>> {
        static SHARED: OnceLock<Secret<Vec<u8>>> = OnceLock::new();
        if self.memory_kib >= Self::default().memory_kib {
            return Signer::generate_rsa2048();
        }
        if let Some(key) = SHARED.get() {
            return Ok(key.clone());
        }
        let key = Signer::generate_rsa2048()?;
        Ok(SHARED.get_or_init(|| key).clone())
    }

    pub(crate) fn quick() -> Self {
        Self {
            memory_kib: 8,
            passes: 1,
        }
    }
}

/// One password being hashed. Each takes 19 MiB and a core, and anyone may try to sign in.
pub(crate) struct Turn<'a>(&'a AtomicUsize);

impl<'a> Turn<'a> {
    pub(crate) fn take(running: &'a AtomicUsize) -> Result<Self> {
        let before = running.fetch_add(1, Ordering::Relaxed);
        let turn = Self(running);
        if before >= limits::PASSWORD_HASHES_MAX {
            return Err(Code::Overloaded.into());
        }
        Ok(turn)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The most common choices of people who must take at least twelve characters.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "password1234",
    "passwordpassword",
    "qwertyuiop123",
    "qwertyuiopas",
    "administrator",
    "letmeinletmein",
    "welcome12345",
    "iloveyou1234",
    "changemechangeme",
    "aaaaaaaaaaaa",
    "111111111111",
    "000000000000",
    "abcdefghijkl",
    "abc123abc123",
];

/// # Errors
/// `password_weak` when too short, too long, common, or the same as the address.
pub(crate) fn check_strength(password: &Secret<String>, email: &str) -> Result<()> {
    let text = password.expose();
    let count = text.chars().count();
    let folded = text.to_lowercase();
    let local = email.split('@').next().unwrap_or(email);
    let weak = !(limits::PASSWORD_CHARS_MIN..=limits::PASSWORD_CHARS_MAX).contains(&count)
        || COMMON.contains(&folded.as_str())
        || folded == email.to_lowercase()
        || (local.len() >= 6
            && folded.starts_with(&local.to_lowercase())
            && count < limits::PASSWORD_CHARS_MIN + 4);
    if weak {
        Err(Error::new(Code::PasswordWeak).at("/password"))
    } else {
        Ok(())
    }
}

pub(crate) fn hash(work: Work, password: &Secret<String>, rng: &dyn Rng) -> Result<String> {
    let mut salt = [0u8; 16];
    rng.fill(&mut salt);
    let out = derive(work, password, &salt)?;
    let (m, t) = (work.memory_kib, work.passes);
    let (salt, out) = (
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(out.expose()),
    );
    Ok(format!("$argon2id$v=19$m={m},t={t},p=1${salt}${out}"))
}

/// False for a wrong password; also for a hash that cannot be read.
pub(crate) fn verify(password: &Secret<String>, stored: &str) -> bool {
    let Some((work, salt, expected)) = parse(stored) else {
        return false;
    };
    derive(work, password, &salt).is_ok_and(|out| vault::constant_time_eq(out.expose(), &expected))
}

fn parse(stored: &str) -> Option<(Work, Vec<u8>, Vec<u8>)> {
    let mut fields = stored.strip_prefix("$argon2id$v=19$")?.split('$');
    let mut memory_kib = None;
    let mut passes = None;
    for parameter in fields.next()?.split(',') {
        match parameter.split_once('=')? {
            ("m", value) => memory_kib = value.parse().ok(),
            ("t", value) => passes = value.parse().ok(),
            _ => {}
        }
    }
    let salt = STANDARD_NO_PAD.decode(fields.next()?).ok()?;
    let hash = STANDARD_NO_PAD.decode(fields.next()?).ok()?;
    Some((
        Work {
            memory_kib: memory_kib?,
            passes: passes?,
        },
        salt,
        hash,
    ))
}

fn derive(work: Work, password: &Secret<String>, salt: &[u8]) -> Result<Secret<[u8; 32]>> {
    let internal = |_| Error::new(Code::Internal);
    let params = Params::new(work.memory_kib, work.passes, 1, Some(32)).map_err(internal)?;
    let mut out = [0u8; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.expose().as_bytes(), salt, &mut out)
        .map_err(internal)?;
    Ok(Secret::new(out))
}

#[cfg(test)]
mod tests;
