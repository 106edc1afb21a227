//! One command line into one [`Command`], or the reply that refuses it. Says nothing about order.

use model::{Address, Code, Secret};

use super::reply::Reply;
use super::{MailParams, Mailbox, RcptParams};

mod params;

pub(super) enum Command {
    Helo(String),
    Ehlo(String),
    StartTls,
    /// Mechanism in capitals; the initial response still in base64.
    Auth {
        mechanism: String,
        initial: Option<Secret<String>>,
    },
    Mail {
        from: Mailbox,
        ascii: bool,
        params: MailParams,
    },
    Rcpt {
        to: Recipient,
        ascii: bool,
        params: RcptParams,
    },
    Data,
    Bdat {
        octets: u64,
        last: bool,
    },
    Rset,
    Noop,
    Vrfy,
    Expn,
    Help,
    Quit,
    /// A web browser or its like, sent here to speak for somebody: never answer its second line.
    OtherProtocol,
    Unknown,
}

pub(super) enum Recipient {
    Address(Address),
    /// `<postmaster>` without a domain must be taken (RFC 5321 §4.5.1).
    Postmaster,
}

/// `line` without its CRLF.
pub(super) fn parse(line: &[u8]) -> Result<Command, Reply> {
    let text = std::str::from_utf8(line).map_err(|_| syntax("The command is not UTF-8"))?;
    if text.chars().any(char::is_control) {
        return Err(syntax("The command holds a control character"));
    }
    let text = text.trim_end_matches(' ');
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim_start_matches(' ');
    match verb.to_ascii_uppercase().as_str() {
        "HELO" => Ok(Command::Helo(host(rest)?)),
        "EHLO" => Ok(Command::Ehlo(host(rest)?)),
        "MAIL" => mail(rest),
        "RCPT" => rcpt(rest),
        "DATA" => bare(Command::Data, rest),
        "BDAT" => bdat(rest),
        "RSET" => bare(Command::Rset, rest),
        "QUIT" => bare(Command::Quit, rest),
        "STARTTLS" => bare(Command::StartTls, rest),
        "AUTH" => auth(rest),
        "NOOP" => Ok(Command::Noop),
        "VRFY" => Ok(Command::Vrfy),
        "EXPN" => Ok(Command::Expn),
        "HELP" => Ok(Command::Help),
        "GET" | "POST" | "PUT" | "HEAD" | "OPTIONS" | "CONNECT" | "HOST:" => {
            Ok(Command::OtherProtocol)
        }
        _ => Ok(Command::Unknown),
    }
}

fn syntax(text: &'static str) -> Reply {
    Reply::new(500, "5.5.2", text)
}

fn argument(text: &'static str) -> Reply {
    Reply::new(501, "5.5.4", text)
}

fn bare(command: Command, rest: &str) -> Result<Command, Reply> {
    if rest.is_empty() {
        Ok(command)
    } else {
        Err(argument("This command takes no argument"))
    }
}

/// The client's name for itself: any printable word; it is shown in `Received`, never believed.
fn host(rest: &str) -> Result<String, Reply> {
    let name = rest.split(' ').next().unwrap_or("");
    let printable = name.bytes().all(|b| b.is_ascii_graphic());
    if name.is_empty() || name.len() > 255 || !printable {
        return Err(argument("Say your host name"));
    }
    Ok(name.to_owned())
}

fn mail(rest: &str) -> Result<Command, Reply> {
    let (path, rest) = path(rest, "FROM:")?;
    let from = if path.is_empty() {
        Mailbox::Null
    } else {
        Mailbox::Address(Address::parse(path).map_err(|_| Code::AddressInvalid)?)
    };
    Ok(Command::Mail {
        from,
        ascii: path.is_ascii(),
        params: params::mail(rest)?,
    })
}

fn rcpt(rest: &str) -> Result<Command, Reply> {
    let (path, rest) = path(rest, "TO:")?;
    let to = if path.eq_ignore_ascii_case("postmaster") {
        Recipient::Postmaster
    } else {
        Recipient::Address(Address::parse(path).map_err(|_| Code::AddressInvalid)?)
    };
    Ok(Command::Rcpt {
        to,
        ascii: path.is_ascii(),
        params: params::rcpt(rest)?,
    })
}

/// The text between the angle brackets, without a source route (RFC 5321 Appendix C: ignore it),
/// and what follows.
fn path<'a>(rest: &'a str, keyword: &str) -> Result<(&'a str, &'a str), Reply> {
    let malformed = || argument("Write the address in angle brackets");
    let head = rest.get(..keyword.len()).ok_or_else(malformed)?;
    if !head.eq_ignore_ascii_case(keyword) {
        return Err(malformed());
    }
    let inner = rest[keyword.len()..]
        .trim_start_matches(' ')
        .strip_prefix('<')
        .ok_or_else(malformed)?;
    let end = closing_bracket(inner).ok_or_else(malformed)?;
    let (path, rest) = (&inner[..end], &inner[end + 1..]);
    if !rest.is_empty() && !rest.starts_with(' ') {
        return Err(malformed());
    }
    let path = match path.strip_prefix('@') {
        Some(route) => route.split_once(':').ok_or_else(malformed)?.1,
        None => path,
    };
    Ok((path, rest))
}

/// The `>` that is not inside a quoted local part.
fn closing_bracket(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (i, octet) in text.bytes().enumerate() {
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(i),
            _ => {}
        }
    }
    None
}

/// RFC 3030 §2: `BDAT chunk-size [LAST]`.
fn bdat(rest: &str) -> Result<Command, Reply> {
    let mut words = rest.split(' ').filter(|w| !w.is_empty());
    let octets = words
        .next()
        .filter(|w| w.len() <= 18 && w.bytes().all(|b| b.is_ascii_digit()));
    let octets = octets
        .and_then(|w| w.parse().ok())
        .ok_or_else(|| argument("Say how many octets"))?;
    let last = match words.next() {
        None => false,
        Some(word) if word.eq_ignore_ascii_case("LAST") => true,
        Some(_) => return Err(argument("Only LAST may follow the count")),
    };
    match words.next() {
        None => Ok(Command::Bdat { octets, last }),
        Some(_) => Err(argument("Only LAST may follow the count")),
    }
}

/// RFC 4954 §4.
fn auth(rest: &str) -> Result<Command, Reply> {
    let mut words = rest.split(' ').filter(|w| !w.is_empty());
    let mechanism = words
        .next()
        .ok_or_else(|| argument("Name a mechanism"))?
        .to_ascii_uppercase();
    let initial = words
        .next()
        .map(|response| Secret::new(response.to_owned()));
    match words.next() {
        None => Ok(Command::Auth { mechanism, initial }),
        Some(_) => Err(argument("One initial response at most")),
    }
}

#[cfg(test)]
mod tests;
