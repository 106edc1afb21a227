//! How often a number of a shape stands in ordinary text without being a record number.

use super::{RecordNumber, Run};

/// What an officer should know before a shape is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odds {
    /// Of so many strings of the same length and kinds of signs one passes by chance; letters that are always
    /// the same and the check digit make it many.
    pub one_in: u64,
    /// Ordinary numbers that look the same.
    pub looks: Vec<Looks>,
}

/// An ordinary number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Looks {
    /// A count or a year: four digits.
    Count,
    Zip,
    Date,
    Telephone,
    SocialSecurity,
}

impl Looks {
    pub const ALL: &'static [Self] = &[
        Self::Count,
        Self::Zip,
        Self::Date,
        Self::Telephone,
        Self::SocialSecurity,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Zip => "zip",
            Self::Date => "date",
            Self::Telephone => "telephone",
            Self::SocialSecurity => "social_security",
        }
    }

    /// Digits that it has.
    const fn lengths(self) -> &'static [u32] {
        match self {
            Self::Count => &[4],
            Self::Zip => &[5, 9],
            Self::Date => &[6, 8],
            Self::Telephone => &[7, 10, 11],
            Self::SocialSecurity => &[9],
        }
    }
}

impl RecordNumber {
    pub fn odds(&self) -> Odds {
        let mut one_in = self.check().one_in();
        let (mut letters, mut least, mut most) = (false, 0, 0);
        for run in &self.runs {
            match run {
                Run::Fixed(fixed) => {
                    letters = true;
                    let one = 26_u64.saturating_pow(u32::try_from(fixed.len()).unwrap_or(u32::MAX));
                    one_in = one_in.saturating_mul(one);
                }
                Run::Letters(..) => letters = true,
                Run::Digits(low, high) => {
                    least += u32::from(*low);
                    most += u32::from(*high);
                }
                Run::Separator(..) => {}
            }
        }
        let same = |looks: &Looks| looks.lengths().iter().any(|n| (least..=most).contains(n));
        let looks = match letters {
            true => Vec::new(),
            false => Looks::ALL.iter().copied().filter(same).collect(),
        };
        Odds { one_in, looks }
    }

    /// Whether a number is one even where no word says so: its check digit holds, and ordinary numbers do not
    /// look like it.
    pub(crate) fn stands_alone(&self) -> bool {
        let odds = self.odds();
        self.check().one_in() > 1 && odds.looks.is_empty()
    }
}
