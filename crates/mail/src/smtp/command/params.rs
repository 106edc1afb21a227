//! The parameters of MAIL and RCPT. An unknown one is refused: to ignore it would be to promise it.

use model::limits;

use super::Reply;
use crate::smtp::{MailParams, Notify, RcptParams, Ret};

pub(super) fn mail(rest: &str) -> Result<MailParams, Reply> {
    let mut params = MailParams::default();
    for word in rest.split(' ').filter(|w| !w.is_empty()) {
        let (name, value) = split(word);
        match (name.to_ascii_uppercase().as_str(), value) {
            ("SIZE", Some(n)) => params.size = Some(number(n)?),
            ("BODY", Some(kind)) if kind.eq_ignore_ascii_case("7BIT") => params.body_8bit = false,
            ("BODY", Some(kind)) if kind.eq_ignore_ascii_case("8BITMIME") => {
                params.body_8bit = true
            }
            ("SMTPUTF8", None) => params.utf8 = true,
            ("REQUIRETLS", None) => params.requiretls = true,
            ("RET", Some(what)) if what.eq_ignore_ascii_case("FULL") => {
                params.ret = Some(Ret::Full)
            }
            ("RET", Some(what)) if what.eq_ignore_ascii_case("HDRS") => {
                params.ret = Some(Ret::Headers)
            }
            ("ENVID", Some(text)) => params.envid = Some(xtext(text, limits::ENVID_OCTETS_MAX)?),
            // RFC 4954 §5: who wrote it first. Nothing here trusts the claim, so it is read and dropped.
            ("AUTH", Some(_)) => {}
            ("SIZE" | "BODY" | "SMTPUTF8" | "REQUIRETLS" | "RET" | "ENVID" | "AUTH", _) => {
                return Err(malformed());
            }
            _ => return Err(unknown()),
        }
    }
    Ok(params)
}

pub(super) fn rcpt(rest: &str) -> Result<RcptParams, Reply> {
    let mut params = RcptParams::default();
    for word in rest.split(' ').filter(|w| !w.is_empty()) {
        let (name, value) = split(word);
        match (name.to_ascii_uppercase().as_str(), value) {
            ("NOTIFY", Some(list)) => params.notify = notify(list)?,
            ("ORCPT", Some(text)) => {
                let (kind, address) = text.split_once(';').ok_or_else(malformed)?;
                let address = xtext(address, limits::ORCPT_OCTETS_MAX)?;
                params.orcpt = Some(format!("{};{address}", xtext(kind, 40)?));
            }
            ("NOTIFY" | "ORCPT", _) => return Err(malformed()),
            _ => return Err(unknown()),
        }
    }
    Ok(params)
}

fn malformed() -> Reply {
    Reply::new(501, "5.5.4", "A parameter's value is not allowed")
}

fn unknown() -> Reply {
    Reply::new(555, "5.5.4", "A parameter is not known here")
}

fn split(word: &str) -> (&str, Option<&str>) {
    word.split_once('=')
        .map_or((word, None), |(name, value)| (name, Some(value)))
}

/// RFC 1870 §6: up to 20 digits; what does not fit is surely over the limit.
fn number(digits: &str) -> Result<u64, Reply> {
    if digits.is_empty() || digits.len() > 20 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(malformed());
    }
    Ok(digits.parse().unwrap_or(u64::MAX))
}

/// RFC 3461 §4.1: NEVER stands alone.
fn notify(list: &str) -> Result<Notify, Reply> {
    if list.eq_ignore_ascii_case("NEVER") {
        return Ok(Notify::Never);
    }
    let (mut success, mut failure, mut delay) = (false, false, false);
    for word in list.split(',') {
        match word.to_ascii_uppercase().as_str() {
            "SUCCESS" => success = true,
            "FAILURE" => failure = true,
            "DELAY" => delay = true,
            _ => return Err(malformed()),
        }
    }
    Ok(Notify::On {
        success,
        failure,
        delay,
    })
}

/// RFC 3461 §4: `+` and two capital hex digits stand for an octet. The result is printable.
fn xtext(text: &str, octets_max: usize) -> Result<String, Reply> {
    let mut out = String::new();
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        let octet = match octet {
            b'+' => {
                let high = rest.next().and_then(hex_digit).ok_or_else(malformed)?;
                let low = rest.next().and_then(hex_digit).ok_or_else(malformed)?;
                high * 16 + low
            }
            b'=' => return Err(malformed()),
            other => other,
        };
        if !(octet.is_ascii_graphic() || octet == b' ') || out.len() == octets_max {
            return Err(malformed());
        }
        out.push(char::from(octet));
    }
    Ok(out)
}

fn hex_digit(octet: u8) -> Option<u8> {
    match octet {
        b'0'..=b'9' => Some(octet - b'0'),
        b'A'..=b'F' => Some(octet - b'A' + 10),
        _ => None,
    }
}
