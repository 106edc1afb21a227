//! What a 4yz or 5yz reply to one of our commands means: judged by `bounce`, told as an outcome.

use model::{Outcome, Verdict};

use crate::bounce::{self, Reply};
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

/// What a 4yz or 5yz reply of `provider`'s server means for the message.
pub(super) fn refusal(stage: Stage, response: &Response, provider: &str) -> (Outcome, Verdict) {
    let text = response.text();
    let reply = Reply {
        stage: asked(stage),
        code: response.code,
        enhanced: response.enhanced.as_deref(),
        text: &text,
    };
    let verdict = bounce::classify(&reply, provider);
    (bounce::outcome(&reply, &verdict), verdict)
}

fn asked(stage: Stage) -> bounce::Stage {
    match stage {
        Stage::Mail => bounce::Stage::Mail,
        Stage::Rcpt => bounce::Stage::Rcpt,
        Stage::Data => bounce::Stage::Data,
        Stage::Final => bounce::Stage::Final,
        Stage::Greeting
        | Stage::Ehlo
        | Stage::Helo
        | Stage::StartTls
        | Stage::Reset
        | Stage::Quit => bounce::Stage::Opening,
    }
}

#[cfg(test)]
mod tests;
