//! Where failure notices come back to: the installation's domain, or the organisation's own.

use super::*;

const OWN: (Option<&str>, Option<&str>) =
    (Some("bounces.house.example"), Some("back.clinic.example"));

fn verdicts(report: &Report, check: Check) -> Vec<Verdict> {
    report.of(check).map(|f| f.verdict).collect()
}

/// The records to publish are said one after the other; with both, SPF speaks for the author's domain.
#[test]
fn an_organisations_own_domain_takes_the_installations_place() {
    let report = judged_with(&[], &[], OWN);
    let found: Vec<_> = report.of(Check::ReturnPath).collect();
    assert_eq!(found[0].verdict, Verdict::ReturnNotOurs);
    let record = found[0].publish.as_ref().expect("a record");
    let said = (
        record.name.as_str(),
        record.kind.as_str(),
        record.value.as_str(),
    );
    assert_eq!(
        said,
        ("back.clinic.example", "MX", "10 mail.clinic.example.")
    );

    let mx = "back.clinic.example MX 10 mail.clinic.example";
    let report = judged_with(&[], &[mx], OWN);
    let found: Vec<_> = report.of(Check::ReturnPath).collect();
    assert_eq!(found[0].verdict, Verdict::ReturnSpf);
    let record = found[0].publish.as_ref().expect("a record");
    assert_eq!(
        (record.name.as_str(), record.kind.as_str()),
        ("back.clinic.example", "TXT")
    );

    let spf = "back.clinic.example TXT v=spf1 a:mail.clinic.example -all";
    let report = judged_with(&[], &[mx, spf], OWN);
    assert_eq!(verdicts(&report, Check::ReturnPath), [Verdict::ReturnOk]);
}

/// Where no mail comes in nothing comes back, whatever an organisation set.
#[test]
fn without_a_door_there_is_no_return_path_to_look_at() {
    let report = judged_with(&[], &[], (None, Some("back.clinic.example")));
    assert!(verdicts(&report, Check::ReturnPath).is_empty());
}
