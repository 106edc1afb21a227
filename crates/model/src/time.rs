//! Moments as whole microseconds since 1970-01-01T00:00:00Z. Where they come from is the `Clock`'s.

use std::time::Duration;

use chrono::Datelike;

/// A moment, UTC, microseconds. Arithmetic saturates: a far future stays far.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const MAX: Self = Self(i64::MAX);

    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }
    pub const fn micros(self) -> i64 {
        self.0
    }
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
    pub fn plus(self, d: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(d.as_micros()).unwrap_or(i64::MAX)),
        )
    }
    pub fn minus(self, d: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(d.as_micros()).unwrap_or(i64::MAX)),
        )
    }
    /// How long from `earlier` to here; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
    /// RFC 3339 with milliseconds and `Z`, for APIs and evidence: `2026-11-21T14:03:07.125Z`.
    pub fn rfc3339(self) -> String {
        match self.digits() {
            Some(digits) => format!("{}Z", text(&digits[..MILLIS])),
            None => self.utc().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        }
    }
    /// The same with all six digits. `None` outside the years that RFC 3339 can write.
    pub fn rfc3339_micros(self) -> Option<String> {
        self.digits().map(|digits| format!("{}Z", text(&digits)))
    }
    /// The date field of a message header (RFC 5322 §3.3), in UTC.
    pub fn rfc5322(self) -> String {
        self.utc().format("%a, %d %b %Y %H:%M:%S +0000").to_string()
    }
    /// Reads RFC 3339 with any offset; `None` when it is not a moment, or one that RFC 3339 cannot
    /// say in UTC: its years have four digits.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let parsed = chrono::DateTime::parse_from_rfc3339(text).ok()?;
        // A leap second at the end of a year is the next year's first.
        let at = Self(parsed.timestamp_micros());
        (0..=9_999).contains(&at.utc().year()).then_some(at)
    }
    /// `2026-11-21T14:03:07.125000`, by hand: several stand in what each message leaves in the audit log.
    /// `None` outside the years of four digits.
    fn digits(self) -> Option<[u8; 26]> {
        let (day, second) = (
            self.secs().div_euclid(86_400),
            self.secs().rem_euclid(86_400),
        );
        let (year, month, date) = date_of(day);
        if !(0..=9_999).contains(&year) {
            return None;
        }
        let mut digits = *b"0000-00-00T00:00:00.000000";
        let parts = [
            (0..4, year),
            (5..7, month),
            (8..10, date),
            (11..13, second / 3_600),
            (14..16, second / 60 % 60),
            (17..19, second % 60),
            (20..26, self.0.rem_euclid(1_000_000)),
        ];
        for (place, mut number) in parts {
            for digit in digits[place].iter_mut().rev() {
                *digit = b"0123456789"[number.rem_euclid(10) as usize];
                number /= 10;
            }
        }
        Some(digits)
    }
    fn utc(self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::from_timestamp_micros(self.0).unwrap_or(chrono::DateTime::UNIX_EPOCH)
    }
}

/// Up to the milliseconds.
const MILLIS: usize = 23;

fn text(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

/// Year, month and day of the month of a day since 1970-01-01 in the Gregorian calendar, which repeats
/// after 400 years. Counted in years that begin in March, so that a leap day is the last.
fn date_of(day: i64) -> (i64, i64, i64) {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    let since = day + 719_468; // 0000-03-01
    let (cycle, day) = (
        since.div_euclid(DAYS_OF_400_YEARS),
        since.rem_euclid(DAYS_OF_400_YEARS),
    );
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // months of 31, 30, 31, 30, 31 days: 153 in five
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (cycle * 400 + year + next, month, date)
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.rfc3339())
    }
}
impl std::fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.rfc3339())
    }
}
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.rfc3339())
    }
}
impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Self::parse_rfc3339(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 moment"))
    }
}

#[cfg(test)]
mod tests;
