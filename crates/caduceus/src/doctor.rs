//! `caduceus doctor`: looks at key, database, audit log and disk, and says what is wrong and what to
//! do, instead of failing late.

use std::path::Path;
use std::process::ExitCode;

use model::seams::{Clock, Vault};
use model::{Error, limits};
use vault::FileRoot;

use crate::config::{self, Config};
use crate::terminal::say;
use crate::wiring::{SystemClock, place, wire};

/// One thing looked at.
struct Finding {
    what: &'static str,
    problem: Option<String>,
    detail: String,
    /// Chosen, so nothing to fail for, and worth knowing all the same.
    warning: bool,
}

pub fn run(path: &Path, json: bool) -> ExitCode {
    let findings = examine(path);
    for f in &findings {
        if json {
            say(
                serde_json::json!({ "check": f.what, "ok": f.is_well(), "warning": f.warning, "detail": f.detail, "remedy": f.problem }),
            );
        } else {
            let mark = match (f.warning, &f.problem) {
                (true, _) => "warn",
                (false, None) => "ok  ",
                (false, Some(_)) => "FAIL",
            };
            say(format!("{mark} {}: {}", f.what, f.detail));
            if let Some(remedy) = &f.problem {
                say(format!("     {remedy}"));
            }
        }
    }
    if findings.iter().all(Finding::is_well) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

impl Finding {
    fn is_well(&self) -> bool {
        self.warning || self.problem.is_none()
    }
}

fn examine(path: &Path) -> Vec<Finding> {
    let config = match config::load(path) {
        Ok(config) => config,
        Err(error) => {
            return vec![bad(
                "configuration",
                format!("{error:#}"),
                "Correct the named setting.".into(),
            )];
        }
    };
    let mut findings = vec![good("configuration", path.display().to_string())];
    findings.extend(examine_dangers(&config));
    findings.extend(examine_files());
    findings.extend(examine_engines(&config));
    let key = examine_key(&config);
    let key_good = key.problem.is_none();
    findings.push(key);
    if key_good {
        findings.extend(examine_data(&config));
    }
    findings
}

/// Switches that weaken what the program promises (docs/danger.md).
fn examine_dangers(config: &Config) -> Vec<Finding> {
    let delivery = &config.delivery;
    let switches = [
        (
            delivery.danger_no_dnssec,
            "delivery.danger_no_dnssec",
            "DNS answers are not validated: DANE is never used, and REQUIRETLS reaches only domains \
             with MTA-STS",
        ),
        (
            delivery.danger_allow_private_destinations,
            "delivery.danger_allow_private_destinations",
            "mail is delivered to loopback and private addresses that any domain may name",
        ),
        (
            !config.policy.danger_declared_free.is_empty(),
            "policy.danger_declared_free",
            "mail of these domains leaves with opportunistic TLS unless something is found in it",
        ),
        (
            config.inbound.as_ref().is_some_and(|inbound| {
                inbound.clamd.as_ref().is_some_and(|set| set.danger_remote)
                    || inbound.rspamd.as_ref().is_some_and(|set| set.danger_remote)
            }),
            "inbound danger_remote",
            "whole messages travel to an engine on another machine in the clear",
        ),
    ];
    let on = switches.into_iter().filter(|(on, ..)| *on);
    on.map(|(_, switch, means)| Finding {
        warning: true,
        ..bad(
            "dangerous setting",
            format!("{switch} is on: {means}"),
            "Take it out of the configuration where it is not needed (docs/danger.md).".to_owned(),
        )
    })
    .collect()
}

/// Whether files of messages can be read, how well what reads them is locked up, and whether pictures are read.
fn examine_files() -> Vec<Finding> {
    const WHAT: &str = "reading files";
    let layers = match crate::extractor::missing_layers() {
        Ok(missing) if missing.is_empty() => good(WHAT, "every layer of the sandbox holds".into()),
        Ok(missing) => Finding {
            warning: true,
            ..bad(
                WHAT,
                format!(
                    "this kernel lacks layers of the sandbox: {}",
                    missing.join(", ")
                ),
                "Use a kernel with seccomp and Landlock (Linux 5.13 or newer).".into(),
            )
        },
        Err(error) => bad(
            WHAT,
            format!("{error:#}"),
            "Every file counts as PHI until this works. Start the program by its whole path."
                .into(),
        ),
    };
    let pictures = match crate::extractor::limits().ocr {
        Some(program) => good("reading pictures", program.display().to_string()),
        None => Finding {
            warning: true,
            ..bad(
                "reading pictures",
                "Tesseract is not installed: every picture counts as PHI".into(),
                "Install it (Debian: tesseract-ocr) and start the service again.".into(),
            )
        },
    };
    vec![layers, pictures]
}

/// Old signatures find nothing new; an engine that is silent puts all mail off.
fn examine_engines(config: &Config) -> Option<Finding> {
    let set = config.inbound.as_ref().is_some_and(|i| i.clamd.is_some());
    if !set {
        return None;
    }
    let asked = crate::engines::build(config.inbound.as_ref()).and_then(|engines| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(runtime.block_on(engines.virus_signatures())?)
    });
    let Ok(Some(version)) = asked else {
        return Some(bad(
            "clamd",
            "does not answer; mail for people is put off".to_owned(),
            "Start clamd, or correct [inbound.clamd].".to_owned(),
        ));
    };
    let Some(signatures) = version.signatures else {
        return Some(bad(
            "clamd",
            format!("{} has no official signatures", version.engine),
            "Run freshclam.".to_owned(),
        ));
    };
    let age = SystemClock.now().since(signatures.built_at);
    let days = age.as_secs() / 86_400;
    let detail = format!(
        "{} with signatures {}, {days} days old",
        version.engine, signatures.number
    );
    Some(match age > limits::VIRUS_SIGNATURES_AGE_MAX {
        true => bad(
            "clamd",
            detail,
            "Run freshclam, and see why it stopped.".to_owned(),
        ),
        false => good("clamd", detail),
    })
}

