//! `caduceus admin triggers`: words in a subject and header fields by which senders ask for more
//! protection, and what all mail of a stream asks for.

use anyhow::Context;
use clap::{Args, Subcommand};
use flow::triggers::Trigger;
use model::{Method, Stream};

use super::output::Output;
use super::{Of, system};
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Command {
    /// What is recognised now.
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Recognise a word or a header field; both are taken out before a message is sent.
    Set {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        what: What,
        /// portal, pgp, smime, hold
        #[arg(long, default_value = "portal")]
        method: String,
    },
    /// Recognise it no longer.
    Remove {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        what: What,
    },
    /// What all mail of a stream asks for: tls_or_drop, portal, or usual.
    Stream {
        #[command(flatten)]
        of: Of,
        /// transactional, marketing
        #[arg(long)]
        stream: String,
        #[arg(long)]
        method: String,
    },
}

#[derive(Args)]
pub struct What {
    /// A word anywhere in the subject, such as `[secure]`.
    #[arg(long, conflicts_with = "header")]
    subject: Option<String>,
    /// The name of a header field.
    #[arg(long, required_unless_present = "subject")]
    header: Option<String>,
    /// What the field must say; without it, anything.
    #[arg(long, requires = "header", default_value = "")]
    value: String,
}

impl What {
    fn trigger(self, method: Method) -> Trigger {
        let (place, name, word) = match (self.subject, self.header) {
            (Some(word), _) => ("subject", String::new(), word),
            (None, name) => ("header", name.unwrap_or_default(), self.value),
        };
        Trigger {
            place: place.to_owned(),
            name,
            word,
            method,
        }
    }
}

pub fn run(wired: &Wired, command: Command) -> anyhow::Result<Output> {
    let flow = &wired.flow;
    let of = match command {
        Command::List { of } => of,
        Command::Set { of, what, method } => {
            let method = method_of(&method)?;
            flow.set_trigger(&system(wired, &of)?, what.trigger(method))?;
            of
        }
        Command::Remove { of, what } => {
            let t = what.trigger(Method::Portal);
            flow.remove_trigger(&system(wired, &of)?, &t.place, &t.name, &t.word)?;
            of
        }
        Command::Stream { of, stream, method } => {
            let named = || format!("{stream} is not a stream");
            let stream = Stream::from_word(&stream).with_context(named)?;
            let method = match method.as_str() {
                "usual" => None,
                word => Some(method_of(word)?),
            };
            flow.set_stream_option(&system(wired, &of)?, stream, method)?;
            of
        }
    };
    let ctx = system(wired, &of)?;
    let out = flow.triggers(&ctx)?.iter().fold(Output::new(), |out, t| {
        let what = match (t.place.as_str(), t.word.as_str()) {
            ("subject", word) => format!("subject {word}"),
            (_, "") => format!("header {}", t.name),
            (_, word) => format!("header {}: {word}", t.name),
        };
        out.field("trigger", format!("{what} -> {}", t.method))
    });
    let streams = flow.stream_options(&ctx)?;
    Ok(streams.iter().fold(out, |out, (stream, method)| {
        out.field("stream", format!("{stream} -> {method}"))
    }))
}

fn method_of(word: &str) -> anyhow::Result<Method> {
    Method::from_word(word).with_context(|| format!("{word} is not a method"))
}
