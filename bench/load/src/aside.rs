//! Mail that goes beside what is measured: to receivers that behave badly, to see what they do to the
//! others.
//!
//! Invariant: it counts in no figure; which message goes aside follows from its number alone.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Error, Result, bail};

/// How a receiver answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes everything at once.
    Well,
    /// 451 to RCPT.
    Defers,
    /// 550 to RCPT.
    Refuses,
    /// Takes everything, each answer seconds late.
    Slow,
    /// Nothing after the final dot, ever.
    Silent,
}

/// One such receiver: `MANNER=DOMAIN=ADDRESS:PORT`.
#[derive(Clone, Debug)]
pub struct Aside {
    pub manner: Manner,
    pub domain: String,
    pub at: SocketAddr,
}

impl Manner {
    /// How late each of its answers is.
    pub fn late(self) -> Duration {
        match self {
            Self::Slow => Duration::from_secs(3),
            _ => Duration::ZERO,
        }
    }
}

impl FromStr for Aside {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (manner, rest) = text.split_once('=').context("MANNER=DOMAIN=ADDRESS")?;
        let (domain, at) = rest.split_once('=').context("MANNER=DOMAIN=ADDRESS")?;
        let manner = match manner {
            "well" => Manner::Well,
            "defers" => Manner::Defers,
            "refuses" => Manner::Refuses,
            "slow" => Manner::Slow,
            "silent" => Manner::Silent,
            other => bail!("no receiver behaves '{other}'"),
        };
        Ok(Self {
            manner,
            domain: domain.to_owned(),
            at: at.parse()?,
        })
    }
}

/// Of `every` messages the last one goes aside, to the receivers in turn; 0 keeps all.
pub fn turn(number: u64, every: u64, receivers: usize) -> Option<usize> {
    if every == 0 || receivers == 0 || number % every != every - 1 {
        return None;
    }
    usize::try_from(number / every).ok().map(|n| n % receivers)
}

/// How many of `messages` do not go aside.
pub fn measured(messages: u64, every: u64, receivers: usize) -> u64 {
    match every {
        0 => messages,
        _ if receivers == 0 => messages,
        _ => messages - messages / every,
    }
}

#[cfg(test)]
mod tests;
