//! What is known of one record: when, what was found in it, whose it is, and the days of that patient.
//!
//! Invariant: an address of nobody, or of two patients, gives no day, so that nothing is due for its sake.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ctx::Ctx;
use flow::archive;
use model::{MessageId, Result, Timestamp};
use retention::{
    Anchor, Class, Classification, Correction, Fact, Item, ItemFacts, Known, Period, classify,
};
use store::Tx;
use store::tables::{retention_anchors, retention_items};
use vault::OpenedKey;

use super::book::Bound;
use super::reckon::Reckoned;
use super::sealed;

pub(super) struct Facts {
    pub created: Timestamp,
    pub known: ItemFacts,
    pub anchors: BTreeMap<Anchor, Known>,
    pub correction: Option<Correction>,
    pub party: Option<[u8; 32]>,
    /// The message's own.
    pub key: Arc<OpenedKey>,
}

impl Facts {
    /// # Errors
    /// `not_found`; `key_destroyed`; `stored_data_invalid`.
    pub(super) fn of(ctx: &Ctx, tx: &mut Tx<'_>, row: &retention_items::Item) -> Result<Self> {
        let told = archive::told(ctx, tx, row.message)?;
        let anchors = anchors(ctx, tx, row.patient, told.party)?;
        let correction = match &row.sealed_answer {
            Some(answer) => {
                before(&told.key, row.message, answer)?
                    .classification
                    .correction
            }
            None => None,
        };
        let one = |word: &str| BTreeSet::from([word.to_owned()]);
        let (sender, recipient) = match told.is_received {
            true => ("outside", "ours"),
            false => ("ours", "outside"),
        };
        let known = ItemFacts::from([
            (Fact::Label, told.labels),
            (Fact::Detector, told.kinds),
            (Fact::Keyword, told.own_detectors),
            (Fact::SenderRole, one(sender)),
            (Fact::RecipientRole, one(recipient)),
        ]);
        Ok(Self {
            created: told.at,
            known,
            anchors,
            correction,
            party: told.party,
            key: told.key,
        })
    }

    /// What it is, and as retention asks for it.
    pub(super) fn item(&self, bound: &Bound) -> (Classification, Item) {
        let mut facts = self.known.clone();
        if let Some(is_minor) = self.is_minor(bound) {
            let word = if is_minor { "yes" } else { "no" };
            facts.insert(Fact::PatientIsMinor, [word.to_owned()].into());
        }
        let mut classification = classify(&facts, &bound.classifier);
        classification.correction = self.correction.clone();
        let item = Item {
            classes: classification.classes(),
            created: self.created,
            anchors: self.anchors.clone(),
            patient_was_adult: false,
            custodians: BTreeSet::new(),
            queries: BTreeMap::new(),
        };
        (classification, item)
    }

    /// Whoever is not of age in one of the states counts as a minor: the longer class is the safe one (records.md §2.4).
    fn is_minor(&self, bound: &Bound) -> Option<bool> {
        let birth = self.anchors.get(&Anchor::Birth)?.day()?;
        let years = bound.rules.majority_in(&bound.profile);
        let of_age = birth.plus(Period::parse(&format!("{years} years"))?);
        Some(bound.profile.zone.day_of(self.created) < of_age)
    }
}

pub(super) fn before(key: &OpenedKey, id: MessageId, answer: &[u8]) -> Result<Reckoned> {
    sealed::open(key, sealed::ANSWER, id.as_bytes(), answer)
}

/// Words of classes, a space between them.
pub(super) fn words(classes: &BTreeSet<Class>) -> String {
    classes
        .iter()
        .map(Class::word)
        .collect::<Vec<_>>()
        .join(" ")
}

fn anchors(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    patient: Option<[u8; 32]>,
    party: Option<[u8; 32]>,
) -> Result<BTreeMap<Anchor, Known>> {
    let of = ctx.organisation();
    let patient = match (patient, party) {
        (Some(patient), _) => Some(patient),
        (None, Some(party)) => match retention_anchors::patients(tx, of, &party)?.as_slice() {
            [only] => Some(*only),
            _ => None,
        },
        (None, None) => None,
    };
    let Some(patient) = patient else {
        return Ok(BTreeMap::new());
    };
    let days = super::anchors::find(ctx, tx, &patient)?;
    Ok(days.unwrap_or_default())
}
