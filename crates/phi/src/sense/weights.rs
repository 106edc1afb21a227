//! The learnt weights: a table of signs, two octets each.

/// Places of the table.
const PLACES: u64 = 1 << 17;

/// For each place eight bits of the sign that it weighs and its weight in 256ths times [`STEP`].
static TABLE: &[u8] = include_bytes!("weights.bin");

/// One step of a stored weight, in 256ths.
const STEP: i64 = 24;

/// The table that stands in the program.
pub(crate) struct Weights(&'static [u8]);

impl Weights {
    pub(crate) const fn shipped() -> Self {
        Self(TABLE)
    }

    /// In 256ths; a sign that was not learnt has none.
    pub(crate) fn of(&self, sign: u64) -> i64 {
        let place = usize::try_from(sign % PLACES).unwrap_or(0) * 2;
        match self.0.get(place..place + 2) {
            Some(&[check, weight]) if check == check_of(sign) => {
                i64::from(i8::from_le_bytes([weight])) * STEP
            }
            _ => 0,
        }
    }
}

/// Eight bits of a sign that do not choose its place.
const fn check_of(sign: u64) -> u8 {
    (sign >> 56).to_le_bytes()[0]
}
