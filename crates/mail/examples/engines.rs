//! What we say to clamd and rspamd, and what we understand of their answers, without a socket:
//! `peers/engines.py` carries the octets. `engines clamd|rspamd ask < message`, `… read < answer`,
//! `engines version ask|read`.

use std::io::{Error, Read, Write};
use std::net::{IpAddr, Ipv4Addr};

use caduceus_mail::engines::clamd::{self, Scan};
use caduceus_mail::engines::rspamd::{self, Envelope};
use model::Address;

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let output = match words.as_slice() {
        ["clamd", "ask"] => clamd::scan_request(&input)
            .flat_map(|piece| piece.octets().to_vec())
            .collect(),
        ["clamd", "read"] => scan(&input).into_bytes(),
        ["version", "ask"] => clamd::VERSION_REQUEST.to_vec(),
        ["version", "read"] => version(&input).into_bytes(),
        ["rspamd", "ask"] => rspamd_request(&input)?,
        ["rspamd", "read"] => advice(&input).into_bytes(),
        _ => return Err(Error::other("engines clamd|version|rspamd ask|read")),
    };
    std::io::stdout().lock().write_all(&output)
}

fn scan(answer: &[u8]) -> String {
    let mut read = clamd::Answer::new();
    read.take(answer);
    match read.scan() {
        Scan::Clean => "clean".to_owned(),
        Scan::Found(name) => format!("found {name}"),
        Scan::Unknown(why) => format!("unknown {}", why.word()),
    }
}

fn version(answer: &[u8]) -> String {
    let mut read = clamd::Answer::new();
    read.take(answer);
    match read.version() {
        Ok(version) => format!("engine {}", version.engine),
        Err(why) => format!("unknown {}", why.word()),
    }
}

fn rspamd_request(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let address = |text| Address::parse(text).map_err(|_| Error::other("no address"));
    let from = address("lab@northlab.example")?;
    let recipients = [address("front@lakeside.example")?];
    let envelope = Envelope {
        from: Some(&from),
        recipients: &recipients,
        ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        helo: "mx.northlab.example",
        user: None,
    };
    let head = rspamd::request_head(&envelope, content.len());
    Ok([head.as_slice(), content].concat())
}

fn advice(answer: &[u8]) -> String {
    let mut read = rspamd::Answer::new();
    read.take(answer);
    match read.advice() {
        Ok(advice) => format!(
            "{} {} of {}: {}",
            advice.action.word(),
            advice.score,
            advice.required,
            advice.symbols.join(" ")
        ),
        Err(why) => format!("unknown {}", why.word()),
    }
}
