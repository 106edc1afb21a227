//! The list of messages: a filter that is a plain form, rows of ids and neutral words, a cursor.
//!
//! Nothing that anyone wrote shows here, whoever looks: a list over a shoulder gives nothing away.

use axum::http::StatusCode;
use axum::response::Response;
use flow::view::{MessagePage, MessageRow};
use model::{Code, Method, Mode, Origin, PhiLevel, RecipientState, Result, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::{desk_page, download};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk, escape};
use crate::face::Fault;
use crate::face::format::Zone;
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
    /// As the query of a link, without `?`.
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
                parts.push(format!("{name}={}", escape(day)));
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

impl Messages {
    pub fn new(filter: Filter, rows: Vec<Row>) -> Self {
        let query = filter.query();
        Self {
            filtered: !filter.is_empty(),
            filter,
            rows,
            all_states: RecipientState::ALL.to_vec(),
            // `tls_or_drop` reads the same as `tls` and is found with it
            all_methods: Method::ALL
                .iter()
                .copied()
                .filter(|m| *m != Method::TlsOrDrop)
                .collect(),
            older_href: None,
            newest_href: None,
            export_href: format!("/console/messages.csv?{query}"),
            cancelled: None,
            faults: Vec::new(),
        }
    }
}

/// GET `/console/messages`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let filter = Filter::asked(&asked);
    let (wanted, faults) = filter.read(Zone::find(&desk.house.zone).unwrap_or(Zone::UTC));
    let (rows, next) = match faults.is_empty() {
        true => {
            load(
                &asked,
                &desk,
                wanted,
                asked.query("after").to_owned(),
                limits::PAGE_ROWS,
            )
            .await?
        }
        false => (Vec::new(), None),
    };
    let query = filter.query();
    let link = |extra: String| {
        format!(
            "/console/messages?{query}{}{extra}",
            if query.is_empty() { "" } else { "&" }
        )
    };
    let mut page = Messages::new(
        filter,
        rows.iter()
            .map(|row| Row::of(row, desk.cancels_any()))
            .collect(),
    );
    page.older_href = next.map(|cursor| link(format!("after={cursor}")));
    page.newest_href = (!asked.query("after").is_empty()).then(|| link(String::new()));
    page.cancelled = asked.query("cancelled").parse().ok();
    let status = if faults.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    page.faults = faults;
    desk_page(&asked, &desk, status, &page)
}

/// GET `/console/messages.csv`: the same filter, all its pages.
pub async fn export(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let (wanted, _) = Filter::asked(&asked).read(Zone::find(&desk.house.zone).unwrap_or(Zone::UTC));
    let mut csv =
        "id,accepted_at,origin,mode,health_information,octets,files,recipients,states,methods\r\n"
            .to_owned();
    let (mut count, mut after) = (0, String::new());
    loop {
        let (rows, next) = load(&asked, &desk, wanted, after, limits::PAGE_ROWS_MAX).await?;
        count += rows.len();
        rows.iter().for_each(|row| csv.push_str(&line(row)));
        match next {
            // a part of the list would be taken for all of it
            Some(_) if count >= limits::MESSAGE_EXPORT_ROWS_MAX => {
                return Err(Code::ExportTooLarge.into());
            }
            Some(cursor) => after = cursor,
            None => break,
        }
    }
    Ok(download(
        "messages.csv",
        "text/csv; charset=utf-8",
        csv.into_bytes(),
    ))
}

/// RFC 4180. Every cell is an id, a number or a word of ours, so nothing needs quoting.
fn line(row: &MessageRow) -> String {
    let states: Vec<_> = row
        .states
        .iter()
        .map(|(state, n)| format!("{state} {n}"))
        .collect();
    let methods: Vec<_> = row
        .methods
        .iter()
        .map(|(method, n)| format!("{method} {n}"))
        .collect();
    format!(
        "{},{},{},{},{},{},{},{},{},{}\r\n",
        row.id,
        row.created_at,
        row.origin,
        row.mode,
        row.level,
        row.octets,
        row.attachments,
        row.recipients,
        states.join("; "),
        methods.join("; ")
    )
}

type Loaded = (Vec<MessageRow>, Option<String>);

async fn load(
    asked: &Asked,
    desk: &Desk,
    wanted: flow::view::Filter,
    after: String,
    rows: usize,
) -> Result<Loaded> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let page: MessagePage = run(move || {
        let after = Some(after.as_str()).filter(|cursor| !cursor.is_empty());
        flow.list_messages(&ctx, wanted, after, rows)
    })
    .await?;
    Ok((page.rows, page.next))
}

impl Row {
    fn of(row: &MessageRow, cancels: bool) -> Self {
        let share = |count: &u32| u64::from(*count);
        Self {
            id: row.id.to_string(),
            level: PhiLevel::from_word(&row.level).unwrap_or(PhiLevel::None),
            files: row.attachments.into(),
            octets: row.octets,
            origin: row.origin,
            mode: row.mode,
            at: row.created_at,
            recipients: row.recipients.into(),
            states: row
                .states
                .iter()
                .map(|(word, n)| Share {
                    word: *word,
                    count: share(n),
                })
                .collect(),
            methods: row
                .methods
                .iter()
                .map(|(word, n)| Share {
                    word: *word,
                    count: share(n),
                })
                .collect(),
            cancellable: cancels && row.states.contains_key(&RecipientState::Queued),
        }
    }
}

impl Filter {
    fn asked(asked: &Asked) -> Self {
        Self {
            state: RecipientState::from_word(asked.query("state")),
            method: Method::from_word(asked.query("method")),
            from: asked.query("from").chars().take(10).collect(),
            to: asked.query("to").chars().take(10).collect(),
        }
    }

    /// What to ask the store for: days are those of the organisation's zone.
    pub(super) fn read(&self, zone: Zone) -> (flow::view::Filter, Vec<Fault>) {
        let mut faults = Vec::new();
        let since = zone.day_start(&self.from);
        let until = zone.day_end(&self.to);
        for (field, day, read) in [("from", &self.from, since), ("to", &self.to, until)] {
            if !day.is_empty() && read.is_none() {
                faults.push(Fault::new(field, "day_invalid"));
            }
        }
        if since
            .zip(until)
            .is_some_and(|(since, until)| since >= until)
        {
            faults.push(Fault::new("to", "days_reversed"));
        }
        (
            flow::view::Filter {
                state: self.state,
                method: self.method,
                since,
                until,
            },
            faults,
        )
    }
}

impl Page for Messages {
    const TEMPLATE: &'static str = "pages/console/messages.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Messages;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
