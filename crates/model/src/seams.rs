//! The five seams: what differs between the real world, the simulated one and the deployment.
//!
//! A sixth seam needs a page in `docs/adr/`.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

mod egress;
mod http;

use crate::{Domain, Result, Secret, Timestamp, TlsFacts, TlsGoal, Tlsa};

pub use http::{HttpAnswer, HttpMethod, HttpRequest, HttpTo};

pub use egress::{Egress, Via};

/// Where time comes from.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Where chance comes from. Production: the operating system through `aws-lc-rs`.
pub trait Rng: Send + Sync {
    fn fill(&self, buf: &mut [u8]);
}

/// A future without a runtime.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why the network did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetFault {
    /// The name does not exist, or has no such record (NOERROR without data, NXDOMAIN).
    NoRecord,
    /// DNS could not answer (SERVFAIL, timeout, bogus DNSSEC): never treat as absence.
    DnsFailed,
    Refused,
    TimedOut,
    /// The connection ended.
    Closed,
    /// The TLS handshake failed.
    TlsFailed,
    /// The answer is longer than was allowed.
    TooLarge,
    /// The answer is not in the protocol's words, or asks for what must not be done.
    Unreadable,
}

/// What DNS said, and whether DNSSEC proved it (RFC 4035 §4.3: secure). What is not proved may still
/// be true; what was proved false never arrives here, but as `DnsFailed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    pub value: T,
    pub secure: bool,
}

impl<T> Answer<T> {
    pub fn secure(value: T) -> Self {
        Self {
            value,
            secure: true,
        }
    }
    pub fn insecure(value: T) -> Self {
        Self {
            value,
            secure: false,
        }
    }
}

/// MX hosts in order of preference: a lower number comes first (RFC 5321 §5.1).
pub type MxHosts = Vec<(u16, Domain)>;

/// The network: resolve, dial, ask by HTTP.
pub trait Net: Send + Sync {
    /// MX records. `NoRecord` allows the implicit MX; an entry whose host is the root means null MX
    /// (RFC 7505) and is given as an empty list.
    fn mx<'a>(&'a self, domain: &'a Domain) -> Later<'a, Result<Answer<MxHosts>, NetFault>>;
    fn addresses<'a>(
        &'a self,
        host: &'a Domain,
    ) -> Later<'a, Result<Answer<Vec<IpAddr>>, NetFault>>;
    /// TXT records, the strings of each joined. The name may have labels with underscores.
    fn txt<'a>(&'a self, name: &'a str) -> Later<'a, Result<Vec<Vec<u8>>, NetFault>>;
    /// The same, with whether DNSSEC proved them; where nobody can tell, it did not.
    fn proved_txt<'a>(
        &'a self,
        name: &'a str,
    ) -> Later<'a, Result<Answer<Vec<Vec<u8>>>, NetFault>> {
        Box::pin(async move { self.txt(name).await.map(Answer::insecure) })
    }
    /// The names an address has (PTR).
    fn names(&self, ip: IpAddr) -> Later<'_, Result<Vec<Domain>, NetFault>>;
    /// TLSA records of a TCP port of a host. `NoRecord` when there is certainly none.
    fn tlsa<'a>(
        &'a self,
        host: &'a Domain,
        port: u16,
    ) -> Later<'a, Result<Answer<Vec<Tlsa>>, NetFault>>;
    /// One request and its whole answer within `wait`.
    fn http(&self, request: HttpRequest, wait: Duration)
    -> Later<'_, Result<HttpAnswer, NetFault>>;
    /// Connects to `to` from where `egress` says.
    fn dial<'a>(
        &'a self,
        to: SocketAddr,
        egress: &'a Egress,
        wait: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>>;
    /// Connects to a server that an administrator of an organisation named: it may stand in a private network, never on
    /// this machine.
    fn dial_named<'a>(
        &'a self,
        to: SocketAddr,
        egress: &'a Egress,
        wait: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        self.dial(to, egress, wait)
    }
    /// The port mail servers listen on: 25 in the world, another in tests and the demo.
    fn smtp_port(&self) -> u16;
    /// Whether an address may be delivered to: the world refuses loopback, private and own ones.
    fn may_dial(&self, ip: IpAddr) -> bool;
}

/// How starting TLS ended: the encrypted connection, or why not and what was seen of the peer.
pub type TlsStart = Result<(Box<dyn Wire>, TlsFacts), (NetFault, Option<TlsFacts>)>;

/// One connection, plain or encrypted.
pub trait Wire: Send {
    /// Reads at least one byte; 0 means the peer closed.
    fn read<'a>(
        &'a mut self,
        buf: &'a mut [u8],
        wait: Duration,
    ) -> Later<'a, Result<usize, NetFault>>;
    /// Writes all of it.
    fn write<'a>(&'a mut self, bytes: &'a [u8], wait: Duration) -> Later<'a, Result<(), NetFault>>;
    /// Starts TLS as a client. Where the goal is `Verified`, a certificate that does not verify is
    /// `TlsFailed`; the facts still say why in the returned error's `TlsFacts` when known.
    fn start_tls<'a>(self: Box<Self>, goal: &'a TlsGoal, wait: Duration) -> Later<'a, TlsStart>;
}

/// Bytes outside the database: a folder or an S3-compatible bucket. Everything put is sealed already.
pub trait Blobs: Send + Sync {
    /// Durable when it returns. Names are ids; putting the same name twice is an error.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<()>;
    fn load(&self, name: &str) -> Result<Vec<u8>>;
    /// Removing what is not there is fine.
    fn remove(&self, name: &str) -> Result<()>;
    /// Some of the names that are there. With `turn` counting up every name comes up in time.
    fn some_names(&self, turn: u64) -> Result<Vec<String>>;
}

/// Root keys: a file by default, or an external key store. Wraps organisation keys, nothing else.
pub trait Vault: Send + Sync {
    /// A short public name of the current root key, hex; it changes on rotation.
    fn fingerprint(&self) -> String;
    /// Wraps a 32-byte key. `context` is authenticated, not stored.
    fn wrap(&self, context: &[u8], key: &Secret<[u8; 32]>, rng: &dyn Rng) -> Result<Vec<u8>>;
    /// Opens what any root key still held has wrapped.
    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Secret<[u8; 32]>>;
}
