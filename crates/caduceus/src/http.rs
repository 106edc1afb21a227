//! HTTP listeners: our own accept loops, so that TLS and shutdown are ours.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);
const LAST_REQUESTS_WAIT: Duration = Duration::from_secs(10);
const ACCEPT_ERROR_WAIT: Duration = Duration::from_millis(100);
const CONNECTIONS_MAX: usize = 1_000;

/// Serves until `stop`, then lets running requests end. `tls` is absent on loopback only.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    let acceptor = tls.map(TlsAcceptor::from);
    let mut connections = JoinSet::new();
    loop {
        let mut failed = false;
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Err(_) => failed = true,
                Ok((stream, from)) => {
                let (acceptor, router) = (acceptor.clone(), router.clone());
                let _ = stream.set_nodelay(true);
                connections.spawn(async move {
                    match acceptor {
                        None => answer(stream, router, from.ip()).await,
                        Some(acceptor) => {
                            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_WAIT, acceptor.accept(stream)).await {
                                answer(stream, router, from.ip()).await;
                            }
                        }
                    }
                });
                }
            }
        }
        if failed {
            // Out of handles: others must end before one more can begin.
            tokio::time::sleep(ACCEPT_ERROR_WAIT).await;
        }
    }
    let _ = tokio::time::timeout(LAST_REQUESTS_WAIT, async {
        while connections.join_next().await.is_some() {}
    })
    .await;
}

async fn answer<S>(stream: S, router: Router, from: IpAddr)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(api::Remote(from));
        router.clone().oneshot(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .header_read_timeout(Duration::from_secs(30))
        .timer(hyper_util::rt::TokioTimer::new());
    // A peer that goes away is its own affair.
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
