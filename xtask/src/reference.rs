//! Reference pages made from the code: codes, limits, events and metrics, in `docs/reference`.
//!
//! `cargo xtask reference` writes them; a check of the house fails when the tree differs from what
//! the code says. Invariant: a page is a function of the code alone.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use model::events::Told;
use model::{Code, Fault, METRICS};

/// A limit as `limits.rs` declares it.
#[derive(Debug, PartialEq)]
pub struct Limit {
    pub name: String,
    pub value: String,
    pub why: String,
}

/// The pages by path from the root.
pub fn pages(root: &Path) -> Result<Vec<(&'static str, String)>> {
    let path = root.join("crates/model/src/limits.rs");
    let source = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(vec![
        ("docs/reference/codes.md", codes()),
        ("docs/reference/limits.md", limits(&source)),
        ("docs/reference/events.md", events()),
        ("docs/reference/metrics.md", metrics()),
    ])
}

pub fn write(root: &Path) -> Result<()> {
    for (path, text) in pages(root)? {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().context("a page has a folder")?)?;
        std::fs::write(path, text)?;
    }
    Ok(())
}

fn codes() -> String {
    let mut page = String::from(
        "# Error codes\n\nMade by `cargo xtask reference` from `crates/model/src/code.rs`.\n\n\
         A code is stable: it is never renamed or given another meaning. Faults of ours are always \
         temporary for the sender: retry.\n\n\
         | code | whose fault | HTTP | SMTP | what happened | what to do |\n|---|---|---|---|---|---|\n",
    );
    for row in Code::ALL.iter().map(|code| code.row()) {
        let fault = match row.fault {
            Fault::Caller => "request",
            Fault::Permission => "rights",
            Fault::Ours => "ours",
        };
        let (smtp, enhanced) = (row.smtp.code, row.smtp.enhanced);
        let _ = writeln!(
            page,
            "| `{}` | {fault} | {} | {smtp} {enhanced} | {} | {} |",
            row.word, row.http, row.title, row.remedy
        );
    }
    page
}

fn events() -> String {
    let mut page = String::from(
        "# Events\n\nMade by `cargo xtask reference` from `crates/model/src/events.rs`.\n\n\
         Whatever happens is one event and, under the same id, one entry of the audit log. The list is \
         closed and no kind changes its meaning. An event holds ids, words, codes, counts and times: \
         nothing that anyone wrote, and no address. Facts that may be absent are absent.\n\n\
         ## Told to apps\n\n\
         By `GET /v1/events`, `GET /v1/messages/{id}/events` and webhooks. A webhook tells no event \
         whose fact `role` is `code` or `report`: those letters are not the message.\n\n",
    );
    table(&mut page, Told::Apps);
    page.push_str("\n## In the audit log alone\n\n");
    table(&mut page, Told::Auditors);
    page.push_str(WEBHOOKS);
    page
}

fn table(page: &mut String, to: Told) {
    page.push_str("| kind | what happened | facts |\n|---|---|---|\n");
    for kind in model::events::ALL.iter().filter(|kind| kind.to == to) {
        let facts: Vec<String> = kind.facts.iter().map(|fact| format!("`{fact}`")).collect();
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            kind.word,
            kind.means,
            facts.join(", ")
        );
    }
}

/// How they are delivered; what a receiver may rely on.
const WEBHOOKS: &str = "
## As a webhook tells them

`POST` to the receiver's address by the Standard Webhooks specification, over verified TLS, to a
public address. `webhook-id` is the event's id: the same at every try and every replay, so a receiver
that keeps the ids it has seen takes each event once. `webhook-timestamp` is the time of the try.
`webhook-signature` holds one `v1,` signature for each valid secret: two while a secret is being
rotated.

```json
{
  \"type\": \"delivery.accepted\",
  \"timestamp\": \"2026-11-21T14:03:07.125Z\",
  \"data\": {
    \"event\": \"evt_01KAJ5Z3E9T7M0X4Q8V2B6N1CD\",
    \"sequence\": 1042,
    \"organisation\": \"org_…\", \"webhook\": \"whk_…\", \"mode\": \"live\", \"stream\": \"transactional\",
    \"message\": \"msg_…\", \"recipient\": \"rcp_…\",
    \"facts\": { \"role\": \"letter\", \"reply_code\": \"250\" }
  }
}
```

`sequence` grows with each event told to that webhook. The events of one recipient are sent in their
order, each after the one before was answered once; one that has to be tried again lets the next go,
so a receiver that needs the order compares `sequence`.

