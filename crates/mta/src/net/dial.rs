//! One TCP connection to one address.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use model::seams::{Egress, NetFault, Via, Wire};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::wire::{TcpWire, fault};
use super::{ClientTls, PrivateDestinations, proxy};

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
    /// and is dropped before a byte is read; a proxy may well be on this machine.
    pub async fn dial(
        &self,
        to: SocketAddr,
        egress: &Egress,
        wait: Duration,
    ) -> Result<Box<dyn Wire>, NetFault> {
        let stream = timeout(wait, through(to, egress))
            .await
            .map_err(|_| NetFault::TimedOut)?;
        let stream = stream.map_err(|fault| match fault {
            NetFault::TimedOut => NetFault::TimedOut,
            _ => NetFault::Refused,
        })?;
        if egress.via == Via::Direct
            && self.private == PrivateDestinations::Refused
            && is_self(&stream)
        {
            return Err(NetFault::Refused);
        }
        // Commands are small and answered one by one: waiting to fill a packet only adds delay.
        stream.set_nodelay(true).map_err(|e| fault(&e))?;
        Ok(Box::new(TcpWire::new(stream, Arc::clone(&self.tls))))
    }

    pub fn tls(&self) -> &ClientTls {
        &self.tls
    }
}

/// A plain stream, wherever it leads.
pub async fn connect(to: SocketAddr, wait: Duration) -> Result<TcpStream, NetFault> {
    let stream = timeout(wait, TcpStream::connect(to))
        .await
        .map_err(|_| NetFault::TimedOut)?;
    let stream = stream.map_err(|e| match fault(&e) {
        NetFault::TimedOut => NetFault::TimedOut,
        _ => NetFault::Refused,
    })?;
    // Commands are small and answered one by one: waiting to fill a packet only adds delay.
    stream.set_nodelay(true).map_err(|e| fault(&e))?;
    Ok(stream)
}

/// A connection at whose other end `to` speaks, whatever it goes through.
async fn through(to: SocketAddr, egress: &Egress) -> Result<TcpStream, NetFault> {
    match egress.via {
        Via::Direct => open(egress.bind, to).await,
        Via::Haproxy(proxy) => {
            let mut stream = open(None, proxy).await?;
            let from = match egress.bind {
                Some(from) => from,
                None => stream.local_addr().map_err(|e| fault(&e))?.ip(),
            };
            proxy::haproxy(&mut stream, from, to).await?;
            Ok(stream)
        }
        Via::Socks5(proxy) => {
            let mut stream = open(egress.bind, proxy).await?;
            proxy::socks5(&mut stream, to).await?;
            Ok(stream)
        }
    }
}

async fn open(from: Option<IpAddr>, to: SocketAddr) -> Result<TcpStream, NetFault> {
    let Some(from) = from else {
        return TcpStream::connect(to).await.map_err(|e| fault(&e));
    };
    let socket = match to {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    };
    let socket = socket.map_err(|e| fault(&e))?;
    let bound = socket.bind(SocketAddr::new(from, 0));
    bound.map_err(|e| fault(&e))?;
    socket.connect(to).await.map_err(|e| fault(&e))
}

fn is_self(stream: &TcpStream) -> bool {
    match (stream.local_addr(), stream.peer_addr()) {
        (Ok(local), Ok(peer)) => local.ip().to_canonical() == peer.ip().to_canonical(),
        _ => true,
    }
}
