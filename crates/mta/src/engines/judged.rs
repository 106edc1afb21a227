//! What an engine's answer leads to.
//!
//! Invariant: only what an engine said about the whole message passes.

use flow::inbound::{Looked, SuspicionKind};
use mail::engines::NoAnswer;
use mail::engines::clamd::Scan;
use mail::engines::rspamd::{Action, Advice};
use model::{Code, Result};

use super::OnFound;

/// # Errors
/// `engine_unavailable`, `content_harmful`.
pub(super) fn of_scan(scan: &Scan, found: OnFound, looked: &mut Looked) -> Result<()> {
    match scan {
        Scan::Clean => {
            count("clamd", "clean");
            Ok(())
        }
        Scan::Found(name) => {
            count("clamd", "found");
            add(
                looked,
                SuspicionKind::VirusFound,
                format!("clamd {name}"),
                found,
            )
        }
        Scan::Unknown(why) => Err(none("clamd", *why)),
    }
}

/// rspamd's own thresholds are its installation's; here its advice becomes a suspicion like others.
///
/// # Errors
/// `engine_unavailable`, `content_harmful`, `greylisted`.
pub(super) fn of_advice(
    advice: &std::result::Result<Advice, NoAnswer>,
    found: OnFound,
    looked: &mut Looked,
) -> Result<()> {
    let advice = advice.as_ref().map_err(|why| none("rspamd", *why))?;
    let named = format!("rspamd {}", advice.action.word());
    match advice.action {
        Action::NoAction | Action::Greylist => {
            count("rspamd", "clean");
            Ok(())
        }
        Action::SoftReject => {
            count("rspamd", "later");
            Err(Code::Greylisted.into())
        }
        Action::AddHeader | Action::RewriteSubject => {
            count("rspamd", "found");
            add(
                looked,
                SuspicionKind::SpamLikely,
                named,
                OnFound::Quarantine,
            )
        }
        Action::Reject | Action::Quarantine | Action::Discard => {
            count("rspamd", "found");
            add(looked, SuspicionKind::SpamCertain, named, found)
        }
    }
}

fn add(looked: &mut Looked, kind: SuspicionKind, named: String, found: OnFound) -> Result<()> {
    if found == OnFound::Reject {
        return Err(Code::ContentHarmful.into());
    }
    looked.kinds.push(kind);
    looked.named.push(named);
    Ok(())
}

fn none(engine: &'static str, why: NoAnswer) -> model::Error {
    count(engine, "none");
    tracing::warn!(
        engine,
        why = why.word(),
        "an engine said nothing whole about a message; its client comes back"
    );
    Code::EngineUnavailable.into()
}

pub(super) fn count(engine: &'static str, answer: &'static str) {
    metrics::counter!("engine_answers_total", "engine" => engine, "answer" => answer).increment(1);
}

#[cfg(test)]
mod tests;
