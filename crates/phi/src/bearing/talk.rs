//! Whom "she" means while a letter is read on: the patient, or who gives care and was named last.
//!
//! Invariant: whoever is named as a person, as family or as a patient is talked of from there on.

use super::cues::Cue;
use super::role::Role;

/// Of whom the talk is, as far as it was read.
#[derive(Default)]
pub(super) struct Talk {
    /// One who gives care or speaks for an office was named last: the next "she" may be theirs.
    of_staff: bool,
    /// "She" was, and goes on to be, to the end of the sentence.
    taken: bool,
    /// "When a patient", "if": nobody yet.
    pub(super) supposes: bool,
}

impl Talk {
    /// Reads on over what stands between two words.
    pub(super) fn goes_on(&mut self, gap: &[u8], opens: bool) {
        self.supposes &= !opens;
        // A greeting ends with its line.
        let ends = gap.contains(&b'\n') || (self.taken && opens);
        self.of_staff &= !ends;
        self.taken &= !opens;
    }

    /// Whether a word of a third person is one of the staff's; its sentence is theirs, and no further one.
    pub(super) fn is_of_staff(&mut self, cue: Cue, named: Option<Role>) -> bool {
        let theirs = self.of_staff && cue.is(Cue::THIRD);
        self.taken |= theirs;
        self.of_staff = match named {
            Some(Role::Office | Role::Clinician) => true,
            Some(Role::Person { .. } | Role::Addressee) => false,
            None if cue.is(Cue::KIN | Cue::PATIENT) => false,
            None => self.of_staff || cue.is(Cue::STAFF),
        };
        theirs
    }
}

/// "If", "when".
pub(super) fn supposes(word: &[u8]) -> bool {
    const SUPPOSED: &[&[u8]] = &[b"if", b"when", b"whenever", b"should", b"cuando", b"si"];
    SUPPOSED
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word))
}
