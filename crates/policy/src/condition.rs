//! The yes-or-no questions that rules ask, with their words in every tense the trace needs.
//!
//! A condition looks at facts only, never at other rules. `turned` gives the facts with one answer
//! changed: "what would change it" is found by deciding again, so its sentences cannot lie.

use model::{PhiLevel, Purpose, Stream};

use crate::{MessageFacts, RecipientFacts, TlsKnown};

/// Everything a rule may look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub message: MessageFacts,
    pub recipient: RecipientFacts,
}

/// One question about the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    SystemMail,
    MethodDemanded,
    SomethingFound,
    PhiFound,
    PhiInSubject,
    PartUnread,
    Marketing,
    DeclaredFree,
    PlainChosen,
    TlsBroken,
    PortalOn,
    TlsMinimum,
}

use Condition::{
    DeclaredFree, Marketing, MethodDemanded, PartUnread, PhiFound, PhiInSubject, PlainChosen,
    PortalOn, SomethingFound, SystemMail, TlsBroken, TlsMinimum,
};

impl Condition {
    pub(crate) const ALL: &'static [Self] = &[
        SystemMail,
        MethodDemanded,
        SomethingFound,
        PhiFound,
        PhiInSubject,
        PartUnread,
        Marketing,
        DeclaredFree,
        PlainChosen,
        TlsBroken,
        PortalOn,
        TlsMinimum,
    ];

    pub(crate) fn holds(self, facts: &Facts) -> bool {
        let (message, recipient) = (&facts.message, &facts.recipient);
        match self {
            SystemMail => message.system,
            MethodDemanded => message.demanded.is_some(),
            SomethingFound => message.level >= PhiLevel::Weak,
            PhiFound => message.level >= PhiLevel::Likely,
            PhiInSubject => message.subject_phi,
            PartUnread => message.unscannable,
            Marketing => {
                message.stream == Stream::Marketing || message.purpose == Purpose::Marketing
            }
            DeclaredFree => message.declared_no_phi,
            // 45 CFR 164.522(b) gives the choice to the individual, not to colleagues.
            PlainChosen => recipient.prefers_plain && !recipient.internal,
            TlsBroken => recipient.tls_known == TlsKnown::Broken,
            PortalOn => recipient.portal_on,
            TlsMinimum => message.tls_minimum,
        }
    }

    /// The answer as a clause: "the portal is on".
    pub(crate) const fn clause(self, holds: bool) -> &'static str {
        match (self, holds) {
            (SystemMail, true) => "it is a notice, code or report of our own",
            (SystemMail, false) => "it is not a notice of our own",
            (MethodDemanded, true) => "the sender asked for a method",
            (MethodDemanded, false) => "the sender asked for no method",
            (SomethingFound, true) => "an identifier or health context was found",
            (SomethingFound, false) => "nothing was found",
            (PhiFound, true) => "PHI was found",
            (PhiFound, false) => "no PHI was found",
            (PhiInSubject, true) => "PHI was found in the subject",
            (PhiInSubject, false) => "the subject holds no PHI",
            (PartUnread, true) => "a part could not be read",
            (PartUnread, false) => "every part could be read",
            (Marketing, true) => "it is marketing",
            (Marketing, false) => "it is not marketing",
            (DeclaredFree, true) => "its sender is declared free of PHI",
            (DeclaredFree, false) => "its sender is not declared free of PHI",
            (PlainChosen, true) => "the recipient chose plain mail",
            (PlainChosen, false) => "the recipient did not choose plain mail",
            (TlsBroken, true) => "the recipient's mail server is known to fail TLS verification",
            (TlsBroken, false) => {
                "the recipient's mail server is not known to fail TLS verification"
            }
            (PortalOn, true) => "the portal is on",
            (PortalOn, false) => "the portal is off",
            (TlsMinimum, true) => "the organisation asks for verified TLS at least",
            (TlsMinimum, false) => "the organisation sets no minimum of its own",
        }
    }

    /// The facts with this answer turned around, and that supposition in words; `None` where no one
    /// could change it.
    pub(crate) fn turned(self, facts: &Facts) -> Option<(Facts, &'static str)> {
        let holds = self.holds(facts);
        if self == PlainChosen && facts.recipient.internal {
            return None;
        }
        let supposition = self.supposition(holds)?;
        let mut other = facts.clone();
        self.turn(holds, &mut other);
        Some((other, supposition))
    }

    const fn supposition(self, holds: bool) -> Option<&'static str> {
        Some(match (self, holds) {
            // What is our own notice stays one, and which method might be asked for is open.
            (SystemMail, _) | (MethodDemanded, false) => return None,
            // `SomethingFound` speaks of these in the one direction, `PhiFound` in the other.
            (PhiFound, true) | (PhiInSubject | SomethingFound, false) => return None,
            // A minimum is the organisation's standing choice, not something of this message.
            (TlsMinimum, false) => return None,
            (MethodDemanded, true) => "the sender had not asked for a method",
            (SomethingFound, true) => "nothing had been found",
            (PhiFound, false) => "PHI had been found",
            (PhiInSubject, true) => "the subject held no PHI",
            (PartUnread, true) => "every part could have been read",
            (PartUnread, false) => "a part could not have been read",
            (Marketing, true) => "it were not marketing",
            (Marketing, false) => "it were marketing",
            (DeclaredFree, true) => "its sender were not declared free of PHI",
            (DeclaredFree, false) => "its sender were declared free of PHI",
            (PlainChosen, true) => "the recipient had not chosen plain mail",
            (PlainChosen, false) => {
                "the recipient had chosen plain mail and the warning were on record"
            }
            (TlsBroken, true) => "the recipient's mail server had shown verified TLS",
            (TlsBroken, false) => "the recipient's mail server were known to fail TLS verification",
            (PortalOn, true) => "the portal were off",
            (PortalOn, false) => "the portal were on",
            (TlsMinimum, true) => "the organisation set no minimum of its own",
        })
    }

    fn turn(self, holds: bool, facts: &mut Facts) {
        let (message, recipient) = (&mut facts.message, &mut facts.recipient);
        match self {
            SystemMail => message.system = !holds,
            MethodDemanded => message.demanded = None,
            SomethingFound => {
                message.level = PhiLevel::None;
                message.subject_phi = false;
            }
            PhiFound => message.level = PhiLevel::Likely,
            PhiInSubject => message.subject_phi = !holds,
            PartUnread => message.unscannable = !holds,
            Marketing if holds => {
                message.stream = Stream::Transactional;
                message.purpose = Purpose::Operations;
            }
            Marketing => message.stream = Stream::Marketing,
            DeclaredFree => message.declared_no_phi = !holds,
            PlainChosen => recipient.prefers_plain = !holds,
            TlsBroken if holds => recipient.tls_known = TlsKnown::Verified,
            TlsBroken => recipient.tls_known = TlsKnown::Broken,
            PortalOn => recipient.portal_on = !holds,
            TlsMinimum => message.tls_minimum = !holds,
        }
    }

    /// Part of the rules' text that is hashed into their version.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            SystemMail => "system_mail",
            MethodDemanded => "method_demanded",
            SomethingFound => "something_found",
            PhiFound => "phi_found",
            PhiInSubject => "phi_in_subject",
            PartUnread => "part_unread",
            Marketing => "marketing",
            DeclaredFree => "declared_free",
            PlainChosen => "plain_chosen",
            TlsBroken => "tls_broken",
            PortalOn => "portal_on",
            TlsMinimum => "tls_minimum",
        }
    }
}
