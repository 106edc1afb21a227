//! `mail-auth` as verifier, with the keys at hand instead of DNS.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use caduceus_seal::dkim::Signer;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::{
    AuthenticatedMessage, DkimResult, Error, MessageAuthenticator, Parameters, ResolverCache, Txt,
};

/// Published keys. What is not here fails: no look-up ever reaches the network.
pub struct Keys(BTreeMap<String, Txt>);

impl Keys {
    pub fn of(signers: &[&Signer]) -> Self {
        let row = |signer: &&Signer| {
            let key = DomainKey::parse(signer.dns_record().as_bytes())
                .expect("a record that others can read");
            (signer.dns_name() + ".", Txt::from(key))
        };
        Self(signers.iter().map(row).collect())
    }
}

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let found = self.0.iter().find(|(known, _)| {
            let known: Box<str> = known.as_str().into();
            known.borrow() == name
        });
        Some(
            found.map_or(Txt::Error(Error::Io("no such key".into())), |(_, key)| {
                key.clone()
            }),
        )
    }
    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }
    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// The caches that DKIM does not use.
struct Unused;
impl<K, V> ResolverCache<K, V> for Unused {
    fn get<Q>(&self, _: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }
    fn remove<Q>(&self, _: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }
    fn insert(&self, _: K, _: V, _: Instant) {}
}

/// The verdict on each signature of a message, in order.
pub fn verify(keys: &Keys, message: &[u8]) -> Vec<DkimResult> {
    let parsed = AuthenticatedMessage::parse(message).expect("a message");
    let authenticator =
        MessageAuthenticator::new_cloudflare().expect("a resolver that is never asked");
    let parameters = Parameters::<'_, _, Keys, Unused, Unused, Unused, Unused> {
        params: &parsed,
        cache_txt: Some(keys),
        cache_mx: None::<&Unused>,
        cache_ptr: None::<&Unused>,
        cache_ipv4: None::<&Unused>,
        cache_ipv6: None::<&Unused>,
    };
    let outputs = at_once(authenticator.verify_dkim(parameters));
    outputs
        .iter()
        .map(|output| output.result().clone())
        .collect()
}

/// Every key is at hand, so the future never waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the verifier went to the network"),
    }
}
