//! Exact data match over one text: values that are one of the organisation's patients'.
//!
//! A primary field and another field of the same patient within 300 bytes are a match of class A
//! (phi.md §3 and §11). Names need no anchor here: any two capitalised words may be a patient's.
//! Invariant: at most [`REGISTRY_LOOKUPS_MAX`] look-ups a text, so that no mail can make it long.

use std::ops::Range;

use model::limits::REGISTRY_LOOKUPS_MAX;

use crate::FindingKind;
use crate::candidate::Candidate;
use crate::names::Capitals;
use crate::registry::{self, Hits, Rank, Registry, RegistryField};
use crate::scanner::Sum;
use crate::{validate, value};

/// Bytes within which a second field confirms the first.
const NEAR: usize = 300;
/// Bytes before a number, and behind it, in which a family name alone is of the same patient.
const BEFORE: usize = 80;
const BEHIND: usize = 40;

/// A value that some patients have.
struct Hit {
    field: RegistryField,
    range: Range<usize>,
    patients: Hits,
}

pub(crate) fn read(text: &[u8], candidates: &[Candidate], sum: &mut Sum<'_>) -> Vec<Candidate> {
    let Some(registry) = sum.reading.registry else {
        return Vec::new();
    };
    let mut search = Search {
        text,
        token: sum.reading.token,
        registry,
        left: REGISTRY_LOOKUPS_MAX,
        hits: Vec::new(),
    };
    for candidate in candidates {
        search.candidate(candidate);
    }
    search.numbers();
    let capitals = Capitals::of(text);
    search.names(&capitals);
    for candidate in candidates {
        search.families(candidate, &capitals);
    }
    search.hits.sort_by_key(|hit| hit.range.start);
    let mut found: Vec<Candidate> = Vec::new();
    for (at, hit) in search.hits.iter().enumerate() {
        let Some(patient) = confirmed(&search.hits, at) else {
            continue;
        };
        sum.matched.insert(patient);
        let listed = found
            .last()
            .is_some_and(|last| last.range.end > hit.range.start);
        if !listed {
            found.push(Candidate {
                confidence: Some(95),
                ..Candidate::keyed(FindingKind::PatientMatch, hit.range.clone())
            });
        }
    }
    found
}

/// The patient that a hit leads to, when it is a pair or another field of theirs is near.
fn confirmed(hits: &[Hit], at: usize) -> Option<u32> {
    let hit = &hits[at];
    match hit.field.rank() {
        Rank::Pair => hit.patients.as_slice().first().copied(),
        Rank::Corroborating => None,
        Rank::Primary => {
            let low = hits.partition_point(|other| other.range.start + NEAR < hit.range.start);
            let near = hits[low..]
                .iter()
                .take_while(|other| other.range.start <= hit.range.end + NEAR);
            let mut others = near.filter(|other| other.field != hit.field);
            others.find_map(|other| {
                let shared = |patient: &&u32| other.patients.as_slice().contains(patient);
                hit.patients.as_slice().iter().find(shared).copied()
            })
        }
    }
}

struct Search<'a> {
    text: &'a [u8],
    token: &'a dyn Fn(&str) -> [u8; 32],
    registry: &'a dyn Registry,
    left: usize,
    hits: Vec<Hit>,
}