| answer | what follows |
|---|---|
| 2xx within 15 s | delivered |
| 403 | the webhook is paused (`forbidden`) and the operator is told: an audit entry, a warning, the gauge `webhooks_stopped`. The event waits and the try is not counted; making the webhook active sends all that waits |
| 410 | the webhook is switched off (`gone`); what waits for it is dead and can be replayed once it is active again |
| 3xx, other 4xx, 5xx, silence, broken TLS, more than 64 KiB | tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, each with up to a fifth more by chance, or later when `Retry-After` asks for it (at most 24 h) |
| the eighth failure | dead: listed, and replayed on request |
| nothing taken for five days | the webhook is paused (`failing`); what happens meanwhile waits |
";

fn limits(source: &str) -> String {
    let mut page = String::from(
        "# Limits\n\nMade by `cargo xtask reference` from `crates/model/src/limits.rs`. Sizes are octets \
         unless the name says otherwise.\n\n| limit | value | source or reason |\n|---|---|---|\n",
    );
    for limit in declared_limits(source) {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            limit.name, limit.value, limit.why
        );
    }
    page
}

fn metrics() -> String {
    let mut page = String::from(
        "# Metrics\n\nMade by `cargo xtask reference` from `crates/model/src/metric.rs`. They are read at \
         `listen.metrics`, path `/metrics`, in the text form of Prometheus. Histograms are seconds, with \
         buckets, so that `histogram_quantile` gives p50, p95 and p99. Labels are closed sets of words: \
         no address, no domain, no name of a person is ever in one. Sample rules are in \
         `deploy/prometheus`, a dashboard in `deploy/grafana`; a check keeps every name in them true.\n\n\
         | metric | kind | labels | what it tells | known elsewhere as |\n|---|---|---|---|---|\n",
    );
    for metric in METRICS {
        let list = |names: &mut dyn Iterator<Item = &str>| {
            names
                .filter(|name| !name.is_empty())
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let labels = list(&mut metric.labels.iter().copied());
        let elsewhere = list(&mut metric.elsewhere.split(", "));
        let _ = writeln!(
            page,
            "| `{}` | {} | {labels} | {} | {elsewhere} |",
            metric.name,
            metric.kind.word(),
            metric.help
        );
    }
    page.push_str(
        "\n## Names that are not used here\n\nAn operator may look for these, known from other mail servers.\n\n\
         | elsewhere | here |\n|---|---|\n",
    );
    for (elsewhere, here) in ABSENT {
        let _ = writeln!(page, "| {elsewhere} | {here} |");
    }
    page
}

/// Known names without a metric of the same meaning, and what to read instead.
const ABSENT: &[(&str, &str)] = &[
    (
        "`scheduled_count_by_domain`, `scheduled_count_by_tenant`",
        "A label would tell whom an organisation writes to. The queue's page and `GET /v1/queue/deliveries` show it to those who may see it.",
    ),
    (
        "`delayed_due_to_ready_queue_full`, `delayed_due_to_message_rate_throttle`, `ready_full`",
        "Each waiting delivery says why it waits and until when, on the queue's page; `ready_count` counts those that wait for a place.",
    ),
    (
        "`timeq_pop_tardiness`",
        "`delivery_duration_seconds` and `queue_oldest_seconds` hold what tardiness would cost.",
    ),
    (
        "`dispatcher_watchdog_aborted_total`",
        "An attempt that outlasts its lease ends as ambiguous: `total_messages_ambiguous`.",
    ),
    (
        "`rocks_spool_*`",
        "`caduceus_store_*`, `message_save_latency` and `disk_free_*`.",
    ),
    (
        "`zonemta_blacklisted`",
        "A source that a provider refuses is suspended there: the queue's page names it; `total_messages_transfail_by_provider_and_source` rises.",
    ),
];

/// Reads `pub const NAME: T = VALUE;` and the doc comment above it.
pub fn declared_limits(source: &str) -> Vec<Limit> {
    let mut found = Vec::new();
    let mut why: Vec<&str> = Vec::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("///") {
            why.push(text.trim());
        } else if let Some((name, rest)) = line
            .strip_prefix("pub const ")
            .and_then(|rest| rest.split_once(':'))
        {
            let value = rest
                .split_once('=')
                .map_or("", |(_, value)| value)
                .trim()
                .trim_end_matches(';');
            let value = plain_value(value);
            found.push(Limit {
                name: name.trim().to_owned(),
                value,
                why: why.join(" "),
            });
            why.clear();
        } else {
            why.clear();
        }
    }
    found
}

/// `36 * 1024 * 1024` reads as 37,748,736; a duration as its seconds.
fn plain_value(value: &str) -> String {
    let (expression, unit) = match value.strip_prefix("Duration::from_secs(") {
        Some(rest) => (rest.trim_end_matches(')'), " s"),
        None => (value, ""),
    };
    let factors = expression
        .split('*')
        .map(|factor| factor.trim().replace('_', "").parse::<u64>());
    match factors.product::<Result<u64, _>>() {
        Ok(number) => format!("{}{unit}", grouped(number)),
        Err(_) => value.to_owned(),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
