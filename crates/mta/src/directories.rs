//! Asks others for keys of recipients: the recipients' own domains for OpenPGP keys (draft-koch-openpgp-webkey-service
//! §3.1), directories for certificates; and who issued a certificate whether it still holds.
//!
//! Which keys are wanted and what is made of an answer is `flow::keys`. Invariants: domains are asked by verified HTTPS
//! alone, following no redirect, at public addresses; what is signed itself comes by plain HTTP too, from public addresses
//! also where it was moved; every answer has its size and its time.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use flow::keys::{Answers, Asked, Directories, Fetch, Question, Reply, Search, Tried, Values};
use model::seams::{HttpAnswer, HttpMethod, HttpRequest, HttpTo, Net, NetFault};
use model::{DirectoryStep, limits};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::ldap;

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

/// What one task brings back.
enum Part {
    Domain(usize, Reply<Vec<u8>>),
    Search(usize, Vec<Reply<Values>>),
}

impl Directories for KeyDirectories {
    fn ask(&self, asked: Asked, wait: Duration) -> Answers {
        let mut answers = Answers::none_to(&asked);
        let (tell, told) = mpsc::channel();
        // Nobody listens any more to what is told when all others took too long.
        for (place, question) in asked.domains.into_iter().enumerate() {
            let (net, tell) = (self.net.clone(), tell.clone());
            self.runtime.spawn(async move {
                let asked = timeout(wait, answer(&*net, &question, wait)).await;
                let _ = tell.send(Part::Domain(place, asked.unwrap_or(Reply::Fault)));
            });
        }
        for (place, search) in asked.searches.into_iter().enumerate() {
            let (net, tell) = (self.net.clone(), tell.clone());
            self.runtime.spawn(async move {
                let talk = ldap::talk(&*net, &search, wait).await;
                let _ = tell.send(Part::Search(place, talk.replies));
            });
        }
        drop(tell);
        // Every task ends with `wait`; a runtime that is gone drops them all.
        while let Ok(part) = told.recv_timeout(wait) {
            match part {
                Part::Domain(place, reply) => answers.domains[place] = reply,
                Part::Search(place, replies) => {
                    let places = answers.searches[place].iter_mut();
                    places
                        .zip(replies)
                        .for_each(|(place, reply)| *place = reply);
                }
            }
        }
        answers
    }

    fn fetch(&self, asked: Vec<Fetch>, wait: Duration) -> Vec<Reply<Vec<u8>>> {
        let mut replies = vec![Reply::Fault; asked.len()];
        let (tell, told) = mpsc::channel();
        for (place, one) in asked.into_iter().enumerate() {
            let (net, tell) = (self.net.clone(), tell.clone());
            self.runtime.spawn(async move {
                let fetched = timeout(wait, net.http(signed(one), wait)).await;
                let reply = fetched.map_or(Reply::Fault, read);
                // Whoever asked may be gone.
                let _ = tell.send((place, reply));
            });
        }
        drop(tell);
        // Every task ends with `wait`; a runtime that is gone drops them all.
        while let Ok((place, reply)) = told.recv() {
            replies[place] = reply;
        }
        replies
    }

    fn try_out(&self, search: Search, wait: Duration) -> Tried {
        let (tell, told) = mpsc::channel();
        let net = self.net.clone();
        self.runtime.spawn(async move {
            // Whoever asked may be gone.
            let _ = tell.send(ldap::talk(&*net, &search, wait).await);
        });
        match told.recv() {
            Err(_) => Tried {
                step: DirectoryStep::NotReached,
                found: 0,
            },
            Ok(talk) => Tried {
                step: talk.step,
                found: match talk.replies.first() {
                    Some(Reply::Found(values)) => values.len(),
                    _ => 0,
                },
            },
        }
    }
}

/// RFC 5280 §4.2.1.13, RFC 6960 §A.1.
fn signed(asked: Fetch) -> HttpRequest {
    let (method, headers) = match &asked.body {
        None => (HttpMethod::Get, Vec::new()),
        Some(_) => {
            let kind = "application/ocsp-request".to_owned();
            (HttpMethod::Post, vec![("content-type".to_owned(), kind)])
        }
    };
    HttpRequest {
        method,
        url: asked.url,
        headers,
        body: asked.body.unwrap_or_default(),
        follow_redirects: true,
        answer_octets_max: asked.octets_max,
        to: HttpTo::PublicPlain,
    }
}

async fn answer(net: &dyn Net, question: &Question, wait: Duration) -> Reply<Vec<u8>> {
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

fn read(answer: Result<HttpAnswer, NetFault>) -> Reply<Vec<u8>> {
    match answer {
        Ok(answer) if answer.status == 200 => Reply::Found(answer.body),
        Ok(answer) if matches!(answer.status, 404 | 410) => Reply::None,
        Err(NetFault::NoRecord) => Reply::None,
        Ok(_) | Err(_) => Reply::Fault,
    }
}
