//! `caduceus admin suppressions`: addresses that get no more mail.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;
use ctx::Ctx;
use flow::Flow;
use flow::suppression::{Asked, NewSuppression, RowResult, Rule, Wanted};
use model::{
    Address, Code, Error, LiftReason, Stream, SuppressionId, SuppressionReason, Timestamp, limits,
};

use super::output::Output;
use super::{Of, sure, system};
use crate::terminal;
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// What is in force, newest first; or everything about one address.
    List {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        address: Option<String>,
        /// transactional, marketing
        #[arg(long)]
        stream: Option<String>,
        /// unknown_user, inactive_mailbox, mailbox_full, complaint, unsubscribed, manual
        #[arg(long)]
        reason: Option<String>,
        /// `next` of the page before.
        #[arg(long)]
        after: Option<String>,
    },
    /// No more mail of the stream to this address.
    Add {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        address: String,
        #[arg(long)]
        stream: String,
        #[arg(long, value_name = "RFC3339")]
        expires: Option<String>,
    },
    /// Mail goes to the address again.
    Lift {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        id: String,
        /// mailbox_works, reader_asked, mistake, other
        #[arg(long)]
        because: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Add the addresses of a CSV file; says what became of each line that was not added.
    Import {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The stream of lines that name none.
        #[arg(long)]
        stream: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Everything in force, as the CSV file that import takes.
    Export {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// How many bounces suppress, and for how long.
    Rules {
        #[command(flatten)]
        of: Of,
    },
    /// Change one rule.
    RuleSet {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        reason: String,
        /// So many bounces within 30 days.
        #[arg(long)]
        strikes: u32,
        /// Left out: until someone lifts it.
        #[arg(long)]
        days: Option<u32>,
    },
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let flow = &wired.flow;
    match command {
        Command::List {
            of,
            address,
            stream,
            reason,
            after,
        } => {
            let wanted = Wanted {
                stream: stream.as_deref().map(stream_of).transpose()?,
                reason: reason.as_deref().map(reason_of).transpose()?,
                ended: address.is_some(),
                address: address.as_deref().map(Address::parse).transpose()?,
            };
            list(flow, &system(wired, &of)?, wanted, after)
        }
        Command::Add {
            of,
            address,
            stream,
            expires,
        } => {
            let ctx = system(wired, &of)?;
            add(flow, &ctx, &address, &stream, expires.as_deref())
        }
        Command::Lift {
            of,
            id,
            because,
            yes,
        } => {
            sure(yes, "Mail of the stream goes to this address again.")?;
            lift(flow, &system(wired, &of)?, &id, &because)
        }
        Command::Import {
            of,
            file,
            stream,
            yes,
        } => {
            sure(yes, "Mail will no longer go to the addresses of this file.")?;
            import(flow, &system(wired, &of)?, &file, stream_of(&stream)?)
        }
        Command::Export { of, file } => {
            let rows = export(flow, &system(wired, &of)?, &file)?;
            Ok(Output::new().field("rows", rows))
        }
        Command::Rules { of } => rules(flow, &system(wired, &of)?),
        Command::RuleSet {
            of,
            reason,
            strikes,
            days,
        } => {
            let (ctx, reason) = (system(wired, &of)?, reason_of(&reason)?);
            let keep_days = days;
            let rule = Rule {
                reason,
                strikes,
                keep_days,
            };
            flow.set_suppression_rule(&ctx, rule)?;
            rules(flow, &ctx)
        }
    }
}

fn add(
    flow: &Flow,
    ctx: &Ctx,
    address: &str,
    stream: &str,
    expires: Option<&str>,
) -> anyhow::Result<Output> {
    let moment = |text: &str| Timestamp::parse_rfc3339(text).context("--expires is not RFC 3339");
    let new = NewSuppression {
        address: Address::parse(address)?,
        stream: stream_of(stream)?,
        expires_at: expires.map(moment).transpose()?,
    };
    let id = flow.suppress(ctx, new)?;
    Ok(Output::new().field("suppression", id))
}

fn lift(flow: &Flow, ctx: &Ctx, id: &str, because: &str) -> anyhow::Result<Output> {
    let because = LiftReason::from_word(because).context("no such reason to lift")?;
    let id: SuppressionId = id.parse()?;
    flow.lift_suppression(ctx, id, because)?;
    Ok(Output::new().field("lifted", id))
}

fn list(flow: &Flow, ctx: &Ctx, wanted: Wanted, after: Option<String>) -> anyhow::Result<Output> {
    let asked = Asked {
        wanted,
        after,
        rows: limits::PAGE_ROWS_MAX,
    };
    let page = flow.suppressions(ctx, asked)?;
    let one = |out: Output, row: &flow::suppression::SuppressionView| {
        let ends = row.lifted_at.or(row.expires_at);
        let ends = ends.map_or("lifted by hand".to_owned(), Timestamp::rfc3339);
        let line = format!(
            "{} {} {} {} since {} until {ends}",
            row.id,
            row.address.as_str(),
            row.stream,
            row.reason,
            row.created_at.rfc3339()
        );
        out.field("suppression", line)
    };
    let out = page.rows.iter().fold(Output::new(), one);
    Ok(match page.next {
        Some(next) => out.field("next", next),
        None => out,
    })
}

fn import(flow: &Flow, ctx: &Ctx, file: &Path, stream: Stream) -> anyhow::Result<Output> {
    let cannot = || format!("cannot read {}", file.display());
    let text = std::fs::read_to_string(file).with_context(cannot)?;
    let mut bar = terminal::Progress::new("lines");
    let done = flow.import_suppressions(ctx, &text, stream, &mut |n, of| bar.at(n, of))?;
    let out = Output::new()
        .field("added", done.count(RowResult::Added))
        .field("present", done.count(RowResult::Present))
        .field("refused", done.refused().count());
    Ok(done.refused().fold(out, |out, row| {
        out.field("line", format!("{}: {}", row.line, row.result.word()))
    }))
}

fn rules(flow: &Flow, ctx: &Ctx) -> anyhow::Result<Output> {
    let rules = flow.suppression_rules(ctx)?;
    Ok(rules.iter().fold(Output::new(), |out, rule| {
        let keep = rule
            .keep_days
            .map_or("until lifted".to_owned(), |days| format!("for {days} days"));
        let text = format!("after {} bounces, {keep}", rule.strikes);
        out.field(rule.reason.word(), text)
    }))
}

/// Into a new file that only its owner may read: it names people. Written a page at a time; what could not
/// be written whole is not left behind.
fn export(flow: &Flow, ctx: &Ctx, file: &Path) -> anyhow::Result<usize> {
    let cannot = || format!("cannot write {}", file.display());
    let mut open = OpenOptions::new();
    let open = open.write(true).create_new(true).mode(0o600).open(file);
    let mut out = BufWriter::new(open.with_context(cannot)?);
    let unwritten = |e| Error::new(Code::StoreFull).because(e);
    let written = flow
        .export_suppressions_to(ctx, &mut |page| {
            out.write_all(page.as_bytes()).map_err(unwritten)
        })
        .and_then(|rows| {
            let whole = out.flush().and_then(|()| out.get_ref().sync_all());
            whole.map(|()| rows).map_err(unwritten)
        });
    written.with_context(cannot).inspect_err(|_| {
        let _ = std::fs::remove_file(file);
    })
}

fn stream_of(word: &str) -> anyhow::Result<Stream> {
    Stream::from_word(word).with_context(|| format!("{word} is not a stream"))
}

fn reason_of(word: &str) -> anyhow::Result<SuppressionReason> {
    SuppressionReason::from_word(word).with_context(|| format!("{word} is not a reason"))
}
