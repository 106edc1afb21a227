//! Spans on their way out: which stage of what began and ended when.
//!
//! Not here: sending them (`otlp`). Invariant: of what a span is given, only ids of our own and whole
//! numbers are kept, whatever it may be given one day; and nobody waits for whoever takes spans: what
//! does not fit the channel is counted and gone.

use std::sync::Arc;

use model::seams::{Clock, Rng};
use model::{PREFIXES, Timestamp};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// Spans that wait to be sent: a few seconds of a busy node.
const WAITING_MAX: usize = 20_000;
/// Letters of an id after its prefix.
const ID_LETTERS: usize = 26;

/// A span that has ended.
pub struct Span {
    pub trace: [u8; 16],
    pub id: [u8; 8],
    pub parent: Option<[u8; 8]>,
    pub name: &'static str,
    pub began: Timestamp,
    pub ended: Timestamp,
    pub fields: Vec<(&'static str, Value)>,
}

/// What may leave.
pub enum Value {
    Id(String),
    Number(i64),
}

/// Watches the spans of our own parts.
pub struct Watch {
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    out: Sender<Span>,
}

/// The watch, and where the spans come out that it saw end.
pub fn watch(clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> (Watch, Receiver<Span>) {
    let (out, spans) = channel(WAITING_MAX);
    (Watch { clock, rng, out }, spans)
}

/// Stages are spans of level `debug`; libraries' spans are their own affair.
pub fn is_watched(about: &Metadata<'_>) -> bool {
    about.is_span() && *about.level() <= Level::DEBUG && super::is_ours(about.target())
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Watch {
    fn on_new_span(&self, given: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        given.record(&mut fields);
        let parent = span.parent().and_then(|parent| {
            let extensions = parent.extensions();
            let of_parent = extensions.get::<Span>()?;
            Some((of_parent.trace, of_parent.id))
        });
        let now = self.clock.now();
        let begun = Span {
            trace: parent.map_or_else(|| self.trace(&fields), |(trace, _)| trace),
            id: self.random(),
            parent: parent.map(|(_, id)| id),
            name: span.name(),
            began: now,
            ended: now,
            fields: fields.kept,
        };
        span.extensions_mut().insert(begun);
    }

    fn on_record(&self, id: &Id, given: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        given.record(&mut fields);
        if let Some(begun) = span.extensions_mut().get_mut::<Span>() {
            begun.fields.append(&mut fields.kept);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(mut span) = context
            .span(&id)
            .and_then(|span| span.extensions_mut().remove::<Span>())
        else {
            return;
        };
        span.ended = self.clock.now();
        if self.out.try_send(span).is_err() {
            metrics::counter!("trace_spans_dropped_total").increment(1);
        }
    }
}

impl Watch {
    /// The trace of a message or a delivery has its id: whoever knows that finds all its spans.
    fn trace(&self, fields: &Fields) -> [u8; 16] {
        fields.first_id.unwrap_or_else(|| self.random())
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill(&mut bytes);
        bytes
    }
}

#[derive(Default)]
struct Fields {
    kept: Vec<(&'static str, Value)>,
    first_id: Option<[u8; 16]>,
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.kept.push((field.name(), Value::Number(value)));
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.record_i64(field, i64::try_from(value).unwrap_or(i64::MAX));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some(id) = id_in(value) {
            self.first_id.get_or_insert(id);
            self.kept.push((field.name(), Value::Id(value.to_owned())));
        }
    }
}

/// The octets of an id of ours; `None` for every other text.
fn id_in(text: &str) -> Option<[u8; 16]> {
    let (prefix, letters) = text.split_once('_')?;
    let known = PREFIXES.contains(&prefix) && letters.len() == ID_LETTERS;
    // One kind of id is written as the others are.
    let message = format!("msg_{letters}");
    let id: model::MessageId = known.then(|| message.parse().ok())??;
    Some(*id.as_bytes())
}
