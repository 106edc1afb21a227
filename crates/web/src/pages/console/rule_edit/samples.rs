//! Samples of the editor.

use flow::rules::STARTER;

use super::{LineFault, RuleEdit};
use crate::face::Fault;
use crate::pages::Sample;

const FAULTY: &str = "rule big \"Whole records\":\n  when leval at least likely\n  then quarantine\n  because the minimum necessary leaves\n\nrule vendors:\n  when recipient is vendor\n  then block\n";

fn fault(line: u32, text: &str, rule: &str, key: &'static str) -> LineFault {
    LineFault {
        line,
        text: text.to_owned(),
        rule: rule.to_owned(),
        key,
    }
}

pub(super) fn all() -> Vec<Sample<RuleEdit>> {
    let filled = |text: &str, reason: &str| RuleEdit::new(text.to_owned(), reason.to_owned());
    let faulty = || RuleEdit {
        lines: vec![
            fault(2, "  when leval at least likely", "big", "unknown_fact"),
            fault(8, "  then block", "vendors", "because_expected"),
        ],
        faults: vec![Fault::new("text", "rules_faulty")],
        ..filled(FAULTY, "What the board decided in spring.")
    };
    let unreasoned = RuleEdit {
        faults: vec![Fault::new("reason", "rules_reason_missing")],
        ..filled(STARTER, "")
    };
    let long = STARTER.replace("rule ", "rule another-");
    vec![
        Sample::new("empty", filled("", "")),
        Sample::new("starter", filled(STARTER, "")),
        Sample::new("error_faulty", faulty()),
        Sample::new("error_reason", unreasoned),
        Sample::new("long", filled(&format!("{STARTER}\n{long}"), "")),
        Sample::spanish(faulty()),
    ]
}
