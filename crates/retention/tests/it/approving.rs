//! Only what a person enabled counts: drafts, disabled rules and their approvals change nothing.

use caduceus_retention::{Keep, Rule, RuleFault, RuleState, Rules, due, pack};

use crate::cases::enable;
use crate::draw::approval;
use crate::facts;
use crate::tell;

fn new_york() -> Rule {
    let shipped = pack::shipped().expect("the shipped pack");
    let rule = shipped.all().find(|rule| rule.id == "us-ny-hospital");
    enable(rule.expect("a rule"))
}

fn told(rules: Vec<Rule>) -> String {
    let rules = Rules::new(rules, [].into()).expect("rules");
    let states = ["US-NY".to_owned()];
    let profile = facts::profile(&states, &["hospital".to_owned()], &[].into(), "UTC");
    let item = facts::item(
        "class clinical; made 2015-01-01; adult; discharge 2015-01-01",
        profile.zone,
    );
    let now = facts::moment("2022-06-01", profile.zone);
    tell::answer(&due(&item, &rules, &[], &profile, now))
}

#[test]
fn a_draft_that_counsel_approved_as_shorter_replaces_nothing() {
    let shorter = |state: RuleState| Rule {
        version: 2,
        keep: Keep::parse("2 years").expect("a period"),
        shorter_approved: Some(approval()),
        state,
        ..new_york()
    };
    let by_first = "due, kept through 2021-01-01 by us-ny-hospital counted";
    assert_eq!(told(vec![new_york()]), by_first);
    assert_eq!(told(vec![new_york(), shorter(RuleState::Draft)]), by_first);
    assert_eq!(
        told(vec![new_york(), shorter(RuleState::Disabled)]),
        by_first
    );
    assert_eq!(
        told(vec![new_york(), shorter(RuleState::Enabled(approval()))]),
        "due, kept through 2017-01-01 by us-ny-hospital/2 counted"
    );
}

#[test]
fn nobody_is_no_name() {
    let mut nobody = approval();
    nobody.by = "  ".into();
    let rule = Rule {
        state: RuleState::Enabled(nobody.clone()),
        ..new_york()
    };
    let refused = Rules::new([rule], [].into()).expect_err("refused");
    assert_eq!((refused.field, refused.fault), ("state", RuleFault::Empty));
    let rule = Rule {
        shorter_approved: Some(nobody),
        ..new_york()
    };
    let refused = Rules::new([rule], [].into()).expect_err("refused");
    assert_eq!(
        (refused.field, refused.fault),
        ("shorter_approved", RuleFault::Empty)
    );
}
