//! Engines beside us that look at what comes in: clamd for viruses, rspamd for spam.
//!
//! What is said to them is `mail::engines`'; here are sockets, time and what an answer leads to. Invariant:
//! a message is let in only after every engine that is set up said something whole about it; silence, a
//! limit or a broken answer is 451, never "clean".

mod judged;
mod wire;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use flow::inbound::Looked;
use mail::engines::clamd::{self, Scan, Version};
use mail::engines::rspamd::{self, Envelope};
use model::{Address, Code, Result, limits};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use judged::{of_advice, of_scan};

/// Those that an installation set up; none by default. Cheap to clone.
#[derive(Clone, Default)]
pub struct Engines(Arc<Inner>);

struct Inner {
    clamd: Option<Engine>,
    rspamd: Option<Engine>,
    room: Semaphore,
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            clamd: None,
            rspamd: None,
            room: Semaphore::new(limits::ENGINE_MESSAGES_MAX),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Engine {
    pub at: EngineAt,
    pub found: OnFound,
}

/// Where it listens: beside us, so that content stays on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineAt {
    Unix(PathBuf),
    Tcp(SocketAddr),
}

/// What becomes of a message that an engine would not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFound {
    /// It is taken in, and somebody decides.
    Quarantine,
    /// It is refused while its client listens.
    Reject,
}

/// Who brought a message, and for whom.
#[derive(Clone)]
pub struct Brought {
    pub from: Option<Address>,
    pub recipients: Vec<Address>,
    pub ip: IpAddr,
    pub helo: String,
}

impl Engines {
    pub fn new(clamd: Option<Engine>, rspamd: Option<Engine>) -> Self {
        Self(Arc::new(Inner {
            clamd,
            rspamd,
            ..Inner::default()
        }))
    }

    pub fn is_none(&self) -> bool {
        self.0.clamd.is_none() && self.0.rspamd.is_none()
    }

    /// What they say of a message.
    ///
    /// # Errors
    /// `engine_unavailable` when one of them does not answer, or not about all of it; `content_harmful`
    /// where what was found is to be refused; `greylisted` when rspamd asks for another time.
    pub async fn look(&self, brought: &Brought, content: &[u8]) -> Result<Looked> {
        if self.is_none() {
            return Ok(Looked::default());
        }
        let looking = async {
            let _place = self
                .0
                .room
                .acquire()
                .await
                .map_err(|_| Code::EngineUnavailable)?;
            let mut looked = Looked::default();
            if let Some(engine) = &self.0.clamd {
                of_scan(&self.scan(engine, content).await, engine.found, &mut looked)?;
            }
            if let Some(engine) = &self.0.rspamd {
                let advice = self.advice(engine, brought, content).await;
                of_advice(&advice, engine.found, &mut looked)?;
            }
            Ok(looked)
        };
        match timeout(limits::ENGINE_WAIT, looking).await {
            Ok(looked) => looked,
            Err(_) => {
                judged::count("any", "none");
                Err(Code::EngineUnavailable.into())
            }
        }
    }

    /// Engine and signatures of clamd, for a look at the installation's health; none where none is set up.
    ///
    /// # Errors
    /// `engine_unavailable` when it does not answer.
    pub async fn virus_signatures(&self) -> Result<Option<Version>> {
        let Some(engine) = &self.0.clamd else {
            return Ok(None);
        };
        let unavailable = |_| Code::EngineUnavailable;
        let asking = async {
            let mut answer = clamd::Answer::new();
            let request = std::iter::once(clamd::VERSION_REQUEST);
            wire::talk(&engine.at, request, |octets| {
                answer.take(octets) == clamd::Progress::Done
            })
            .await
            .map_err(unavailable)?;
            Ok(Some(answer.version().map_err(|_| Code::EngineUnavailable)?))
        };
        let asked = timeout(limits::ENGINE_WAIT, asking).await;
        asked.unwrap_or_else(|_| Err(Code::EngineUnavailable.into()))
    }

    async fn scan(&self, engine: &Engine, content: &[u8]) -> Scan {
        let mut answer = clamd::Answer::new();
        let pieces: Vec<clamd::Piece<'_>> = clamd::scan_request(content).collect();
        let octets = pieces.iter().map(clamd::Piece::octets);
        let take = |octets: &[u8]| answer.take(octets) == clamd::Progress::Done;
        // What cannot be reached said nothing whole either: the empty answer reads as that.
        let _ = wire::talk(&engine.at, octets, take).await;
        answer.scan()
    }

    async fn advice(
        &self,
        engine: &Engine,
        brought: &Brought,
        content: &[u8],
    ) -> std::result::Result<rspamd::Advice, mail::engines::NoAnswer> {
        let envelope = Envelope {
            from: brought.from.as_ref(),
            recipients: &brought.recipients,
            ip: brought.ip,
            helo: &brought.helo,
            user: None,
        };
        let head = rspamd::request_head(&envelope, content.len());
        let mut answer = rspamd::Answer::new();
        let take = |octets: &[u8]| {
            answer.take(octets);
            answer.is_whole()
        };
        let _ = wire::talk(&engine.at, [head.as_slice(), content].into_iter(), take).await;
        answer.advice()
    }
}
