//! Giving an order about waiting mail: choosing the act, filling in what it covers and why, and the
//! question how many deliveries it touches before it is given.
//!
//! The recipients' domain is posted and never part of a link. Nothing is stored before the question was
//! answered.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use flow::orders::{NewOrder, OrderAct, OrderChoices, OrderScope, Touched};
use model::{Code, Domain, Error, MessageId, NodeId, Result, Stream, Timestamp, limits};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

pub const ACTS: &[&str] = &["suspend", "bounce", "expire", "rebind", "transfer"];

/// How long an order may last, in seconds; each has its words in the catalogue.
pub const LASTS: &[u64] = &[60, 900, 3_600, 21_600, 86_400, 259_200, 604_800, 2_592_000];

/// The form, or the choice of an act while none is chosen.
#[derive(Clone, Debug, Serialize)]
pub struct OrderForm {
    pub filled: Filled,
    pub all_acts: &'static [&'static str],
    pub all_streams: &'static [Stream],
    pub all_lasts: &'static [u64],
    pub providers: Vec<String>,
    pub sources: Vec<String>,
    pub nodes: Vec<String>,
    /// The same wishes for the links that choose an act.
    pub kept: String,
    pub reason_max: usize,
    pub faults: Vec<Fault>,
}

/// What was filled in, as it was typed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Filled {
    /// A word of [`ACTS`], or empty.
    pub act: &'static str,
    pub stream: Option<Stream>,
    pub provider: String,
    pub source: String,
    pub domain: String,
    pub message: String,
    /// The source or the node that the act names.
    pub to: String,
    pub reason: String,
    pub lasts: u64,
}

/// Asks whether the order is meant.
#[derive(Clone, Debug, Serialize)]
pub struct OrderAsk {
    pub filled: Filled,
    pub waiting: u64,
    pub running: u64,
    pub elsewhere: u64,
    /// It covers what comes until then.
    pub until: Timestamp,
    /// Nothing narrows it.
    pub whole: bool,
}

