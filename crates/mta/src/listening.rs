//! Accepts connections until the end, each served by a task of its own.

use std::future::Future;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::stopped;

/// Out of file handles: others must end before one more can begin.
const ACCEPT_ERROR_WAIT: Duration = Duration::from_millis(100);
/// A message being committed at shutdown still gets its answer.
const LAST_SESSIONS_WAIT: Duration = Duration::from_secs(20);

pub(crate) async fn listen<F>(
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
    serve: impl Fn(TcpStream) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            () = stopped(&mut stop) => break,
            Some(_) = sessions.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    sessions.spawn(serve(stream));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_ERROR_WAIT).await;
                }
            },
        }
    }
    drop(listener);
    let last = timeout(LAST_SESSIONS_WAIT, async {
        while sessions.join_next().await.is_some() {}
    });
    if last.await.is_err() {
        tracing::warn!(
            sessions = sessions.len(),
            "sessions were cut off by shutdown"
        );
    }
}
