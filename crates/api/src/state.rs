//! What every endpoint is given.

use std::sync::Arc;

use flow::Flow;
use model::seams::Later;
use model::{Domain, TlsProbe};
use people::People;
use records::Records;
use tokio::sync::Semaphore;

use crate::rate::Buckets;
use crate::{Settings, body};

/// Looks at a domain's mail servers, within a few seconds.
pub type Probe = Arc<dyn Fn(Domain) -> Later<'static, TlsProbe> + Send + Sync>;

/// Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub flow: Flow,
    pub people: People,
    pub records: Records,
    pub settings: Settings,
    pub(crate) probe: Option<Probe>,
    pub(crate) buckets: Arc<Buckets>,
    /// Memory for request bodies, in steps of [`body::STEP`].
    pub(crate) bodies: Arc<Semaphore>,
}

impl ApiState {
    pub fn new(flow: Flow, people: People, records: Records, settings: Settings) -> Self {
        let buckets = Arc::new(Buckets::new(settings.rate));
        let bodies = Arc::new(Semaphore::new(
            settings.body_octets_held_max.div_ceil(body::STEP),
        ));
        Self {
            flow,
            people,
            records,
            settings,
            probe: None,
            buckets,
            bodies,
        }
    }

    /// With a way to look at what a domain's mail servers would achieve now, for dry runs.
    pub fn probing(mut self, probe: Probe) -> Self {
        self.probe = Some(probe);
        self
    }
}
