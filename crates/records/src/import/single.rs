//! A message in a file of its own: EML, a message of a Maildir, and emlx of Apple Mail.
//!
//! Invariant: octets of an EML are the file's, all of them.

use std::io::Read;
use std::rc::Rc;

use super::found::{Found, Place, Problem};
use super::octets::{alone, read_within};
use super::run::Run;
use super::{Items, headers, moment};

/// After the message of an emlx: properties, which are short.
const PROPERTIES_OCTETS_MAX: u64 = 1024 * 1024;

/// An EML, or whatever stands where a message must be.
pub fn message(mut stream: Box<dyn Read>, place: Place, run: &Rc<Run>) -> Items {
    match read_within(&mut *stream, run.limits.message) {
        Ok(Some(octets)) if octets.is_empty() => alone(Problem::Empty, place),
        Ok(Some(octets)) => Box::new(std::iter::once(of(octets, place))),
        Ok(None) => alone(Problem::MessageTooLarge, place),
        Err(error) => alone(Problem::from(&error), place),
    }
}

/// A message with the flags that its own fields tell.
pub fn of(octets: Vec<u8>, place: Place) -> Found {
    let mut found = Found::of(octets, place);
    found.labels = headers::labels(&found.octets);
    found.flags = headers::flags(&found.octets, &found.labels);
    found
}

/// A length in a line, so many octets of a message, then properties as XML.
pub fn emlx(mut stream: Box<dyn Read>, place: Place, run: &Rc<Run>) -> Items {
    let whole = match read_within(
        &mut *stream,
        run.limits.message.saturating_add(PROPERTIES_OCTETS_MAX),
    ) {
        Ok(Some(whole)) => whole,
        Ok(None) => return alone(Problem::MessageTooLarge, place),
        Err(error) => return alone(Problem::from(&error), place),
    };
    Box::new(std::iter::once(of_emlx(&whole, place, run)))
}

fn of_emlx(whole: &[u8], place: Place, run: &Run) -> Found {
    let line_end = memchr::memchr(b'\n', whole).map_or(whole.len(), |at| at + 1);
    let digits = String::from_utf8_lossy(&whole[..line_end]);
    let rest = &whole[line_end..];
    let length = digits.trim().parse::<usize>().unwrap_or(usize::MAX);
    let octets = rest.get(..length).unwrap_or(rest);
    if octets.len() as u64 > run.limits.message {
        return Found::problem(Problem::MessageTooLarge, place);
    }
    let mut found = of(octets.to_vec(), place);
    if length > rest.len() {
        found.problems.push(Problem::Truncated);
    }
    if memchr::memmem::find(octets, b"X-Apple-Content-Length:").is_some() {
        found.problems.push(Problem::AttachmentLost);
    }
    let properties = String::from_utf8_lossy(&rest[octets.len()..]);
    if let Some(bits) = number(&properties, "flags") {
        found.flags.read |= bits & 1 != 0;
        found.flags.deleted |= bits & 2 != 0;
        found.flags.answered |= bits & 4 != 0;
        found.flags.flagged |= bits & 16 != 0;
        found.flags.draft |= bits & 64 != 0;
        found.flags.forwarded |= bits & 256 != 0;
    }
    found.received_at = number(&properties, "date-received").and_then(moment::of_secs);
    found
}

/// The number after a key: `<key>flags</key><integer>8590195713</integer>`.
fn number(properties: &str, key: &str) -> Option<i64> {
    let (_, after) = properties.split_once(&format!("<key>{key}</key>"))?;
    let value = after.trim_start();
    let value = value
        .strip_prefix("<integer>")
        .or_else(|| value.strip_prefix("<real>"))?;
    let (number, _) = value.split_once('<')?;
    number.split('.').next()?.parse().ok()
}
