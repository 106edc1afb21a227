//! What a kind of event is, and who hears of it.

/// One kind of event.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// A dotted word such as `message.accepted`.
    pub word: &'static str,
    pub to: Told,
    pub means: &'static str,
    /// Names of facts that it may carry: neutral words, ids, codes, counts and times.
    pub facts: &'static [&'static str],
}

/// Who hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The stream of its message: API, console, webhooks.
    Apps,
    /// The audit log of the organisation alone.
    Auditors,
}

pub(super) const fn apps(
    word: &'static str,
    means: &'static str,
    facts: &'static [&'static str],
) -> Kind {
    Kind {
        word,
        to: Told::Apps,
        means,
        facts,
    }
}

pub(super) const fn auditors(
    word: &'static str,
    means: &'static str,
    facts: &'static [&'static str],
) -> Kind {
    Kind {
        word,
        to: Told::Auditors,
        means,
        facts,
    }
}

/// What the other side told after it had taken a letter.
pub(super) const TOLD_BACK: &[&str] = &[
    "role",
    "mode",
    "action",
    "reply_code",
    "reply_enhanced",
    "class",
    "scope",
];
