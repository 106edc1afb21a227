//! Who is at the other end, and the answers to what its session asks.

use ctx::Ctx;
use flow::Flow;
use flow::draft::Arrival;
use mail::smtp::{Mailbox, Notify, Received, ServerSession};
use model::{Address, Code, MessageId, Result, Secret, limits};
use people::People;

use super::conversation::Question;

/// One session's client.
pub(crate) struct Client {
    flow: Flow,
    people: People,
    credentials: Option<Credentials>,
    /// Who sends the transaction under way.
    ctx: Option<Ctx>,
}

#[derive(Clone)]
struct Credentials {
    user: String,
    password: Secret<String>,
}

impl Client {
    pub fn new(flow: Flow, people: People) -> Self {
        Self {
            flow,
            people,
            credentials: None,
            ctx: None,
        }
    }

    pub async fn answer(&mut self, question: Question, session: &mut ServerSession) {
        match question {
            Question::Authenticate { user, password } => {
                let verdict = self.authenticate(user, password).await;
                session.authenticated(verdict.map_err(|e| e.code()));
            }
            Question::Sender(from) => {
                let verdict = self.sender(from).await;
                session.sender(verdict.map_err(|e| e.code()));
            }
            // Anyone may be written to; what may be sent there is decided with the content.
            Question::Recipient => session.recipient(Ok(())),
            Question::Message(received) => {
                let verdict = self.message(received).await;
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
        let ctx = crate::blocking(move || {
            let ctx = credentials.check(&people)?;
            has_room(&ctx)?;
            match from {
                Mailbox::Address(from) => flow.may_send_as(&ctx, &from)?,
                // Nobody could be told about a failure; and our own notices do not come in here.
                Mailbox::Null => return Err(Code::SenderForbidden.into()),
            }
            Ok(ctx)
        });
        self.ctx = Some(ctx.await?);
        Ok(())
    }

    /// Blocks until the message is durable; only then there is an id to show.
    async fn message(&mut self, received: Received) -> Result<MessageId> {
        let ctx = self.ctx.take().ok_or(Code::CredentialsMissing)?;
        let (flow, began) = (self.flow.clone(), self.flow.world().now());
        let receipt = crate::blocking(move || {
            let draft = flow.draft_from_arrival(&ctx, arrival(received))?;
            flow.submit(&ctx, draft, None)
        })
        .await?;
        let took = self.flow.world().now().since(began);
        metrics::histogram!("smtpsrv_process_data_duration").record(took.as_secs_f64());
        metrics::counter!("total_messages_received", "service" => "smtp_submission").increment(1);
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
fn has_room(ctx: &Ctx) -> Result<()> {
    match ctx.world().store.free_octets()? {
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
        recipients: received
            .recipients
            .into_iter()
            .map(|(to, params)| noted(to, params.notify))
            .collect(),
        content: received.bytes,
        helo: received.helo,
        // RFC 3848: extended SMTP, secured, authenticated. Nothing else can be submitted here.
        with: "ESMTPSA",
    }
}

/// NOTIFY in the words of RFC 3461 §4.1.
fn noted(to: Address, notify: Notify) -> (Address, String) {
    let words = match notify {
        Notify::Unspecified => String::new(),
        Notify::Never => "NEVER".to_owned(),
        Notify::On {
            success,
            failure,
            delay,
        } => {
            let chosen = [(success, "SUCCESS"), (failure, "FAILURE"), (delay, "DELAY")];
            chosen
                .into_iter()
                .filter(|(on, _)| *on)
                .map(|(_, word)| word)
                .collect::<Vec<_>>()
                .join(",")
        }
    };
    (to, words)
}
