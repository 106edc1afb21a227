//! `cargo bench-all [NAME]`: runs the benchmarks of `bench/` and passes their figures through.
//!
//! A benchmark is a folder `bench/NAME` with a program `run` in it (`run.py`, `run.sh`). It prints one
//! JSON line a figure: `name`, `value`, `unit`, `cpu_ms_per_item`, `peer`, `peer_value`, `ratio`.
//! Invariant: a benchmark that prints no figure, or a line that is not one, fails.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::peers;
use crate::step::say;

/// One figure: ours beside a peer's, measured in the same run.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: String,
    pub cpu_ms_per_item: Option<f64>,
    pub peer: Option<String>,
    pub peer_value: Option<f64>,
    pub ratio: Option<f64>,
}

pub fn run(root: &Path, words: &[String]) -> Result<()> {
    let all = benchmarks(root)?;
    let names = || {
        all.iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    if words.iter().any(|word| word == "--list") {
        all.iter().for_each(|(name, _)| say(name));
        return Ok(());
    }
    if let Some(word) = words
        .iter()
        .find(|word| !all.iter().any(|(name, _)| name == *word))
    {
        bail!("no benchmark is called '{word}'; there are: {}", names());
    }
    for (name, script) in all
        .iter()
        .filter(|(name, _)| words.is_empty() || words.contains(name))
    {
        run_one(root, script).with_context(|| format!("benchmark '{name}'"))?;
    }
    Ok(())
}

/// Every folder of `bench/` with a `run` program, by name.
pub fn benchmarks(root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(root.join("bench"))?.flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        let script = ["run.py", "run.sh"]
            .map(|run| folder.path().join(run))
            .into_iter()
            .find(|path| path.is_file());
        found.extend(script.map(|script| (name, script)));
    }
    found.sort();
    Ok(found)
}

/// Reads a line of a benchmark's output; `None` when it is not meant as a figure.
pub fn figure(line: &str) -> Result<Option<Figure>> {
    if !line.starts_with('{') {
        return Ok(None);
    }
    serde_json::from_str(line)
        .map(Some)
        .with_context(|| format!("not a figure: {line}"))
}

fn run_one(root: &Path, script: &Path) -> Result<()> {
    let program = match script.extension().and_then(|ext| ext.to_str()) {
        Some("py") => peers::python(root),
        _ => "bash".to_owned(),
    };
    let mut child = Command::new(program)
        .arg(script)
        .current_dir(root)
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().context("no standard output")?;
    let mut figures = 0;
    for line in BufReader::new(out).lines() {
        let line = line?;
        figures += usize::from(figure(&line)?.is_some());
        say(&line);
    }
    let status = child.wait()?;
    ensure!(status.success(), "{status}");
    ensure!(figures > 0, "it printed no figure");
    Ok(())
}
