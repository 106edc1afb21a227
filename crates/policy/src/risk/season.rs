//! What is usual for an hour of the week: the last six weeks of it, one octet a value.
//!
//! Values are kept on a logarithmic scale, exact within 3 %: a baseline needs no more, and 168 hours of
//! six weeks fit in a kilobyte. Invariant: a value that was not learnt is told from zero.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::statistics::median;

pub(super) const WEEKS: usize = 6;
/// A week weighs so much of the one after it.
const DECAY: f64 = 0.85;
const UNLEARNT: u8 = u8::MAX;
/// Steps to a doubling.
const FINENESS: f64 = 12.0;

/// Rows of `slots` a week: 168 hours or 7 days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Season {
    cells: Vec<u8>,
}

/// The usual value and how far it strays, as a standard deviation would measure it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Usual {
    pub(super) median: f64,
    pub(super) mean: f64,
    pub(super) spread: f64,
}

impl Season {
    pub(super) fn new(slots: usize) -> Self {
        Self {
            cells: vec![UNLEARNT; slots * WEEKS],
        }
    }

    fn slots(&self) -> usize {
        self.cells.len() / WEEKS
    }

    /// Learns the value of a slot counted from 1970, over that of six weeks before.
    pub(super) fn learn(&mut self, number: i64, value: u32) {
        let at = self.place(number);
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = quantised(value);
        }
    }

    /// What this slot and those within `near` of it held in earlier weeks. A rhythm shifts by an hour
    /// with daylight saving and with whoever opens the office, so the highest neighbour is the measure.
    pub(super) fn usual(&self, number: i64, near: i64) -> Usual {
        let mut usual = Usual {
            median: 0.0,
            mean: 0.0,
            spread: 0.0,
        };
        let mut strays = Vec::with_capacity(3 * WEEKS);
        let (mut sum, mut weights) = (0.0, 0.0);
        for slot in number - near..=number + near {
            let mut samples = self.samples(slot);
            let middle = median(&mut samples);
            usual.median = usual.median.max(middle);
            for (value, weight) in samples {
                strays.push(((value - middle).abs(), weight));
                sum += value * weight;
                weights += weight;
            }
        }
        if weights > 0.0 {
            usual.mean = sum / weights;
        }
        // MAD to deviation, for what is spread normally.
        usual.spread = median(&mut strays) / 0.6745;
        usual
    }

    /// Learnt values of a slot with their weights.
    fn samples(&self, number: i64) -> Vec<(f64, f64)> {
        let slots = self.slots() as i64;
        let weeks = (1..=WEEKS as i64).map(|age| (age, number - age * slots));
        weeks
            .filter_map(|(age, earlier)| {
                let cell = *self.cells.get(self.place(earlier))?;
                let weight = DECAY.powi(i32::try_from(age).unwrap_or(i32::MAX));
                (cell != UNLEARNT).then(|| (value(cell), weight))
            })
            .collect()
    }

    fn place(&self, number: i64) -> usize {
        let cells = self.cells.len().max(1) as i64;
        usize::try_from(number.rem_euclid(cells)).unwrap_or(0)
    }
}

fn quantised(value: u32) -> u8 {
    let scaled = (f64::from(value) + 1.0).log2() * FINENESS;
    scaled.round().min(f64::from(UNLEARNT - 1)) as u8
}

fn value(cell: u8) -> f64 {
    (f64::from(cell) / FINENESS).exp2() - 1.0
}

impl From<Season> for String {
    fn from(season: Season) -> Self {
        STANDARD.encode(season.cells)
    }
}

impl TryFrom<String> for Season {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let cells = STANDARD.decode(text).map_err(|_| "not base64")?;
        let sound = [7 * WEEKS, 168 * WEEKS].contains(&cells.len());
        sound.then_some(Self { cells }).ok_or("not a season")
    }
}
