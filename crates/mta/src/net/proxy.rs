//! What is said to a proxy before the mail server answers: the PROXY protocol's header, version 2
//! (for HAProxy), and SOCKS5 without authentication (RFC 1928).
//!
//! Invariant: not one byte of what the mail server says is read here; both replies of SOCKS5 have a
//! length that is known before it is read.

use std::net::{IpAddr, SocketAddr};

use model::seams::NetFault;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::wire::fault;

/// PROXY protocol §2.2: twelve octets that no other protocol begins with.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Version 2, command PROXY.
const VERSION_COMMAND: u8 = 0x21;
/// Stream over IPv4 and IPv6.
const TCP4: u8 = 0x11;
const TCP6: u8 = 0x21;

/// RFC 1928 §3–§6.
const SOCKS: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const CONNECT: u8 = 1;
const ATYP_V4: u8 = 1;
const ATYP_NAME: u8 = 3;
const ATYP_V6: u8 = 4;

/// Tells a HAProxy from where it shall connect, and to whom. It answers nothing itself.
pub async fn haproxy(
    stream: &mut (impl AsyncWrite + Unpin),
    from: IpAddr,
    to: SocketAddr,
) -> Result<(), NetFault> {
    let header = proxy_header(from, to);
    stream.write_all(&header).await.map_err(|e| fault(&e))
}

/// Asks a SOCKS5 proxy to connect.
pub async fn socks5(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    to: SocketAddr,
) -> Result<(), NetFault> {
    let offer = [SOCKS, 1, NO_AUTHENTICATION];
    stream.write_all(&offer).await.map_err(|e| fault(&e))?;
    if read::<2>(stream).await? != [SOCKS, NO_AUTHENTICATION] {
        return Err(NetFault::Refused);
    }
    let mut request = vec![SOCKS, CONNECT, 0];
    match to.ip() {
        IpAddr::V4(ip) => {
            request.push(ATYP_V4);
            request.extend(ip.octets());
        }
        IpAddr::V6(ip) => {
            request.push(ATYP_V6);
            request.extend(ip.octets());
        }
    }
    request.extend(to.port().to_be_bytes());
    stream.write_all(&request).await.map_err(|e| fault(&e))?;
    granted(stream).await
}

/// The reply, with the address it was connected from, which nobody needs.
async fn granted(stream: &mut (impl AsyncRead + Unpin)) -> Result<(), NetFault> {
    let [version, reply, _, kind] = read::<4>(stream).await?;
    if version != SOCKS {
        return Err(NetFault::Refused);
    }
    match reply {
        0 => {}
        // RFC 1928 §6: the time to live ran out
        6 => return Err(NetFault::TimedOut),
        _ => return Err(NetFault::Refused),
    }
    match kind {
        ATYP_V4 => read::<6>(stream).await.map(drop),
        ATYP_V6 => read::<18>(stream).await.map(drop),
        ATYP_NAME => {
            let [length] = read::<1>(stream).await?;
            let mut rest = vec![0; usize::from(length) + 2];
            let all = stream.read_exact(&mut rest).await;
            all.map(drop).map_err(|e| fault(&e))
        }
        _ => Err(NetFault::Refused),
    }
}

async fn read<const N: usize>(stream: &mut (impl AsyncRead + Unpin)) -> Result<[u8; N], NetFault> {
    let mut bytes = [0; N];
    let all = stream.read_exact(&mut bytes).await;
    all.map(|_| bytes).map_err(|e| fault(&e))
}

/// PROXY protocol §2.2. Addresses of two families cannot be told in one header: both become IPv6.
fn proxy_header(from: IpAddr, to: SocketAddr) -> Vec<u8> {
    let mut header = SIGNATURE.to_vec();
    header.push(VERSION_COMMAND);
    // its port is for the proxy to choose
    match (from.to_canonical(), to.ip().to_canonical()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            header.push(TCP4);
            header.extend(12u16.to_be_bytes());
            header.extend(from.octets());
            header.extend(to.octets());
        }
        (from, to) => {
            header.push(TCP6);
            header.extend(36u16.to_be_bytes());
            header.extend(mapped(from));
            header.extend(mapped(to));
        }
    }
    header.extend(0u16.to_be_bytes());
    header.extend(to.port().to_be_bytes());
    header
}

fn mapped(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

#[cfg(test)]
mod tests;
