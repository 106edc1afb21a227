//! The list of messages: a filter that is a plain form, rows of ids and neutral words, a cursor.
//!
//! Nothing that anyone wrote shows here, whoever looks: a list over a shoulder gives nothing away.

use std::time::Duration;

use model::{Method, Mode, Origin, PhiLevel, RecipientState, Timestamp};
use serde::Serialize;

use crate::face::{Fault, Lang};
use crate::pages::samples::NOW;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct Messages {
    pub filter: Filter,
    pub filtered: bool,
    pub rows: Vec<Row>,
    /// What a select offers.
    pub all_states: Vec<RecipientState>,
    pub all_methods: Vec<Method>,
    /// Query of the next, older page.
    pub older_href: Option<String>,
    /// Set when this is not the first page.
    pub newest_href: Option<String>,
    pub export_href: String,
    /// What the act just done came to.
    pub cancelled: Option<u64>,
    pub faults: Vec<Fault>,
}

/// The filter as it was typed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Filter {
    pub state: Option<RecipientState>,
    pub method: Option<Method>,
    /// `2026-03-03`
    pub from: String,
    pub to: String,
}

impl Filter {
    pub fn is_empty(&self) -> bool {
        self.state.is_none() && self.method.is_none() && self.from.is_empty() && self.to.is_empty()
    }
    /// As the query of a link, without `?`. Days are digits and dashes by the time this is asked.
    pub fn query(&self) -> String {
        let mut parts = Vec::new();
        if let Some(state) = self.state {
            parts.push(format!("state={state}"));
        }
        if let Some(method) = self.method {
            parts.push(format!("method={method}"));
        }
        for (name, day) in [("from", &self.from), ("to", &self.to)] {
            if !day.is_empty() {
                parts.push(format!("{name}={day}"));
            }
        }
        parts.join("&")
    }
}

/// One message in the list.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub level: PhiLevel,
    pub files: u64,
    pub octets: u64,
    pub origin: Origin,
    pub mode: Mode,
    pub at: Timestamp,
    pub recipients: u64,
    pub states: Vec<Share<RecipientState>>,
    pub methods: Vec<Share<Method>>,
    /// Something of it has not left yet and this visitor may cancel it.
    pub cancellable: bool,
}

/// How many recipients of a message share a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share<T> {
    pub word: T,
    pub count: u64,
}

impl<T: PartialEq + Copy> Share<T> {
    /// Counts equal words, in order of first appearance.
    pub fn tally(words: impl IntoIterator<Item = T>) -> Vec<Self> {
        let mut shares: Vec<Self> = Vec::new();
        for word in words {
            match shares.iter_mut().find(|s| s.word == word) {
                Some(share) => share.count += 1,
                None => shares.push(Self { word, count: 1 }),
            }
        }
        shares
    }
}

impl Messages {
    pub fn new(filter: Filter, rows: Vec<Row>) -> Self {
        let query = filter.query();
        Self {
            filtered: !filter.is_empty(),
            filter,
            rows,
            all_states: RecipientState::ALL.to_vec(),
            // `tls_or_drop` reads the same as `tls` and is found with it
            all_methods: Method::ALL.iter().copied().filter(|m| *m != Method::TlsOrDrop).collect(),
            older_href: None,
            newest_href: None,
            export_href: format!("/console/messages.csv?{query}"),
            cancelled: None,
            faults: Vec::new(),
        }
    }
}

impl Page for Messages {
    const TEMPLATE: &'static str = "pages/console/messages.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Messages;

    fn samples() -> Vec<Sample<Self>> {
        let filtered = Filter {
            state: Some(RecipientState::Held),
            from: "2026-03-01".to_owned(),
            to: "2026-03-03".to_owned(),
            ..Filter::default()
        };
        let many = Self {
            older_href: Some("#".to_owned()),
            newest_href: Some("#".to_owned()),
            cancelled: Some(2),
            ..Self::new(Filter::default(), (0..24).map(row).collect())
        };
        let wrong = Self {
            faults: vec![Fault::new("to", "days_reversed")],
            ..Self::new(Filter { from: "2026-03-09".to_owned(), ..filtered.clone() }, Vec::new())
        };
        vec![
            Sample::new("empty", Self::new(Filter::default(), Vec::new())),
            Sample::new("none_fits", Self::new(filtered, Vec::new())),
            Sample::new("one", Self::new(Filter::default(), vec![row(0)])),
            Sample::new("many", many.clone()),
            Sample::new("long_names", Self::new(Filter::default(), vec![row(4), row(1)])),
            Sample::new("error", wrong),
            Sample { lang: Lang::Es, ..Sample::new("spanish", many) },
        ]
    }
}

/// A made-up row; different numbers give different looks.
fn row(n: usize) -> Row {
    use RecipientState::*;
    let states: &[RecipientState] = match n % 8 {
        0 => &[Delivered],
        1 => &[PickedUp],
        2 => &[Notified],
        3 => &[Queued],
        4 => &[Delivered, Delivered, PickedUp, Queued],
        5 => &[Held],
        6 => &[Bounced],
        _ => &[Delivered, Bounced],
    };
    let methods: &[Method] = match n % 8 {
        1 | 2 => &[Method::Portal],
        4 => &[Method::Tls, Method::Tls, Method::Portal, Method::Smime],
        5 => &[Method::Hold],
        6 => &[Method::Plain],
        _ => &[Method::Tls],
    };
    Row {
        id: format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{:02}", 99 - n % 90),
        level: PhiLevel::ALL[n % 4],
        files: n as u64 % 3,
        octets: 900 + n as u64 * 41_000,
        origin: Origin::ALL[n % 4],
        mode: if n % 11 == 10 { Mode::Test } else { Mode::Live },
        at: NOW.minus(Duration::from_secs(n as u64 * 4_000)),
        recipients: states.len() as u64,
        states: Share::tally(states.iter().copied()),
        methods: Share::tally(methods.iter().copied()),
        cancellable: states.contains(&Queued),
    }
}
