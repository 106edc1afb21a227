//! The archive: messages by what they say, with the words around what was found, and whether everything that was
//! accepted can be found.
//!
//! What is looked for may name a patient, so the form posts and so does its next page: it stays out of links,
//! histories and logs. The search and what was shown of it are on the record before they show.

use axum::http::StatusCode;
use axum::response::Response;
use model::{Code, Error, Result, Timestamp, limits};
use records::search::query::Why;
use records::{Excerpt, Found};
use serde::Serialize;

use super::messages::Filter as Days;
use crate::door::answer::desk_page;
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::face::Fault;
use crate::face::format::Zone;
use crate::pages::{Page, Place, Sample, Voice};

/// Characters of a search: its limit is in octets, said by the search itself.
const QUERY_CHARS_MAX: usize = limits::SEARCH_OCTETS_MAX + 1;

#[derive(Clone, Debug, Serialize)]
pub struct Archive {
    pub query: String,
    /// `2026-03-03`
    pub from: String,
    pub to: String,
    /// Nothing was looked for yet.
    pub fresh: bool,
    pub rows: Vec<Row>,
    /// Which page of the hits this is, from 1.
    pub page: u32,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Messages that this search may have missed.
    pub missing: u64,
    pub gap: Gap,
    pub faults: Vec<Fault>,
}

/// The archive beside what was accepted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Gap {
    pub accepted: u64,
    pub archived: u64,
    pub waiting: u64,
    pub partial: u64,
    /// They add up.
    pub whole: bool,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    pub id: String,
    pub at: Timestamp,
    pub subject: String,
    pub from: String,
    pub to: String,
    pub more: usize,
    /// `body`, `file` or nothing.
    pub place: &'static str,
    pub text: Vec<Passage>,
    pub gone: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Passage {
    pub text: String,
    pub found: bool,
}

/// GET `/console/archive`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let gap = run(move || records.gap(&ctx)).await?;
    let page = Archive {
        fresh: true,
        gap: Gap::of(&gap),
        ..Archive::empty()
    };
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/archive`: a search, or its next page.
pub async fn search(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let day = |name| asked.field(name).chars().take(10).collect();
    let mut page = Archive {
        query: asked.field("query").chars().take(QUERY_CHARS_MAX).collect(),
        from: day("from"),
        to: day("to"),
        ..Archive::empty()
    };
    let zone = Zone::find(&desk.house.zone).unwrap_or(Zone::UTC);
    let days = Days {
        from: page.from.clone(),
        to: page.to.clone(),
        ..Days::default()
    };
    let (days, faults) = days.read(zone);
    page.faults = faults;
    let before = match asked.field("after") {
        "" => None,
        after => {
            page.page = asked.field("page").parse().unwrap_or(2);
            let parsed = after.parse();
            Some(parsed.map_err(|_| Error::new(Code::CursorInvalid))?)
        }
    };
    let wanted = records::Page {
        query: page.query.clone(),
        since: days.since,
        until: days.until,
        before,
        rows: limits::PAGE_ROWS,
    };
    let (records, ctx) = (asked.state().records.clone(), desk.ctx()?.clone());
    let asks = page.faults.is_empty();
    let (gap, answer) = run(move || {
        let gap = records.gap(&ctx)?;
        if !asks {
            return Ok((gap, None));
        }
        let found = records.search(&ctx, &wanted)?;
        let shown = match &found {
            Found::Hits { hits, find, .. } => records.excerpts(&ctx, find, hits)?,
            Found::Unclear(_) => Vec::new(),
        };
        Ok((gap, Some((found, shown))))
    })
    .await?;
    page.gap = Gap::of(&gap);
    if let Some((found, shown)) = answer {
        page.answer(found, shown);
    }
    let status = match page.faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    desk_page(&asked, &desk, status, &page)
}

impl Archive {
    fn empty() -> Self {
        Self {
            query: String::new(),
            from: String::new(),
            to: String::new(),
            fresh: false,
            rows: Vec::new(),
            page: 1,
            next: None,
            missing: 0,
            gap: Gap::default(),
            faults: Vec::new(),
        }
    }

    fn answer(&mut self, found: Found, shown: Vec<Excerpt>) {
        match found {
            Found::Unclear(error) => {
                self.faults.push(Fault::new("query", fault(error.why)));
            }
            Found::Hits {
                hits,
                next,
                missing,
                ..
            } => {
                let rows = hits.iter().zip(shown);
                self.rows = rows
                    .map(|(hit, excerpt)| Row::of(hit.message.to_string(), hit.created_at, excerpt))
                    .collect();
                self.next = next.map(|at| at.to_string());
                self.missing = missing;
            }
        }
    }
}

impl Gap {
    pub(super) fn of(gap: &records::Gap) -> Self {
        Self {
            accepted: gap.accepted,
            archived: gap.archived,
            waiting: gap.waiting,
            partial: gap.partial,
            whole: gap.accepted == gap.archived + gap.waiting,
        }
    }
}

impl Row {
    fn of(id: String, at: Timestamp, excerpt: Excerpt) -> Self {
        let passage = |(text, found)| Passage { text, found };
        Self {
            id,
            at,
            subject: excerpt.subject,
            from: excerpt.from,
            to: excerpt.to,
            more: excerpt.more,
            place: excerpt.place,
            text: excerpt.text.into_iter().map(passage).collect(),
            gone: excerpt.gone,
        }
    }
}

/// What is wrong with a search, by its text in the catalogue.
const fn fault(why: Why) -> &'static str {
    match why {
        Why::Empty => "search_empty",
        Why::TooLong => "search_too_long",
        Why::TooManyParts => "search_too_many_parts",
        Why::TooDeep => "search_too_deep",
        Why::Unclosed => "search_unclosed",
        Why::Unopened => "search_unopened",
        Why::NothingToJoin => "search_nothing_to_join",
        Why::OnlyNot => "search_only_not",
        Why::UnknownPlace => "search_unknown_place",
        Why::UnknownMark => "search_unknown_mark",
        Why::NoWord => "search_no_word",
        Why::TooShort => "search_too_short",
        Why::NearWhat => "search_near_what",
        Why::FuzzyWhat => "search_fuzzy_what",
        Why::TooBroad => "search_too_broad",
        Why::TooLongPhrase => "search_too_long_phrase",
    }
}

impl Page for Archive {
    const TEMPLATE: &'static str = "pages/console/archive.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Archive;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
