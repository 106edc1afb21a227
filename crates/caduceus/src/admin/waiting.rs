//! `caduceus admin queue-list`: what waits, why, and until when. Ids, codes and times.

use anyhow::Context;
use ctx::Ctx;
use model::Stream;
use serde_json::json;

use super::Output;
use crate::wiring::Wired;

pub fn list(wired: &Wired, ctx: &Ctx, stream: Option<&str>, rows: usize) -> anyhow::Result<Output> {
    let stream = stream
        .map(|word| Stream::from_word(word).with_context(|| format!("{word} is not a stream")))
        .transpose()?;
    let page = wired.flow.waiting(ctx, stream, None, rows)?;
    let s = &page.summary;
    let counts = json!({
        "running": s.running, "ready": s.ready, "scheduled": s.scheduled, "retrying": s.retrying,
        "oldest": s.oldest, "more": s.more,
    });
    let out = Output::new().object("counts", counts);
    Ok(page.rows.iter().fold(out, |out, d| {
        let row = json!({
            "delivery": d.id.to_string(), "message": d.message.to_string(),
            "recipient": d.recipient.to_string(), "role": d.role, "stream": d.stream,
            "priority": d.priority, "demand": d.demand, "why": d.why.word(), "attempts": d.attempts,
            "since": d.since, "next_at": d.next_at, "until": d.until,
            "reply_code": d.reply_code, "reply_enhanced": d.reply_enhanced,
        });
        out.object("deliveries", row)
    }))
}
