//! Command lines of the server's session: what each may do in the present state.

use model::{Address, Code, Secret, limits};

use super::{AuthOffer, Client, Phase, Profile, Security, ServerAction, ServerSession};
use crate::smtp::command::{self, Command, Recipient};
use crate::smtp::data::DataReader;
use crate::smtp::reply::Reply;
use crate::smtp::{MailParams, Mailbox, RcptParams, sasl};

impl ServerSession {
    /// Acts on the next whole line. Lines are bounded before they are whole.
    pub(super) fn take_line(&mut self) -> bool {
        let signing_in =
            matches!(self.phase, Phase::Auth(_)) || self.input.starts_with_ignoring_case(b"AUTH ");
        let octets_max = if signing_in {
            limits::AUTH_LINE_OCTETS_MAX
        } else {
            limits::SMTP_COMMAND_OCTETS_MAX
        };
        let end = self.input.line_end();
        if end.unwrap_or(self.input.unused().len()) > octets_max {
            self.phase = Phase::SkippingLine;
            return true;
        }
        let Some(end) = end else { return false };
        let step = match std::mem::replace(&mut self.phase, Phase::Command) {
            Phase::Auth(step) => Some(step),
            _ => None,
        };
        // A line that ends in a bare LF is no line: what reads it otherwise can be deceived.
        let line = self.input.unused()[..end].strip_suffix(b"\r\n");
        let line = line.map(|line| Secret::new(line.to_vec()));
        if signing_in {
            self.input.wipe(end);
        } else {
            self.input.skip(end);
        }
        match (line, step) {
            (None, _) => self.refuse(Reply::new(500, "5.5.2", Code::LineEndings.row().title)),
            (Some(line), Some(step)) => self.sign_in(sasl::next(step, line.expose())),
            (Some(line), None) => match command::parse(line.expose()) {
                Ok(command) => self.obey(command),
                // What follows a BDAT that cannot be read may be its chunk: never read it as commands.
                Err(reply)
                    if line
                        .expose()
                        .get(..4)
                        .is_some_and(|verb| verb.eq_ignore_ascii_case(b"BDAT")) =>
                {
                    self.reply(reply);
                    self.close();
                }
                Err(reply) => self.refuse(reply),
            },
        }
        true
    }

