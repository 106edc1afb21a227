//! `caduceus doctor`: looks at key, database, audit log and disk, and says what is wrong and what to
//! do, instead of failing late.

use std::path::Path;
use std::process::ExitCode;

use model::Error;
use model::seams::Vault;
use vault::FileRoot;

use crate::config::{self, Config};
use crate::terminal::say;
use crate::wiring::{place, wire};

/// One thing looked at.
struct Finding {
    what: &'static str,
    problem: Option<String>,
    detail: String,
}

pub fn run(path: &Path, json: bool) -> ExitCode {
    let findings = examine(path);
    for f in &findings {
        if json {
            say(
                serde_json::json!({ "check": f.what, "ok": f.problem.is_none(), "detail": f.detail, "remedy": f.problem }),
            );
        } else {
            let mark = if f.problem.is_none() { "ok  " } else { "FAIL" };
            say(format!("{mark} {}: {}", f.what, f.detail));
            if let Some(remedy) = &f.problem {
                say(format!("     {remedy}"));
            }
        }
    }
    if findings.iter().all(|f| f.problem.is_none()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
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
    let key = examine_key(&config);
    let key_good = key.problem.is_none();
    findings.push(key);
    if key_good {
        findings.extend(examine_data(&config));
    }
    findings
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
        findings.push(if free < model::limits::DISK_FREE_OCTETS_MIN {
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
    }
}

fn bad(what: &'static str, detail: String, remedy: String) -> Finding {
    Finding {
        what,
        problem: Some(remedy),
        detail,
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
