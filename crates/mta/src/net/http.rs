//! One HTTP/1.1 exchange over a stream of our own: verified TLS, one answer, a cap on its size.
//!
//! Not here: which address a name has and whether it may be asked ([`Reach`] says that). Invariants:
//! a secret in a request is never sent to another host by a redirect; `Public` never leaves `https`, nor `PublicPlain` public addresses.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, HOST, LOCATION};
use hyper::{Method, Request, Response, Uri, client::conn::http1};
use hyper_util::rt::TokioIo;
use model::seams::{HttpAnswer, HttpMethod, HttpRequest, HttpTo, Later, NetFault};
use model::{Domain, Floor, TlsFacts, TlsGoal};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use super::ClientTls;
use super::dial::connect;

const REDIRECTS_MAX: usize = 5;

/// Finds the sockets that a name may be asked at.
pub trait Reach: Send + Sync {
    fn sockets<'a>(
        &'a self,
        host: &'a str,
        port: u16,
        to: HttpTo,
    ) -> Later<'a, Result<Vec<SocketAddr>, NetFault>>;
}

/// Asks within `wait`, following redirects where the request says so.
pub async fn ask(
    reach: &dyn Reach,
    tls: &ClientTls,
    request: HttpRequest,
    wait: Duration,
) -> Result<HttpAnswer, NetFault> {
    timeout(wait, follow(reach, tls, request, wait))
        .await
        .unwrap_or(Err(NetFault::TimedOut))
}

async fn follow(
    reach: &dyn Reach,
    tls: &ClientTls,
    mut request: HttpRequest,
    wait: Duration,
) -> Result<HttpAnswer, NetFault> {
    for _ in 0..=REDIRECTS_MAX {
        let target = Target::of(&request)?;
        let answer = exchange(reach, tls, &request, &target, wait).await?;
        let location = answer.find_header(LOCATION.as_str());
        let (true, 301 | 302 | 303 | 307 | 308, Some(location)) =
            (request.follow_redirects, answer.status, location)
        else {
            return Ok(answer);
        };
        request = redirected(&request, &target, location)?;
    }
    Err(NetFault::Unreadable)
}

/// What an URL names.
struct Target {
    host: String,
    port: u16,
    encrypted: bool,
    /// Host and port as the Host field says them.
    authority: String,
    path: String,
}

impl Target {
    fn of(request: &HttpRequest) -> Result<Self, NetFault> {
        let url: Uri = request.url.parse().map_err(|_| NetFault::Unreadable)?;
        let encrypted = match (url.scheme_str(), request.to) {
            (Some("https"), _) => true,
            (Some("http"), HttpTo::Anywhere | HttpTo::PublicPlain) => false,
            _ => return Err(NetFault::Unreadable),
        };
        let authority = url.authority().ok_or(NetFault::Unreadable)?;
        // A name and a password in an URL are credentials in a place that gets logged.
        if authority.as_str().contains('@') {
            return Err(NetFault::Unreadable);
        }
        Ok(Self {
            host: authority.host().to_owned(),
            port: authority
                .port_u16()
                .unwrap_or(if encrypted { 443 } else { 80 }),
            encrypted,
            authority: authority.as_str().to_owned(),
            path: url
                .path_and_query()
                .map_or("/", |path| path.as_str())
                .to_owned(),
        })
    }
}

/// Only what asks without sending is asked elsewhere; other hosts get no header of ours.
fn redirected(
    request: &HttpRequest,
    from: &Target,
    location: &str,
) -> Result<HttpRequest, NetFault> {
    if request.method != HttpMethod::Get {
        return Err(NetFault::Unreadable);
    }
    let scheme = if from.encrypted { "https" } else { "http" };
    let url = if location.starts_with('/') && !location.starts_with("//") {
        format!("{scheme}://{}{location}", from.authority)
    } else {
        location.to_owned()
    };
    let mut next = HttpRequest {
        url,
        ..request.clone()
    };
    let to = Target::of(&next)?;
    if from.encrypted && !to.encrypted {
        return Err(NetFault::Unreadable);
    }
    if to.authority != from.authority {
        next.headers.clear();
    }
    Ok(next)
}

async fn exchange(
    reach: &dyn Reach,
    tls: &ClientTls,
    request: &HttpRequest,
    target: &Target,
    wait: Duration,
) -> Result<HttpAnswer, NetFault> {
    let sockets = reach.sockets(&target.host, target.port, request.to).await?;
    let mut last = NetFault::Refused;
    for socket in sockets {
        let stream = match connect(socket, wait).await {
            Ok(stream) => stream,
            Err(fault) => {
                last = fault;
                continue;
            }
        };
        if !target.encrypted {
            return speak(stream, request, target, None).await;
        }
        let host = Domain::parse(&target.host).map_err(|_| NetFault::Unreadable)?;
        let goal = TlsGoal::pkix(host, Floor::Verified);
        let (stream, facts) = tls
            .handshake(stream, &goal, wait)
            .await
            .map_err(|(fault, _)| fault)?;
        return speak(stream, request, target, Some(facts)).await;
    }
    Err(last)
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: &HttpRequest,
    target: &Target,
    tls: Option<TlsFacts>,
) -> Result<HttpAnswer, NetFault> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| NetFault::Closed)?;
    // The connection works in a task of its own and ends with it: one exchange each.
    let connection = AbortOnDrop(tokio::spawn(async move {
        // How it ended is known from the answer, or from its absence.
        let _ = connection.await;
    }));
    let answer = sender
        .send_request(message(request, target)?)
        .await
        .map_err(|_| NetFault::Closed)?;
    let answer = whole(answer, request.answer_octets_max, tls).await;
    drop(connection);
    answer
}

fn message(request: &HttpRequest, target: &Target) -> Result<Request<Full<Bytes>>, NetFault> {
    let method = match request.method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
    };
    let mut message = Request::builder()
        .method(method)
        .uri(target.path.as_str())
        .header(HOST, target.authority.as_str());
    for (name, value) in &request.headers {
        message = message.header(name.as_str(), value.as_str());
    }
    if !request.body.is_empty() {
        message = message.header(CONTENT_LENGTH, request.body.len());
    }
    message
        .body(Full::new(Bytes::from(request.body.clone())))
        .map_err(|_| NetFault::Unreadable)
}

async fn whole(
    answer: Response<hyper::body::Incoming>,
    octets_max: usize,
    tls: Option<TlsFacts>,
) -> Result<HttpAnswer, NetFault> {
    let (parts, body) = answer.into_parts();
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let headers = headers.collect();
    let body = Limited::new(body, octets_max)
        .collect()
        .await
        .map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                NetFault::TooLarge
            } else {
                NetFault::Closed
            }
        })?;
    Ok(HttpAnswer {
        status: parts.status.as_u16(),
        headers,
        body: body.to_bytes().to_vec(),
        tls,
    })
}

struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;
