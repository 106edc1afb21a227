//! Limits on sending: who is stopped, and that an error stops everybody.

use super::*;

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn limit(id: &str) -> SendLimit {
    SendLimit {
        id: id.to_owned(),
        labels: Vec::new(),
        classes: None,
        side: None,
        groups: BTreeSet::new(),
    }
}

fn genetics() -> SendLimit {
    SendLimit {
        labels: vec![set(&["genetic", "hiv"])],
        classes: Some(BTreeSet::from([
            RecipientClass::Vendor,
            RecipientClass::Unknown,
        ])),
        groups: set(&["laboratory", "counsel"]),
        ..limit("genetics")
    }
}

fn allowed(limits: &SendLimits, groups: &[&str], labels: &[&str], class: RecipientClass) -> bool {
    let (groups, labels) = (set(groups), set(labels));
    let what = SendTo {
        groups: &groups,
        labels: &labels,
        class,
        internal: false,
    };
    limits.stops(&what).is_empty()
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
        labels: vec![set(&["genetic"])],
        side: Some(Side::Outside),
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
        groups: &groups,
        labels: &labels,
        class: RecipientClass::Staff,
        internal: true,
    };
    assert!(limits.stops(&inside).is_empty());
    let outside = SendTo {
        internal: false,
        ..inside
    };
    let nobody = BTreeMap::from([("nobody".to_owned(), Stop::Forbids)]);
    assert_eq!(limits.stops(&outside), nobody);
    Ok(())
}

/// Cedar skips a policy that errs: without the rule above it, this `forbid` would let through.
#[test]
fn a_limit_that_errs_stops_and_says_so() -> Result<(), Refused> {
    let limits = unchecked(
        "limit-consent",
        "forbid (principal, action, resource) when { context.consent == false };",
    )?;
    assert!(!allowed(&limits, &[], &[], RecipientClass::Patient));
    assert_eq!(limits.stops(&quiet(&set(&[]))), one("consent", Stop::Errs));
    Ok(())
}

#[test]
fn an_error_in_what_allows_stops_by_every_limit() -> Result<(), Refused> {
    let limits = unchecked(
        "another",
        "forbid (principal, action, resource) when { context.consent == false };",
    )?;
    assert_eq!(limits.stops(&quiet(&set(&[]))), one("consent", Stop::Errs));
    Ok(())
}

/// Were the policy that allows missing, nothing would be allowed, and no limit would say why.
#[test]
fn without_anything_that_allows_every_limit_stops() -> Result<(), Refused> {
    let mut limits = unchecked(
        "limit-consent",
        "forbid (principal, action, resource) when { resource.internal };",
    )?;
    limits.policies = PolicySet::new();
    assert_eq!(limits.stops(&quiet(&set(&[]))), one("consent", Stop::Errs));
    Ok(())
}

/// What no check would let pass, for a limit with the id `consent`.
fn unchecked(id: &str, text: &str) -> Result<SendLimits, Refused> {
    let (schema, _warnings) = Schema::from_cedarschema_str(SCHEMA)?;
    let mut policies = PolicySet::new();
    for (id, text) in [("all", "permit (principal, action, resource);"), (id, text)] {
        let id = cedar_policy::PolicyId::new(id);
        policies.add(cedar_policy::Policy::parse(Some(id), text)?)?;
    }
    Ok(SendLimits {
        schema,
        policies,
        ids: set(&["consent"]),
    })
}

fn one(id: &str, stop: Stop) -> BTreeMap<String, Stop> {
    BTreeMap::from([(id.to_owned(), stop)])
}

fn quiet(none: &BTreeSet<String>) -> SendTo<'_> {
    SendTo {
        groups: none,
        labels: none,
        class: RecipientClass::Unknown,
        internal: false,
    }
}

#[test]
fn what_the_schema_does_not_know_never_takes_effect() {
    let text = "forbid (principal, action, resource) when { context.consent == false };";
    assert!(SendLimits::of(&[("limit-x".to_owned(), text.to_owned())], set(&["x"])).is_err());
}

#[test]
fn a_word_that_is_none_makes_no_policy() {
    let breaking = "x\" }; permit (principal, action, resource); //";
    let in_group = SendLimit {
        groups: set(&[breaking]),
        ..limit("one")
    };
    let in_label = SendLimit {
        labels: vec![set(&[breaking])],
        ..limit("one")
    };
    let of_nobody = SendLimit {
        classes: Some(BTreeSet::new()),
        ..limit("one")
    };
    for limits in [
        vec![limit(breaking)],
        vec![in_group],
        vec![in_label],
        vec![of_nobody],
    ] {
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
        classes: Some(BTreeSet::from([RecipientClass::Patient])),
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
