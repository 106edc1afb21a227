//! About how many different things were met, in 3 KiB at most (HyperLogLog, 2^12 registers).
//!
//! It takes keyed tokens, never values, and cannot give one back. The estimate is Ertl's improved one
//! (arXiv 1702.01284, algorithms 5 and 6): no tables, the same formula from one to billions, standard
//! error 1.6 %. Invariant: adding or merging never lowers an estimate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

const INDEX_BITS: u32 = 12;
const REGISTERS: usize = 1 << INDEX_BITS;
/// The highest rank: what is left of 64 bits, and one.
const RANK_MAX: usize = 64 - INDEX_BITS as usize + 1;
/// Six bits a register.
const DENSE_OCTETS: usize = REGISTERS * 6 / 8;
/// As many registers are listed one by one; more take less room packed.
const LISTED_MAX: usize = 512;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sketch(Registers);

#[derive(Clone, PartialEq, Eq)]
enum Registers {
    /// Index and rank, by index.
    Listed(Vec<(u16, u8)>),
    Packed(Vec<u8>),
}

impl Default for Sketch {
    fn default() -> Self {
        Self(Registers::Listed(Vec::new()))
    }
}

impl Sketch {
    /// Counts a thing by its token: 64 bits of a keyed hash, so that nobody can choose where it falls.
    pub fn add(&mut self, token: u64) {
        let index = usize::try_from(token >> (64 - INDEX_BITS)).unwrap_or(0);
        let rest = token << INDEX_BITS;
        let rank = (rest.leading_zeros().min(64 - INDEX_BITS) + 1) as u8;
        self.raise(index, rank);
    }

    /// Counts what another counted too.
    pub fn merge(&mut self, other: &Self) {
        for (index, rank) in other.raised() {
            self.raise(index, rank);
        }
    }

    pub fn estimate(&self) -> f64 {
        let mut counts = [0_usize; RANK_MAX + 1];
        let mut raised = 0;
        for (_, rank) in self.raised() {
            counts[usize::from(rank).min(RANK_MAX)] += 1;
            raised += 1;
        }
        counts[0] = REGISTERS - raised;
        let registers = REGISTERS as f64;
        let mut z = registers * tau(1.0 - counts[RANK_MAX] as f64 / registers);
        for count in counts[1..RANK_MAX].iter().rev() {
            z = 0.5 * (z + *count as f64);
        }
        z += registers * sigma(counts[0] as f64 / registers);
        registers * registers / (2.0 * std::f64::consts::LN_2) / z
    }

    /// Rounded, for counters.
    pub fn count(&self) -> u32 {
        self.estimate().round() as u32
    }

    fn raise(&mut self, index: usize, rank: u8) {
        match &mut self.0 {
            Registers::Listed(list) => {
                let key = u16::try_from(index).unwrap_or(0);
                match list.binary_search_by_key(&key, |(index, _)| *index) {
                    Ok(at) => list[at].1 = list[at].1.max(rank),
                    Err(at) => list.insert(at, (key, rank)),
                }
                if list.len() > LISTED_MAX {
                    self.pack();
                }
            }
            Registers::Packed(octets) => {
                if packed(octets, index) < rank {
                    set_packed(octets, index, rank);
                }
            }
        }
    }

    fn pack(&mut self) {
        let mut octets = vec![0; DENSE_OCTETS];
        for (index, rank) in self.raised() {
            set_packed(&mut octets, index, rank);
        }
        self.0 = Registers::Packed(octets);
    }

    fn raised(&self) -> Box<dyn Iterator<Item = (usize, u8)> + '_> {
        match &self.0 {
            Registers::Listed(list) => Box::new(
                list.iter()
                    .map(|(index, rank)| (usize::from(*index), *rank)),
            ),
            Registers::Packed(octets) => Box::new(
                (0..REGISTERS)
                    .map(|index| (index, packed(octets, index)))
                    .filter(|(_, rank)| *rank > 0),
            ),
        }
    }
}

impl std::fmt::Debug for Sketch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sketch({})", self.count())
    }
}

impl From<Sketch> for String {
    fn from(sketch: Sketch) -> Self {
        match sketch.0 {
            Registers::Packed(octets) => STANDARD.encode(octets),
            Registers::Listed(list) => {
                let triple = |(index, rank): (u16, u8)| {
                    let [high, low] = index.to_be_bytes();
                    [high, low, rank]
                };
                let octets: Vec<u8> = list.into_iter().flat_map(triple).collect();
                STANDARD.encode(octets)
            }
        }
    }
}

impl TryFrom<String> for Sketch {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let octets = STANDARD.decode(text).map_err(|_| "not base64")?;
        if octets.len() == DENSE_OCTETS {
            let sound = (0..REGISTERS).all(|i| usize::from(packed(&octets, i)) <= RANK_MAX);
            return if sound {
                Ok(Self(Registers::Packed(octets)))
            } else {
                Err("not a sketch")
            };
        }
        if !octets.len().is_multiple_of(3) || octets.len() > LISTED_MAX * 3 {
            return Err("not a sketch");
        }
        let mut sketch = Self::default();
        for triple in octets.chunks_exact(3) {
            let index = usize::from(u16::from_be_bytes([triple[0], triple[1]]));
            if index >= REGISTERS || !(1..=RANK_MAX).contains(&usize::from(triple[2])) {
                return Err("not a sketch");
            }
            sketch.raise(index, triple[2]);
        }
        Ok(sketch)
    }
}

/// Four registers stand in three octets.
fn packed(octets: &[u8], index: usize) -> u8 {
    let (at, shift) = place(index);
    let low = u16::from(octets[at]) >> shift;
    let high = octets
        .get(at + 1)
        .map_or(0, |next| u16::from(*next) << (8 - shift));
    ((low | high) & 0x3f) as u8
}

fn set_packed(octets: &mut [u8], index: usize, rank: u8) {
    let (at, shift) = place(index);
    let mask = 0x3f_u16 << shift;
    let value = (u16::from(rank) & 0x3f) << shift;
    octets[at] = octets[at] & !(mask as u8) | value as u8;
    if let Some(next) = octets.get_mut(at + 1) {
        *next = *next & !((mask >> 8) as u8) | (value >> 8) as u8;
    }
}

fn place(index: usize) -> (usize, u32) {
    let bit = index * 6;
    (bit / 8, (bit % 8) as u32)
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z == before {
            return z / 3.0;
        }
    }
}
