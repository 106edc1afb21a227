//! Who is at the other end of an MX connection, and the answers to what its session asks.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use flow::Flow;
use flow::inbound::{Door, Examination, Incoming, Looked, Results};
use mail::smtp::{Mailbox, Received, ServerSession};
use model::seams::Net;
use model::{Address, Code, Domain, Result};

use super::pace::Pace;
use super::{Intake, dns};
use crate::engines::{Brought, Engines};
use crate::submission::client::has_room;
use crate::submission::conversation::Question;

/// One session's client.
pub(super) struct Client {
    flow: Flow,
    net: Arc<dyn Net>,
    engines: Engines,
    pace: Pace,
    ip: IpAddr,
    /// Of the transaction under way.
    from: Option<Address>,
    doors: Vec<Door>,
    /// Whom it named, folded.
    asked: BTreeSet<String>,
}

impl Client {
    pub fn new(intake: Intake, pace: Pace, ip: IpAddr) -> Self {
        Self {
            flow: intake.flow,
            net: intake.net,
            engines: intake.engines,
            pace,
            ip,
            from: None,
            doors: Vec::new(),
            asked: BTreeSet::new(),
        }
    }

    pub async fn answer(&mut self, question: Question, session: &mut ServerSession) {
        match question {
            // The session of an MX does not ask.
            Question::Authenticate { .. } => session.authenticated(Err(Code::CredentialsInvalid)),
            Question::Sender(from) => {
                let verdict = self.sender(from).await;
                session.sender(verdict.map_err(|e| e.code()));
            }
            Question::Recipient(to) => {
                let verdict = self.recipient(to).await;
                session.recipient(verdict.map_err(|e| e.code()));
            }
            Question::Message(received) => {
                let verdict = self.message(received).await;
                if let Err(error) = &verdict {
                    tracing::info!(%error, "a message was not taken in");
                }
                session.message(verdict.map_err(|e| e.code()));
            }
        }
    }

    async fn sender(&mut self, from: Mailbox) -> Result<()> {
        self.doors.clear();
        self.asked.clear();
        self.from = match from {
            Mailbox::Null => None,
            Mailbox::Address(from) => Some(from),
        };
        self.pace.count(self.ip, self.flow.world().now())?;
        let flow = self.flow.clone();
        crate::blocking(move || has_room(flow.world())).await?;
        match &self.from {
            Some(from) if self.takes_no_mail(from.domain()).await => {
                Err(Code::SenderUnreachable.into())
            }
            _ => Ok(()),
        }
    }

    /// RFC 7505 §4.2: who cannot be answered does not write.
    async fn takes_no_mail(&self, domain: &Domain) -> bool {
        matches!(self.net.mx(domain).await, Ok(answer) if answer.value.is_empty())
    }

    async fn recipient(&mut self, to: Address) -> Result<()> {
        let (flow, ip, from) = (self.flow.clone(), self.ip, self.from.clone());
        self.pace.may_ask(ip, flow.world().now())?;
        let name = to.fold();
        if self.asked.contains(&name) {
            // Named again: one copy.
            return Ok(());
        }
        let door = crate::blocking(move || {
            let door = flow.inbound_door(&to)?;
            flow.greet_stranger(ip, from.as_ref(), &door)?;
            Ok(door)
        });
        let door = door.await.inspect_err(|error| {
            if error.code() == Code::RecipientUnknown {
                self.pace.count_unknown(ip, self.flow.world().now());
            }
        })?;
        self.doors.push(door);
        self.asked.insert(name);
        Ok(())
    }

    /// Blocks until the message is durable.
    async fn message(&mut self, received: Received) -> Result<String> {
        let (doors, from) = (std::mem::take(&mut self.doors), self.from.take());
        let (flow, began) = (self.flow.clone(), self.flow.world().now());
        let with = if received.encrypted {
            "ESMTPS"
        } else {
            "ESMTP"
        };
        let helo = received.helo;
        let (results, content, looked) = if doors.iter().any(Door::is_for_people) {
            let of = Examination::new(self.ip, &helo, from.as_ref(), received.bytes, began);
            let (results, content) = dns::examine(&self.net, of).await?;
            let brought = self.brought(&from, &helo);
            let looked = self.engines.look(&brought, &content).await;
            (results, content, looked)
        } else {
            (Results::unexamined(), received.bytes, Ok(Looked::default()))
        };
        let (looked, refused) = match looked {
            Ok(looked) => (looked, None),
            Err(error) if error.code() == Code::ContentHarmful => (Looked::default(), Some(error)),
            Err(error) => return Err(error),
        };
        let incoming = Incoming {
            doors,
            from,
            helo,
            with,
            content,
            results,
            looked,
        };
        if let Some(error) = refused {
            crate::blocking(move || flow.keep_refused(&incoming, Code::ContentHarmful)).await?;
            return Err(error);
        }
        let name = crate::blocking(move || flow.take_in(incoming)).await?;
        let took = self.flow.world().now().since(began);
        metrics::histogram!("smtpsrv_process_data_duration").record(took.as_secs_f64());
        metrics::counter!("total_messages_received", "service" => "smtp_mx").increment(1);
        tracing::info!(request = name, "taken in by the MX");
        Ok(name)
    }

    fn brought(&self, from: &Option<Address>, helo: &str) -> Brought {
        let named = self
            .asked
            .iter()
            .filter_map(|name| Address::parse(name).ok());
        Brought {
            from: from.clone(),
            recipients: named.collect(),
            ip: self.ip,
            helo: helo.to_owned(),
        }
    }
}
