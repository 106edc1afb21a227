//! Signatures by the Standard Webhooks specification (version 1.0.0, symmetric, `v1`).
//!
//! HMAC-SHA256 over `id.timestamp.body`, base64, one for each secret that is valid at the time.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Secret, Timestamp};

/// The three headers of a delivery.
#[derive(Debug)]
pub struct Signed {
    pub id: String,
    /// Seconds since 1970, of this very try.
    pub timestamp: String,
    /// `v1,… v1,…`
    pub signature: String,
}

pub fn sign(id: &str, at: Timestamp, body: &[u8], secrets: &[Secret<Vec<u8>>]) -> Signed {
    let timestamp = at.secs().to_string();
    let signature: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let mut mac =
                hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.expose()));
            mac.update(id.as_bytes());
            mac.update(b".");
            mac.update(timestamp.as_bytes());
            mac.update(b".");
            mac.update(body);
            format!("v1,{}", STANDARD.encode(mac.sign()))
        })
        .collect();
    Signed {
        id: id.to_owned(),
        timestamp,
        signature: signature.join(" "),
    }
}

#[cfg(test)]
mod tests;
