//! One TCP connection to one address.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use model::seams::{NetFault, Wire};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::wire::{TcpWire, fault};
use super::{ClientTls, PrivateDestinations};

/// Opens connections that can be upgraded to TLS; cheap to clone.
#[derive(Clone)]
pub struct Dialer {
    tls: Arc<ClientTls>,
    private: PrivateDestinations,
}

impl Dialer {
    pub fn new(tls: ClientTls, private: PrivateDestinations) -> Self {
        Self {
            tls: Arc::new(tls),
            private,
        }
    }

    /// Connects within `wait`. A connection whose two ends have one address leads to this machine
    /// and is dropped before a byte is read.
    pub async fn dial(&self, to: SocketAddr, wait: Duration) -> Result<Box<dyn Wire>, NetFault> {
        let stream = timeout(wait, TcpStream::connect(to))
            .await
            .map_err(|_| NetFault::TimedOut)?;
        let stream = stream.map_err(|e| match fault(&e) {
            NetFault::TimedOut => NetFault::TimedOut,
            _ => NetFault::Refused,
        })?;
        if self.private == PrivateDestinations::Refused && is_self(&stream) {
            return Err(NetFault::Refused);
        }
        // Commands are small and answered one by one: waiting to fill a packet only adds delay.
        stream.set_nodelay(true).map_err(|e| fault(&e))?;
        Ok(Box::new(TcpWire::new(stream, Arc::clone(&self.tls))))
    }
}

fn is_self(stream: &TcpStream) -> bool {
    match (stream.local_addr(), stream.peer_addr()) {
        (Ok(local), Ok(peer)) => local.ip().to_canonical() == peer.ip().to_canonical(),
        _ => true,
    }
}