    pub(super) fn skip_line(&mut self) -> bool {
        match self.input.line_end() {
            Some(end) => {
                self.input.wipe(end);
                self.phase = Phase::Command;
                self.refuse(Code::LineTooLong.into());
                true
            }
            None => {
                self.input.clear();
                false
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Helo(name) => self.greet(name, false),
            Command::Ehlo(name) => self.greet(name, true),
            Command::StartTls => self.start_tls(),
            Command::Auth { mechanism, initial } => self.auth(
                &mechanism,
                initial.as_ref().map(|response| response.expose().as_str()),
            ),
            Command::Mail {
                from,
                ascii,
                params,
            } => self.mail(from, ascii, params),
            Command::Rcpt { to, ascii, params } => self.rcpt(to, ascii, params),
            Command::Data => self.data(),
            Command::Bdat { octets, last } => self.bdat(octets, last),
            Command::Rset => {
                self.envelope = None;
                self.reply(Reply::new(250, "2.0.0", "Forgotten"));
            }
            Command::Noop => self.reply(Reply::new(250, "2.0.0", "Still here")),
            Command::Help => self.reply(Reply::new(214, "2.0.0", "See RFC 5321")),
            // RFC 5321 §7.3: neither confirm nor deny.
            Command::Vrfy => self.reply(Reply::new(252, "2.5.0", "Send mail and see")),
            Command::Expn => self.refuse(Reply::new(502, "5.5.1", "Lists are not expanded here")),
            Command::Quit => self.close_saying(Reply::new(221, "2.0.0", "Goodbye")),
            Command::OtherProtocol => {
                self.close_saying(Reply::new(421, "4.7.0", "This is a mail server"));
            }
            Command::Unknown => self.refuse(Reply::new(500, "5.5.1", "The command is not known")),
        }
    }

    fn greet(&mut self, name: String, extended: bool) {
        // RFC 5321 §4.1.4: EHLO again clears the transaction, as RSET does.
        self.envelope = None;
        self.client = Some(Client { name, extended });
        if !extended {
            return self.reply(Reply::plain(250, self.config.hostname.clone()));
        }
        let mut offers = vec![
            self.config.hostname.clone(),
            "PIPELINING".to_owned(),
            "8BITMIME".to_owned(),
            "SMTPUTF8".to_owned(),
            format!("SIZE {}", self.config.size_max),
            "ENHANCEDSTATUSCODES".to_owned(),
            "CHUNKING".to_owned(),
        ];
        if self.reports() {
            offers.push("DSN".to_owned());
        }
        // RFC 9422 §4
        offers.push(format!("LIMITS RCPTMAX={}", self.config.recipients_max));
        if self.config.security == Security::StartTlsOffered {
            offers.push("STARTTLS".to_owned());
        }
        if self.takes_requiretls() {
            offers.insert(1, "REQUIRETLS".to_owned());
        }
        if self.config.security == Security::Encrypted && self.asks_to_sign_in() && !self.signed_in
        {
            offers.push("AUTH PLAIN LOGIN".to_owned());
        }
        for (i, offer) in offers.iter().enumerate() {
            let separator = if i + 1 == offers.len() { ' ' } else { '-' };
            self.out
                .extend_from_slice(format!("250{separator}{offer}\r\n").as_bytes());
        }
    }

    fn start_tls(&mut self) {
        if self.config.security != Security::StartTlsOffered {
            return self.refuse(Reply::new(502, "5.5.1", "TLS cannot be started here"));
        }
        if !self.input.is_empty() {
            // CVE-2011-0411: commands sent in the clear must not be carried into the encrypted session.
            return self.close_saying(Reply::new(554, "5.5.0", "Nothing may follow STARTTLS"));
        }
        self.reply(Reply::new(220, "2.0.0", "Start the handshake"));
        self.phase = Phase::Handshake;
        self.pending = Some(ServerAction::StartTls);
    }

    fn auth(&mut self, mechanism: &str, initial: Option<&str>) {
        if !self.asks_to_sign_in() {
            return self.refuse(Reply::new(502, "5.5.1", "Signing in is not offered here"));
        }
        if self.config.security != Security::Encrypted {
            return self.refuse(Code::AuthNeedsTls.into());
        }
        if self.client.is_none() || self.signed_in || self.envelope.is_some() {
            return self.refuse(Reply::new(503, "5.5.1", "Not now"));
        }
        self.sign_in(sasl::begin(mechanism, initial));
    }

    fn sign_in(&mut self, turn: sasl::Turn) {
        match turn {
            sasl::Turn::Challenge(text, step) => {
                self.reply(Reply::plain(334, text));
                self.phase = Phase::Auth(step);
            }
            sasl::Turn::Credentials { user, password } => {
                self.phase = Phase::AwaitingAuthentication;
                self.pending = Some(ServerAction::Authenticate { user, password });
            }
            sasl::Turn::Refuse(reply) => self.refuse(reply),
        }
    }

    fn mail(&mut self, from: Mailbox, ascii: bool, params: MailParams) {
        let Some(client) = &self.client else {
            return self.refuse(Reply::new(503, "5.5.1", "Say EHLO first"));
        };
        let reports = params.ret.is_some() || params.envid.is_some();
        let unoffered = (params.requiretls && !self.takes_requiretls())
            || (reports && !self.reports())
            || (!client.extended && params != MailParams::default());
        if self.asks_to_sign_in() && !self.signed_in {
            return self.refuse(Code::CredentialsMissing.into());
        }
        if self.envelope.is_some() {
            return self.refuse(Reply::new(503, "5.5.1", "A transaction is open"));
        }
        if unoffered {
            return self.refuse(unoffered_parameter());
        }
        if !ascii && !params.utf8 {
            return self.refuse(needs_smtputf8());
        }
        if params
            .size
            .is_some_and(|octets| octets > self.config.size_max as u64)
        {
            return self.refuse(Code::MessageTooLarge.into());
        }
        self.phase = Phase::AwaitingSender(from.clone(), params.clone());
        self.pending = Some(ServerAction::Sender(from, params));
    }

    fn rcpt(&mut self, to: Recipient, ascii: bool, params: RcptParams) {
        let Some(envelope) = self.envelope.as_ref().filter(|e| e.chunks.is_none()) else {
            return self.refuse(out_of_order());
        };
        if !ascii && !envelope.params.utf8 {
            return self.refuse(needs_smtputf8());
        }
        if params != RcptParams::default() && !self.reports() {
            return self.refuse(unoffered_parameter());
        }
        if envelope.recipients.len() >= self.config.recipients_max {
            // RFC 5321 §4.5.3.1.10: 452, so that the client sends the rest in another transaction.
            return self.reply(Code::RecipientsTooMany.into());
        }
        let to = match to {
            Recipient::Address(address) => address,
            Recipient::Postmaster => {
                match Address::parse(&format!("postmaster@{}", self.config.hostname)) {
                    Ok(address) => address,
                    Err(error) => return self.refuse(error.code().into()),
                }
            }
        };
        self.phase = Phase::AwaitingRecipient(to.clone(), params.clone());
        self.pending = Some(ServerAction::Recipient(to, params));
    }

    fn data(&mut self) {
        let Some(envelope) = self.envelope.as_ref().filter(|e| e.chunks.is_none()) else {
            return self.refuse(out_of_order());
        };
        if envelope.recipients.is_empty() {
            return self.refuse(no_recipients());
        }
        let reader = DataReader::dotted(self.config.size_max, envelope.params.size);
        self.phase = Phase::Data(reader);
        self.reply(Reply::plain(
            354,
            "Send the message, then a line with a single dot",
        ));
    }

    /// RFC 3030 §2: the octets are read whatever the answer will be.
    fn bdat(&mut self, octets: u64, last: bool) {
        let refusal = match &self.envelope {
            None => Some(out_of_order()),
            Some(envelope) if envelope.recipients.is_empty() => Some(no_recipients()),
            Some(_) => None,
        };
        if let (None, Some(envelope)) = (&refusal, &mut self.envelope) {
            let (octets_max, size) = (self.config.size_max, envelope.params.size);
            envelope
                .chunks
                .get_or_insert_with(|| DataReader::counted(octets_max, size));
        }
        self.phase = Phase::Chunk {
            octets,
            left: octets,
            last,
            refusal,
        };
    }

    /// RFC 8689 §2: only under TLS; and only where mail is taken to be sent on.
    fn takes_requiretls(&self) -> bool {
        self.config.security == Security::Encrypted && self.config.profile == Profile::Submission
    }

    /// Reports go to authenticated submitters only: an MX that sent them would return mail to
    /// whoever was named as its sender.
    fn reports(&self) -> bool {
        self.config.profile == Profile::Submission
    }

    /// An MX asks nobody to sign in.
    fn asks_to_sign_in(&self) -> bool {
        self.config.profile == Profile::Submission && self.config.auth == AuthOffer::Required
    }
}

fn unoffered_parameter() -> Reply {
    Reply::new(555, "5.5.4", "A parameter was not offered")
}

pub(super) fn out_of_order() -> Reply {
    Reply::new(503, "5.5.1", "Commands out of order")
}

fn no_recipients() -> Reply {
    Reply::new(554, "5.5.1", "No recipient was accepted")
}

/// RFC 6531 §3.5.
fn needs_smtputf8() -> Reply {
    Reply::new(553, "5.6.7", "This address needs SMTPUTF8")
}
