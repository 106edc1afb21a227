//! `caduceus admin queue …`: what waits, and orders about it: suspend, bounce, expire, rebind,
//! transfer, resume. An order stands in the database: every node obeys within seconds.

use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use ctx::Ctx;
use flow::orders::{NewOrder, OrderAct, OrderScope, OrderView};
use model::{Domain, MessageId, NodeId, OrderId, Stream, limits};

use super::output::Output;
use super::{Of, system};
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// Start nothing of what is covered until the time is over or the order is ended.
    Suspend {
        #[command(flatten)]
        order: Ordered,
    },
    /// End what is covered as refused; its senders hear of it.
    Bounce {
        #[command(flatten)]
        order: Ordered,
    },
    /// End what is covered as if its time were over; its senders hear of it.
    Expire {
        #[command(flatten)]
        order: Ordered,
    },
    /// Let what is covered leave by another source.
    Rebind {
        #[command(flatten)]
        order: Ordered,
        /// The source it shall leave by.
        #[arg(long)]
        to: String,
    },
    /// Hand what is covered to another node.
    Transfer {
        #[command(flatten)]
        order: Ordered,
        /// The node's id.
        #[arg(long)]
        to: String,
    },
    /// End an order before its time.
    Resume {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        order: String,
    },
    /// List orders, newest first; 200 at a time.
    Orders {
        #[command(flatten)]
        of: Of,
        /// Only what is neither ended nor over.
        #[arg(long)]
        in_force: bool,
        /// `next` of the page before.
        #[arg(long)]
        after: Option<String>,
    },
}

/// What an order covers, why, and for how long.
#[derive(Args)]
pub struct Ordered {
    #[command(flatten)]
    of: Of,
    /// Cover the mail of every organisation.
    #[arg(long)]
    everywhere: bool,
    /// transactional or marketing
    #[arg(long)]
    stream: Option<String>,
    /// A provider of the shaping file: google, microsoft, …, other.
    #[arg(long)]
    provider: Option<String>,
    /// The recipients' domain.
    #[arg(long)]
    domain: Option<String>,
    /// Covers what leaves by this source.
    #[arg(long)]
    source: Option<String>,
    #[arg(long)]
    message: Option<String>,
    /// Goes into the audit log.
    #[arg(long)]
    reason: String,
    /// How long it covers what comes: 30m, 6h, 2d.
    #[arg(long = "for", value_name = "TIME", default_value = "1h", value_parser = duration)]
    lasts: Duration,
}

pub fn dispatch(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::Suspend { order } => give(wired, order, OrderAct::Suspend),
        Command::Bounce { order } => give(wired, order, OrderAct::Bounce),
        Command::Expire { order } => give(wired, order, OrderAct::Expire),
        Command::Rebind { order, to } => give(wired, order, OrderAct::Rebind(to)),
        Command::Transfer { order, to } => {
            let node: NodeId = to.parse()?;
            give(wired, order, OrderAct::Transfer(node))
        }
        Command::Resume { of, order } => {
            let id: OrderId = order.parse()?;
            wired.flow.end_order(&system(wired, &of)?, id)?;
            Ok(Output::new().field("ended", id))
        }
        Command::Orders {
            of,
            in_force,
            after,
        } => list(wired, &system(wired, &of)?, in_force, after.as_deref()),
    }
}

fn give(wired: &Wired, ordered: Ordered, act: OrderAct) -> anyhow::Result<Output> {
    let ctx = system(wired, &ordered.of)?;
    let stream = ordered
        .stream
        .as_deref()
        .map(|word| Stream::from_word(word).context("--stream is transactional or marketing"));
    let domain = ordered.domain.as_deref().map(Domain::parse);
    let message = ordered.message.as_deref().map(str::parse::<MessageId>);
    let scope = OrderScope {
        stream: stream.transpose()?,
        provider: ordered.provider,
        domain: domain.transpose()?,
        source: ordered.source,
        message: message.transpose()?,
        everywhere: ordered.everywhere,
    };
    let new = NewOrder {
        act,
        scope,
        reason: ordered.reason,
        lasts: ordered.lasts,
    };
    Ok(Output::new().field("order", wired.flow.order(&ctx, new)?))
}

fn list(wired: &Wired, ctx: &Ctx, in_force: bool, after: Option<&str>) -> anyhow::Result<Output> {
    let page = wired
        .flow
        .order_page(ctx, in_force, after, limits::PAGE_ROWS_MAX)?;
    let orders = page.rows.iter();
    let out = orders.fold(Output::new(), |out, order| out.field("order", line(order)));
    Ok(match page.next {
        Some(next) => out.field("next", next),
        None => out,
    })
}

/// One order in one line of words.
fn line(order: &OrderView) -> String {
    let mut words = vec![order.id.to_string(), order.act.clone()];
    let scope = &order.scope;
    let named = [
        ("to", order.target.clone()),
        ("stream", scope.stream.map(|s| s.word().to_owned())),
        ("provider", scope.provider.clone()),
        (
            "domain",
            scope.domain.as_ref().map(|d| d.as_str().to_owned()),
        ),
        ("source", scope.source.clone()),
        ("message", scope.message.map(|id| id.to_string())),
        ("everywhere", scope.everywhere.then(|| "yes".to_owned())),
    ];
    for (name, word) in named {
        words.extend(word.map(|word| format!("{name}={word}")));
    }
    words.push(format!("until={}", order.until.rfc3339()));
    let state = if order.in_force { "in force" } else { "over" };
    format!("{} ({state}): {}", words.join(" "), order.reason)
}

/// `90s`, `30m`, `6h`, `2d`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a number and s, m, h or d, like 6h".to_owned();
    let split = text
        .len()
        .checked_sub(1)
        .and_then(|at| text.split_at_checked(at));
    let (number, unit) = split.ok_or_else(wrong)?;
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let count: u64 = number.parse().map_err(|_| wrong())?;
    let all = count.checked_mul(seconds).ok_or_else(wrong)?;
    Ok(Duration::from_secs(all))
}
