//! People with keys of each kind, made once.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use model::seams::Rng;
use model::{Address, Timestamp};
use seal::smime::{Curve, Identity, NewKey, Trust};

/// Every draw is another, every run the same.
pub struct Counting(AtomicU8);

impl Counting {
    pub fn new() -> Self {
        Self(AtomicU8::new(1))
    }
}

impl Rng for Counting {
    fn fill(&self, buf: &mut [u8]) {
        for octet in buf {
            *octet = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

pub const DAY: Duration = Duration::from_secs(86_400);

pub fn noon() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-22T12:00:00Z").expect("a moment")
}

pub fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn made(name: &str, key: NewKey) -> Identity {
    let from = noon().minus(DAY);
    Identity::generate(&address(name), key, from, 30 * DAY, &Counting::new()).expect("an identity")
}

pub static NURSE: LazyLock<Identity> =
    LazyLock::new(|| made("nurse@clinic.example", NewKey::Rsa(2_048)));
pub static PAT: LazyLock<Identity> =
    LazyLock::new(|| made("Pat@Mail.example", NewKey::Ec(Curve::P256)));
pub static LEE: LazyLock<Identity> =
    LazyLock::new(|| made("lee@mail.example", NewKey::Ec(Curve::P384)));
pub static KIM: LazyLock<Identity> = LazyLock::new(|| made("kim@mail.example", NewKey::Rsa(3_072)));

/// Who believes these people, and nobody else.
pub fn believing(people: &[&Identity]) -> Trust {
    let mut trust = Trust::new();
    for one in people {
        trust.pin(one.certificate().fingerprint());
    }
    trust
}
