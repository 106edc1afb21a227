//! clamd's own protocol, as far as we speak it: `zINSTREAM` and `zVERSION` (clamd(8)).
//!
//! One command a connection. Invariant: `Clean` means that clamd said `OK` about the whole stream.

use model::Timestamp;

use super::{NoAnswer, plain_name};

/// What is sent in one piece; clamd takes any size up to its StreamMaxLength.
const CHUNK_OCTETS_MAX: usize = 256 * 1024;
/// clamd answers with one short line.
const ANSWER_OCTETS_MAX: usize = 4 * 1024;

/// What clamd thinks of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scan {
    Clean,
    /// By the name of the signature; `unnamed` where the name is none we would repeat.
    Found(String),
    /// Nothing is known: never to be taken for clean.
    Unknown(NoAnswer),
}

/// The octets that ask for a scan, piece by piece: the command, then lengths and data in turn, then a
/// length of zero.
pub fn scan_request(content: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let chunks = content.chunks(CHUNK_OCTETS_MAX).flat_map(|chunk| {
        let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        [Piece::Length(length.to_be_bytes()), Piece::Data(chunk)]
    });
    std::iter::once(Piece::Data(b"zINSTREAM\0"))
        .chain(chunks)
        .chain(std::iter::once(Piece::Length([0; 4])))
}

/// A piece of a request.
#[derive(Clone, Copy)]
pub enum Piece<'a> {
    Length([u8; 4]),
    Data(&'a [u8]),
}

impl Piece<'_> {
    pub fn octets(&self) -> &[u8] {
        match self {
            Self::Length(length) => length,
            Self::Data(data) => data,
        }
    }
}

/// Asks for engine and signatures; answered like a scan, read by [`Answer::version`].
pub const VERSION_REQUEST: &[u8] = b"zVERSION\0";

/// What has come of an answer.
#[derive(Default)]
pub struct Answer {
    octets: Vec<u8>,
    is_whole: bool,
    is_too_long: bool,
}

/// Whether more is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    More,
    Done,
}

impl Answer {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what came off the wire; what follows the end of the answer is none of it.
    pub fn take(&mut self, octets: &[u8]) -> Progress {
        if self.is_whole || self.is_too_long {
            return Progress::Done;
        }
        let end = octets.iter().position(|octet| *octet == 0);
        let own = &octets[..end.unwrap_or(octets.len())];
        if self.octets.len() + own.len() > ANSWER_OCTETS_MAX {
            self.is_too_long = true;
            return Progress::Done;
        }
        self.octets.extend_from_slice(own);
        self.is_whole = end.is_some();
        if self.is_whole {
            Progress::Done
        } else {
            Progress::More
        }
    }

    /// After [`Progress::Done`], or when the connection ended.
    pub fn scan(&self) -> Scan {
        match self.line() {
            Ok(line) => read_scan(line),
            Err(why) => Scan::Unknown(why),
        }
    }

    pub fn version(&self) -> Result<Version, NoAnswer> {
        read_version(self.line()?).ok_or(NoAnswer::Garbled)
    }

    fn line(&self) -> Result<&str, NoAnswer> {
        match (self.is_too_long, self.is_whole) {
            (true, _) => Err(NoAnswer::TooLong),
            (_, false) => Err(NoAnswer::Cut),
            _ => std::str::from_utf8(&self.octets)
                .map(str::trim)
                .map_err(|_| NoAnswer::Garbled),
        }
    }
}

fn read_scan(line: &str) -> Scan {
    let unnamed = || "unnamed".to_owned();
    match line {
        "stream: OK" => return Scan::Clean,
        _ if line.starts_with("INSTREAM size limit exceeded") => {
            return Scan::Unknown(NoAnswer::NotLookedAt);
        }
        _ if line.ends_with(" ERROR") => return Scan::Unknown(NoAnswer::Failed),
        _ => {}
    }
    let named = line
        .strip_prefix("stream: ")
        .and_then(|rest| rest.strip_suffix(" FOUND"));
    match named {
        // AlertExceedsMax and AlertEncrypted say by such names that something was passed over.
        Some(name)
            if name.starts_with("Heuristics.Limits.Exceeded")
                || name.starts_with("Heuristics.Encrypted") =>
        {
            Scan::Unknown(NoAnswer::NotLookedAt)
        }
        Some(name) => Scan::Found(plain_name(name).unwrap_or_else(unnamed)),
        None => Scan::Unknown(NoAnswer::Garbled),
    }
}

/// What clamd runs with. Old signatures are a fault of the installation, seen by its health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Such as `1.4.6`.
    pub engine: String,
    /// None: there are no official signatures.
    pub signatures: Option<Signatures>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signatures {
    pub number: u32,
    /// When they were built; clamd writes it in its host's own time zone, taken for UTC here.
    pub built_at: Timestamp,
}

/// `ClamAV 1.4.6/27500/Sat Nov 21 08:26:31 2026`
fn read_version(line: &str) -> Option<Version> {
    let mut fields = line.strip_prefix("ClamAV ")?.splitn(3, '/');
    let engine = plain_name(fields.next()?)?;
    let signatures = match (fields.next(), fields.next()) {
        (Some(number), Some(date)) => Some(Signatures {
            number: number.parse().ok()?,
            built_at: read_date(date)?,
        }),
        _ => None,
    };
    Some(Version { engine, signatures })
}

/// As C's asctime writes it.
fn read_date(date: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let words: Vec<&str> = date.split_whitespace().collect();
    let [_, month, day, time, year] = words.as_slice() else {
        return None;
    };
    let month = MONTHS.iter().position(|name| name == month)? + 1;
    let day: u8 = day.parse().ok()?;
    Timestamp::parse_rfc3339(&format!("{year}-{month:02}-{day:02}T{time}Z"))
}

#[cfg(test)]
mod tests;
