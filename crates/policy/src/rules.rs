//! The standard rules: numbered, named, and data. [`crate::decide()`] is their only reader.
//!
//! The default is verified TLS, else the portal; a rule may only raise that, unless an
//! administrator's declaration or the patient's recorded choice opens plain mail. Invariant: the
//! decision is the same in whatever order the rules stand. Needs are joined by strength, and of the
//! moves at most one starts from any method under given facts.

use aws_lc_rs::digest;
use model::Method;

use crate::condition::{Condition, Facts};
use Condition::{
    DeclaredFree, Marketing, MethodDemanded, PartUnread, PhiFound, PhiInSubject, PlainChosen,
    PortalOn, SomethingFound, SystemMail, TlsBroken, TlsMinimum,
};

/// A condition or its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    Is(Condition),
    Not(Condition),
}
use Literal::{Is, Not};

/// What a rule does when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// At least this method is needed.
    Needs(Method),
    /// At least the method the sender asked for is needed.
    NeedsDemanded,
    /// A method that cannot be used gives way to a stronger one: pairs of from and to.
    Moves(&'static [(Method, Method)]),
    /// A subject that travels outside the protection is replaced.
    NeutralSubject,
}

/// One rule: it matches when all literals of any one alternative hold.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub id: &'static str,
    pub name: &'static str,
    pub when: &'static [&'static [Literal]],
    pub effect: Effect,
}

/// A set of rules and the version that traces name.
#[derive(Clone, Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    version: String,
}

impl Rules {
    /// The platform's rules. No tenant setting weakens them.
    pub fn standard() -> Self {
        Self::new(STANDARD.to_vec())
    }
    /// First 16 hex digits of the SHA-256 of the rules' text, whatever their order.
    pub fn version(&self) -> &str {
        &self.version
    }
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let mut lines: Vec<String> = rules.iter().map(Rule::text).collect();
        lines.sort();
        let digest = digest::digest(&digest::SHA256, lines.concat().as_bytes());
        let version = digest
            .as_ref()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self { rules, version }
    }
}

impl Rule {
    /// The alternative that holds, if any: the reason why the rule matches.
    pub(crate) fn holding(&self, facts: &Facts) -> Option<&'static [Literal]> {
        self.when
            .iter()
            .copied()
            .find(|all| all.iter().all(|literal| literal.holds(facts)))
    }
    fn text(&self) -> String {
        let when: Vec<String> = self
            .when
            .iter()
            .map(|all| {
                all.iter()
                    .map(|literal| literal.text())
                    .collect::<Vec<_>>()
                    .join(" & ")
            })
            .collect();
        format!(
            "{}|{}|{}|{:?}\n",
            self.id,
            self.name,
            when.join(" or "),
            self.effect
        )
    }
}

impl Literal {
    pub(crate) fn holds(self, facts: &Facts) -> bool {
        match self {
            Is(condition) => condition.holds(facts),
            Not(condition) => !condition.holds(facts),
        }
    }
    /// The answer that this literal asks for.
    pub(crate) const fn wanted(self) -> bool {
        matches!(self, Is(_))
    }
    pub(crate) const fn condition(self) -> Condition {
        match self {
            Is(condition) | Not(condition) => condition,
        }
    }
    fn text(self) -> String {
        match self {
            Is(condition) => condition.word().to_owned(),
            Not(condition) => format!("!{}", condition.word()),
        }
    }
}

const STANDARD: &[Rule] = &[
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
            &[Is(SomethingFound), Not(SystemMail), Not(PlainChosen)],
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
            &[Is(Marketing), Is(PhiFound)],
            &[Is(Marketing), Is(PartUnread)],
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
        name: "no key of the recipient",
        when: &[&[]],
        // Nothing weaker may go in place of encryption to a key, and no key is known.
        effect: Effect::Moves(&[(Method::Pgp, Method::Hold), (Method::Smime, Method::Hold)]),
    },
    Rule {
        id: "13",
        name: "protected by default",
        when: &[&[Not(SystemMail), Not(DeclaredFree), Not(PlainChosen)]],
        effect: Effect::Needs(Method::Tls),
    },
    Rule {
        id: "14",
        name: "the organisation's minimum",
        // It binds declarations and choices too: whoever cannot take verified TLS reads in the portal.
        when: &[&[Is(TlsMinimum), Not(SystemMail)]],
        effect: Effect::Needs(Method::Tls),
    },
];
