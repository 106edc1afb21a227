//! Reports of failure, delay and success to our own senders (RFC 3464), redacted.
//!
//! A notice says for whom, when and with which codes; it never quotes subject, body or the peer's
//! words, which may. To be sent with `<>`, and never about a message that came from `<>`.

use model::{Address, Domain, MessageId, Result, Timestamp};

use crate::compose::text;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DsnAction {
    /// The recipient's server refused it for good.
    Failed,
    /// Still trying.
    Delayed,
    /// Tried until its lifetime ended.
    Expired,
    /// Handed to a server, or to our portal, that reports no success itself (RFC 3464 §2.3.3).
    Relayed,
    /// The recipient's server says that it reached the mailbox.
    Delivered,
}

pub struct DsnFacts<'a> {
    /// Our host name.
    pub reporting_mta: &'a str,
    /// Whose words it is: the domain that signs it.
    pub from: &'a Domain,
    /// The sender of the original, who gets the notice.
    pub to: &'a Address,
    /// The sender's own name for the transaction (RFC 3461 §4.4).
    pub envid: Option<&'a str>,
    /// Message-ID of the original, so that the sender's program can match it.
    pub message_id_header: Option<&'a str>,
    pub our_id: MessageId,
    pub recipient: &'a Address,
    /// `rfc822;…` as the sender first wrote it (RFC 3461 §4.2).
    pub orcpt: Option<&'a str>,
    pub action: DsnAction,
    /// Enhanced status code such as `5.1.1`.
    pub status: &'a str,
    /// The peer's reply code and enhanced code.
    pub diagnostic: Option<(u16, &'a str)>,
    /// What the sender can do: one sentence in ASCII that names nothing of the message.
    pub advice: Option<&'static str>,
    pub arrived_at: Timestamp,
    /// Of a delay: when we stop trying.
    pub retry_until: Option<Timestamp>,
    pub now: Timestamp,
    pub boundary_seed: [u8; 16],
}

