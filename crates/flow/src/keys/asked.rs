//! What other machines are asked about recipients' keys, and what they may answer.
//!
//! Not here: who asks (an edge of the program) and what is made of answers ([`super::lookup`]).

use std::sync::Arc;
use std::time::Duration;

use model::{Address, DirectoryStep, DirectoryTls, Domain, Secret};

/// Where to ask a domain for one OpenPGP key. It names an address, so it has no `Debug`.
pub struct Question {
    pub advanced: String,
    /// Only where the host of `advanced` does not exist.
    pub direct: String,
}

/// A directory as it is reached. It holds a password, so it has no `Debug`.
pub struct Server {
    pub host: Domain,
    pub port: u16,
    pub tls: DirectoryTls,
    /// DER of the authorities that its certificate is held against; none: those that everybody trusts.
    pub roots: Vec<Vec<u8>>,
    pub base: String,
    /// A name and its password; none: nobody in particular.
    pub bind: Option<(String, Secret<String>)>,
}

/// For whose certificates one directory is asked.
pub struct Search {
    pub server: Arc<Server>,
    pub addresses: Vec<Address>,
}

/// All that is asked for one message.
#[derive(Default)]
pub struct Asked {
    pub domains: Vec<Question>,
    pub searches: Vec<Search>,
}

/// Something signed at a place that a certificate names: a list, an issuer's certificate, an answer to a question.
pub struct Fetch {
    pub url: String,
    /// A question to a responder (OCSP); none: the place is read.
    pub body: Option<Vec<u8>>,
    /// A longer answer is a fault.
    pub octets_max: usize,
}

/// What came of one question.
#[derive(Clone)]
pub enum Reply<T> {
    Found(T),
    /// There is no key for the address, or nobody who could have one.
    None,
    Fault,
}

/// Octets as they stand in a directory: certificates, or lists of them.
pub type Values = Vec<Vec<u8>>;

/// One reply a question, and one an address of each search, in their order.
pub struct Answers {
    pub domains: Vec<Reply<Vec<u8>>>,
    pub searches: Vec<Vec<Reply<Values>>>,
}

impl Answers {
    /// Nobody answered yet.
    pub fn none_to(asked: &Asked) -> Self {
        let of_search = |search: &Search| vec![Reply::Fault; search.addresses.len()];
        Self {
            domains: asked.domains.iter().map(|_| Reply::Fault).collect(),
            searches: asked.searches.iter().map(of_search).collect(),
        }
    }
}

/// How asking a directory by hand went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    pub step: DirectoryStep,
    /// Certificates, whatever they are worth.
    pub found: usize,
}

/// Who asks other machines, for a thread that may wait.
pub trait Directories: Send + Sync {
    /// After `wait` at most.
    fn ask(&self, asked: Asked, wait: Duration) -> Answers;
    /// Asks one directory for the first of the addresses, after `wait` at most.
    fn try_out(&self, search: Search, wait: Duration) -> Tried;
    /// After `wait` at most, one reply each, in their order. Who cannot ask answers nothing.
    fn fetch(&self, asked: Vec<Fetch>, _wait: Duration) -> Vec<Reply<Vec<u8>>> {
        asked.iter().map(|_| Reply::Fault).collect()
    }
}
