//! Steps run by name, and a failing step fails the run.

use std::path::Path;

use xtask::ci::{STEPS, chosen};
use xtask::step::{self, Pace, Step};

#[test]
fn steps_are_chosen_by_name_in_their_order() -> anyhow::Result<()> {
    let words = ["house".to_owned(), "tools".to_owned()];
    assert_eq!(
        chosen(&words)?
            .iter()
            .map(|step| step.name)
            .collect::<Vec<_>>(),
        ["tools", "house"]
    );
    assert_eq!(chosen(&[])?.len(), STEPS.len());
    assert!(chosen(&["hose".to_owned()]).is_err_and(|error| error.to_string().contains("house")));
    Ok(())
}

#[test]
fn a_failing_step_ends_the_run_with_its_name() {
    let good = Step {
        name: "good",
        why: "passes",
        work: |_| Ok(()),
        pace: Pace::Works,
    };
    let bad = Step {
        name: "bad",
        why: "fails",
        work: |root| step::program(root, "false", &[] as &[&str]),
        pace: Pace::Works,
    };
    let never = Step {
        name: "never",
        why: "is not reached",
        work: |_| panic!("a step ran after a failure"),
        pace: Pace::Works,
    };
    let done = step::run(Path::new("/"), &[&good, &bad, &never]);
    assert!(done.is_err_and(|error| error.to_string().contains("'bad'")));
}

#[test]
fn what_waits_fails_the_run_too() {
    let slow = Step {
        name: "slow",
        why: "goes on beside the others",
        work: |root| step::program(root, "false", &[] as &[&str]),
        pace: Pace::Waits,
    };
    let good = Step {
        name: "good",
        why: "passes",
        work: |_| Ok(()),
        pace: Pace::Works,
    };
    let done = step::run(Path::new("/"), &[&slow, &good]);
    assert!(done.is_err_and(|error| error.to_string().contains("'slow'")));
}
