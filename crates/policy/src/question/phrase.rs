//! How a question's answer is said: as a clause, and as a supposition.

use super::Question::{self, *};

impl Question {
    /// The answer as a clause: "the portal is on".
    pub(crate) const fn clause(self, holds: bool) -> &'static str {
        let (yes, no) = self.clauses();
        if holds { yes } else { no }
    }

    const fn clauses(self) -> (&'static str, &'static str) {
        match self {
            SystemMail => (
                "it is a notice, code or report of our own",
                "it is not a notice of our own",
            ),
            MethodDemanded => (
                "the sender asked for a method",
                "the sender asked for no method",
            ),
            SomethingFound => (
                "an identifier or health context was found",
                "nothing was found",
            ),
            PhiFound => ("PHI was found", "no PHI was found"),
            PhiInSubject => ("PHI was found in the subject", "the subject holds no PHI"),
            PartUnread => ("a part could not be read", "every part could be read"),
            Marketing => ("it is marketing", "it is not marketing"),
            DeclaredFree => (
                "its sender is declared free of PHI",
                "its sender is not declared free of PHI",
            ),
            AttestedFree => (
                "the sender may attest that it holds no PHI and did, and no PHI was found",
                "no attestation of the sender counts",
            ),
            PlainChosen => (
                "the recipient chose plain mail",
                "the recipient did not choose plain mail",
            ),
            TlsBroken => (
                "the recipient's mail server is known to fail TLS verification",
                "the recipient's mail server is not known to fail TLS verification",
            ),
            PortalOn => ("the portal is on", "the portal is off"),
            TlsMinimum => (
                "the organisation asks for verified TLS at least",
                "the organisation sets no minimum of its own",
            ),
            _ => self.clauses_on_people(),
        }
    }

    /// Those about keys, consent and standing.
    const fn clauses_on_people(self) -> (&'static str, &'static str) {
        match self {
            Part2 => (
                "it holds records of substance use treatment",
                "it holds no records of substance use treatment",
            ),
            Part2Consent => (
                "consent to this disclosure is on record",
                "no consent to this disclosure is on record",
            ),
            ToPatient => ("the recipient is a patient", "the recipient is no patient"),
            Internal => (
                "the recipient is a colleague",
                "the recipient is no colleague",
            ),
            Restricted => (
                "a restriction was agreed that covers this recipient",
                "no restriction covers this recipient",
            ),
            Blocked => ("the recipient is blocked", "the recipient is not blocked"),
            RiskCritical => (
                "the sending looks like misuse",
                "the sending does not look like misuse",
            ),
            Approved => ("it was released", "nobody released it"),
            SmimeUsable => (
                "a usable S/MIME certificate of the recipient is known",
                "no usable S/MIME certificate of the recipient is known",
            ),
            PgpUsable => (
                "a usable OpenPGP key of the recipient is known",
                "no usable OpenPGP key of the recipient is known",
            ),
            PortalChosen => (
                "the recipient asked for the portal",
                "the recipient did not ask for the portal",
            ),
            SmimeChosen => (
                "the recipient asked for S/MIME",
                "the recipient did not ask for S/MIME",
            ),
            PgpChosen => (
                "the recipient asked for OpenPGP",
                "the recipient did not ask for OpenPGP",
            ),
            _ => ("", ""),
        }
    }

    /// What would be if the answer were the other one; `None` where no one could change it.
    pub(super) const fn supposition(self, holds: bool) -> Option<&'static str> {
        Some(match (self, holds) {
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
            (AttestedFree, true) => "the sender had not attested that it holds no PHI",
            (PlainChosen, true) => "the recipient had not chosen plain mail",
            (PlainChosen, false) => {
                "the recipient had chosen plain mail and the warning were on record"
            }
            (TlsBroken, true) => "the recipient's mail server had shown verified TLS",
            (TlsBroken, false) => "the recipient's mail server were known to fail TLS verification",
            (PortalOn, true) => "the portal were off",
            (PortalOn, false) => "the portal were on",
            (TlsMinimum, true) => "the organisation set no minimum of its own",
            (Part2, true) => "no record of substance use treatment had been found",
            (Part2Consent, true) => "no consent to this disclosure were on record",
            (Part2Consent, false) => "consent to this disclosure were on record",
            (Restricted, true) => "no restriction covered this recipient",
            (Blocked, true) => "the recipient were not blocked",
            (RiskCritical, true) => "the sending did not look like misuse",
            (Approved, false) => "those who may release it had released it",
            (SmimeUsable, true) => "no usable S/MIME certificate of the recipient were known",
            (SmimeUsable, false) => "a usable S/MIME certificate of the recipient were known",
            (PgpUsable, true) => "no usable OpenPGP key of the recipient were known",
            (PgpUsable, false) => "a usable OpenPGP key of the recipient were known",
            (PortalChosen, true) => "the recipient had not asked for the portal",
            // What is our own notice stays one, and which method might be asked for is open.
            // `SomethingFound` speaks of what was found in the one direction, `PhiFound` in the
            // other. A minimum and a block are standing choices, not something of this message.
            _ => return None,
        })
    }
}
