//! `caduceus admin domain`: how receivers see a sending domain, and its DKIM keys.

use clap::Subcommand;
use ctx::Ctx;
use model::Domain;
use people::DkimView;
use people::health::{Grade, Report, look};
use serde_json::{Value, json};

use super::Output;
use crate::config::Config;
use crate::wiring::Wired;
use crate::{checks, net};

#[derive(Subcommand)]
pub enum Act {
    /// Look at SPF, DKIM, DMARC, MTA-STS, TLS-RPT, MX, PTR and blocklists now.
    Check {
        name: String,
        /// One JSON object instead of lines to read.
        #[arg(long)]
        json: bool,
    },
    /// Show all domains with what was last seen, and their keys.
    List,
    /// Prepare the next pair of DKIM keys and print their records. Signing moves to them when DNS
    /// shows both.
    RotateKeys { name: String },
    /// Sign with the prepared pair although DNS does not show it: mail may fail DMARC until it does.
    ActivateKeys {
        name: String,
        /// Say that you know.
        #[arg(long, required = true)]
        danger_unpublished: bool,
    },
}

pub fn run(config: &Config, wired: &Wired, ctx: &Ctx, act: &Act) -> anyhow::Result<Output> {
    match act {
        Act::Check { name, json } => check(config, wired, ctx, &Domain::parse(name)?, *json),
        Act::List => list(wired, ctx),
        Act::RotateKeys { name } => {
            let keys = wired
                .people
                .rotate_domain_keys(ctx, &Domain::parse(name)?)?;
            let out = Output::new().field("domain", name);
            Ok(keys.iter().fold(out, |out, k| {
                out.record(&k.record.name, &k.record.kind, &k.record.value)
            }))
        }
        Act::ActivateKeys { name, .. } => {
            wired
                .people
                .danger_activate_unpublished(ctx, &Domain::parse(name)?)?;
            Ok(Output::new().field("signing", name))
        }
    }
}

/// The same look as every day, kept as that one is.
fn check(
    config: &Config,
    wired: &Wired,
    ctx: &Ctx,
    name: &Domain,
    json: bool,
) -> anyhow::Result<Output> {
    let subject = wired.people.domain_subject(ctx, name)?;
    let house = checks::house(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(async {
        let net = net::build(&config.delivery, wired.world.clock.clone())?;
        anyhow::Ok(look(&*net, &house, &subject, wired.world.now()).await)
    })?;
    wired.people.keep_report(&subject, &report)?;
    Ok(match json {
        true => shown(&report),
        false => Output::new().lines(lines(&report)),
    })
}

fn shown(report: &Report) -> Output {
    let out = Output::new()
        .field("domain", &report.domain)
        .field("at", report.at)
        .field("grade", report.grade().word());
    report.findings.iter().fold(out, |out, f| {
        let check = f.verdict.check();
        let publish = f.publish.as_ref().map(|r| json!({"name": r.name, "type": r.kind, "value": r.value}));
        let finding = json!({
            "check": check.word(), "grade": f.verdict.grade().word(), "code": f.verdict.word(),
            "says": f.verdict.says(), "why": check.why(), "about": f.about, "seen": f.seen, "publish": publish,
        });
        out.object("findings", finding)
    })
}

fn lines(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for f in &report.findings {
        let (check, grade) = (f.verdict.check(), f.verdict.grade());
        let about = if f.about.is_empty() {
            String::new()
        } else {
            format!(" {}", f.about)
        };
        lines.push(format!(
            "{:<4} {}{about}: {}",
            grade.word().to_uppercase(),
            check.word(),
            f.verdict.says()
        ));
        lines.extend(f.seen.iter().map(|seen| format!("       seen     {seen}")));
        if grade == Grade::Ok {
            continue;
        }
        lines.push(format!("       why      {}", check.why()));
        if let Some(record) = &f.publish {
            lines.push(format!(
                "       publish  {} {} {}",
                record.name, record.kind, record.value
            ));
        }
    }
    lines.push(format!("{}: {}", report.domain, report.grade().word()));
    lines
}

fn list(wired: &Wired, ctx: &Ctx) -> anyhow::Result<Output> {
    let found = wired.people.domains_health(ctx)?;
    Ok(found.iter().fold(Output::new(), |out, domain| {
        let report = domain.report.as_ref();
        let row = json!({
            "domain": domain.name, "grade": domain.grade().map(Grade::word),
            "checked_at": report.map(|r| r.at),
            "troubled": report.map(|r| r.troubled().iter().map(|c| c.word()).collect::<Vec<_>>()),
            "keys": domain.keys.iter().map(key).collect::<Vec<_>>(),
        });
        out.object("domains", row)
    }))
}

fn key(key: &DkimView) -> Value {
    json!({
        "selector": key.selector, "algorithm": key.algorithm, "state": key.state.word(),
        "until": key.until, "name": key.record.name, "value": key.record.value,
    })
}
