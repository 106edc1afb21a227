//! How far a refusal reaches: read from the command, the reply code and the enhanced code.
//!
//! Texts are not read here. Where the codes leave it open the answer is never `Recipient`, because
//! only that may lead to suppression: large providers answer a bare 550 to what they take for abuse.
//! A deferral suppresses nobody, but its scope says who should slow down: greylisting is about one
//! triple of sender, recipient and address, so it must not rest a whole destination.

use model::{Outcome, RefusalScope};

use crate::smtp::response::Response;

/// What a reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Greeting,
    Ehlo,
    Helo,
    StartTls,
    Mail,
    Rcpt,
    Data,
    /// The final dot.
    Final,
    Reset,
    Quit,
}

/// What a 4yz or 5yz reply means for the message.
pub(super) fn refusal(stage: Stage, response: &Response) -> Outcome {
    let scope = scope(stage, response);
    match response.code {
        // The service is closing or shedding load: nothing is said about this recipient.
        421 => Outcome::Deferred(RefusalScope::Us),
        // RFC 5321 §4.5.3.1.10: an old way to say "too many recipients"; or a full mailbox.
        552 if stage == Stage::Rcpt => Outcome::Deferred(scope),
        // Another host may take what this one does not want to hear about.
        500..=599 if matches!(stage, Stage::Greeting | Stage::Ehlo | Stage::Helo) => {
            Outcome::Deferred(RefusalScope::Us)
        }
        500..=599 => Outcome::Refused(scope),
        _ => Outcome::Deferred(scope),
    }
}

fn scope(stage: Stage, response: &Response) -> RefusalScope {
    if !matches!(
        stage,
        Stage::Mail | Stage::Rcpt | Stage::Data | Stage::Final
    ) {
        return RefusalScope::Us;
    }
    match response.enhanced_detail() {
        // "Come back later" to RCPT or DATA, as greylisting says it.
        Some((7, 0 | 1))
            if is_transient(response) && matches!(stage, Stage::Rcpt | Stage::Data) =>
        {
            RefusalScope::Recipient
        }
        Some((subject, detail)) => by_enhanced(stage, subject, detail),
        None => by_code(stage, response.code),
    }
}

fn is_transient(response: &Response) -> bool {
    (400..=499).contains(&response.code)
}

/// The IANA registry of enhanced status codes, without the class.
fn by_enhanced(stage: Stage, subject: u16, detail: u16) -> RefusalScope {
    match (subject, detail) {
        (1, 2 | 10) => RefusalScope::Domain,
        (1, 7..=9) => RefusalScope::Us,
        (1, _) if stage == Stage::Mail => RefusalScope::Us,
        (1, _) => RefusalScope::Recipient,
        (2, 3) => RefusalScope::Content,
        (2, _) => RefusalScope::Recipient,
        (3, 4) => RefusalScope::Content,
        (3 | 4, _) => RefusalScope::Domain,
        (6, _) => RefusalScope::Content,
        (7, 2 | 13 | 17) => RefusalScope::Recipient,
        (7, 18) => RefusalScope::Domain,
        (7, 0 | 1) if stage == Stage::Final => RefusalScope::Content,
        (5 | 7, _) => RefusalScope::Us,
        (_, _) => by_stage(stage),
    }
}

fn by_code(stage: Stage, code: u16) -> RefusalScope {
    match (stage, code) {
        // 551 "user not local" and 553 "mailbox name not allowed" name the mailbox.
        (Stage::Rcpt, 551 | 553) => RefusalScope::Recipient,
        // Greylisting without an enhanced code, or a mailbox that is busy.
        (Stage::Rcpt, 450 | 451) => RefusalScope::Recipient,
        (Stage::Rcpt, 452 | 552) => RefusalScope::Us,
        (_, 552 | 452) => RefusalScope::Content,
        _ => by_stage(stage),
    }
}

fn by_stage(stage: Stage) -> RefusalScope {
    match stage {
        Stage::Rcpt => RefusalScope::Domain,
        Stage::Final => RefusalScope::Content,
        _ => RefusalScope::Us,
    }
}

#[cfg(test)]
mod tests;
