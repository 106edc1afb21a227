//! Exact data match: whether a value is one of the organisation's own patients'.
//!
//! The organisation loads its patients as keyed hashes of single fields and pairs; names and social
//! security numbers are few enough to guess, so a plain hash would be a list of them (phi.md §11). The
//! importer and the scanner write a value with the same function, [`RegistryField::normal`]. Invariant:
//! a registry holds tokens and numbers of patients, never a value.

use crate::value;

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $word:literal $rank:ident,)*) => {
        /// What of a patient is hashed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RegistryField { $($(#[$doc])* $variant,)* }
        impl RegistryField {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
            pub(crate) const fn rank(self) -> Rank {
                match self { $(Self::$variant => Rank::$rank),* }
            }
        }
    };
}

/// What a field says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Confirms another field, too common alone.
    Corroborating,
    /// Leads to a patient when another field of the same patient is near.
    Primary,
    /// Two fields in one: needs no other.
    Pair,
}

fields! {
    /// Given name, family name.
    Name = "name" Primary,
    /// Family name, date of birth.
    LastDob = "last_dob" Pair,
    /// Family name, social security number.
    LastSsn = "last_ssn" Pair,
    Ssn = "ssn" Primary,
    Mrn = "mrn" Primary,
    MemberId = "member_id" Primary,
    Phone = "phone" Corroborating,
    Email = "email" Corroborating,
    Dob = "dob" Corroborating,
    /// Five digits.
    Zip = "zip" Corroborating,
}

impl RegistryField {
    /// The one written form of a field's values, in the order the field's documentation gives; `None`
    /// when they cannot be one. What is hashed is [`RegistryField::text`].
    pub fn normal(self, values: &[&str]) -> Option<String> {
        match (self, values) {
            (Self::Name, [given, family]) => {
                let (given, family) = (first_word(given)?, letters(family)?);
                Some(format!("{given} {family}"))
            }
            (Self::LastDob, [family, birth]) => {
                Some(format!("{} {}", letters(family)?, value::day(birth)?))
            }
            (Self::LastSsn, [family, number]) => {
                let number = Self::Ssn.normal(&[number])?;
                Some(format!("{} {number}", letters(family)?))
            }
            (Self::Dob, [birth]) => value::day(birth),
            (Self::Ssn, [number]) => digits(number).filter(|digits| digits.len() == 9),
            (Self::Phone, [number]) => {
                let digits = digits(number)?;
                let local = digits.strip_prefix('1').unwrap_or(&digits);
                (local.len() >= 10).then(|| local.to_owned())
            }
            (Self::Mrn | Self::MemberId, [number]) => {
                let kept: String = number
                    .chars()
                    .filter(char::is_ascii_alphanumeric)
                    .map(|c| c.to_ascii_uppercase())
                    .collect();
                (kept.len() >= 4).then_some(kept)
            }
            (Self::Email, [address]) => {
                let address = address.trim().to_ascii_lowercase();
                address.contains('@').then_some(address)
            }
            (Self::Zip, [zip]) => {
                let digits = digits(zip)?;
                digits.get(..5).map(str::to_owned)
            }
            _ => None,
        }
    }

    /// Every form under which a patient's values are held: a family name of two is also known by its first ("García"
    /// of "García López"), one with a hyphen by either half.
    pub fn forms(self, values: &[&str]) -> Vec<String> {
        let family = match self {
            Self::Name => 1,
            Self::LastDob | Self::LastSsn => 0,
            _ => return self.normal(values).into_iter().collect(),
        };
        let Some(whole) = values.get(family) else {
            return Vec::new();
        };
        let mut forms: Vec<String> = self.normal(values).into_iter().collect();
        for part in parts(whole) {
            let mut with = values.to_vec();
            with[family] = part;
            let form = self.normal(&with).filter(|form| !forms.contains(form));
            forms.extend(form);
        }
        forms
    }

    /// What the organisation's keyed hash is taken over, for a field in its normal form.
    pub fn text(self, normal: &str) -> String {
        format!("{}\0{normal}", self.word())
    }
}

/// Letters alone, in small ones and without accents; "García-López" is "garcialopez".
fn letters(name: &str) -> Option<String> {
    let folded = value::folded(name);
    let letters: String = folded.chars().filter(|c| c.is_alphabetic()).collect();
    (letters.chars().count() > 1).then_some(letters)
}

/// Names that stand for a family name of several: the first word, and the halves that a hyphen joins. What only
/// leads a name ("de la Cruz", "Van Horn") is none.
pub(crate) fn parts(family: &str) -> Vec<&str> {
    const LEADING: &[&str] = &[
        "al", "ben", "bin", "da", "dal", "de", "del", "della", "den", "der", "des", "di", "do",
        "dos", "du", "el", "la", "las", "le", "les", "lo", "los", "mac", "mc", "o", "saint", "san",
        "santa", "st", "ten", "ter", "van", "von", "y", "zu",
    ];
    let tells = |part: &&str| {
        let plain = value::folded(part);
        let plain = plain.trim_end_matches('.');
        plain.chars().count() > 2 && !LEADING.contains(&plain)
    };
    let first = family.split_whitespace().next().filter(tells);
    let halves = family.split('-').map(str::trim).filter(tells);
    let whole = family.trim();
    first
        .into_iter()
        .chain(halves)
        .filter(|part| *part != whole)
        .collect()
}

