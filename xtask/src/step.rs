//! Steps: named pieces of work, run in order, each with its time and, when it fails, its reason.
//!
//! The first failure ends the run. Invariant: a step that did not run is never reported as done.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// One step of `cargo ci`.
#[derive(Clone, Copy)]
pub struct Step {
    pub name: &'static str,
    pub why: &'static str,
    pub work: fn(&Path) -> Result<()>,
    pub pace: Pace,
}

/// How a step spends its time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Works,
    /// It waits for most of its time: it goes on beside those that follow.
    Waits,
}

/// Runs the steps in order and stops at the first that fails, naming it and how to repeat it. What waits is
/// joined at the end, or when another fails.
pub fn run(root: &Path, steps: &[&Step]) -> Result<()> {
    let whole = Watch::start();
    let mut times = Vec::new();
    let mut beside = Vec::new();
    let mut failed = None;
    for (index, step) in steps.iter().enumerate() {
        say(&format!(
            "\n━━ {}/{} {}: {}",
            index + 1,
            steps.len(),
            step.name,
            step.why
        ));
        if step.pace == Pace::Waits && index + 1 < steps.len() {
            let (root, step) = (root.to_owned(), **step);
            beside.push((step, std::thread::spawn(move || timed(&root, &step))));
            continue;
        }
        match timed(root, step) {
            Ok(time) => times.push((step.name, time)),
            Err(error) => {
                failed = Some((step.name, error));
                break;
            }
        }
    }
    for (step, work) in beside {
        match work.join().unwrap_or_else(|_| bail!("it panicked")) {
            Ok(time) => times.push((step.name, time)),
            Err(error) => failed = failed.or(Some((step.name, error))),
        }
    }
    report(&times);
    if let Some((name, error)) = failed {
        return Err(error.context(format!("step '{name}' failed")));
    }
    say(&format!(
        "\nall {} steps passed in {}",
        steps.len(),
        clock(whole.read())
    ));
    Ok(())
}

fn timed(root: &Path, step: &Step) -> Result<Duration> {
    let watch = Watch::start();
    let done = (step.work)(root);
    let time = watch.read();
    match done {
        Ok(()) => {
            say(&format!("━━ {} ok in {}", step.name, clock(time)));
            Ok(time)
        }
        Err(error) => {
            say(&format!(
                "━━ {} FAILED after {}\n   {error:#}",
                step.name,
                clock(time)
            ));
            say(&format!("   repeat it alone: cargo ci {}", step.name));
            Err(error)
        }
    }
}

/// Runs a program in `folder` with our standard output; fails with its command line and status.
pub fn program<S: AsRef<OsStr>>(folder: &Path, name: &str, words: &[S]) -> Result<()> {
    let mut command = Command::new(name);
    command.args(words).current_dir(folder);
    finish(&mut command)
}

/// As [`program`], for a command that needs more than words: variables, standard input.
pub fn finish(command: &mut Command) -> Result<()> {
    let line = line_of(command);
    say(&format!("   $ {line}"));
    let status = command
        .status()
        .with_context(|| format!("cannot start: {line}"))?;
    if !status.success() {
        bail!("{status} from: {line}");
    }
    Ok(())
}

/// The standard output of a program, which must succeed.
pub fn output<S: AsRef<OsStr>>(folder: &Path, name: &str, words: &[S]) -> Result<String> {
    let mut command = Command::new(name);
    command.args(words).current_dir(folder);
    let line = line_of(&command);
    let out = command
        .output()
        .with_context(|| format!("cannot start: {line}"))?;
    if !out.status.success() {
        bail!(
            "{} from: {line}\n{}",
            out.status,
            String::from_utf8_lossy(&out.stderr)
        );
    }
    Ok(String::from_utf8(out.stdout)?)
}

/// Whether a program of this name is found on PATH or where Debian keeps servers.
pub fn has_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/sbin", "/sbin"].map(Into::into));
    folders.iter().any(|folder| folder.join(name).is_file())
}

/// One line for the person who watches.
#[expect(
    clippy::print_stdout,
    reason = "a command line program talks on standard output"
)]
pub fn say(line: &str) {
    println!("{line}");
}

/// The last word of a failed run.
#[expect(
    clippy::print_stderr,
    reason = "a command line program complains on standard error"
)]
pub fn refuse(text: &str) -> ExitCode {
    eprintln!("{text}");
    ExitCode::FAILURE
}

/// Real time, for reports only.
pub struct Watch(Instant);

impl Watch {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a step took is the real world's time"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }
    pub fn read(&self) -> Duration {
        self.0.elapsed()
    }
}

fn report(times: &[(&str, Duration)]) {
    say("");
    for (name, time) in times {
        say(&format!("   {name:<12} {}", clock(*time)));
    }
}

/// `0:07`, `12:30`: minutes and seconds.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
