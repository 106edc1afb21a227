//! The scan.

use crate::{Findings, PartKind};

/// x
pub struct Scanner;
impl Scanner {
    pub fn new() -> Self { Self }
    /// Scans
    pub fn scan(&self, parts: &[(PartKind, &str)], token: &dyn Fn(&str) -> [u8; 32]) -> Findings {
        let _ = (parts, token);
        Findings { findings: Vec::new(), level: model::PhiLevel::None, subject_phi: false, unscannable: Vec::new(), health_terms: 0, counts: Default::default() }
    }
}
impl Default for Scanner { fn default() -> Self { Self::new() } }
