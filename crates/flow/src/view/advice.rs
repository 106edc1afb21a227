//! What a sender can do about mail that policy stopped: one sentence of a fixed list, by the kind of rule.
//!
//! It is told to whoever sent the message, by page, report and API. Invariant: no word of the message, of a
//! rule's text or of an address is in it.

use model::RecipientState;
use policy::{Fact, Step, Trace};

/// What kind of rule stopped it, by what the sender can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// A look-alike or first-time address.
    Address,
    /// A whole record, many pages or many patients.
    Less,
    /// A part that nobody could look into, or a dangerous file.
    Files,
    /// An agreement, a consent or an authorization is missing.
    Consent,
    /// A limit was agreed with the patient.
    Agreed,
    /// The sending itself is unusual.
    Unusual,
    /// The mail is of a stream or purpose that such content has no place in.
    Stream,
    /// Nothing the sender alone could change.
    Wait,
    Refused,
}

impl Advice {
    pub const ALL: &'static [Self] = &[
        Self::Address,
        Self::Less,
        Self::Files,
        Self::Consent,
        Self::Agreed,
        Self::Unusual,
        Self::Stream,
        Self::Wait,
        Self::Refused,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Less => "less",
            Self::Files => "files",
            Self::Consent => "consent",
            Self::Agreed => "agreed",
            Self::Unusual => "unusual",
            Self::Stream => "stream",
            Self::Wait => "wait",
            Self::Refused => "refused",
        }
    }

    /// In English, for reports and the API.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Address => {
                "Check the address letter by letter. If it is right, ask for the release."
            }
            Self::Less => {
                "Send only what the recipient needs, about one patient, or ask for the release."
            }
            Self::Files => {
                "Send the files in a form that can be read, without a password or a program inside."
            }
            Self::Consent => {
                "An agreement, a consent or an authorization has to be on record first. Ask your privacy office."
            }
            Self::Agreed => {
                "A limit was agreed with the patient. Ask your privacy office before you use another way."
            }
            Self::Unusual => {
                "This sending is unusual for you. If you did not send it, change your password and tell your administrator."
            }
            Self::Stream => {
                "Such content has no place in this kind of mail. Send it as a message of its own."
            }
            Self::Wait => "Somebody has to look at it first. There is nothing you need to do.",
            Self::Refused => "A rule of your organisation refuses it. Ask your privacy office.",
        }
    }

    /// For a recipient that policy stopped; none for any other.
    pub fn of(state: RecipientState, trace: &Trace) -> Option<Self> {
        let otherwise = match state {
            RecipientState::Held => Self::Wait,
            RecipientState::Blocked => Self::Refused,
            _ => return None,
        };
        let step = trace.steps.iter().find(|s| s.rule == trace.decided_by);
        Some(step.and_then(Self::for_rule).unwrap_or(otherwise))
    }

    fn for_rule(step: &Step) -> Option<Self> {
        match step.rule.as_str() {
            "6" => return Some(Self::Stream),
            "12" | "15" => return Some(Self::Consent),
            "16" | "18" => return Some(Self::Agreed),
            "17" => return Some(Self::Unusual),
            "19" | "20" => return Some(Self::Consent),
            _ => {}
        }
        // A rule of the organisation: what it asks for, as its trace says in the words of facts.
        let asks = |fact: Fact| step.because.contains(fact.word());
        let kinds: &[(Self, &[Fact])] = &[
            (Self::Address, &[Fact::LookAlike, Fact::FirstTime]),
            (Self::Consent, &[Fact::Agreement, Fact::Part2Consent]),
            (Self::Agreed, &[Fact::Restriction]),
            (Self::Unusual, &[Fact::Risk]),
            (
                Self::Less,
                &[Fact::WholeRecord, Fact::Patients, Fact::Pages],
            ),
            (
                Self::Files,
                &[
                    Fact::UnreadPart,
                    Fact::OpaqueContent,
                    Fact::FileMarks,
                    Fact::FileKinds,
                ],
            ),
            (Self::Stream, &[Fact::Stream, Fact::Purpose]),
        ];
        let fits = |facts: &&[Fact]| facts.iter().any(|fact| asks(*fact));
        kinds
            .iter()
            .find(|(_, facts)| fits(facts))
            .map(|(kind, _)| *kind)
    }
}
