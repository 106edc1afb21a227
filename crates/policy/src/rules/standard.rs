//! The platform's rules: numbered, named, and data. No organisation's rule weakens them.
//!
//! The default is verified TLS, else the portal; a rule may only raise that, unless an
//! administrator's declaration, the patient's recorded choice or a sender's permitted word opens
//! plain mail. Invariant: of the moves at most one starts from any method under given facts.

use model::Method;

use super::Literal::{Is, Not};
use super::{Effect, Rule};
use crate::question::Question::{
    Approved, AttestedFree, Blocked, DeclaredFree, Internal, Marketing, MethodDemanded, Part2,
    Part2Consent, PartUnread, PgpChosen, PgpUsable, PhiFound, PhiInSubject, PlainChosen,
    PortalChosen, PortalOn, Restricted, RiskCritical, SmimeChosen, SmimeUsable, SomethingFound,
    SystemMail, TlsBroken, TlsMinimum, ToPatient,
};
use crate::words::Notice;

pub(super) const STANDARD: &[Rule] = &[
    Rule {
        id: "1",
        name: "system mail",
        when: &[&[Is(SystemMail)]],
        effect: Effect::Needs(Method::Plain),
    },
    Rule {
        id: "2",
        name: "demanded method",
        when: &[&[Is(MethodDemanded)]],
        effect: Effect::NeedsDemanded,
    },
    Rule {
        id: "3",
        name: "PHI stays out of plain",
        // A clinic's name is health context, so weak findings in our own templates mean nothing;
        // PHI in them is a fault, and then they are protected like any mail.
        when: &[
            &[
                Is(SomethingFound),
                Not(SystemMail),
                Not(PlainChosen),
                Not(AttestedFree),
            ],
            &[Is(PhiInSubject), Not(SystemMail), Not(PlainChosen)],
            &[Is(PhiFound), Is(SystemMail)],
        ],
        effect: Effect::Needs(Method::Tls),
    },
    Rule {
        id: "4",
        name: "phi to an unverified domain",
        when: &[&[Is(TlsBroken)]],
        // Verified TLS "or drop" forbids a copy in the portal: a person decides.
        effect: Effect::Moves(&[
            (Method::Tls, Method::Portal),
            (Method::TlsOrDrop, Method::Hold),
        ]),
    },
    Rule {
        id: "5",
        name: "unread counts as PHI",
        when: &[&[Is(PartUnread), Not(PlainChosen)]],
        effect: Effect::Needs(Method::Tls),
    },
    Rule {
        id: "6",
        name: "PHI in marketing",
        when: &[
            &[Is(Marketing), Is(PhiFound), Not(Approved)],
            &[Is(Marketing), Is(PartUnread), Not(Approved)],
        ],
        effect: Effect::Needs(Method::Hold),
    },
    Rule {
        id: "7",
        name: "declared free of PHI",
        when: &[&[Is(DeclaredFree)]],
        effect: Effect::Needs(Method::Plain),
    },
    Rule {
        id: "8",
        name: "declared free of PHI, but PHI was found",
        when: &[
            &[Is(DeclaredFree), Is(SomethingFound), Not(PlainChosen)],
            &[Is(DeclaredFree), Is(PhiInSubject), Not(PlainChosen)],
            &[Is(DeclaredFree), Is(PartUnread), Not(PlainChosen)],
        ],
        effect: Effect::Needs(Method::Tls),
    },
    Rule {
        id: "9",
        name: "the patient's choice of plain mail",
        // 45 CFR 164.522(b): a reasonable request to be written to by other means is granted.
        when: &[&[Is(PlainChosen)]],
        effect: Effect::Needs(Method::Plain),
    },
    Rule {
        id: "10",
        name: "PHI in the subject",
        when: &[&[Is(PhiInSubject)]],
        effect: Effect::NeutralSubject,
    },
    Rule {
        id: "11",
        name: "the portal cannot be used",
        // A notice about a notice would never end.
        when: &[&[Not(PortalOn)], &[Is(SystemMail)]],
        effect: Effect::Moves(&[(Method::Portal, Method::Hold)]),
    },
    Rule {
        id: "12",
        name: "no certificate of the recipient",
        when: &[&[Not(SmimeUsable)]],
        // Nothing weaker may go in place of encryption to a key.
        effect: Effect::Moves(&[(Method::Smime, Method::Portal)]),
    },
    Rule {
        id: "13",
        name: "protected by default",
        when: &[&[
            Not(SystemMail),
            Not(DeclaredFree),
            Not(PlainChosen),
            Not(AttestedFree),
        ]],
        effect: Effect::Needs(Method::Tls),
    },
    Rule {
        id: "14",
        name: "the organisation's minimum",
        // It binds declarations and choices too: whoever cannot take verified TLS reads in the portal.
        when: &[&[Is(TlsMinimum), Not(SystemMail)]],
        effect: Effect::Needs(Method::Tls),
    },
    Rule {
        id: "15",
        name: "no OpenPGP key of the recipient",
        when: &[&[Not(PgpUsable)]],
        effect: Effect::Moves(&[(Method::Pgp, Method::Portal)]),
    },
    Rule {
        id: "16",
        name: "blocked recipient",
        when: &[&[Is(Blocked), Not(SystemMail)]],
        effect: Effect::Needs(Method::Block),
    },
    Rule {
        id: "17",
        name: "sending that looks like misuse",
        // 45 CFR 164.308(a)(6)(ii). No release of one message answers for the account behind it.
        when: &[&[Is(RiskCritical), Not(SystemMail)]],
        effect: Effect::Needs(Method::Hold),
    },
    Rule {
        id: "18",
        name: "a restriction that was agreed to",
        // 45 CFR 164.522(a)(1)(iii): it is kept but for emergencies, which a person sees.
        when: &[&[Is(Restricted), Not(SystemMail), Not(Approved)]],
        effect: Effect::Needs(Method::Hold),
    },
    Rule {
        id: "19",
        name: "substance use records without consent",
        // 42 CFR 2.13(a), 2.31. A release cannot stand in for the patient's consent.
        when: &[&[
            Is(Part2),
            Not(Part2Consent),
            Not(ToPatient),
            Not(Internal),
            Not(SystemMail),
        ]],
        effect: Effect::Needs(Method::Hold),
    },
    Rule {
        id: "20",
        name: "substance use records to the patient or a colleague",
        // 42 CFR 2.23 and 2.12(c)(3) ask for no consent; the records stay in the house.
        when: &[
            &[Is(Part2), Not(Part2Consent), Is(ToPatient), Not(SystemMail)],
            &[Is(Part2), Not(Part2Consent), Is(Internal), Not(SystemMail)],
        ],
        effect: Effect::Needs(Method::Portal),
    },
    Rule {
        id: "21",
        name: "the statement on redisclosure",
        // 42 CFR 2.32(a): it goes with each disclosure made with consent.
        when: &[&[Is(Part2), Is(Part2Consent), Not(ToPatient), Not(SystemMail)]],
        effect: Effect::Notice(Notice::Part2),
    },
    Rule {
        id: "22",
        name: "the recipient's choice of the portal",
        when: &[&[Is(PortalChosen), Is(PortalOn), Not(SystemMail)]],
        effect: Effect::Needs(Method::Portal),
    },
    Rule {
        id: "23",
        name: "the recipient's choice of S/MIME",
        when: &[&[Is(SmimeChosen), Is(SmimeUsable), Not(SystemMail)]],
        effect: Effect::Needs(Method::Smime),
    },
    Rule {
        id: "24",
        name: "the recipient's choice of OpenPGP",
        when: &[&[Is(PgpChosen), Is(PgpUsable), Not(SystemMail)]],
        effect: Effect::Needs(Method::Pgp),
    },
    Rule {
        id: "25",
        name: "attested free of PHI",
        when: &[&[Is(AttestedFree)]],
        effect: Effect::Needs(Method::Plain),
    },
];
