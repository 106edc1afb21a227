//! DMARC (RFC 9989) before zones: whose policy applies, and what aligns.

use seal::dkim::{Dkim, DkimResult};
use seal::dmarc::{self, Dmarc, Policy, Proved};
use seal::dns::{Ask, Found, Known};
use seal::spf::Spf;

struct Case {
    name: &'static str,
    zone: &'static [(&'static str, &'static str)],
    author: &'static str,
    spf: Option<&'static str>,
    dkim: Option<&'static str>,
    dmarc: Dmarc,
    policy: Policy,
}

const CASES: &[Case] = &[
    Case {
        name: "no record anywhere",
        zone: &[],
        author: "x.example",
        spf: Some("x.example"),
        dkim: None,
        dmarc: Dmarc::None,
        policy: Policy::None,
    },
    Case {
        name: "SPF aligns",
        zone: &[("_dmarc.x.example", "v=DMARC1; p=reject")],
        author: "x.example",
        spf: Some("x.example"),
        dkim: None,
        dmarc: Dmarc::Pass,
        policy: Policy::None,
    },
    Case {
        name: "DKIM of a subdomain aligns",
        zone: &[("_dmarc.x.example", "v=DMARC1; p=reject")],
        author: "x.example",
        spf: None,
        dkim: Some("mail.x.example"),
        dmarc: Dmarc::Pass,
        policy: Policy::None,
    },
    Case {
        name: "strict DKIM does not",
        zone: &[("_dmarc.x.example", "v=DMARC1; p=reject; adkim=s")],
        author: "x.example",
        spf: None,
        dkim: Some("mail.x.example"),
        dmarc: Dmarc::Fail,
        policy: Policy::Reject,
    },
    Case {
        name: "another domain does not",
        zone: &[("_dmarc.x.example", "v=DMARC1; p=reject")],
        author: "x.example",
        spf: Some("y.example"),
        dkim: Some("notx.example"),
        dmarc: Dmarc::Fail,
        policy: Policy::Reject,
    },
    Case {
        name: "the organisation's policy holds below it",
        zone: &[("_dmarc.x.example", "v=DMARC1; p=reject; sp=quarantine")],
        author: "a.b.x.example",
        spf: None,
        dkim: None,
        dmarc: Dmarc::Fail,
        policy: Policy::Quarantine,
    },
    Case {
        name: "np for a name that is not there",
        zone: &[("_dmarc.x.example", "v=DMARC1; p=none; np=reject")],
        author: "ghost.x.example",
        spf: None,
        dkim: None,
        dmarc: Dmarc::Fail,
        policy: Policy::Reject,
    },
    Case {
        name: "a test is one step milder",
        zone: &[("_dmarc.x.example", "v=DMARC1; p=reject; t=y")],
        author: "x.example",
        spf: None,
        dkim: None,
        dmarc: Dmarc::Fail,
        policy: Policy::Quarantine,
    },
    Case {
        name: "two records count as none",
        zone: &[
            ("_dmarc.x.example", "v=DMARC1; p=reject"),
            ("_dmarc.x.example", "v=DMARC1; p=none"),
        ],
        author: "x.example",
        spf: None,
        dkim: None,
        dmarc: Dmarc::None,
        policy: Policy::None,
    },
    Case {
        name: "psd=n ends the walk",
        zone: &[
            ("_dmarc.a.x.example", "v=DMARC1; p=reject; psd=n"),
            ("_dmarc.x.example", "v=DMARC1; p=none"),
        ],
        author: "m.a.x.example",
        spf: Some("b.x.example"),
        dkim: None,
        dmarc: Dmarc::Fail,
        policy: Policy::Reject,
    },
    Case {
        name: "below a public suffix each is its own",
        zone: &[("_dmarc.gov.example", "v=DMARC1; p=reject; psd=y")],
        author: "x.gov.example",
        spf: Some("y.gov.example"),
        dkim: None,
        dmarc: Dmarc::Fail,
        policy: Policy::Reject,
    },
    Case {
        name: "long names are not asked for label by label",
        zone: &[("_dmarc.x.example", "v=DMARC1; p=reject")],
        author: "a.b.c.d.e.f.g.h.i.j.k.x.example",
        spf: Some("x.example"),
        dkim: None,
        dmarc: Dmarc::Pass,
        policy: Policy::None,
    },
];

#[test]
fn policies_apply_as_published() {
    for case in CASES {
        let mut known = Known::default();
        let authors = [case.author.to_owned()];
        let dkim: Vec<DkimResult> = case
            .dkim
            .iter()
            .map(|domain| DkimResult {
                dkim: Dkim::Pass,
                domain: (*domain).to_owned(),
                selector: "k".to_owned(),
            })
            .collect();
        let proved = Proved {
            authors: &authors,
            spf: if case.spf.is_some() {
                Spf::Pass
            } else {
                Spf::None
            },
            spf_domain: case.spf.unwrap_or_default(),
            dkim: &dkim,
        };
        let mut asked = 0;
        let found = loop {
            match dmarc::check(&known, &proved) {
                Ok(found) => break found,
                Err(Ask::Txt(name)) => {
                    let records = case.zone.iter().filter(|(n, _)| *n == name);
                    let records: Vec<Vec<u8>> =
                        records.map(|(_, r)| r.as_bytes().to_vec()).collect();
                    let found = if records.is_empty() {
                        Found::Nothing
                    } else {
                        Found::Records(records)
                    };
                    known.learn_txt(&name, found);
                }
                Err(Ask::Addresses(name)) => known.learn_addresses(&name, Found::Nothing),
                Err(Ask::Mx(name)) => known.learn_mx(&name, Found::Nothing),
                Err(Ask::Names(ip)) => known.learn_names(ip, Found::Nothing),
            }
            asked += 1;
            assert!(asked <= 24, "{}: asks too much", case.name);
        };
        assert_eq!(
            (found.dmarc, found.policy),
            (case.dmarc, case.policy),
            "{}",
            case.name
        );
    }
}

#[test]
fn authors_of_two_domains_prove_nothing() {
    let authors = ["x.example".to_owned(), "y.example".to_owned()];
    let proved = Proved {
        authors: &authors,
        spf: Spf::Pass,
        spf_domain: "x.example",
        dkim: &[],
    };
    let found = dmarc::check(&Known::default(), &proved).expect("nothing is asked");
    assert_eq!(found.dmarc, Dmarc::PermError);
}
