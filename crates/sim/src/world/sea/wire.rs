//! A connection to a peer: the seam `Wire` over simulated time.

use std::sync::Arc;
use std::time::Duration;

use model::seams::{Later, NetFault, TlsStart, Wire};
use model::{Floor, TlsGoal};

use super::habits::Tls;
use super::peer::Peer;
use super::{Protection, Sea};
use crate::world::planted::Planted;

const LATENCY: Duration = Duration::from_millis(10);

pub(super) struct SeaWire {
    sea: Arc<Sea>,
    peer: Peer,
}

impl SeaWire {
    pub fn new(sea: &Arc<Sea>, peer: Peer) -> Self {
        Self {
            sea: Arc::clone(sea),
            peer,
        }
    }

    fn is_gone(&self) -> bool {
        self.peer
            .gone_at
            .is_some_and(|at| at <= self.sea.clock.steady())
    }
}

impl Wire for SeaWire {
    fn read<'a>(
        &'a mut self,
        buf: &'a mut [u8],
        wait: Duration,
    ) -> Later<'a, Result<usize, NetFault>> {
        Box::pin(async move {
            let deadline = self.sea.clock.steady().plus(wait);
            let arrives = self
                .peer
                .said
                .front()
                .map(|(at, _)| *at)
                .or(self.peer.gone_at);
            let Some(arrives) = arrives.filter(|at| *at <= deadline) else {
                self.sea.until(deadline).await;
                return Err(NetFault::TimedOut);
            };
            self.sea.until(arrives).await;
            let Some((_, bytes)) = self.peer.said.front_mut() else {
                return Ok(0);
            };
            // Replies arrive split, now and then.
            let few = self.sea.lock().chance.happens(1, 8);
            let count = bytes
                .len()
                .min(buf.len())
                .min(if few { 7 } else { usize::MAX });
            buf[..count].copy_from_slice(&bytes[..count]);
            bytes.drain(..count);
            if bytes.is_empty() {
                self.peer.said.pop_front();
            }
            Ok(count)
        })
    }

    fn write<'a>(&'a mut self, bytes: &'a [u8], _: Duration) -> Later<'a, Result<(), NetFault>> {
        Box::pin(async move {
            self.sea.until(self.sea.clock.steady().plus(LATENCY)).await;
            if self.is_gone() || !self.peer.hear(bytes) {
                return Err(NetFault::Closed);
            }
            Ok(())
        })
    }

    fn start_tls<'a>(
        mut self: Box<Self>,
        goal: &'a TlsGoal,
        wait: Duration,
    ) -> Later<'a, TlsStart> {
        Box::pin(async move {
            let now = self.sea.clock.steady();
            let tls = self.peer.tls();
            if tls == Tls::Silent {
                self.sea.until(now.plus(wait)).await;
                return Err((NetFault::TimedOut, None));
            }
            self.sea.until(now.plus(LATENCY)).await;
            if self.is_gone() || tls == Tls::Broken {
                return Err((NetFault::TlsFailed, None));
            }
            let mut facts = self.peer.tls_facts(&goal.trust);
            let believed = !facts.verified && self.sea.is_bent(Planted::BelievesCertificates);
            let in_the_clear = self.sea.is_bent(Planted::FallsBackToPlaintext);
            let protection = match () {
                () if in_the_clear => Protection::Plain,
                () if facts.verified => Protection::Verified,
                () => Protection::Unverified,
            };
            facts.verified |= believed || in_the_clear;
            if goal.floor == Floor::Verified && !facts.verified {
                return Err((NetFault::TlsFailed, Some(facts)));
            }
            self.peer.protect(protection);
            let wire: Box<dyn Wire> = self;
            Ok((wire, facts))
        })
    }
}
