//! Limits on sending: who is stopped, and that an error stops everybody.

use super::*;

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn limit(id: &str) -> SendLimit {
    SendLimit {
        id: id.to_owned(),
        labels: BTreeSet::new(),
        classes: BTreeSet::new(),
        outside_only: false,
        groups: BTreeSet::new(),
    }
}

fn genetics() -> SendLimit {
    SendLimit {
        labels: set(&["genetic", "hiv"]),
        classes: BTreeSet::from([RecipientClass::Vendor, RecipientClass::Unknown]),
        groups: set(&["laboratory", "counsel"]),
        ..limit("genetics")
    }
}

fn allowed(limits: &SendLimits, groups: &[&str], labels: &[&str], class: RecipientClass) -> bool {
    let (groups, labels) = (set(groups), set(labels));
    let what = SendTo {
        sender: "usr_1",
        groups: &groups,
        labels: &labels,
        class,
        internal: false,
    };
    limits.allow(&what).allowed
}

#[test]
fn without_limits_whoever_may_send_sends() -> model::Result<()> {
    let none = SendLimits::new(&[])?;
    assert!(allowed(&none, &[], &["genetic"], RecipientClass::Vendor));
    Ok(())
}

#[test]
fn a_limit_binds_these_labels_to_these_recipients_and_frees_its_groups() -> model::Result<()> {
    use RecipientClass::{Patient, Unknown, Vendor};
    let limits = SendLimits::new(&[genetics()])?;
    let cases: &[(&[&str], &[&str], RecipientClass, bool)] = &[
        (&["reception"], &["genetic"], Vendor, false),
        (&["reception"], &["genetic", "minor"], Unknown, false),
        (&["reception"], &["genetic"], Patient, true),
        (&["reception"], &["minor"], Vendor, true),
        (&["laboratory"], &["genetic"], Vendor, true),
        (&["reception", "counsel"], &["hiv"], Vendor, true),
        (&[], &["hiv"], Vendor, false),
    ];
    for (groups, labels, class, may) in cases {
        assert_eq!(
            allowed(&limits, groups, labels, *class),
            *may,
            "{groups:?} {labels:?} {class}"
        );
    }
    Ok(())
}

#[test]
fn the_strictest_limit_stands() -> model::Result<()> {
    let nobody = SendLimit {
        labels: set(&["genetic"]),
        outside_only: true,
        ..limit("nobody")
    };
    let limits = SendLimits::new(&[genetics(), nobody])?;
    assert!(!allowed(
        &limits,
        &["laboratory"],
        &["genetic"],
        RecipientClass::Vendor
    ));
    let (groups, labels) = (set(&["laboratory"]), set(&["genetic"]));
    let inside = SendTo {
        sender: "usr_1",
        groups: &groups,
        labels: &labels,
        class: RecipientClass::Staff,
        internal: true,
    };
    assert!(limits.allow(&inside).allowed);
    let outside = SendTo {
        internal: false,
        ..inside
    };
    assert_eq!(limits.allow(&outside).policies, ["limit-nobody"]);
    Ok(())
}

/// Cedar skips a policy that errs: without the rule above it, this `forbid` would let through.
#[test]
fn a_limit_that_errs_denies() -> Result<(), Refused> {
    let (schema, _warnings) = Schema::from_cedarschema_str(SCHEMA)?;
    let policies = PolicySet::from_str(
        "permit (principal, action, resource);
         forbid (principal, action, resource) when { context.consent == false };",
    )?;
    let limits = SendLimits { schema, policies };
    assert!(!allowed(&limits, &[], &[], RecipientClass::Patient));
    Ok(())
}

#[test]
fn what_the_schema_does_not_know_never_takes_effect() {
    let text = "forbid (principal, action, resource) when { context.consent == false };";
    assert!(SendLimits::of(&[("limit-x".to_owned(), text.to_owned())]).is_err());
}

#[test]
fn a_word_that_is_none_makes_no_policy() {
    let breaking = "x\" }; permit (principal, action, resource); //";
    let in_group = SendLimit {
        groups: set(&[breaking]),
        ..limit("one")
    };
    let in_label = SendLimit {
        labels: set(&[breaking]),
        ..limit("one")
    };
    for limits in [vec![limit(breaking)], vec![in_group], vec![in_label]] {
        assert!(SendLimits::new(&limits).is_err());
    }
    assert!(
        SendLimits::new(&[limit("one"), limit("one")]).is_err(),
        "two of one id"
    );
    let many: Vec<SendLimit> = (0..=SEND_LIMITS_MAX)
        .map(|n| limit(&format!("l{n}")))
        .collect();
    assert!(SendLimits::new(&many).is_err());
}

#[test]
fn another_limit_never_allows_more() -> model::Result<()> {
    let few = SendLimits::new(&[genetics()])?;
    let closed = SendLimit {
        classes: BTreeSet::from([RecipientClass::Patient]),
        groups: set(&["care"]),
        ..limit("patients")
    };
    let more = SendLimits::new(&[genetics(), closed])?;
    for groups in [&[][..], &["care"], &["laboratory"], &["care", "laboratory"]] {
        for labels in [&[][..], &["hiv"], &["minor"]] {
            for class in RecipientClass::ALL {
                let before = allowed(&few, groups, labels, *class);
                assert!(before || !allowed(&more, groups, labels, *class));
            }
        }
    }
    Ok(())
}
