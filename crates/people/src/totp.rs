//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, one step either way.

use model::seams::Rng;
use model::{Code, Error, Result, Secret, Timestamp};
use totp_rs::{Algorithm, Builder, Totp};

pub(crate) fn new_secret(rng: &dyn Rng) -> Secret<Vec<u8>> {
    let mut bytes = vec![0u8; 20];
    rng.fill(&mut bytes);
    Secret::new(bytes)
}

/// The step that `code` belongs to, when it is right.
pub(crate) fn check(secret: &Secret<Vec<u8>>, code: &str, now: Timestamp) -> Result<Option<i64>> {
    let totp = build(secret, "caduceus", "user")?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = u64::try_from(now.secs()).unwrap_or(0);
    Ok(totp
        .check(&code, seconds)
        .and_then(|step| i64::try_from(step).ok()))
}

/// The code of this moment, for demonstrations and tests.
pub(crate) fn code_at(secret: &Secret<Vec<u8>>, now: Timestamp) -> Result<String> {
    let totp = build(secret, "caduceus", "user")?;
    Ok(totp
        .generate(u64::try_from(now.secs()).unwrap_or(0))
        .to_string())
}

pub(crate) fn base32(secret: &Secret<Vec<u8>>) -> Secret<String> {
    Secret::new(totp_rs::Secret::from(secret.expose().as_slice()).to_base32())
}

/// The `otpauth://` URL that authenticator apps read from a QR code.
pub(crate) fn url(secret: &Secret<Vec<u8>>, issuer: &str, account: &str) -> Result<Secret<String>> {
    let clean = |text: &str| text.replace(':', " ");
    Ok(Secret::new(
        build(secret, &clean(issuer), &clean(account))?
            .to_url()
            .map_err(|_| Error::new(Code::Internal))?,
    ))
}

fn build(secret: &Secret<Vec<u8>>, issuer: &str, account: &str) -> Result<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(totp_rs::Secret::from(secret.expose().as_slice()))
        .with_account_name(account)
        .with_issuer(Some(issuer))
        .build()
        .map_err(|_| Error::new(Code::Internal))
}

#[cfg(test)]
mod tests;