fn examine_key(config: &Config) -> Finding {
    let file = &config.keys.root_file;
    match FileRoot::load(file) {
        Ok(root) => good(
            "root key",
            format!("{} is {}", file.display(), root.fingerprint()),
        ),
        Err(error) => ours("root key", &file.display().to_string(), &error),
    }
}

fn examine_data(config: &Config) -> Vec<Finding> {
    let wired = match wire(config) {
        Ok(wired) => wired,
        Err(error) => {
            let found = error.chain().find_map(|c| c.downcast_ref::<Error>());
            return vec![match found {
                Some(code) => ours("database", &format!("{error:#}"), code),
                None => bad("database", format!("{error:#}"), "See the message.".into()),
            }];
        }
    };
    let mut findings = vec![good("database", place(config))];
    match wired.world.organisations() {
        Ok(organisations) => {
            for id in organisations {
                findings.push(match wired.world.verify_ledger(id) {
                    Ok(size) => good("audit log", format!("{id}: {size} entries verify")),
                    Err(error) => ours("audit log", &id.to_string(), &error),
                });
            }
        }
        Err(error) => findings.push(ours("organisations", "cannot be read", &error)),
    }
    match wired.flow.dispatcher().set_aside_count() {
        Ok(0) => findings.push(good("deliveries", "none is set aside".to_owned())),
        Ok(count) => findings.push(bad(
            "deliveries",
            format!("{count} cannot be read and are set aside"),
            "The audit log names them (delivery.set_aside). Restore what was damaged from a backup \
             and start the service again: it tries them anew."
                .to_owned(),
        )),
        Err(error) => findings.push(ours("deliveries", "cannot be read", &error)),
    }
    if let Ok(Some(free)) = wired.world.store.free_octets() {
        let mib = free / (1024 * 1024);
        findings.push(if free < limits::DISK_FREE_OCTETS_MIN {
            bad(
                "disk",
                format!("{mib} MiB free"),
                "Free space: submission is refused below 64 MiB.".into(),
            )
        } else {
            good("disk", format!("{mib} MiB free"))
        });
    }
    wired.close();
    findings
}

fn good(what: &'static str, detail: String) -> Finding {
    Finding {
        what,
        problem: None,
        detail,
        warning: false,
    }
}

fn bad(what: &'static str, detail: String, remedy: String) -> Finding {
    Finding {
        what,
        problem: Some(remedy),
        detail,
        warning: false,
    }
}

fn ours(what: &'static str, place: &str, error: &Error) -> Finding {
    let row = error.code().row();
    bad(
        what,
        format!("{place}: {} ({error})", row.title),
        row.remedy.to_owned(),
    )
}
