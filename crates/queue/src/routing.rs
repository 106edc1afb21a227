//! What an installation knows about ways out: its sources, and what providers take.

use crate::{Shaping, Sources};

#[derive(Clone, Debug)]
pub struct Routing {
    pub sources: Sources,
    pub shaping: Shaping,
    /// Whether destinations are asked for their MX hosts, so that those with the same share limits.
    pub(crate) by_mx_hosts: bool,
}

impl Routing {
    /// Destinations with the same MX hosts share a site; providers are told apart.
    pub fn new(sources: Sources, shaping: Shaping) -> Self {
        Self {
            sources,
            shaping,
            by_mx_hosts: true,
        }
    }
    /// Every destination is a site of its own: no lookup, one source, no provider's limits.
    pub fn direct() -> Self {
        Self {
            sources: Sources::single(),
            shaping: Shaping::none(),
            by_mx_hosts: false,
        }
    }
}
