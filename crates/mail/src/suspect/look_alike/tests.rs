use super::*;

fn domain(text: &str) -> Domain {
    Domain::parse(text).expect("a domain")
}

/// What is suspected, what is known, and the trick; `-` where there is none.
const CASES: &str = "
clinic.example           clinic.example            -
mail.clinic.example      clinic.example            -
c1inic.example           clinic.example            same_looks
cIinic.example           clinic.example            same_looks
сlinic.example           clinic.example            same_looks
rnercyhealth.example     mercyhealth.example       same_looks
vvestside.example        westside.example          same_looks
n0rthside.org            northside.org             same_looks
mercy-health.org         mercyhealth.org           hyphens
mercyhealth.org          mercy-health.org          hyphens
mercyhealth.evil.example mercyhealth.org           as_subdomain
clinic.org.evil.example  clinic.org                as_subdomain
clinic-billing.example   clinic.example            in_longer
mercyhealthportal.com    mercyhealth.org           in_longer
my-mercyhealth.com       mercyhealth.org           in_longer
lakeside-clinic.example  clinic.example            -
lakesideclinic.com       clinic.example            -
mercyhealth.net          mercyhealth.org           other_ending
mercyhaelth.org          mercyhealth.org           misspelt
mercyhealt.org           mercyhealth.org           misspelt
mercyheathh.org          mercyhealth.org           misspelt
lakside.org              lakeside.org              misspelt
lakeside1.org            lakeside2.org             -
northcare.org            lakeside.org              -
abc.example              abd.example               -
gmail.com                ymail.com                 -
mail.com                 gmail.com                 -
hospital-uno.es          hospital-dos.es           -
";

#[test]
fn each_trick_is_told_from_what_merely_resembles() {
    for case in CASES.lines().filter(|line| !line.is_empty()) {
        let fields: Vec<&str> = case.split_whitespace().collect();
        let [suspect, known, expected] = fields.as_slice() else {
            panic!("three fields: {case}");
        };
        let known = domain(known);
        let found = nearest(&domain(suspect), [&known]).map_or("-", |l| l.trick.word());
        assert_eq!(found, *expected, "{case}");
    }
}

#[test]
fn the_best_deceit_of_several_is_named_and_a_known_domain_is_like_none() {
    let known = [domain("mercyhealth.net"), domain("mercyhea1th.org")];
    let found = nearest(&domain("mercyhealth.org"), &known).expect("a likeness");
    assert_eq!(found.to, &known[1]);
    assert_eq!(found.trick, Trick::SameLooks);
    let with_own = [domain("mercyhealth.net"), domain("mercyhealth.org")];
    assert!(nearest(&domain("www.mercyhealth.org"), &with_own).is_none());
}