impl Search<'_> {
    fn look(&mut self, field: RegistryField, values: &[&str], range: &Range<usize>) {
        if self.left == 0 {
            return;
        }
        let Some(normal) = field.normal(values) else {
            return;
        };
        self.left -= 1;
        let token = (self.token)(&field.text(&normal));
        let patients = self.registry.patients(field, &token);
        if !patients.as_slice().is_empty() {
            self.hits.push(Hit {
                field,
                range: range.clone(),
                patients,
            });
        }
    }

    fn candidate(&mut self, candidate: &Candidate) {
        use FindingKind as K;
        let field = match candidate.kind {
            K::UsSsn | K::Itin => RegistryField::Ssn,
            K::Mrn | K::PatientId => RegistryField::Mrn,
            K::MemberId | K::Mbi | K::Hicn => RegistryField::MemberId,
            K::Phone | K::Fax => RegistryField::Phone,
            K::Email => RegistryField::Email,
            K::DateOfBirth | K::Date => {
                for day in value::days(&self.written(&candidate.range)) {
                    self.look(RegistryField::Dob, &[&day], &candidate.range);
                }
                return;
            }
            _ => return,
        };
        let value = self.written(&candidate.range);
        self.look(field, &[&value], &candidate.range);
        if candidate.kind == K::Mrn {
            self.look(RegistryField::MemberId, &[&value], &candidate.range);
        }
    }

    /// Every run of letters and digits with at least four digits may be a number without its keyword.
    fn numbers(&mut self) {
        let text = self.text;
        let mut at = 0;
        while at < text.len() && self.left > 0 {
            if !text[at].is_ascii_alphanumeric() {
                at += 1;
                continue;
            }
            let run = text[at..]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
                .count();
            let digits = text[at..at + run]
                .iter()
                .filter(|b| b.is_ascii_digit())
                .count();
            let (range, wide) = (at..at + run, (4..=24).contains(&run));
            if digits >= 4 && wide {
                let value = self.written(&range);
                // Ten digits in one run; what no telephone has in the United States is none.
                let digits = validate::digits(&text[range.clone()]);
                if digits.len() == run && validate::is_nanp(&digits) {
                    self.look(RegistryField::Phone, &[&value], &range);
                }
                for field in [
                    RegistryField::Mrn,
                    RegistryField::MemberId,
                    RegistryField::Ssn,
                    RegistryField::Zip,
                ] {
                    self.look(field, &[&value], &range);
                }
            }
            at += run;
        }
    }

    fn written(&self, range: &Range<usize>) -> String {
        String::from_utf8_lossy(&self.text[range.clone()]).into_owned()
    }

    /// Any two capitalised words beside each other, in either order.
    fn names(&mut self, capitals: &Capitals) {
        let last = capitals.len().saturating_sub(1);
        for at in 0..last {
            let whole = capitals.range(at).start..capitals.range(at + 1).end;
            let (one, other) = (
                self.written(&capitals.range(at)),
                self.written(&capitals.range(at + 1)),
            );
            match capitals.gap(self.text, at) {
                Some(b" ") => self.name(&one, &other, &whole),
                Some(b", ") => self.name(&other, &one, &whole),
                // A middle initial stands between.
                Some(b". ") if at > 0 && one.len() == 1 => {
                    let whole = capitals.range(at - 1).start..whole.end;
                    let given = self.written(&capitals.range(at - 1));
                    self.name(&given, &other, &whole);
                }
                _ => {}
            }
        }
    }

    /// A name, also by the halves of its family name.
    fn name(&mut self, given: &str, family: &str, range: &Range<usize>) {
        self.look(RegistryField::Name, &[given, family], range);
        for part in registry::parts(family) {
            self.look(RegistryField::Name, &[given, part], range);
        }
    }

    /// A family name alone, near a date or a social security number.
    fn families(&mut self, candidate: &Candidate, capitals: &Capitals) {
        use FindingKind as K;
        let (field, values) = match candidate.kind {
            K::DateOfBirth | K::Date => (
                RegistryField::LastDob,
                value::days(&self.written(&candidate.range)),
            ),
            K::UsSsn => (RegistryField::LastSsn, vec![self.written(&candidate.range)]),
            _ => return,
        };
        let from = capitals.from(candidate.range.start.saturating_sub(BEFORE));
        for at in from..capitals.len() {
            let family = capitals.range(at);
            if family.start > candidate.range.end + BEHIND {
                break;
            }
            let name = self.written(&family);
            for value in &values {
                self.look(field, &[&name, value], &family);
                for part in registry::parts(&name) {
                    self.look(field, &[part, value], &family);
                }
            }
        }
    }
}
