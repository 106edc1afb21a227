//! Who is at the other end, and the answers to what its session asks.

use std::net::IpAddr;

use ctx::{Came, Ctx};
use flow::Flow;
use flow::draft::Arrival;
use mail::smtp::{Mailbox, Received, ServerSession};
use model::{Code, MessageId, Result, Secret, Timestamp, limits};
use people::People;

use super::conversation::Question;

/// One session's client.
pub(crate) struct Client {
    flow: Flow,
    people: People,
    came: Came,
    credentials: Option<Credentials>,
    /// Who sends the transaction under way.
    ctx: Option<Ctx>,
    /// When MAIL came, and when the last RCPT did: content follows it.
    times: (Timestamp, Timestamp),
}

#[derive(Clone)]
struct Credentials {
    user: String,
    password: Secret<String>,
}

impl Client {
    pub fn new(flow: Flow, people: People, from: IpAddr) -> Self {
        Self {
            flow,
            people,
            came: Came::new(Some(from), None),
            credentials: None,
            ctx: None,
            times: (Timestamp::MAX, Timestamp::MAX),
        }
    }

    pub async fn answer(&mut self, question: Question, session: &mut ServerSession) {
        match question {
            Question::Authenticate { user, password } => {
                let verdict = self.authenticate(user, password).await;
                session.authenticated(verdict.map_err(|e| e.code()));
            }
            Question::Sender(from) => {
                self.times.0 = self.flow.world().now();
                let verdict = self.sender(from).await;
                session.sender(verdict.map_err(|e| e.code()));
            }
            // Anyone may be written to; what may be sent there is decided with the content.
            Question::Recipient(_) => {
                self.times.1 = self.flow.world().now();
                session.recipient(Ok(()));
            }
            Question::Message(received) => {
                let read = self.flow.world().now().since(self.times.1);
                metrics::histogram!("smtpsrv_read_data_duration").record(read.as_secs_f64());
                let verdict = self.message(received).await;
                let whole = self.flow.world().now().since(self.times.0);
                metrics::histogram!("smtpsrv_transaction_duration").record(whole.as_secs_f64());
                if let Err(error) = &verdict {
                    tracing::info!(%error, "a message was not accepted");
                }
                session.message(verdict.map(|id| id.to_string()).map_err(|e| e.code()));
            }
        }
    }

    async fn authenticate(&mut self, user: String, password: Secret<String>) -> Result<()> {
        let (people, credentials) = (self.people.clone(), Credentials { user, password });
        self.credentials = None;
        let checked = crate::blocking(move || credentials.check(&people).map(|_| credentials));
        self.credentials = Some(checked.await?);
        Ok(())
    }

    /// Credentials are looked at again for every message: a revoked key ends sessions too.
    async fn sender(&mut self, from: Mailbox) -> Result<()> {
        self.ctx = None;
        let credentials = self.credentials.clone().ok_or(Code::CredentialsMissing)?;
        let (flow, people) = (self.flow.clone(), self.people.clone());
        // A thread is asked only where the database is.
        let remembered = people
            .remembered_app(&credentials.password)
            .is_some_and(|app| flow.remembers_senders(app));
        let came = self.came.clone();
        let check = move || {
            let ctx = credentials.check(&people)?.having_come(came);
            has_room(ctx.world())?;
            match from {
                Mailbox::Address(from) => flow.may_send_as(&ctx, &from)?,
                // Nobody could be told about a failure; and our own notices do not come in here.
                Mailbox::Null => return Err(Code::SenderForbidden.into()),
            }
            Ok(ctx)
        };
        self.ctx = Some(if remembered {
            check()?
        } else {
            crate::blocking(check).await?
        });
        Ok(())
    }

    /// Blocks until the message is durable; only then there is an id to show.
    async fn message(&mut self, received: Received) -> Result<MessageId> {
        let ctx = self.ctx.take().ok_or(Code::CredentialsMissing)?;
        let (flow, began) = (self.flow.clone(), self.flow.world().now());
        let submitting = crate::blocking(move || {
            let draft = flow.draft_from_arrival(&ctx, arrival(received))?;
            flow.submit_later(&ctx, draft, None)
        });
        let receipt = submitting.await?.ended().await?;
        let took = self.flow.world().now().since(began);
        metrics::histogram!("smtpsrv_process_data_duration").record(took.as_secs_f64());
        tracing::info!(message = %receipt.message, "accepted by submission");
        Ok(receipt.message)
    }
}

impl Credentials {
    fn check(&self, people: &People) -> Result<Ctx> {
        people.authenticate_smtp(&self.user, &self.password)
    }
}

/// Refused before the message is sent rather than after.
pub(crate) fn has_room(world: &ctx::World) -> Result<()> {
    match world.store.free_octets()? {
        Some(free) if free < limits::DISK_FREE_OCTETS_MIN => Err(Code::StoreFull.into()),
        _ => Ok(()),
    }
}

fn arrival(received: Received) -> Arrival {
    Arrival {
        from: match received.from {
            Mailbox::Null => None,
            Mailbox::Address(from) => Some(from),
        },
        recipients: received.recipients,
        envid: received.from_params.envid,
        content: received.bytes,
        helo: received.helo,
        // RFC 3848: extended SMTP, secured, authenticated. Nothing else can be submitted here.
        with: "ESMTPSA",
        require_tls: received.from_params.requiretls,
    }
}
