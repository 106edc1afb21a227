//! Check digits: the schemes that record numbers carry, each over all digits with the check digit last.

/// How the last digit follows from the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckDigit {
    #[default]
    None,
    /// Luhn's (ISO/IEC 7812-1, annex B).
    Mod10,
    /// Weights 2 to 7 from the right, again and again; ten is written X.
    Mod11,
    /// Weights 2, 3, 4 and so on from the right, as books and the English health service number them.
    Mod11Rising,
}

impl CheckDigit {
    pub const ALL: &'static [Self] = &[Self::None, Self::Mod10, Self::Mod11, Self::Mod11Rising];

    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Mod10 => "mod10",
            Self::Mod11 => "mod11",
            Self::Mod11Rising => "mod11_rising",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.word() == word)
    }

    /// Of so many numbers of the shape one passes by chance.
    pub(super) const fn one_in(self) -> u64 {
        match self {
            Self::None => 1,
            Self::Mod10 => 10,
            Self::Mod11 | Self::Mod11Rising => 11,
        }
    }

    pub(super) const fn has_ten(self) -> bool {
        matches!(self, Self::Mod11 | Self::Mod11Rising)
    }

    /// Of a number as it is written; its letters and separators do not count.
    pub(super) fn holds(self, number: &[u8]) -> bool {
        let mut digits: Vec<u32> = number
            .iter()
            .filter(|b| b.is_ascii_digit())
            .map(|b| u32::from(b - b'0'))
            .collect();
        if self.has_ten() && number.last().is_some_and(|b| b.eq_ignore_ascii_case(&b'X')) {
            digits.push(10);
        }
        let Some((check, payload)) = digits.split_last() else {
            return self == Self::None;
        };
        let from_right = payload.iter().rev().zip(0_u32..);
        match self {
            Self::None => true,
            Self::Mod10 => {
                let doubled = from_right.map(|(digit, at)| match at % 2 {
                    0 => digit * 2 / 10 + digit * 2 % 10,
                    _ => *digit,
                });
                (doubled.sum::<u32>() + check).is_multiple_of(10)
            }
            Self::Mod11 => {
                let sum: u32 = from_right.map(|(digit, at)| digit * (2 + at % 6)).sum();
                (sum + check).is_multiple_of(11)
            }
            Self::Mod11Rising => {
                let sum: u32 = from_right.map(|(digit, at)| digit * (2 + at)).sum();
                (sum + check).is_multiple_of(11)
            }
        }
    }
}
