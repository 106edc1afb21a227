//! Asks a directory (LDAP, RFC 4511) for certificates of people: dials, encrypts, says who we are, searches.
//!
//! What is said is `mail::ldap`; which directory is asked for whom, and what an answer is worth, is `flow::keys`.
//! Invariants: nothing but the wish for TLS is ever said in the clear; a server whose certificate does not verify hears
//! neither a name nor an address; what it sends has its size and its time, and sends us nowhere else.

use std::net::SocketAddr;
use std::time::Duration;

use flow::keys::{Reply, Search, Server, Values};
use mail::ldap::{self, Answer, Outcome, Reader};
use model::seams::{Egress, Net, Wire};
use model::{Address, DirectoryStep, DirectoryTls, Floor, TlsGoal, Trust, limits};
use tokio::time::timeout;

/// How far it got, and a reply for each address that was asked for before something went wrong.
pub(crate) struct Talk {
    pub step: DirectoryStep,
    pub replies: Vec<Reply<Values>>,
}

/// After `wait` at most.
pub(crate) async fn talk(net: &dyn Net, search: &Search, wait: Duration) -> Talk {
    let mut talk = Talk {
        step: DirectoryStep::NotReached,
        replies: Vec::new(),
    };
    // What went wrong stands in `talk`: how far it got, and that replies are missing.
    let _ = timeout(wait, walked(net, search, wait, &mut talk)).await;
    talk
}

/// The dialogue did not go on.
struct Broken;

async fn walked(
    net: &dyn Net,
    search: &Search,
    wait: Duration,
    talk: &mut Talk,
) -> Result<(), Broken> {
    let server = &search.server;
    let wire = dialled(net, server, wait).await?;
    talk.step = DirectoryStep::NotSecured;
    let mut line = Line::new(wire, wait).secured(server).await?;
    talk.step = DirectoryStep::NotBound;
    line.bind(server).await?;
    talk.step = DirectoryStep::NotSearched;
    for address in &search.addresses {
        talk.replies.push(line.search(server, address).await?);
    }
    talk.step = DirectoryStep::Searched;
    line.say(ldap::unbind).await.map(drop)
}

async fn dialled(net: &dyn Net, server: &Server, wait: Duration) -> Result<Box<dyn Wire>, Broken> {
    let found = net.addresses(&server.host).await.map_err(|_| Broken)?;
    let egress = Egress::direct(server.host.clone());
    for ip in found.value {
        let to = SocketAddr::new(ip, server.port);
        if let Ok(wire) = net.dial_named(to, &egress, wait / 2).await {
            return Ok(wire);
        }
    }
    Err(Broken)
}

struct Line {
    wire: Box<dyn Wire>,
    reader: Reader,
    wait: Duration,
    said: ldap::Number,
}

impl Line {
    fn new(wire: Box<dyn Wire>, wait: Duration) -> Self {
        Self {
            wire,
            reader: Reader::new(limits::DIRECTORY_ANSWER_OCTETS_MAX),
            wait,
            said: 0,
        }
    }

    /// Encrypted from here on.
    async fn secured(mut self, server: &Server) -> Result<Self, Broken> {
        if server.tls == DirectoryTls::StartTls {
            let number = self.say(ldap::start_tls).await?;
            match self.next(number).await? {
                // Nothing that came in the clear is read as if it had come after it.
                Answer::Extended(Outcome::Success) if self.reader.is_empty() => {}
                _ => return Err(Broken),
            }
        }
        let goal = TlsGoal {
            host: server.host.clone(),
            floor: Floor::Verified,
            trust: match server.roots.is_empty() {
                true => Trust::Pkix,
                false => Trust::Own(server.roots.clone()),
            },
        };
        let started = self.wire.start_tls(&goal, self.wait).await;
        let (wire, facts) = started.map_err(|_| Broken)?;
        // Asserted again where it takes effect.
        match facts.verified {
            true => Ok(Self { wire, ..self }),
            false => Err(Broken),
        }
    }

    async fn bind(&mut self, server: &Server) -> Result<(), Broken> {
        let (name, password) = match &server.bind {
            Some((name, password)) => (name.as_str(), password.expose().as_str()),
            None => ("", ""),
        };
        let number = self
            .say(|number| ldap::bind(number, name, password))
            .await?;
        match self.next(number).await? {
            Answer::Bound(Outcome::Success) => Ok(()),
            _ => Err(Broken),
        }
    }

    async fn search(&mut self, server: &Server, of: &Address) -> Result<Reply<Values>, Broken> {
        let seconds = u8::try_from(self.wait.as_secs()).unwrap_or(u8::MAX).max(1);
        let (base, of) = (server.base.as_str(), of.as_str());
        let number = self
            .say(|number| ldap::search(number, base, of, seconds))
            .await?;
        let mut values = Values::new();
        loop {
            match self.next(number).await? {
                Answer::Entry(found) => values.extend(found),
                Answer::Reference => {}
                Answer::Found(Outcome::Success | Outcome::More) => break,
                _ => return Err(Broken),
            }
        }
        values.truncate(limits::KEYS_PER_ADDRESS_MAX);
        Ok(match values.is_empty() {
            true => Reply::None,
            false => Reply::Found(values),
        })
    }

    /// Gives its number.
    async fn say(
        &mut self,
        what: impl FnOnce(ldap::Number) -> Vec<u8>,
    ) -> Result<ldap::Number, Broken> {
        self.said += 1;
        let said = self.wire.write(&what(self.said), self.wait).await;
        said.map(|()| self.said).map_err(|_| Broken)
    }

    /// The next answer; one to something else (a notice that the server ends) breaks the dialogue.
    async fn next(&mut self, number: ldap::Number) -> Result<Answer, Broken> {
        loop {
            match self.reader.answer() {
                Ok(Some((of, answer))) if of == i64::from(number) => return Ok(answer),
                Ok(None) => {}
                Ok(Some(_)) | Err(_) => return Err(Broken),
            }
            let mut octets = [0; 4096];
            match self.wire.read(&mut octets, self.wait).await {
                Ok(0) | Err(_) => return Err(Broken),
                Ok(count) => self.reader.push(&octets[..count]).map_err(|_| Broken)?,
            }
        }
    }
}
