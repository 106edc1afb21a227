//! What every endpoint is given.

use std::sync::Arc;

use flow::Flow;
use people::People;
use tokio::sync::Semaphore;

use crate::rate::Buckets;
use crate::{Settings, body};

/// Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub flow: Flow,
    pub people: People,
    pub settings: Settings,
    pub(crate) buckets: Arc<Buckets>,
    /// Memory for request bodies, in steps of [`body::STEP`].
    pub(crate) bodies: Arc<Semaphore>,
}

impl ApiState {
    pub fn new(flow: Flow, people: People, settings: Settings) -> Self {
        let buckets = Arc::new(Buckets::new(settings.rate));
        let bodies = Arc::new(Semaphore::new(
            settings.body_octets_held_max.div_ceil(body::STEP),
        ));
        Self {
            flow,
            people,
            settings,
            buckets,
            bodies,
        }
    }
}
