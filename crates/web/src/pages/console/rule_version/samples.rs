//! Samples of one version and its trial.

use std::time::Duration;

use flow::rules::STARTER;
use model::Method;

use super::{Change, DAYS, RuleVersion, Struck, Tried};
use crate::pages::Sample;
use crate::pages::samples::NOW;

const ANA: &str = "usr_01KJVB0W7HQ3ZJ8X9T4M2C6D07";

fn draft() -> RuleVersion {
    RuleVersion {
        version: 4,
        state: "draft".to_owned(),
        rules: 12,
        text: STARTER.to_owned(),
        reason: "Vendors without an agreement wait for one.".to_owned(),
        author: ANA.to_owned(),
        created_at: NOW.minus(Duration::from_secs(3_600)),
        tried_at: None,
        activated_at: None,
        activated_by: String::new(),
        retired_at: None,
        digest: "3f9a1c0b7d2e4568".to_owned(),
        edits: true,
        saved: false,
        busy: None,
        all_days: DAYS,
        trial: None,
    }
}

fn change(from: Method, to: Method, count: u64) -> Change {
    Change {
        from,
        to,
        count,
        examples: (0..count.min(5))
            .map(|n| format!("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"))
            .collect(),
    }
}

fn struck(id: &str, name: &str, count: u64) -> Struck {
    Struck {
        id: id.to_owned(),
        name: name.to_owned(),
        count,
        shadow: id == "long-documents",
    }
}

fn tried(days: u32, changes: Vec<Change>) -> RuleVersion {
    let trial = Tried {
        state: "done",
        percent: 100,
        days,
        against: Some(3),
        actor: ANA.to_owned(),
        begun_at: NOW.minus(Duration::from_secs(90)),
        decided: 1_840,
        changed: changes.iter().map(|change| change.count).sum(),
        struck: vec![
            struck("many-patients", "Many patients in one message", 3),
            struck("long-documents", "Long documents with PHI", 41),
            struck("vendors", "PHI to vendors without an agreement", 0),
        ],
        changes,
        changed_otherwise: 4,
        unanswered: 7,
        unknown: 12,
        cut: false,
    };
    RuleVersion {
        tried_at: Some(NOW),
        trial: Some(trial),
        ..draft()
    }
}

pub(super) fn all() -> Vec<Sample<RuleVersion>> {
    let many = || {
        vec![
            change(Method::Tls, Method::Hold, 38),
            change(Method::Plain, Method::Portal, 9),
            change(Method::Tls, Method::Block, 1),
        ]
    };
    let active = RuleVersion {
        state: "active".to_owned(),
        tried_at: Some(NOW),
        activated_at: Some(NOW),
        activated_by: ANA.to_owned(),
        ..draft()
    };
    let mut cut = tried(30, many());
    if let Some(trial) = &mut cut.trial {
        (trial.cut, trial.decided) = (true, 200_000);
    }
    let under_way = |state, percent| {
        let mut page = tried(30, many());
        page.tried_at = None;
        if let Some(trial) = &mut page.trial {
            (trial.state, trial.percent, trial.against) = (state, percent, None);
        }
        page
    };
    vec![
        Sample::new("trial_begun", under_way("running", 0)),
        Sample::new("trial_running", under_way("running", 62)),
        Sample::new("trial_failed", under_way("failed", 62)),
        Sample::new("trial_stopped", under_way("stopped", 62)),
        Sample::new(
            "trial_elsewhere",
            RuleVersion {
                busy: Some(3),
                ..draft()
            },
        ),
        Sample::new(
            "draft",
            RuleVersion {
                saved: true,
                ..draft()
            },
        ),
        Sample::new("trial_many", tried(7, many())),
        Sample::new("trial_nothing", tried(7, Vec::new())),
        Sample::new("trial_cut", cut),
        Sample::new("active", active),
        Sample::new(
            "may_not",
            RuleVersion {
                edits: false,
                ..tried(30, many())
            },
        ),
        Sample::spanish(tried(30, many())),
    ]
}
