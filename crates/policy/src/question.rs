//! The yes-or-no questions that the platform's rules ask, with their words in every tense the trace
//! needs.
//!
//! A question looks at facts only, never at other rules. `turned` gives the facts with one answer
//! changed: "what would change it" is found by deciding again, so its sentences cannot lie.

mod phrase;

use model::{PhiLevel, Purpose, Stream};

use crate::facts::{Facts, SUBSTANCE_USE};
use crate::words::{Channel, KeyState, RecipientClass, Restriction, Risk, TlsKnown};

macro_rules! questions {
    ($($variant:ident = $word:literal,)*) => {
        /// One question about the facts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Question { $($variant,)* }
        impl Question {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Part of the rules' text that is hashed into their version.
            pub(crate) const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

questions! {
    SystemMail = "system_mail",
    MethodDemanded = "method_demanded",
    SomethingFound = "something_found",
    PhiFound = "phi_found",
    PhiInSubject = "phi_in_subject",
    PartUnread = "part_unread",
    Marketing = "marketing",
    DeclaredFree = "declared_free",
    AttestedFree = "attested_free",
    PlainChosen = "plain_chosen",
    TlsBroken = "tls_broken",
    PortalOn = "portal_on",
    TlsMinimum = "tls_minimum",
    Part2 = "part_2",
    Part2Consent = "part_2_consent",
    ToPatient = "to_patient",
    Internal = "internal",
    Restricted = "restricted",
    Blocked = "blocked",
    RiskCritical = "risk_critical",
    Approved = "approved",
    SmimeUsable = "smime_usable",
    PgpUsable = "pgp_usable",
    PortalChosen = "portal_chosen",
    SmimeChosen = "smime_chosen",
    PgpChosen = "pgp_chosen",
}
use Question::{
    Approved, AttestedFree, Blocked, DeclaredFree, Internal, Marketing, MethodDemanded, Part2,
    Part2Consent, PartUnread, PgpChosen, PgpUsable, PhiFound, PhiInSubject, PlainChosen,
    PortalChosen, PortalOn, Restricted, RiskCritical, SmimeChosen, SmimeUsable, SomethingFound,
    SystemMail, TlsBroken, TlsMinimum, ToPatient,
};

impl Question {
    pub(crate) fn holds(self, facts: &Facts) -> bool {
        let (message, recipient) = (&facts.message, &facts.recipient);
        match self {
            SystemMail => message.system,
            MethodDemanded => message.demanded.is_some(),
            SomethingFound => facts.level() >= PhiLevel::Weak,
            PhiFound => facts.level() >= PhiLevel::Likely,
            PhiInSubject => message.subject_phi,
            PartUnread => message.unscannable,
            Marketing => {
                message.stream == Stream::Marketing || message.purpose == Purpose::Marketing
            }
            DeclaredFree => message.declared_no_phi,
            // Health words alone may be overruled by a person's word, PHI may not.
            AttestedFree => {
                message.attested
                    && facts.level_assumed() <= PhiLevel::Weak
                    && !message.subject_phi
                    && !message.is_special()
            }
            // 45 CFR 164.522(b) gives the choice to the individual, not to colleagues, providers or
            // vendors; it is an informed one (78 FR 5634), and does not reach records with rules of
            // their own.
            PlainChosen => {
                recipient.prefers == Some(Channel::Plain)
                    && recipient.warned
                    && recipient.class == RecipientClass::Patient
                    && !recipient.internal
                    && !message.is_special()
            }
            TlsBroken => recipient.tls_known == TlsKnown::Broken,
            PortalOn => recipient.portal_on,
            TlsMinimum => message.tls_minimum,
            // A record identifies a patient (42 CFR 2.12(a)(1)): words of treatment alone do not.
            Part2 => {
                message.labels.contains(SUBSTANCE_USE) && facts.level_assumed() >= PhiLevel::Likely
            }
            Part2Consent => recipient.consent_part2,
            ToPatient => recipient.class == RecipientClass::Patient,
            Internal => recipient.internal,
            Restricted => is_restricted(recipient.restriction, message.purpose),
            Blocked => recipient.blocked,
            RiskCritical => message.risk == Risk::Critical,
            Approved => message.approved,
            SmimeUsable => recipient.smime == KeyState::Usable,
            PgpUsable => recipient.pgp == KeyState::Usable,
            PortalChosen => recipient.prefers == Some(Channel::Portal),
            SmimeChosen => recipient.prefers == Some(Channel::Smime),
            PgpChosen => recipient.prefers == Some(Channel::Pgp),
        }
    }

    /// The facts with this answer turned around, and that supposition in words; `None` where no one
    /// could change it.
    pub(crate) fn turned(self, facts: &Facts) -> Option<(Facts, &'static str)> {
        let holds = self.holds(facts);
        let may_choose = facts.recipient.class == RecipientClass::Patient
            && !facts.recipient.internal
            && !facts.message.is_special();
        if self == PlainChosen && !may_choose {
            return None;
        }
        let supposition = self.supposition(holds)?;
        let mut other = facts.clone();
        self.turn(holds, &mut other);
        Some((other, supposition))
    }

    fn turn(self, holds: bool, facts: &mut Facts) {
        let (message, recipient) = (&mut facts.message, &mut facts.recipient);
        match self {
            SystemMail => message.system = !holds,
            MethodDemanded => message.demanded = None,
            SomethingFound => {
                message.level = PhiLevel::None;
                message.level_to_patient = PhiLevel::None;
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
            AttestedFree => message.attested = false,
            PlainChosen if holds => recipient.prefers = None,
            PlainChosen => {
                recipient.prefers = Some(Channel::Plain);
                recipient.warned = true;
            }
            TlsBroken if holds => recipient.tls_known = TlsKnown::Verified,
            TlsBroken => recipient.tls_known = TlsKnown::Broken,
            PortalOn => recipient.portal_on = !holds,
            TlsMinimum => message.tls_minimum = !holds,
            Part2 => {
                message.labels.remove(SUBSTANCE_USE);
            }
            Part2Consent => recipient.consent_part2 = !holds,
            Restricted => recipient.restriction = None,
            Blocked => recipient.blocked = !holds,
            RiskCritical => message.risk = Risk::Normal,
            Approved => message.approved = !holds,
            SmimeUsable if holds => recipient.smime = KeyState::None,
            SmimeUsable => recipient.smime = KeyState::Usable,
            PgpUsable if holds => recipient.pgp = KeyState::None,
            PgpUsable => recipient.pgp = KeyState::Usable,
            PortalChosen => recipient.prefers = None,
            // No one turns these: `supposition` has no words for them.
            ToPatient | Internal | SmimeChosen | PgpChosen => {}
        }
    }
}

fn is_restricted(restriction: Option<Restriction>, purpose: Purpose) -> bool {
    match restriction {
        None => false,
        Some(Restriction::All) => true,
        Some(Restriction::PaymentOperations) => {
            matches!(purpose, Purpose::Payment | Purpose::Operations)
        }
    }
}
