//! Days of the calendar and the periods that are counted from them.
//!
//! No hour and no zone: what day a moment falls on is [`Zone`](crate::Zone)'s. Invariant: where the day
//! that a period ends on does not exist (29 February, 31 June), it ends on the first of the next month,
//! never earlier, since rules say "at least".

use chrono::{Datelike, NaiveDate};

/// A day of the Gregorian calendar up to 9999-12-31; on the wire `2026-11-21`. Arithmetic saturates there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// `None` when there is no such day, or its year has not four digits.
    pub fn new(year: i32, month: u32, date: u32) -> Option<Self> {
        let day = NaiveDate::from_ymd_opt(year, month, date)?;
        (0..=9_999).contains(&year).then_some(Self(day))
    }
    /// Reads `2026-11-21`, and nothing that only resembles it.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !is_shaped {
            return None;
        }
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
        Self::new(i32::try_from(part(0..4)?).ok()?, part(5..7)?, part(8..10)?)
    }
    pub fn last() -> Self {
        Self::new(9_999, 12, 31).unwrap_or(Self(NaiveDate::MAX))
    }
    pub fn first() -> Self {
        Self::new(0, 1, 1).unwrap_or(Self(NaiveDate::MIN))
    }
    pub fn year(self) -> i32 {
        self.0.year()
    }
    pub fn month(self) -> u32 {
        self.0.month()
    }
    pub fn date(self) -> u32 {
        self.0.day()
    }
    pub fn next(self) -> Self {
        self.0
            .succ_opt()
            .map_or(Self::last(), |day| Self(day).min(Self::last()))
    }
    /// The day a period that begins here ends on: whole years and months first, then days.
    pub fn plus(self, period: Period) -> Self {
        let months = i64::from(self.0.year()) * 12
            + i64::from(self.0.month0())
            + i64::from(period.years) * 12
            + i64::from(period.months);
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
        let Some(day) = i32::try_from(year)
            .ok()
            .zip(u32::try_from(month + 1).ok())
            .and_then(|(year, month)| Self::in_month(year, month, self.0.day()))
        else {
            return Self::last();
        };
        day.0
            .checked_add_days(chrono::Days::new(u64::from(period.days)))
            .map_or(Self::last(), |day| Self(day).min(Self::last()))
    }
    /// 31 December of the same year.
    pub fn year_end(self) -> Self {
        Self::new(self.0.year(), 12, 31).unwrap_or(self)
    }
    fn in_month(year: i32, month: u32, date: u32) -> Option<Self> {
        Self::new(year, month, date).or_else(|| match month {
            12 => Self::new(year + 1, 1, 1),
            _ => Self::new(year, month + 1, 1),
        })
    }
    pub(crate) fn naive(self) -> NaiveDate {
        self.0
    }
    pub(crate) fn of_naive(day: NaiveDate) -> Self {
        Self(day).clamp(Self::first(), Self::last())
    }
}

/// A length of time in calendar units; as text `7 years`, `1 year 6 months`, `90 days`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Period {
    pub years: u16,
    pub months: u16,
    pub days: u16,
}

impl Period {
    pub const fn years(years: u16) -> Self {
        Self {
            years,
            months: 0,
            days: 0,
        }
    }
    /// Reads what [`Display`](std::fmt::Display) writes; each unit once, longest first.
    pub fn parse(text: &str) -> Option<Self> {
        let mut period = Self::default();
        let mut unit_before = 0;
        let words: Vec<&str> = text.split(' ').collect();
        for pair in words.chunks(2) {
            let [number, unit] = pair else { return None };
            if !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let number: u16 = number.parse().ok()?;
            let (place, slot) = match *unit {
                "year" | "years" => (1, &mut period.years),
                "month" | "months" => (2, &mut period.months),
                "day" | "days" => (3, &mut period.days),
                _ => return None,
            };
            if place <= unit_before {
                return None;
            }
            unit_before = place;
            *slot = number;
        }
        Some(period)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.year(),
            self.month(),
            self.date()
        )
    }
}
impl std::fmt::Debug for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}
impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let units = [
            (self.years, "year"),
            (self.months, "month"),
            (self.days, "day"),
        ];
        let told: Vec<String> = units
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, unit)| format!("{number} {unit}{}", if *number == 1 { "" } else { "s" }))
            .collect();
        match told.is_empty() {
            true => f.write_str("0 days"),
            false => f.write_str(&told.join(" ")),
        }
    }
}

crate::words::as_text!(Day, "not a day such as 2026-11-21");
crate::words::as_text!(
    Period,
    "not a period such as \"7 years\" or \"1 year 6 months\""
);

#[cfg(test)]
mod tests;
