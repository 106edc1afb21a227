//! Writes packages for `peers/exports.py`, which checks them with readers that are not ours.
//!
//! `export_samples FOLDER` makes there: `folder/`, `package.zip`, `again.zip` (the same once more), `locked.zip`
//! and `locked.json` (its password, and the digest of what is inside).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use caduceus_records::export::{
    Custody, Digests, Direction, Exclusion, Folder, Format, IndexState, Item, Locked, Matter,
    Options, Part, Proof, Reason, Recipient, Source, Target, Unreadable, Zip, write,
};
use model::{Secret, Timestamp};

const ITEMS: u64 = 60;
const PASSWORD: &str = "correct-horse-battery-staple-7391";

fn main() -> io::Result<()> {
    let root = std::env::args().nth(1).ok_or(io::ErrorKind::InvalidInput)?;
    let root = Path::new(&root);
    std::fs::create_dir_all(root)?;
    package(&mut Folder::new(root.join("folder")))?;
    for name in ["package.zip", "again.zip"] {
        let mut zip = Zip::new(BufWriter::new(File::create(root.join(name))?), at(0));
        package(&mut zip)?;
        zip.finish()?;
    }
    let inner = std::fs::read(root.join("package.zip"))?;
    let password = Secret::new(PASSWORD.to_owned());
    let out = BufWriter::new(File::create(root.join("locked.zip"))?);
    let mut locked = Locked::new(out, "package.zip", &password, [0x5a; 16], at(0))?;
    locked.write_all(&inner)?;
    locked.finish()?;
    let facts = serde_json::json!({"password": PASSWORD, "sha256": Digests::of(&inner).sha256});
    std::fs::write(root.join("locked.json"), facts.to_string())
}

fn package(target: &mut dyn Target) -> io::Result<()> {
    let options = Options {
        prefix: "CAD-".to_owned(),
        first: 1,
        formats: Format::ALL.to_vec(),
        made_at: at(0),
    };
    let proof = [Proof {
        name: "checkpoint.txt".to_owned(),
        octets: b"clinic.example/log\n41\n".to_vec(),
    }];
    match write(target, &mut Samples, &matter(), &options, &proof) {
        Ok(_) => Ok(()),
        Err(fault) => Err(io::Error::other(format!("{fault:?}"))),
    }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000).plus(std::time::Duration::from_secs(seconds))
}

struct Samples;

impl Source for Samples {
    fn count(&self) -> u64 {
        ITEMS
    }
    fn item(&mut self, index: u64) -> model::Result<Item> {
        Ok(item(index))
    }
}

/// Subjects and names that formats stumble over.
const SUBJECTS: &[&str] = &[
    "Results",
    "=HYPERLINK(\"http://bad.example\")",
    "comma, \"quote\" and\r\nline",
    "Þór and þing, Drug® <b>&amp;</b> ]]> \u{1}\u{fffe}",
    " -1+1",
    "Größe \u{1f600} \u{202e}fdp.exe",
];
const NAMES: &[&str] = &[
    "scan.pdf",
    "../../etc/passwd",
    "CON.txt",
    "a\u{202e}fdp.exe",
    "x/y\\z.docx",
    "",
];

fn item(index: u64) -> Item {
    let pick = usize::try_from(index).unwrap_or_default();
    let subject = SUBJECTS[pick % SUBJECTS.len()];
    let body = format!(
        "From the clinic {index}\r\n>From there\r\n\r\nFrom: x\r\n{}\r\n",
        "line ".repeat(pick)
    );
    let octets = format!("From: nurse@clinic.example\r\nSubject: s{index}\r\n\r\n{body}");
    let parts = NAMES.iter().cycle().skip(pick).take(pick % 4);
    let recipient = |name: &str| Recipient {
        address: format!("{name}{index}@mail.example"),
        method: Some("portal".to_owned()),
    };
    Item {
        id: format!("rec_{index:026}"),
        custodian: format!("Nurse <{}>", index % 3),
        octets: octets.into_bytes(),
        sent_at: Some(at(index * 61)),
        received_at: index.is_multiple_of(2).then(|| at(index * 61 + 2)),
        direction: Direction::Sent,
        envelope_from: if index.is_multiple_of(5) {
            String::new()
        } else {
            "nurse@clinic.example".to_owned()
        },
        from: "nurse@clinic.example".to_owned(),
        to: vec![recipient("pat"), recipient("dr")],
        cc: Vec::new(),
        bcc: vec![recipient("blind")],
        subject: subject.to_owned(),
        message_id: format!("<{index}@clinic.example>"),
        record_class: "clinical".to_owned(),
        holds: vec!["Smith v. Clinic".to_owned()],
        decisions: vec![format!("dec_{index}")],
        log_index: Some(index),
        text: Some(body),
        attachments: parts.map(|name| part(name, index)).collect(),
        unreadable: vec![Unreadable {
            part: "3".to_owned(),
            why: "encrypted".to_owned(),
        }],
    }
}

fn part(name: &str, index: u64) -> Part {
    let octets = (0..index * 37).map(|n| (n % 251) as u8).collect();
    Part {
        name: name.to_owned(),
        media_type: "application/octet-stream".to_owned(),
        octets,
        text: None,
    }
}

fn matter() -> Matter {
    Matter {
        organisation: "Clinic".to_owned(),
        id: "mat_1".to_owned(),
        matter: "Smith v. Clinic".to_owned(),
        requester: "Counsel".to_owned(),
        approver: "Privacy officer".to_owned(),
        purpose: "subpoena".to_owned(),
        query: "from:nurse AND results".to_owned(),
        index: IndexState {
            accepted: ITEMS,
            archived: ITEMS,
            indexed: ITEMS,
            explained: 0,
        },
        dedup: "none".to_owned(),
        exclusions: vec![Exclusion {
            id: "rec_x".to_owned(),
            reason: Reason::Privilege,
            note: "+counsel".to_owned(),
        }],
        custody: vec![Custody {
            at: at(0),
            who: "Clerk".to_owned(),
            what: "exported".to_owned(),
        }],
        tool_version: "0.1.0".to_owned(),
    }
}
