//! A file of keys, or a box to paste them into, and what became of each.

use axum::http::StatusCode;
use axum::response::Response;
use flow::keys::{Taken, TakenAs};
use model::{Address, Code, KeyFor, Result};
use serde::Serialize;

use super::key_file::KeyFile;
use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct KeyAdd {
    pub address: String,
    /// What was pasted, where it was not taken.
    pub text: String,
    pub taken: Vec<Line>,
    pub faults: Vec<Fault>,
}

/// What became of one key, for one address.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Empty where nothing is on record.
    pub id: String,
    pub address: String,
    pub kind: KeyFor,
    pub fingerprint: String,
    pub outcome: &'static str,
    pub is_good: bool,
}

/// GET `/console/keys/add`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    desk_page(&asked, &desk, StatusCode::OK, &KeyAdd::empty())
}

/// POST `/console/keys/add`
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let mut page = KeyAdd::empty();
    page.address = asked.field("address").trim().chars().take(320).collect();
    asked.field("text").clone_into(&mut page.text);
    let address = match page.address.as_str() {
        "" => None,
        text => match Address::parse(text) {
            Ok(address) => Some(address),
            Err(_) => {
                page.faults.push(Fault::new("address", "address_invalid"));
                return desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page);
            }
        },
    };
    let file = match KeyFile::of(&asked) {
        Ok(file) => file,
        Err(fault) => {
            page.faults.push(fault);
            return desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let (field, is_secret) = (file.field, file.is_secret());
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let taken = run(move || flow.add_keys(&ctx, &file.octets, address.as_ref())).await;
    let status = match taken {
        Ok(taken) => {
            page.text.clear();
            page.taken = taken.into_iter().map(Line::of).collect();
            StatusCode::OK
        }
        Err(error) if error.code() == Code::KeyFileInvalid => {
            // A secret key that was brought by mistake is not shown again.
            if is_secret {
                page.text.clear();
            }
            page.faults.push(match (is_secret, field) {
                (true, _) => Fault::new(field, "key_secret"),
                (false, "file") => Fault::new("file", "key_file_unreadable"),
                (false, _) => Fault::new("text", "key_unreadable"),
            });
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(error) => return Err(error),
    };
    desk_page(&asked, &desk, status, &page)
}

impl Line {
    fn of(taken: Taken) -> Self {
        Self {
            id: taken.id.map(|id| id.to_string()).unwrap_or_default(),
            address: taken
                .address
                .map(|address| address.as_str().to_owned())
                .unwrap_or_default(),
            kind: taken.kind,
            fingerprint: super::key::grouped(&taken.fingerprint),
            outcome: taken.outcome.word(),
            is_good: taken.outcome.is_on_record(),
        }
    }
}

impl KeyAdd {
    fn empty() -> Self {
        Self {
            address: String::new(),
            text: String::new(),
            taken: Vec::new(),
            faults: Vec::new(),
        }
    }
}

impl Page for KeyAdd {
    const TEMPLATE: &'static str = "pages/console/key_add.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::RecipientKeys;

    fn samples() -> Vec<Sample<Self>> {
        let line = |n: usize, outcome: TakenAs| Line {
            id: match outcome.is_on_record() {
                true => format!("rky_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
                false => String::new(),
            },
            address: match outcome.is_on_record() {
                true => format!("reader{n}@hospital.example"),
                false => String::new(),
            },
            kind: KeyFor::ALL[n % 2],
            fingerprint: super::key::grouped(&"9f4120c788".repeat(4)),
            outcome: outcome.word(),
            is_good: outcome.is_on_record(),
        };
        let taken = |outcomes: &[TakenAs]| Self {
            taken: outcomes
                .iter()
                .enumerate()
                .map(|(n, outcome)| line(n, *outcome))
                .collect(),
            ..Self::empty()
        };
        let wrong = |key| Self {
            text: "-----BEGIN CERT-----".to_owned(),
            faults: vec![Fault::new("text", key)],
            ..Self::empty()
        };
        let wrong_file = |key| Self {
            faults: vec![Fault::new("file", key)],
            ..Self::empty()
        };
        let address = Self {
            address: "lee at hospital".to_owned(),
            faults: vec![Fault::new("address", "address_invalid")],
            ..Self::empty()
        };
        vec![
            Sample::new("empty", Self::empty()),
            Sample::new("one", taken(&[TakenAs::Added])),
            Sample::new("many", taken(&TakenAs::ALL)),
            Sample::new("error", wrong("key_unreadable")),
            Sample::new("error_secret", wrong("key_secret")),
            Sample::new("error_address", address),
            Sample::new("error_file", wrong_file("key_file_unreadable")),
            Sample::new("error_large", wrong_file("key_file_large")),
            Sample::new("error_twice", wrong_file("key_twice")),
            Sample::spanish(taken(&TakenAs::ALL)),
        ]
    }
}
