//! What came in for people: what looks wrong about each message, what waits in quarantine, and searches by
//! word, by day and by the sender's exact domain.
//!
//! Nothing that anyone wrote shows here, and no address. A domain is searched by a form that posts, so that
//! it stays out of links and histories.

use axum::http::StatusCode;
use axum::response::Response;
use flow::inbound::{ArrivalFilter, ArrivalRow, SuspicionKind};
use model::{ArrivalState, Domain, Result, Timestamp, limits};
use serde::Serialize;

use super::messages::Filter as Days;
use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::face::format::Zone;
use crate::pages::{Page, Place, Sample, Voice};

/// Words of one message that the list names; the others are counted.
const WORDS_SHOWN: usize = 3;

#[derive(Clone, Debug, Serialize)]
pub struct Inbound {
    pub filter: Filter,
    pub filtered: bool,
    pub rows: Vec<Row>,
    /// How many are in quarantine.
    pub waiting: u64,
    /// Whether this visitor may decide.
    pub decides: bool,
    pub all_states: &'static [ArrivalState],
    pub all_words: Vec<&'static str>,
    pub older_href: Option<String>,
    pub newest_href: Option<String>,
    /// What was just done: a word of [`DONE`].
    pub done: Option<&'static str>,
    pub faults: Vec<Fault>,
}

/// The filter as it was typed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Filter {
    pub state: Option<ArrivalState>,
    /// A word of what looks wrong.
    pub word: String,
    pub domain: String,
    /// `2026-03-03`
    pub from: String,
    pub to: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    pub at: Timestamp,
    pub state: ArrivalState,
    /// `none`, `banner` or `quarantine`.
    pub concern: String,
    pub words: Vec<String>,
    /// Further ones.
    pub more: u64,
}

const DONE: &[&str] = &["release", "delete"];

/// GET `/console/inbound`
pub async fn show(asked: Asked) -> Result<Response> {
    list(asked, Filter::of).await
}

/// POST `/console/inbound`: of one sender's domain.
pub async fn search(asked: Asked) -> Result<Response> {
    list(asked, Filter::posted).await
}

async fn list(asked: Asked, read: fn(&Asked) -> Filter) -> Result<Response> {
    let desk = desk(&asked).await?;
    let filter = read(&asked);
    let zone = Zone::find(&desk.house.zone).unwrap_or(Zone::UTC);
    let (wanted, faults) = filter.wanted(zone);
    let after = asked.after();
    let is_first = after.is_none();
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let (found, waiting) = run(move || {
        let found = flow.arrivals(&ctx, &wanted, after.as_deref(), limits::PAGE_ROWS)?;
        Ok((found, flow.quarantined_count(&ctx)?))
    })
    .await?;
    let mut page = Inbound::new(filter, &desk);
    page.waiting = waiting;
    if faults.is_empty() {
        page.rows = found.rows.iter().map(Row::of).collect();
    }
    // A domain stays out of links: its newest rows are one page.
    if page.filter.domain.is_empty() && faults.is_empty() {
        let query = page.filter.query();
        let link = |rest: String| format!("/console/inbound?{query}{rest}");
        page.older_href = found.next.map(|next| link(format!("&after={next}")));
        page.newest_href = (!is_first).then(|| link(String::new()));
    }
    let done = asked.query("done");
    page.done = DONE.iter().copied().find(|word| *word == done);
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    page.faults = faults;
    desk_page(&asked, &desk, status, &page)
}

impl Filter {
    fn of(asked: &Asked) -> Self {
        Self::read(|name| asked.query(name))
    }

    fn posted(asked: &Asked) -> Self {
        let short = asked.field("domain").trim().chars().take(253).collect();
        Self {
            domain: short,
            ..Self::read(|name| asked.field(name))
        }
    }

    fn read<'a>(field: impl Fn(&'static str) -> &'a str) -> Self {
        let word = SuspicionKind::from_word(field("word"));
        let day = |name| field(name).chars().take(10).collect();
        Self {
            state: ArrivalState::from_word(field("state")),
            word: word.map_or("", SuspicionKind::word).to_owned(),
            domain: String::new(),
            from: day("from"),
            to: day("to"),
        }
    }

    fn is_empty(&self) -> bool {
        self.state.is_none()
            && [&self.word, &self.domain, &self.from, &self.to]
                .iter()
                .all(|text| text.is_empty())
    }

    /// As the query of a link, without `?`.
    fn query(&self) -> String {
        let state = self.state.map_or("", ArrivalState::word);
        let (from, to) = (&self.from, &self.to);
        format!("state={state}&word={}&from={from}&to={to}", self.word)
    }

    /// What to ask for: days are those of the organisation's zone.
    fn wanted(&self, zone: Zone) -> (ArrivalFilter, Vec<Fault>) {
        let days = Days {
            from: self.from.clone(),
            to: self.to.clone(),
            ..Days::default()
        };
        let (days, mut faults) = days.read(zone);
        let domain = Domain::parse(&self.domain).ok();
        if domain.is_none() && !self.domain.is_empty() {
            faults.push(Fault::new("domain", "domain_invalid"));
        }
        let wanted = ArrivalFilter {
            state: self.state,
            word: Some(self.word.clone()).filter(|word| !word.is_empty()),
            domain,
            since: days.since,
            until: days.until,
        };
        (wanted, faults)
    }
}

impl Inbound {
    fn new(filter: Filter, desk: &Desk) -> Self {
        Self {
            decides: desk.releases(),
            ..Self::empty(filter)
        }
    }

    fn empty(filter: Filter) -> Self {
        Self {
            filtered: !filter.is_empty(),
            filter,
            rows: Vec::new(),
            waiting: 0,
            decides: true,
            all_states: ArrivalState::ALL,
            all_words: SuspicionKind::ALL.iter().map(|kind| kind.word()).collect(),
            older_href: None,
            newest_href: None,
            done: None,
            faults: Vec::new(),
        }
    }
}

impl Row {
    fn of(row: &ArrivalRow) -> Self {
        let mut words: Vec<String> = Vec::new();
        for one in &row.suspicions {
            if !words.contains(&one.word) {
                words.push(one.word.clone());
            }
        }
        let more = words.len().saturating_sub(WORDS_SHOWN) as u64;
        words.truncate(WORDS_SHOWN);
        Self {
            id: row.id.to_string(),
            at: row.created_at,
            state: row.state,
            concern: row.concern.clone(),
            words,
            more,
        }
    }
}

impl Page for Inbound {
    const TEMPLATE: &'static str = "pages/console/inbound.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Inbound;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
