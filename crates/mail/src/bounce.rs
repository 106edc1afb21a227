//! Bounce: what a refusal means, how far it reaches and what to do about it.
//!
//! A reply is judged by the rules of `bounce/rules.toml`: its code, enhanced code, text, the command
//! it answers and whose mail server said it. No I/O, and time linear in the text, which the peer
//! chooses. Addresses that a reply quotes are not read, so that no mailbox's name can make a rule
//! match. Invariants: only a 5yz that speaks of one mailbox asks to suppress; what is said before
//! MAIL, and 421, speaks of the connection and never of a mailbox, a domain or a message; a reply
//! nobody knows is `Uncategorized` and suppresses nobody.

mod book;

use model::{Domain, Outcome, limits};

pub use book::rules_version;
pub use model::{BounceAction as Action, BounceClass as Class, RefusalScope as Scope, Verdict};

use book::{Book, book};

/// What a reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Greeting, EHLO, HELO, STARTTLS.
    Opening,
    Mail,
    Rcpt,
    Data,
    /// The final dot.
    Final,
    /// A delivery report quotes it; nobody knows what it answered.
    Reported,
}

/// A reply that refuses or puts off: 4yz or 5yz.
#[derive(Clone, Copy)]
pub struct Reply<'a> {
    pub stage: Stage,
    pub code: u16,
    /// Such as `5.1.1`.
    pub enhanced: Option<&'a str>,
    /// Without codes. It may quote an address.
    pub text: &'a str,
}

/// Whose mail server this is, by the end of its name: `google`, `microsoft` …, or `other`.
pub fn provider(mx_host: &Domain) -> &'static str {
    book().provider(mx_host.as_str())
}

/// Judges a reply of `provider`'s mail server (see [`provider`]).
pub fn classify(reply: &Reply<'_>, provider: &str) -> Verdict {
    judge(book(), reply, provider)
}

/// What a verdict means for the delivery.
pub fn outcome(reply: &Reply<'_>, verdict: &Verdict) -> Outcome {
    let put_off = match reply.code {
        ..500 => true,
        // Another host may take what this one does not want to hear about (RFC 5321 §5.1).
        _ if reply.stage == Stage::Opening => true,
        // RFC 5321 §4.5.3.1.10: an old way to say "too many recipients"; or a full mailbox.
        552 if reply.stage == Stage::Rcpt => verdict.class != Class::InvalidRecipient,
        _ => matches!(verdict.action, Action::Retry | Action::BackOff),
    };
    if put_off {
        Outcome::Deferred(verdict.scope)
    } else {
        Outcome::Refused(verdict.scope)
    }
}

fn judge(book: &'static Book, reply: &Reply<'_>, provider: &str) -> Verdict {
    let text: String = reply
        .text
        .chars()
        .take(limits::SMTP_REPLY_TEXT_CHARS_MAX)
        .collect();
    let written = book::Status::within(&text, reply.code);
    let status = reply.enhanced.and_then(book::Status::parse).or(written);
    let asked = book::Asked {
        stage: reply.stage,
        code: reply.code,
        status,
        provider,
        texts: book.texts(without_addresses(&text).as_bytes()),
    };
    let verdict = book.find(&asked).unwrap_or(UNKNOWN);
    let bare = status.is_none() && book.is_bare_doubted(provider);
    within_bounds(reply, verdict, bare)
}

/// Nobody has a rule for it.
const UNKNOWN: Verdict = Verdict {
    class: Class::Uncategorized,
    scope: Scope::Us,
    action: Action::Fail,
    rule: "unknown",
};

/// What no rule may say, whatever the file holds.
fn within_bounds(reply: &Reply<'_>, mut verdict: Verdict, bare_is_doubted: bool) -> Verdict {
    let ours = matches!(
        verdict.scope,
        Scope::OurAddress | Scope::OurDomain | Scope::Us
    );
    // The connection is closing, or nobody was named yet: nothing was said about anybody else.
    if (reply.code == 421 || reply.stage == Stage::Opening) && !ours {
        verdict.scope = Scope::Us;
    }
    if reply.stage == Stage::Mail && matches!(verdict.scope, Scope::Recipient) {
        verdict.scope = Scope::Us;
    }
    let temporary = reply.code < 500 || reply.stage == Stage::Opening;
    verdict.action = match verdict.action {
        Action::Suppress | Action::Fail if temporary => Action::Retry,
        Action::Suppress if bare_is_doubted => Action::Fail,
        Action::Suppress | Action::QuotaWait if verdict.scope != Scope::Recipient => Action::Fail,
        action => action,
    };
    verdict
}

/// Words with `@` in them, and what stands in angle brackets, become one space.
fn without_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace().filter(|word| !word.contains('@')) {
        out.push_str(word);
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests;
