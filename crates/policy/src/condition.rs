//! The yes-or-no questions that rules ask, with their words in every tense the trace needs.
//!
//! A condition looks at facts only, never at other rules. `turned` gives the facts with one answer
//! changed: "what would change it" is found by deciding again, so its sentences cannot lie.

use model::{PhiLevel, Stream};

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
    MarketingStream,
    DeclaredFree,
    PlainChosen,
    TlsBroken,
    PortalOn,
}

use Condition::{
    DeclaredFree, MarketingStream, MethodDemanded, PartUnread, PhiFound, PhiInSubject, PlainChosen,
    PortalOn, SomethingFound, SystemMail, TlsBroken,
};

impl Condition {
    pub(crate) const ALL: &'static [Self] = &[
        SystemMail,
        MethodDemanded,
        SomethingFound,
        PhiFound,
        PhiInSubject,
        PartUnread,
        MarketingStream,
        DeclaredFree,
        PlainChosen,
        TlsBroken,
        PortalOn,
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
            MarketingStream => message.stream == Stream::Marketing,
            DeclaredFree => message.declared_no_phi,
            // 45 CFR 164.522(b) gives the choice to the individual, not to colleagues.
            PlainChosen => recipient.prefers_plain && !recipient.internal,
            TlsBroken => recipient.tls_known == TlsKnown::Broken,
            PortalOn => recipient.portal_on,
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
            (MarketingStream, true) => "it is in the marketing stream",
            (MarketingStream, false) => "it is not in the marketing stream",
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
        }
    }

    /// The facts with this answer turned around, and that supposition in words; `None` where no one
    /// could change it (what is our own notice stays one; which method might be asked is open).
    pub(crate) fn turned(self, facts: &Facts) -> Option<(Facts, &'static str)> {
        let holds = self.holds(facts);
        let mut other = facts.clone();
        let (message, recipient) = (&mut other.message, &mut other.recipient);
        let supposition = match (self, holds) {
            (SystemMail, _) | (MethodDemanded, false) => return None,
            // Turned together with what was found elsewhere: see `SomethingFound`.
            (PhiFound, true) | (PhiInSubject, false) | (SomethingFound, false) => return None,
            (MethodDemanded, true) => {
                message.demanded = None;
                "the sender had not asked for a method"
            }
            (SomethingFound, true) => {
                message.level = PhiLevel::None;
                message.subject_phi = false;
                "nothing had been found"
            }
            (PhiFound, false) => {
                message.level = PhiLevel::Likely;
                "PHI had been found"
            }
            (PhiInSubject, true) => {
                message.subject_phi = false;
                "the subject held no PHI"
            }
            (PartUnread, _) => {
                message.unscannable = !holds;
                if holds {
                    "every part could have been read"
                } else {
                    "a part could not have been read"
                }
            }
            (MarketingStream, true) => {
                message.stream = Stream::Transactional;
                "it were in the transactional stream"
            }
            (MarketingStream, false) => {
                message.stream = Stream::Marketing;
                "it were in the marketing stream"
            }
            (DeclaredFree, _) => {
                message.declared_no_phi = !holds;
                if holds {
                    "its sender were not declared free of PHI"
                } else {
                    "its sender were declared free of PHI"
                }
            }
            (PlainChosen, _) if recipient.internal => return None,
            (PlainChosen, _) => {
                recipient.prefers_plain = !holds;
                if holds {
                    "the recipient had not chosen plain mail"
                } else {
                    "the recipient had chosen plain mail and the warning were on record"
                }
            }
            (TlsBroken, true) => {
                recipient.tls_known = TlsKnown::Verified;
                "the recipient's mail server had shown verified TLS"
            }
            (TlsBroken, false) => {
                recipient.tls_known = TlsKnown::Broken;
                "the recipient's mail server were known to fail TLS verification"
            }
            (PortalOn, _) => {
                recipient.portal_on = !holds;
                if holds {
                    "the portal were off"
                } else {
                    "the portal were on"
                }
            }
        };
        Some((other, supposition))
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
            MarketingStream => "marketing_stream",
            DeclaredFree => "declared_free",
            PlainChosen => "plain_chosen",
            TlsBroken => "tls_broken",
            PortalOn => "portal_on",
        }
    }
}