fn first_word(name: &str) -> Option<String> {
    let folded = value::folded(name);
    letters(folded.split_whitespace().next()?)
}

fn digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

/// Patients that share a value, at most eight: one that more share says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    patients: [u32; Self::MAX],
    len: usize,
}

impl Hits {
    pub const MAX: usize = 8;

    /// Answers whether there was room for one more.
    pub fn push(&mut self, patient: u32) -> bool {
        let room = self.len < Self::MAX;
        if room {
            self.patients[self.len] = patient;
            self.len += 1;
        }
        room
    }

    pub fn as_slice(&self) -> &[u32] {
        &self.patients[..self.len]
    }
}

/// Where patients are looked up.
pub trait Registry: Send + Sync {
    /// The patients with this value. `token` is over [`RegistryField::text`].
    fn patients(&self, field: RegistryField, token: &[u8; 32]) -> Hits;
}

/// A registry in memory: a Bloom filter before sorted rows of twelve bytes, about 14 bytes a row, so a
/// million patients with six fields take about 80 MB.
pub struct MemoryRegistry {
    /// Eight bytes of the token, in which the field is mixed, then the patient.
    rows: Vec<[u8; ROW]>,
    bloom: Vec<u64>,
}

const ROW: usize = 12;
/// Bits a row in the filter, and how many of them each sets: about one false hit in a hundred, which
/// the rows then refuse.
const BLOOM_BITS: usize = 10;
const BLOOM_HASHES: u64 = 4;

/// Rows of a registry as they are read, twelve bytes each.
#[derive(Default)]
pub struct RegistryRows(Vec<[u8; ROW]>);

impl RegistryRows {
    /// `token` is over [`RegistryField::text`].
    pub fn push(&mut self, field: RegistryField, token: &[u8; 32], patient: u32) {
        let mut row = [0; ROW];
        row[..8].copy_from_slice(&key(field, token).to_be_bytes());
        row[8..].copy_from_slice(&patient.to_be_bytes());
        self.0.push(row);
    }
}

impl From<RegistryRows> for MemoryRegistry {
    fn from(RegistryRows(mut rows): RegistryRows) -> Self {
        rows.sort_unstable();
        rows.dedup();
        rows.shrink_to_fit();
        let mut bloom = vec![0_u64; (rows.len() * BLOOM_BITS).div_ceil(64).max(1)];
        for row in &rows {
            for bit in bits(leading(row), bloom.len()) {
                bloom[bit / 64] |= 1 << (bit % 64);
            }
        }
        Self { rows, bloom }
    }
}

impl MemoryRegistry {
    pub fn new(rows: impl IntoIterator<Item = (RegistryField, [u8; 32], u32)>) -> Self {
        let mut all = RegistryRows::default();
        for (field, token, patient) in rows {
            all.push(field, &token, patient);
        }
        all.into()
    }

    /// Bytes held.
    pub fn octets(&self) -> usize {
        self.rows.capacity() * ROW + self.bloom.capacity() * size_of::<u64>()
    }
}

impl Registry for MemoryRegistry {
    fn patients(&self, field: RegistryField, token: &[u8; 32]) -> Hits {
        let key = key(field, token);
        let mut hits = Hits::default();
        if bits(key, self.bloom.len()).any(|bit| self.bloom[bit / 64] & (1 << (bit % 64)) == 0) {
            return hits;
        }
        let first = self.rows.partition_point(|row| leading(row) < key);
        for row in self.rows[first..]
            .iter()
            .take_while(|row| leading(row) == key)
        {
            let patient = row[8..].try_into().map_or(0, u32::from_be_bytes);
            if !hits.push(patient) {
                return Hits::default();
            }
        }
        hits
    }
}

fn leading(row: &[u8; ROW]) -> u64 {
    row[..8].try_into().map_or(0, u64::from_be_bytes)
}

fn key(field: RegistryField, token: &[u8; 32]) -> u64 {
    let head = token[..8].try_into().map_or(0, u64::from_be_bytes);
    head.wrapping_add((field as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The key's places in a filter of so many words; keys are already as good as random.
fn bits(key: u64, words: usize) -> impl Iterator<Item = usize> {
    let size = (words as u64) * 64;
    let step = (key >> 32) | 1;
    (0..BLOOM_HASHES).map(move |n| {
        usize::try_from(key.wrapping_add(n.wrapping_mul(step)) % size).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests;
