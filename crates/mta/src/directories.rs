//! Asks recipients' own domains for their OpenPGP keys (draft-koch-openpgp-webkey-service §3.1).
//!
//! Which keys are wanted and what is made of an answer is `flow::keys`. Invariants: by verified HTTPS alone, following
//! no redirect, at public addresses; every answer has its size and its time.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use flow::keys::{Directories, Question, Reply};
use model::limits;
use model::seams::{HttpAnswer, HttpMethod, HttpRequest, HttpTo, Net, NetFault};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// The world's directories, asked on a runtime for threads outside it.
pub struct KeyDirectories {
    net: Arc<dyn Net>,
    runtime: Handle,
}

impl KeyDirectories {
    pub fn new(net: Arc<dyn Net>, runtime: Handle) -> Self {
        Self { net, runtime }
    }
}

impl Directories for KeyDirectories {
    fn ask(&self, questions: Vec<Question>, wait: Duration) -> Vec<Reply> {
        let mut replies: Vec<Reply> = questions.iter().map(|_| Reply::Fault).collect();
        let (tell, told) = mpsc::channel();
        for (place, question) in questions.into_iter().enumerate() {
            let (net, tell) = (self.net.clone(), tell.clone());
            self.runtime.spawn(async move {
                let asked = timeout(wait, answer(&*net, &question, wait)).await;
                // Nobody listens any more when all others took too long.
                let _ = tell.send((place, asked.unwrap_or(Reply::Fault)));
            });
        }
        drop(tell);
        // Every task ends with `wait`; a runtime that is gone drops them all.
        while let Ok((place, reply)) = told.recv_timeout(wait) {
            replies[place] = reply;
        }
        replies
    }
}

async fn answer(net: &dyn Net, question: &Question, wait: Duration) -> Reply {
    let advanced = get(net, &question.advanced, wait).await;
    // Only a host that is certainly not there makes way for the other: a fault is no absence.
    match advanced {
        Err(NetFault::NoRecord) => read(get(net, &question.direct, wait).await),
        other => read(other),
    }
}

async fn get(net: &dyn Net, url: &str, wait: Duration) -> Result<HttpAnswer, NetFault> {
    let request = HttpRequest {
        method: HttpMethod::Get,
        url: url.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        follow_redirects: false,
        answer_octets_max: limits::PGP_KEYS_OCTETS_MAX,
        to: HttpTo::Public,
    };
    net.http(request, wait).await
}

fn read(answer: Result<HttpAnswer, NetFault>) -> Reply {
    match answer {
        Ok(answer) if answer.status == 200 => Reply::Found(answer.body),
        Ok(answer) if matches!(answer.status, 404 | 410) => Reply::None,
        Err(NetFault::NoRecord) => Reply::None,
        Ok(_) | Err(_) => Reply::Fault,
    }
}
