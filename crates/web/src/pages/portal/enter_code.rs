//! The reader types the code that was mailed.

use model::limits;
use serde::Serialize;

use crate::face::Fault;
use crate::pages::{Page, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct EnterCode {
    pub action: String,
    /// Where the other form goes: it asks for another code.
    pub again_action: String,
    pub minutes: u64,
    /// A reply that was being written when the visit ended; carried through, never stored.
    pub draft: Option<String>,
    pub faults: Vec<Fault>,
    /// No code can be tried now: only a new one helps.
    pub locked: bool,
}

impl EnterCode {
    pub fn new(action: String, again_action: String) -> Self {
        let minutes = limits::CODE_WAIT.as_secs() / 60;
        Self { action, again_action, minutes, draft: None, faults: Vec::new(), locked: false }
    }
    pub fn with_fault(mut self, key: &'static str) -> Self {
        self.locked = matches!(key, "code_locked" | "codes_many");
        let field = if self.locked { "again" } else { "code" };
        self.faults.push(Fault::new(field, key));
        self
    }
    pub fn with_draft(mut self, draft: Option<String>) -> Self {
        self.draft = draft.filter(|d| !d.trim().is_empty());
        self
    }
}

impl Page for EnterCode {
    const TEMPLATE: &'static str = "pages/portal/enter_code.html";
    const VOICE: Voice = Voice::Nobody;

    fn samples() -> Vec<Sample<Self>> {
        let page = || Self::new("#".to_owned(), "#".to_owned());
        vec![
            Sample::new("one", page()),
            Sample::new("error_wrong", page().with_fault("code_wrong")),
            Sample::new("error_missing", page().with_fault("code_missing")),
            Sample::new("error_locked", page().with_fault("code_locked")),
            Sample::new("error_many", page().with_fault("codes_many")),
            Sample::new("draft", page().with_draft(Some("Yes, Tuesday works.".to_owned()))),
            Sample::spanish(page().with_fault("code_wrong")),
        ]
    }
}