/// The notice. Fails when `reporting_mta` is no domain.
pub fn dsn(f: &DsnFacts<'_>) -> Result<Vec<u8>> {
    let boundary = crate::compose::Boundaries::new(&f.boundary_seed).next();
    let mut out = String::with_capacity(2048);
    write_fields(f, &boundary, &mut out)?;
    out.push_str(&format!("--{boundary}\r\n"));
    write_explanation(f, &mut out);
    out.push_str(&format!("\r\n--{boundary}\r\n"));
    write_status(f, &mut out);
    if let Some(id) = original_id(f) {
        out.push_str(&format!(
            "\r\n--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        ));
        out.push_str(&format!("Message-ID: {id}\r\n"));
        out.push_str("Subject: (withheld to protect privacy)\r\n");
    }
    out.push_str(&format!("\r\n--{boundary}--\r\n"));
    Ok(out.into_bytes())
}

fn write_fields(f: &DsnFacts<'_>, boundary: &str, out: &mut String) -> Result<()> {
    // DMARC aligns with who signs, which is the organisation.
    let daemon = Address::parse(&format!("mailer-daemon@{}", f.from.as_str()))?;
    let subject = match f.action {
        DsnAction::Failed | DsnAction::Expired => "Your message could not be delivered",
        DsnAction::Delayed => "Your message is delayed",
        DsnAction::Relayed => "Your message was passed on",
        DsnAction::Delivered => "Your message was delivered",
    };
    let seed: String = f.boundary_seed.iter().map(|b| format!("{b:02x}")).collect();
    out.push_str(&format!("Date: {}\r\n", f.now.rfc5322()));
    out.push_str(&text::address_field(
        "From",
        &[(Some("Mail Delivery"), &daemon)],
    ));
    out.push_str(&text::address_field("To", &[(None, f.to)]));
    out.push_str(&text::unstructured_field("Subject", subject));
    out.push_str(&format!("Message-ID: <{seed}@{}>\r\n", f.reporting_mta));
    if let Some(id) = original_id(f) {
        out.push_str(&format!("In-Reply-To: {id}\r\nReferences: {id}\r\n"));
    }
    // RFC 3834 §5; keeps programs from answering.
    out.push_str("Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n");
    out.push_str("Content-Type: multipart/report; report-type=delivery-status;\r\n");
    out.push_str(&format!("\tboundary=\"{boundary}\"\r\n\r\n"));
    Ok(())
}

/// For people.
fn write_explanation(f: &DsnFacts<'_>, out: &mut String) {
    let what = match f.action {
        DsnAction::Failed => "Your message could not be delivered to this recipient.",
        DsnAction::Delayed => {
            "Your message has not been delivered to this recipient yet. We keep trying;\r\nyou need not send it again."
        }
        DsnAction::Expired => {
            "Your message could not be delivered to this recipient in the time allowed.\r\nWe have stopped trying."
        }
        DsnAction::Relayed => {
            "Your message was passed on for this recipient. You will hear no more of it unless it\r\ncomes back."
        }
        DsnAction::Delivered => "Your message reached the mailbox of this recipient.",
    };
    // An address of RFC 6531 is the only thing here that may not be ASCII.
    let encoding = if f.recipient.needs_utf8() {
        "8bit"
    } else {
        "7bit"
    };
    out.push_str(&format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    ));
    out.push_str(&format!(
        "{what}\r\n\r\n  Recipient: {}\r\n",
        f.recipient.as_str()
    ));
    out.push_str(&format!(
        "  Reference: {}\r\n  Status:    {}\r\n",
        f.our_id,
        status(f)
    ));
    if let Some((code, enhanced)) = f.diagnostic {
        out.push_str(&format!(
            "  Answer:    {code} {}\r\n",
            enhanced_code(enhanced).unwrap_or("")
        ));
    }
    if let Some(advice) = f.advice {
        out.push_str(&format!("\r\n{advice}\r\n"));
    }
    out.push_str("\r\nTo protect privacy this notice quotes nothing of your message.\r\n");
}

/// For programs (RFC 3464 §2).
fn write_status(f: &DsnFacts<'_>, out: &mut String) {
    let action = match f.action {
        DsnAction::Failed | DsnAction::Expired => "failed",
        DsnAction::Delayed => "delayed",
        DsnAction::Relayed => "relayed",
        DsnAction::Delivered => "delivered",
    };
    out.push_str("Content-Type: message/delivery-status\r\n\r\n");
    if let Some(envid) = f.envid.and_then(plain) {
        out.push_str(&format!("Original-Envelope-Id: {envid}\r\n"));
    }
    out.push_str(&format!("Reporting-MTA: dns; {}\r\n", f.reporting_mta));
    out.push_str(&format!("Arrival-Date: {}\r\n\r\n", f.arrived_at.rfc5322()));
    if let Some(orcpt) = f.orcpt.and_then(plain) {
        out.push_str(&format!(
            "Original-Recipient: {}\r\n",
            orcpt.replacen(';', "; ", 1)
        ));
    }
    out.push_str(&format!(
        "Final-Recipient: {}\r\n",
        typed_address(f.recipient)
    ));
    out.push_str(&format!("Action: {action}\r\nStatus: {}\r\n", status(f)));
    if let Some((code, enhanced)) = f.diagnostic {
        let enhanced = enhanced_code(enhanced).map_or(String::new(), |e| format!(" {e}"));
        out.push_str(&format!("Diagnostic-Code: smtp; {code}{enhanced}\r\n"));
    }
    if let Some(until) = f.retry_until {
        out.push_str(&format!("Will-Retry-Until: {}\r\n", until.rfc5322()));
    } else {
        out.push_str(&format!("Last-Attempt-Date: {}\r\n", f.now.rfc5322()));
    }
}

/// RFC 3464 §2.3.2; RFC 6533 §3 for addresses beyond ASCII, in its 7-bit form.
fn typed_address(address: &Address) -> String {
    if !address.needs_utf8() {
        return format!("rfc822; {}", address.as_str());
    }
    let mut escaped = String::new();
    for c in address.as_str().chars() {
        match c {
            '!'..='~' if !matches!(c, '\\' | '+' | '=') => escaped.push(c),
            _ => escaped.push_str(&format!("\\x{{{:X}}}", u32::from(c))),
        }
    }
    format!("utf-8; {escaped}")
}

/// The status, or the general one of its class where it is malformed.
fn status<'a>(f: &DsnFacts<'a>) -> &'a str {
    let class = match f.action {
        DsnAction::Relayed | DsnAction::Delivered => "2",
        DsnAction::Delayed => "4",
        // A refusal that was temporary until time ran out keeps its own class.
        DsnAction::Failed | DsnAction::Expired => "",
    };
    let agrees = |code: &&str| code.starts_with(class);
    enhanced_code(f.status)
        .filter(agrees)
        .unwrap_or(match f.action {
            DsnAction::Delayed => "4.0.0",
            DsnAction::Failed | DsnAction::Expired => "5.0.0",
            DsnAction::Relayed | DsnAction::Delivered => "2.0.0",
        })
}

fn enhanced_code(text: &str) -> Option<&str> {
    let parts: Vec<&str> = text.split('.').collect();
    let is_number =
        |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    (parts.len() == 3 && parts.iter().all(is_number) && matches!(parts[0], "2" | "4" | "5"))
        .then_some(text)
}

/// What the sender gave, if it is one line of printable ASCII.
fn plain(text: &str) -> Option<&str> {
    let printable = |b: u8| b == b' ' || b.is_ascii_graphic();
    (!text.is_empty() && text.len() <= 600 && text.bytes().all(printable)).then_some(text)
}

/// The original's Message-ID if it is a plain one: it comes from outside.
fn original_id<'a>(f: &DsnFacts<'a>) -> Option<&'a str> {
    let id = f.message_id_header?;
    let plain = id.len() <= 900
        && id.starts_with('<')
        && id.ends_with('>')
        && id.bytes().all(|b| b.is_ascii_graphic());
    plain.then_some(id)
}

#[cfg(test)]
mod tests;
