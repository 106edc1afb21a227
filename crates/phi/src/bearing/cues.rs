//! What single words say about whom a sentence is about: closed lists in two languages.
//!
//! Words only; where they have to stand is said in `role.rs` and `bearing.rs`.

use std::collections::HashMap;

/// What a word may say, as bits: a word can say several things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cue(u32);

impl Cue {
    pub(crate) const FIRST: Self = Self(1);
    pub(crate) const SECOND: Self = Self(1 << 1);
    pub(crate) const THIRD: Self = Self(1 << 2);
    pub(crate) const KIN: Self = Self(1 << 3);
    pub(crate) const PATIENT: Self = Self(1 << 4);
    pub(crate) const TOPIC: Self = Self(1 << 5);
    pub(crate) const PREDICATE: Self = Self(1 << 6);
    pub(crate) const TOWARDS: Self = Self(1 << 7);
    pub(crate) const OFFICE: Self = Self(1 << 8);
    pub(crate) const SPEAKING: Self = Self(1 << 9);
    pub(crate) const OWN: Self = Self(1 << 10);
    pub(crate) const FEELING: Self = Self(1 << 11);
    pub(crate) const READER: Self = Self(1 << 12);
    pub(crate) const MANY: Self = Self(1 << 13);
    pub(crate) const ONE: Self = Self(1 << 14);
    pub(crate) const DROPPED: Self = Self(1 << 15);
    pub(crate) const TRADE: Self = Self(1 << 16);
    pub(crate) const ADVICE: Self = Self(1 << 17);
    pub(crate) const STAFF: Self = Self(1 << 18);
    pub(crate) const PLACE: Self = Self(1 << 19);

    const SECTIONS: [(&'static str, Self); 20] = [
        ("first", Self::FIRST),
        ("second", Self::SECOND),
        ("third", Self::THIRD),
        ("kin", Self::KIN),
        ("patient", Self::PATIENT),
        ("topic", Self::TOPIC),
        ("predicate", Self::PREDICATE),
        ("towards", Self::TOWARDS),
        ("office", Self::OFFICE),
        ("speaking", Self::SPEAKING),
        ("own", Self::OWN),
        ("feeling", Self::FEELING),
        ("reader", Self::READER),
        ("many", Self::MANY),
        ("one", Self::ONE),
        ("dropped", Self::DROPPED),
        ("trade", Self::TRADE),
        ("advice", Self::ADVICE),
        ("staff", Self::STAFF),
        ("place", Self::PLACE),
    ];

    /// Whether it says any of these.
    pub(crate) fn is(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    pub(crate) const fn bits(self) -> u32 {
        self.0
    }
}

impl std::ops::BitOr for Cue {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

pub(crate) struct Cues {
    words: HashMap<&'static [u8], Cue>,
    /// The same by the words' numbers ([`number`]), at the first free place from the one that a number asks for.
    numbers: Vec<(u64, Cue)>,
}

/// Places for some 1,500 words: a power of two, most of them empty.
const PLACES: u64 = 8_192;

/// FNV-1a of a word's letters in lower case.
pub(crate) fn number(letters: &[u8]) -> u64 {
    letters.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

fn place(number: u64) -> usize {
    usize::try_from((number >> 20) % PLACES).unwrap_or(0)
}

impl Cues {
    pub(crate) fn new() -> Self {
        let mut cues: HashMap<&'static [u8], Cue> = HashMap::new();
        let mut said = Cue::default();
        for line in include_str!("cues.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            if let Some(section) = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                let known = Cue::SECTIONS.iter().find(|(name, _)| *name == section);
                said = known.map_or(Cue::default(), |(_, cue)| *cue);
                continue;
            }
            for word in line.split_whitespace() {
                cues.entry(word.as_bytes()).or_default().0 |= said.0;
            }
        }
        let mut numbers = vec![(0, Cue::default()); usize::try_from(PLACES).unwrap_or(0)];
        for (word, cue) in &cues {
            let number = number(word);
            let mut at = place(number);
            while numbers[at].0 != 0 {
                at = (at + 1) % numbers.len();
            }
            numbers[at] = (number, *cue);
        }
        Self {
            words: cues,
            numbers,
        }
    }

    pub(super) fn of(&self, word: &[u8]) -> Cue {
        let mut lower = [0; 16];
        let Some(lower) = lower.get_mut(..word.len()) else {
            return Cue::default();
        };
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        self.words.get(&*lower).copied().unwrap_or_default()
    }

    /// The same of a word by its number.
    pub(crate) fn of_number(&self, number: u64) -> Cue {
        let mut at = place(number);
        loop {
            match self.numbers[at] {
                (0, _) => return Cue::default(),
                (own, cue) if own == number => return cue,
                _ => at = (at + 1) % self.numbers.len(),
            }
        }
    }
}

/// Letters, with apostrophes between them.
pub(super) fn words(text: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    text.split(|b| !b.is_ascii_alphabetic() && *b != b'\'' && *b < 0x80)
        .filter(|word| !word.is_empty())
}
