//! What DNS said, as the checks of incoming mail need it.
//!
//! No sockets here. A check reads from [`Known`]; where an answer is missing it ends with the
//! [`Ask`], the caller learns the answer and starts the check again. Checks are pure and short, so
//! beginning anew costs little. Invariant: a check asks for one thing at a time and never for what
//! is known, so it ends.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// A question; names are lower-case, without a final dot. They may come from a hostile message.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// Each record's strings joined.
    Txt(String),
    Addresses(String),
    /// Host names, best first.
    Mx(String),
    /// Names of an address.
    Names(IpAddr),
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ask(..)")
    }
}

#[derive(Clone)]
pub enum Found<T> {
    Records(Vec<T>),
    /// The name or the type does not exist.
    Nothing,
    /// DNS could not tell.
    Failed,
}

/// Answers so far.
#[derive(Default)]
pub struct Known {
    txt: BTreeMap<String, Found<Vec<u8>>>,
    addresses: BTreeMap<String, Found<IpAddr>>,
    mx: BTreeMap<String, Found<String>>,
    names: BTreeMap<IpAddr, Found<String>>,
}

impl Known {
    pub fn learn_txt(&mut self, name: &str, found: Found<Vec<u8>>) {
        self.txt.insert(fold(name), found);
    }
    pub fn learn_addresses(&mut self, name: &str, found: Found<IpAddr>) {
        self.addresses.insert(fold(name), found);
    }
    pub fn learn_mx(&mut self, name: &str, found: Found<String>) {
        self.mx.insert(fold(name), found);
    }
    pub fn learn_names(&mut self, ip: IpAddr, found: Found<String>) {
        self.names.insert(ip, found);
    }

    pub fn txt(&self, name: &str) -> Result<&Found<Vec<u8>>, Ask> {
        let name = fold(name);
        self.txt.get(&name).ok_or(Ask::Txt(name))
    }
    pub fn addresses(&self, name: &str) -> Result<&Found<IpAddr>, Ask> {
        let name = fold(name);
        self.addresses.get(&name).ok_or(Ask::Addresses(name))
    }
    pub fn mx(&self, name: &str) -> Result<&Found<String>, Ask> {
        let name = fold(name);
        self.mx.get(&name).ok_or(Ask::Mx(name))
    }
    pub fn names(&self, ip: IpAddr) -> Result<&Found<String>, Ask> {
        self.names.get(&ip).ok_or(Ask::Names(ip))
    }
}

/// Names that compare. Folding twice is folding once, or an answer would never meet its question.
fn fold(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}
