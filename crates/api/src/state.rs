//! What every endpoint is given.

use flow::Flow;
use people::People;

use crate::Settings;

/// Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub flow: Flow,
    pub people: People,
    pub settings: Settings,
}

impl ApiState {
    pub fn new(flow: Flow, people: People, settings: Settings) -> Self {
        Self { flow, people, settings }
    }
}