/// GET `/console/queue/order`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let page = form(&asked, &desk, Filled::linked(&asked), None).await?;
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/queue/order`: asks first; with `step=give` it acts, with `step=change` the form comes
/// back as it was.
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let filled = Filled::posted(&asked);
    if asked.field("step") == "change" {
        let page = form(&asked, &desk, filled, None).await?;
        return desk_page(&asked, &desk, StatusCode::OK, &page);
    }
    let done = match filled.order() {
        Ok(new) => take(&asked, &desk, new).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(None) => Ok(redirect("/console/queue/orders?done=given")),
        Ok(Some(touched)) => {
            let page = OrderAsk::new(filled, touched, asked.now());
            desk_page(&asked, &desk, StatusCode::OK, &page)
        }
        Err(error) => {
            let fault = filled.fault(&error).ok_or(error)?;
            let page = form(&asked, &desk, filled, Some(fault)).await?;
            desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Gives the order, or says what it would touch.
async fn take(asked: &Asked, desk: &Desk, new: NewOrder) -> Result<Option<Touched>> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let sure = asked.field("step") == "give";
    run(move || match sure {
        true => flow.order(&ctx, new).map(|_| None),
        false => flow.order_touches(&ctx, &new).map(Some),
    })
    .await
}

async fn form(
    asked: &Asked,
    desk: &Desk,
    filled: Filled,
    fault: Option<Fault>,
) -> Result<OrderForm> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let choices = run(move || flow.order_choices(&ctx)).await?;
    Ok(OrderForm::new(filled, &choices, fault))
}

impl Filled {
    /// What a link of the queue page names; never a domain.
    fn linked(asked: &Asked) -> Self {
        let act = act(asked.query("act"));
        Self {
            act,
            stream: Stream::from_word(asked.query("stream")),
            provider: asked.query("provider").to_owned(),
            source: asked.query("source").to_owned(),
            message: asked.query("message").to_owned(),
            lasts: usual(act),
            ..Self::default()
        }
    }

    fn posted(asked: &Asked) -> Self {
        let typed = |name: &str| asked.field(name).trim().to_owned();
        let lasts = asked.field("lasts").parse().unwrap_or(0);
        Self {
            act: act(asked.field("act")),
            stream: Stream::from_word(asked.field("stream")),
            provider: typed("provider"),
            source: typed("source"),
            domain: typed("domain"),
            message: typed("message"),
            to: typed("to"),
            reason: typed("reason"),
            lasts: LASTS.iter().copied().find(|one| *one == lasts).unwrap_or(0),
        }
    }

    fn order(&self) -> Result<NewOrder> {
        let invalid = |field: &'static str| Error::new(Code::FieldInvalid).at(field);
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let act = match self.act {
            "suspend" => OrderAct::Suspend,
            "bounce" => OrderAct::Bounce,
            "expire" => OrderAct::Expire,
            "rebind" => OrderAct::Rebind(self.to.clone()),
            "transfer" => {
                let node = self.to.parse::<NodeId>();
                OrderAct::Transfer(node.map_err(|_| invalid("/to"))?)
            }
            _ => return Err(invalid("/act")),
        };
        let domain = given(&self.domain).map(|name| Domain::parse(&name));
        let message = given(&self.message).map(|id| id.parse::<MessageId>());
        Ok(NewOrder {
            act,
            scope: OrderScope {
                stream: self.stream,
                provider: given(&self.provider),
                domain: domain.transpose().map_err(|_| invalid("/domain"))?,
                source: given(&self.source),
                message: message.transpose().map_err(|_| invalid("/message"))?,
                everywhere: false,
            },
            reason: self.reason.clone(),
            lasts: Duration::from_secs(self.lasts),
        })
    }

    /// What to say of an error that this form can mend.
    fn fault(&self, error: &Error) -> Option<Fault> {
        match (error.code(), error.pointer()) {
            (Code::FieldInvalid, Some("/act")) => Some(Fault::new("acts", "order_act")),
            (Code::FieldInvalid, Some("/reason")) if self.reason.is_empty() => {
                Some(Fault::new("reason", "order_reason"))
            }
            (Code::FieldInvalid, Some("/reason")) => Some(Fault::new("reason", "order_long")),
            (Code::FieldInvalid, Some("/seconds")) => Some(Fault::new("lasts", "order_lasts")),
            (Code::FieldInvalid, Some("/provider")) => {
                Some(Fault::new("provider", "order_provider"))
            }
            (Code::FieldInvalid, Some("/source")) => Some(Fault::new("source", "order_source")),
            (Code::FieldInvalid, Some("/domain")) => Some(Fault::new("domain", "order_domain")),
            (Code::FieldInvalid, Some("/to")) => Some(Fault::new("to", "order_to")),
            (Code::FieldInvalid, Some("/message")) | (Code::NotFound, _)
                if !self.message.is_empty() =>
            {
                Some(Fault::new("message", "order_message"))
            }
            _ => None,
        }
    }

    fn is_whole(&self) -> bool {
        let narrowed = [&self.provider, &self.source, &self.domain, &self.message];
        self.stream.is_none() && narrowed.iter().all(|text| text.is_empty())
    }
}

fn act(word: &str) -> &'static str {
    ACTS.iter()
        .copied()
        .find(|act| *act == word)
        .unwrap_or_default()
}

/// What ends mail is for what waits now; what keeps it is for a while.
fn usual(act: &str) -> u64 {
    match act {
        "bounce" | "expire" | "transfer" => 60,
        _ => 3_600,
    }
}

impl OrderForm {
    fn new(filled: Filled, choices: &OrderChoices, fault: Option<Fault>) -> Self {
        use crate::door::staff::escape;
        let wishes = [
            ("stream", filled.stream.map_or("", Stream::word)),
            ("provider", &filled.provider),
            ("source", &filled.source),
            ("message", &filled.message),
        ];
        let kept = wishes.into_iter().filter(|(_, word)| !word.is_empty());
        let kept = kept.map(|(name, word)| format!("&{name}={}", escape(word)));
        Self {
            kept: kept.collect(),
            filled,
            all_acts: ACTS,
            all_streams: Stream::ALL,
            all_lasts: LASTS,
            providers: choices.providers.clone(),
            sources: choices.sources.clone(),
            nodes: choices.nodes.iter().map(ToString::to_string).collect(),
            reason_max: limits::ORDER_REASON_OCTETS_MAX,
            faults: fault.into_iter().collect(),
        }
    }
}

impl OrderAsk {
    fn new(filled: Filled, touched: Touched, now: Timestamp) -> Self {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Self {
            until: now.plus(Duration::from_secs(filled.lasts)),
            whole: filled.is_whole(),
            filled,
            waiting: count(touched.waiting),
            running: count(touched.running),
            elsewhere: touched.elsewhere,
        }
    }
}

impl Page for OrderForm {
    const TEMPLATE: &'static str = "pages/console/order.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Queue;

    fn samples() -> Vec<Sample<Self>> {
        samples::forms()
    }
}

impl Page for OrderAsk {
    const TEMPLATE: &'static str = "pages/console/order_ask.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Queue;

    fn samples() -> Vec<Sample<Self>> {
        samples::asks()
    }
}

mod samples;
