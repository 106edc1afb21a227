//! `caduceus admin mail`: what an organisation asks of the way its mail takes.

use anyhow::bail;
use clap::Subcommand;
use ctx::Ctx;
use model::Domain;

use super::output::Output;
use crate::wiring::Wired;

#[derive(Subcommand)]
pub enum Act {
    /// Show what is set.
    Show,
    /// on: every message leaves by verified TLS at least, else it waits in the portal. off: mail that
    /// is declared free of PHI may go with less.
    TlsMinimum {
        /// on or off
        to: String,
    },
    /// Return paths under a domain of the organisation's own, so that SPF aligns with its senders:
    /// a name below one of its sending domains, or none. `admin domain check` prints its DNS records;
    /// publish them first.
    BounceDomain { name: String },
}

pub fn run(wired: &Wired, ctx: &Ctx, act: &Act) -> anyhow::Result<Output> {
    match act {
        Act::Show => {}
        Act::TlsMinimum { to } => match to.as_str() {
            "on" => wired.flow.set_tls_minimum(ctx, true)?,
            "off" => wired.flow.set_tls_minimum(ctx, false)?,
            other => bail!("{other} is neither on nor off"),
        },
        Act::BounceDomain { name } if name == "none" => wired.flow.set_bounce_domain(ctx, None)?,
        Act::BounceDomain { name } => {
            wired
                .flow
                .set_bounce_domain(ctx, Some(&Domain::parse(name)?))?;
        }
    }
    let set = wired.flow.mail_options(ctx)?;
    let minimum = if set.tls_minimum { "on" } else { "off" };
    Ok(Output::new().field("tls_minimum", minimum).field(
        "bounce_domain",
        set.bounce_domain.as_deref().unwrap_or("none"),
    ))
}
