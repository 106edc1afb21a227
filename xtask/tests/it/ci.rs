//! Steps run by name, and a failing step fails the run.

use std::path::Path;

use xtask::ci::{STEPS, chosen};
use xtask::step::{self, Step};

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
    };
    let bad = Step {
        name: "bad",
        why: "fails",
        work: |root| step::program(root, "false", &[] as &[&str]),
    };
    let never = Step {
        name: "never",
        why: "is not reached",
        work: |_| panic!("a step ran after a failure"),
    };
    let done = step::run(Path::new("/"), &[&good, &bad, &never]);
    assert!(done.is_err_and(|error| error.to_string().contains("'bad'")));
}
