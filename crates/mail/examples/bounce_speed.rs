//! What reading a refusal costs: `cargo run --release -p caduceus-mail --example bounce_speed`.
//!
//! Every reply of the replay, judged again and again; the first judgement, which compiles the rules, is
//! told apart.

use std::io::Write;

use caduceus_mail::bounce::{Reply, Stage, classify};

const REPLIES: &str = include_str!("../src/bounce/replies.txt");
const ROUNDS: usize = 200;

fn main() -> std::io::Result<()> {
    let texts: Vec<&str> = REPLIES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let before = cpu_nanos()?;
    judge(texts[0]);
    let first = cpu_nanos()? - before;
    let before = cpu_nanos()?;
    let known = (0..ROUNDS)
        .flat_map(|_| &texts)
        .filter(|text| judge(text) != "unknown")
        .count();
    let each = (cpu_nanos()? - before) as f64 / (ROUNDS * texts.len()) as f64 / 1e3;
    writeln!(
        std::io::stdout(),
        "{{\"name\": \"bounce_class\", \"value\": {each:.1}, \"unit\": \"microseconds of CPU\", \
         \"compile_ms\": {:.1}, \"known\": {known}}}",
        first as f64 / 1e6
    )
}

fn judge(text: &str) -> &'static str {
    let reply = Reply {
        stage: Stage::Rcpt,
        code: 550,
        enhanced: None,
        text,
    };
    classify(&reply, "other").rule
}

/// User and system time of this process.
fn cpu_nanos() -> std::io::Result<u64> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    let ran = text.split(' ').next().and_then(|word| word.parse().ok());
    ran.ok_or_else(|| std::io::Error::other("no schedstat"))
}
