//! An answer comes after the sync, and what was answered survives the death of the process.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use model::Secret;
use sim::kit::Scratch;
use store::{Config, Store, tables::meta};

use crate::Outcome;

/// The example `durable`, which says `answered N` after each write.
pub struct Durable {
    child: Child,
    says: BufReader<ChildStdout>,
}

impl Durable {
    pub fn start(dir: &Path, count: u32) -> Self {
        Self::spawn(Command::new(program()).arg(dir).arg(count.to_string()))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("runs");
        let says = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, says }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn wait_for(&mut self, line: &str) {
        for said in (&mut self.says).lines() {
            if said.expect("text") == line {
                return;
            }
        }
        panic!("it ended without saying {line}");
    }

    /// As by `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().expect("it lives");
        self.child.wait().expect("it is ours");
    }
}

impl Drop for Durable {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn program() -> PathBuf {
    let mut path = std::env::current_exe().expect("known");
    path.pop();
    path.pop();
    path.push("examples/durable");
    assert!(path.exists(), "cargo build -p caduceus-store --examples");
    path
}

/// Killed at once after the answer, at three places; every answered write is there.
#[test]
fn what_was_answered_survives_a_kill() -> Outcome {
    for answered in [0, 7, 63] {
        let scratch = Scratch::new("killed");
        let mut writer = Durable::start(scratch.path(), 10_000);
        writer.wait_for(&format!("answered {answered}"));
        writer.kill();

        let config = Config::Sqlite {
            dir: scratch.path().to_owned(),
            page_key: Secret::new([7; 32]),
        };
        let store = Store::open(config)?;
        for n in 0..=answered {
            let found = store.read(move |tx| meta::find(tx, &format!("n{n}")))?;
            assert_eq!(
                found.map(|text| text.len()),
                Some(2_000),
                "write {n} of {answered}"
            );
        }
        store.close();
    }
    Ok(())
}

/// Counts system calls: between the last write to the log and each answer there is a completed sync
/// of the log, and each answer has a sync of its own.
#[test]
fn no_answer_comes_before_the_sync() -> Outcome {
    let scratch = Scratch::new("traced");
    let trace = scratch.path().join("trace");
    let mut command = Command::new("strace");
    command
        .args([
            "-f",
            "-y",
            "-s",
            "40",
            "-e",
            "trace=write,pwrite64,fsync,fdatasync",
            "-o",
        ])
        .arg(&trace);
    command
        .arg(program())
        .arg(scratch.path().join("data"))
        .arg("20");
    assert!(
        Command::new("strace").arg("-V").output().is_ok(),
        "apt-get install strace"
    );
    let mut writer = Durable::spawn(&mut command);
    writer.wait_for("done");
    drop(writer.child.stdin.take());
    writer.child.wait()?;

    let answers = answers_with_sync(&fs::read_to_string(&trace)?);
    assert_eq!(answers, (0..20).collect::<BTreeSet<_>>());
    Ok(())
}

/// The numbers of the answers that came after a sync of everything written to the log, counting
/// no sync for two answers.
fn answers_with_sync(trace: &str) -> BTreeSet<u32> {
    let mut good = BTreeSet::new();
    let (mut unsynced, mut synced) = (0u32, 0u32);
    let mut syncing = BTreeSet::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(char::is_whitespace) else {
            continue;
        };
        let call = call.trim_start();
        let on_log = call.contains("caduceus.db-wal>");
        let is_sync = call.starts_with("fdatasync(") || call.starts_with("fsync(");
        if on_log && call.starts_with("pwrite64(") {
            unsynced += 1;
        } else if on_log && is_sync && call.contains("<unfinished") {
            syncing.insert(thread);
        } else if call.ends_with("= 0")
            && ((on_log && is_sync) || (call.contains("sync resumed>") && syncing.remove(thread)))
        {
            (unsynced, synced) = (0, synced + 1);
        } else if let Some(number) = call
            .split_once("\"answered ")
            .and_then(|(_, n)| n.split_once('\\'))
        {
            if unsynced == 0 && synced > 0 {
                good.insert(number.0.parse().expect("a number"));
            }
            synced = 0;
        }
    }
    good
}

/// The test above can fail: traces in which an answer is early are found out.
#[test]
fn an_early_answer_would_be_noticed() {
    let write = "11 pwrite64(5</d/caduceus.db-wal>, \"\"..., 8192, 0) = 8192\n";
    let sync = "11 fdatasync(5</d/caduceus.db-wal>) = 0\n";
    let begun = "11 fdatasync(5</d/caduceus.db-wal> <unfinished ...>\n";
    let ended = "11 <... fdatasync resumed>) = 0\n";
    let answer = "10 write(1<pipe:[1]>, \"answered 3\\n\", 11) = 11\n";
    let cases = [
        ([write, sync, answer].concat(), true),
        ([write, begun, ended, answer].concat(), true),
        ([write, answer, sync].concat(), false),
        ([write, begun, answer, ended].concat(), false),
        ([write, sync, write, answer].concat(), false),
        (answer.to_owned(), false),
    ];
    for (trace, expected) in cases {
        assert_eq!(answers_with_sync(&trace).contains(&3), expected, "{trace}");
    }
}
