//! Letters to send, and what is read out of those that travelled.

use std::collections::BTreeMap;

use flow::draft::Arrival;
use flow::{DraftFile, DraftRecipient, Letter, OutLetter};
use mail::smtp::{Notify, RcptParams};
use model::seams::Rng;
use model::{Address, Kind, Origin, Purpose, Stream};
use sim::kit::SimRng;

pub fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

pub fn to(text: &str) -> DraftRecipient {
    DraftRecipient {
        kind: Kind::To,
        address: address(text),
        name: None,
        notify: String::new(),
    }
}

pub fn letter(recipients: &[&str]) -> Letter {
    Letter {
        origin: Origin::Api,
        from: address("nurse@clinic.example"),
        from_name: None,
        reply_to: None,
        recipients: recipients.iter().map(|text| to(text)).collect(),
        subject: "Your visit".to_owned(),
        text: Some("We look forward to seeing you.".to_owned()),
        html: None,
        files: Vec::new(),
        headers: Vec::new(),
        tags: Vec::new(),
        metadata: BTreeMap::new(),
        stream: Stream::Transactional,
        purpose: Purpose::Treatment,
        priority: 4,
        send_at: None,
        declared_no_phi: false,
        attested: false,
        demanded: None,
        transport: flow::Transport::Usual,
        thread: None,
    }
}

pub fn portal_letter(recipients: &[&str]) -> Letter {
    Letter {
        demanded: Some(model::Method::Portal),
        ..letter(recipients)
    }
}

/// One SMTP transaction; recipients with their NOTIFY words.
pub fn arrival(recipients: &[(&str, &str)], content: &str) -> Arrival {
    Arrival {
        from: Some(address("nurse@clinic.example")),
        recipients: recipients
            .iter()
            .map(|(to, notify)| (address(to), asking(notify, None)))
            .collect(),
        content: content.replace('\n', "\r\n").into_bytes(),
        helo: "software.clinic.example".to_owned(),
        with: "ESMTPSA",
        require_tls: false,
        envid: None,
    }
}

/// What a recipient's sender wants to be told.
pub fn asking(notify: &str, orcpt: Option<&str>) -> RcptParams {
    RcptParams {
        notify: Notify::read(notify),
        orcpt: orcpt.map(str::to_owned),
    }
}

pub const PLAIN: &str =
    "From: nurse@clinic.example\nTo: lee@peer.example\nSubject: Kanarisubject\n\nKanaribody\n";

/// The octets that travelled.
pub fn octets(letter: &OutLetter) -> Vec<u8> {
    [&*letter.head, &*letter.body].concat()
}

pub fn text_of(letter: &OutLetter) -> String {
    let octets = octets(letter);
    let message = mail::parse(&octets).expect("a message");
    message.body_text().expect("a text")
}

/// The token in a notice's link.
pub fn link_of(notice: &OutLetter) -> String {
    let text = text_of(notice);
    let (_, rest) = text
        .split_once("https://mail.clinic.example/p/")
        .expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

pub fn code_of(letter: &OutLetter) -> String {
    let text = text_of(letter);
    let digits = text
        .split(|c: char| !c.is_ascii_digit())
        .find(|word| word.len() == 6);
    digits.expect("a code").to_owned()
}

/// A code that is certainly not this one.
pub fn other_code(code: &str) -> String {
    code.chars()
        .map(|c| if c == '9' { '0' } else { '9' })
        .collect()
}

/// A file that no compression makes smaller.
pub fn noise(name: &str, octets: usize) -> DraftFile {
    let mut bytes = vec![0; octets];
    SimRng::new(11).fill(&mut bytes);
    DraftFile {
        name: name.to_owned(),
        content_type: "application/octet-stream".to_owned(),
        bytes,
    }
}
