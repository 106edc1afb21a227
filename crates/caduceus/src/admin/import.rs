//! `caduceus admin import`: older archives into records, as orders that can be gone on with.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use ctx::Ctx;
use model::{ArchiveImportId, limits};
use records::imports::{Counts, ImportView, Order};
use serde_json::json;

use super::output::Output;
use super::{Of, system};
use crate::terminal;
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// Take in a file or a folder: mbox, Maildir, EML, emlx, ZIP, tar, gzip, PST, OST.
    Take {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "PATH")]
        path: PathBuf,
        /// Whose mailbox it was.
        #[arg(long, value_name = "ADDRESS")]
        custodian: Option<String>,
        /// Only say what it would come to.
        #[arg(long)]
        dry_run: bool,
    },
    /// Go on with an import that stopped.
    Resume {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "IMPORT")]
        import: String,
    },
    /// Leave the rest of an import; what was taken stays.
    Cancel {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "IMPORT")]
        import: String,
    },
    /// How imports stand, newest first.
    List {
        #[command(flatten)]
        of: Of,
    },
    /// What of an import could not be read, or not whole, and where it stood.
    Problems {
        #[command(flatten)]
        of: Of,
        #[arg(value_name = "IMPORT")]
        import: String,
        /// Behind this number.
        #[arg(long, default_value_t = 0)]
        after: u64,
    },
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let records = &wired.records;
    match command {
        Command::Take {
            of,
            path,
            custodian,
            dry_run,
        } => take(wired, &system(wired, &of)?, path, custodian, dry_run),
        Command::Resume { of, import } => go_on(wired, &system(wired, &of)?, import.parse()?),
        Command::Cancel { of, import } => {
            let (ctx, id) = (system(wired, &of)?, import.parse()?);
            records.cancel_import(&ctx, id)?;
            Ok(shown(&records.import(&ctx, id)?))
        }
        Command::List { of } => {
            let ctx = system(wired, &of)?;
            let found = records.imports(&ctx, None, limits::PAGE_ROWS_MAX)?.rows;
            Ok(found.iter().fold(Output::new(), |out, one| {
                out.object(
                    "imports",
                    json!({
                        "import": one.id.to_string(),
                        "state": one.state,
                        "path": one.order.path,
                        "messages": one.counts.messages,
                        "duplicates": one.counts.duplicates,
                        "failures": one.counts.failures,
                        "created_at": one.created_at.rfc3339(),
                    }),
                )
            }))
        }
        Command::Problems { of, import, after } => {
            let ctx = system(wired, &of)?;
            let rows = limits::PAGE_ROWS_MAX;
            let found = records.import_problems(&ctx, import.parse()?, after, rows)?;
            Ok(found.iter().fold(Output::new(), |out, one| {
                out.object(
                    "problems",
                    json!({
                        "number": one.number,
                        "problems": one.words,
                        "file": one.place.file,
                        "folder": one.place.folder,
                        "number_there": one.place.number,
                    }),
                )
            }))
        }
    }
}

fn take(
    wired: &Wired,
    ctx: &Ctx,
    path: PathBuf,
    custodian: Option<String>,
    dry_run: bool,
) -> anyhow::Result<Output> {
    // An order is gone on with from any folder.
    let path =
        std::path::absolute(&path).with_context(|| format!("{} is no path", path.display()))?;
    let order = Order { path, custodian };
    if dry_run {
        let counts = wired.records.try_import(ctx, &order)?;
        return Ok(counted(Output::new().field("dry_run", true), &counts));
    }
    let id = wired.records.begin_import(ctx, &order)?;
    go_on(wired, ctx, id)
}

fn go_on(wired: &Wired, ctx: &Ctx, id: ArchiveImportId) -> anyhow::Result<Output> {
    let mut bar = terminal::Progress::new("messages");
    let told = &mut |counts: &Counts| bar.count(counts.taken);
    let view = wired.records.run_import(ctx, id, told);
    bar.end();
    let view = view.with_context(|| format!("import {id} stopped; go on with `import resume`"))?;
    while wired.records.archive()? > 0 {}
    Ok(shown(&view))
}

fn shown(view: &ImportView) -> Output {
    let out = Output::new()
        .field("import", view.id)
        .field("state", view.state);
    counted(out, &view.counts)
}

fn counted(out: Output, counts: &Counts) -> Output {
    out.field("found", counts.taken)
        .field("messages", counts.messages)
        .field("duplicates", counts.duplicates)
        .field("failures", counts.failures)
        .field("octets", counts.octets)
}
