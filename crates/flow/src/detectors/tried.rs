//! Try: what a text would be called, with a draft of a detector or with those in force. Nothing is kept.

use ctx::{Action, Ctx};
use model::{Code, Error, PhiLevel, Result};
use phi::{Part, PartKind};

use super::Detector;
use crate::Flow;

/// Octets of a text that is tried.
const TEXT_OCTETS_MAX: usize = 100_000;

/// What was found in it.
pub struct Tried {
    pub level: PhiLevel,
    /// By place.
    pub found: Vec<Found>,
    /// A version in force cannot be used: mail counts as not read.
    pub broken: bool,
}

/// One place: kind, where, how sure; never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The word of a kind.
    pub kind: &'static str,
    /// The organisation's own detector, by its name.
    pub detector: Option<String>,
    /// From 1; the column counts characters.
    pub line: usize,
    pub column: usize,
    /// Characters.
    pub length: usize,
    pub confidence: u8,
}

impl Flow {
    /// With this draft alone beside the platform's own detectors, or with all in force.
    ///
    /// # Errors
    /// `field_invalid` at `/text` for a text that is too long, or at the draft's field.
    pub fn try_detectors(&self, ctx: &Ctx, draft: Option<&Detector>, text: &str) -> Result<Tried> {
        ctx.allow(Action::DetectorRead, &ctx.own("detector"))?;
        if text.len() > TEXT_OCTETS_MAX {
            return Err(Error::new(Code::FieldInvalid).at("/text"));
        }
        let house = crate::decide::house(self, ctx)?;
        let draft = draft.map(|draft| draft.checked()?.compiled()).transpose()?;
        let token = |_: &str| [0; 32];
        let with = phi::Reading {
            own: &house.own,
            patterns: draft.as_ref().or_else(|| house.detectors.patterns()),
            ..phi::Reading::new(&token)
        };
        let findings = crate::scan::scanner().scan(&[Part::new(PartKind::Body, text)], &with);
        let found = findings.findings.iter().map(|one| {
            let (line, column) = place(text, one.start);
            Found {
                kind: one.kind.word(),
                detector: one.detector.clone(),
                line,
                column,
                length: characters(text.get(one.start..one.start + one.len)),
                confidence: one.confidence,
            }
        });
        Ok(Tried {
            level: findings.level,
            found: found.collect(),
            broken: draft.is_none() && house.detectors.unread().is_some(),
        })
    }
}

fn place(text: &str, start: usize) -> (usize, usize) {
    let before = text.get(..start).unwrap_or(text);
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let lines = before.bytes().filter(|b| *b == b'\n').count();
    (lines + 1, characters(before.get(line..)) + 1)
}

fn characters(text: Option<&str>) -> usize {
    text.map_or(0, |text| text.chars().count())
}
