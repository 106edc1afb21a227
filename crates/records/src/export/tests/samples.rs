//! Messages and a target to write them to.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::Timestamp;

use crate::export::*;

pub fn at() -> Timestamp {
    Timestamp::from_secs(1_790_000_000)
}

pub fn item(id: &str, octets: &[u8]) -> Item {
    Item {
        id: id.to_owned(),
        custodian: "Nurse One".to_owned(),
        octets: octets.to_vec(),
        sent_at: Some(at()),
        received_at: None,
        direction: Direction::Sent,
        envelope_from: "nurse@clinic.example".to_owned(),
        from: "nurse@clinic.example".to_owned(),
        to: vec![Recipient {
            address: "pat@mail.example".to_owned(),
            method: Some("portal".to_owned()),
        }],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "Results".to_owned(),
        message_id: "<1@clinic.example>".to_owned(),
        record_class: "clinical".to_owned(),
        holds: vec!["Smith v. Clinic".to_owned()],
        decisions: vec!["dec_1".to_owned()],
        log_index: Some(41),
        text: None,
        attachments: Vec::new(),
        unreadable: Vec::new(),
    }
}

pub fn attached(name: &str, octets: &[u8]) -> Part {
    Part {
        name: name.to_owned(),
        media_type: "application/pdf".to_owned(),
        octets: octets.to_vec(),
        text: Some("scan".to_owned()),
    }
}

pub fn matter() -> Matter {
    Matter {
        organisation: "Clinic".to_owned(),
        id: "mat_1".to_owned(),
        matter: "Smith v. Clinic".to_owned(),
        requester: "Counsel".to_owned(),
        approver: "Privacy officer".to_owned(),
        purpose: "subpoena".to_owned(),
        query: "from:nurse AND results".to_owned(),
        index: IndexState {
            accepted: 3,
            archived: 3,
            indexed: 2,
            explained: 1,
        },
        dedup: "none".to_owned(),
        exclusions: vec![Exclusion {
            id: "rec_9".to_owned(),
            reason: Reason::Part2,
            note: "=cmd".to_owned(),
        }],
        custody: vec![Custody {
            at: at(),
            who: "Clerk".to_owned(),
            what: "exported".to_owned(),
        }],
        tool_version: "0.1.0".to_owned(),
    }
}

pub fn options(formats: &[Format]) -> Options {
    Options {
        prefix: "CAD-".to_owned(),
        first: 1,
        formats: formats.to_vec(),
        made_at: at(),
    }
}

pub struct Items(pub Vec<Item>);

impl Source for Items {
    fn count(&self) -> u64 {
        self.0.len() as u64
    }
    fn item(&mut self, index: u64) -> model::Result<Item> {
        Ok(self.0[index as usize].clone())
    }
}

#[derive(Default)]
pub struct Kept(pub BTreeMap<String, Vec<u8>>);

impl Target for Kept {
    fn file(
        &mut self,
        path: &str,
        fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut octets = Vec::new();
        fill(&mut octets)?;
        assert!(
            self.0.insert(path.to_owned(), octets).is_none(),
            "{path} written twice"
        );
        Ok(())
    }
}

impl Kept {
    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.0[path].clone()).expect("as made here")
    }
}

pub fn kept(items: Vec<Item>, formats: &[Format]) -> (Kept, Done) {
    let mut kept = Kept::default();
    let done = write(
        &mut kept,
        &mut Items(items),
        &matter(),
        &options(formats),
        &[],
    )
    .expect("as made here");
    (kept, done)
}

pub fn zipped(items: Vec<Item>) -> Vec<u8> {
    let mut zip = Zip::new(Vec::new(), at());
    write(
        &mut zip,
        &mut Items(items),
        &matter(),
        &options(&Format::ALL),
        &[],
    )
    .expect("as made here");
    zip.finish().expect("as made here")
}
