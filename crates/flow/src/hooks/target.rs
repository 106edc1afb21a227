//! Where a webhook leads and what signs it: one sealed column.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ctx::World;
use model::seams::Rng;
use model::{Code, Domain, Error, Result, Secret, Timestamp, limits};
use serde::{Deserialize, Serialize};
use store::tables::webhooks::Webhook;
use zeroize::Zeroize;

/// Octets of a signing secret; the specification asks for 24 to 64.
const SECRET_OCTETS: usize = 32;

#[derive(Serialize, Deserialize, Zeroize)]
#[zeroize(drop)]
pub(super) struct Target {
    pub url: String,
    /// Base64, without its prefix.
    secret: String,
    old: Option<String>,
}

impl Target {
    pub fn new(url: String, rng: &dyn Rng) -> Self {
        Self {
            url,
            secret: random(rng),
            old: None,
        }
    }
    /// A new secret; the present one becomes the old one.
    pub fn rotated(&self, rng: &dyn Rng) -> Self {
        Self {
            url: self.url.clone(),
            secret: random(rng),
            old: Some(self.secret.clone()),
        }
    }
    pub fn shown(&self) -> Secret<String> {
        Secret::new(format!("whsec_{}", self.secret))
    }
    /// What signs, the newest first; the old one too until `old_until`.
    pub fn secrets(
        &self,
        old_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Vec<Secret<Vec<u8>>>> {
        let overlaps = old_until.is_some_and(|until| now < until);
        let old = self.old.iter().filter(|_| overlaps);
        std::iter::once(&self.secret)
            .chain(old)
            .map(|text| {
                let bytes = STANDARD.decode(text);
                bytes
                    .map(Secret::new)
                    .map_err(|_| Error::new(Code::StoredDataInvalid))
            })
            .collect()
    }

    pub fn seal(&self, world: &World, row: &Webhook) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(self).map(Secret::new);
        let plain = plain.map_err(|e| Error::new(Code::Internal).because(e))?;
        let key = world.keys(row.organisation)?.subkey("webhook");
        vault::seal(&key, &aad(row), plain.expose(), world.rng.as_ref())
    }
    pub fn open(world: &World, row: &Webhook) -> Result<Self> {
        let key = world.keys(row.organisation)?.subkey("webhook");
        let plain = Secret::new(vault::open(&key, &aad(row), &row.sealed_target)?);
        serde_json::from_slice(plain.expose()).map_err(|_| Error::new(Code::StoredDataInvalid))
    }
}

fn aad(row: &Webhook) -> Vec<u8> {
    vault::aad("webhooks", "sealed_target", row.id.as_bytes())
}

fn random(rng: &dyn Rng) -> String {
    let mut bytes = [0u8; SECRET_OCTETS];
    rng.fill(&mut bytes);
    let text = STANDARD.encode(bytes);
    bytes.zeroize();
    text
}

/// `https`, a host, no credentials, no fragment. Which addresses the host may have is asked when it
/// is dialled, each time: names change.
pub(super) fn check_url(url: &str) -> Result<()> {
    let wrong = || Error::new(Code::FieldInvalid).at("/url");
    let clean = url.len() <= limits::WEBHOOK_URL_OCTETS_MAX
        && url.bytes().all(|b| b.is_ascii_graphic())
        && !url.contains(['#', '\\', '"', '<', '>']);
    let rest = url.strip_prefix("https://").filter(|_| clean);
    let authority = rest.and_then(|rest| rest.split(['/', '?']).next());
    let authority = authority.filter(|a| !a.contains('@')).ok_or_else(wrong)?;
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or_else(wrong)?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port_fits = port.is_empty()
        || port.strip_prefix(':').is_some_and(|n| {
            n.parse::<u16>().is_ok_and(|n| n > 0) && n.bytes().all(|b| b.is_ascii_digit())
        });
    let host_fits = host.parse::<std::net::IpAddr>().is_ok() || Domain::parse(host).is_ok();
    if port_fits && host_fits {
        Ok(())
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests;
