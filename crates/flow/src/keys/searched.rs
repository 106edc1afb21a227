//! What directories answered about one address: which of it is a certificate of that address, and what it is worth.
//!
//! A directory says what it has, not what is true. Invariant: a certificate that names another address, is over, is not
//! for encryption or too weak is not taken; one that leads to no authority of the organisation's waits for somebody's
//! look.

use model::{Address, KeyAnswer, KeySource, KeyStanding, Timestamp, limits};
use seal::smime::{Certificate, Purpose, Trust, Verdict};

use super::asked::{Reply, Values};
use super::kept::Key;
use super::read::{Found, judged};
use super::take::How;

/// One directory that has a certificate in use is enough; one that did not answer leaves open whether it has one.
pub(super) fn read(
    address: &Address,
    replies: Vec<Reply<Values>>,
    trust: &Trust,
    now: Timestamp,
) -> (KeyAnswer, Vec<(Found, How)>) {
    let (mut certificates, mut is_whole) = (Vec::new(), true);
    for reply in replies {
        match reply {
            Reply::None => {}
            Reply::Fault => is_whole = false,
            Reply::Found(values) => {
                let read = values
                    .iter()
                    .filter_map(|value| Certificate::parse_all(value).ok());
                certificates.extend(read.flatten().take(limits::KEYS_PER_ADDRESS_MAX));
            }
        }
    }
    certificates.truncate(limits::DIRECTORIES_MAX * limits::KEYS_PER_ADDRESS_MAX);
    let found = certificates.iter().filter_map(|one| {
        let (key, standing) = worth(one, &certificates, address, (trust, now))?;
        let (starts_at, expires_at) = judged(&key, now).ok()?;
        let found = Found {
            key,
            address: address.clone(),
            starts_at,
            expires_at,
        };
        let how = How {
            source: KeySource::Ldap,
            standing,
            pinned: false,
        };
        Some((found, how))
    });
    let found: Vec<_> = found.take(limits::KEYS_PER_ADDRESS_MAX).collect();
    let is_used = |(_, how): &(Found, How)| how.standing == KeyStanding::Active;
    let answer = match (found.iter().any(is_used), is_whole) {
        (true, _) => KeyAnswer::Found,
        (false, true) => KeyAnswer::None,
        (false, false) => KeyAnswer::Fault,
    };
    (answer, found)
}

fn worth(
    one: &Certificate,
    all: &[Certificate],
    address: &Address,
    (trust, now): (&Trust, Timestamp),
) -> Option<(Key, KeyStanding)> {
    let standing = match trust.check(one, all, now, Purpose::Encrypt, Some(address)) {
        Verdict::Trusted | Verdict::Pinned => KeyStanding::Active,
        Verdict::Untrusted(_) => KeyStanding::Waiting,
        _ => return None,
    };
    Some((Key::Smime(one.clone()), standing))
}
