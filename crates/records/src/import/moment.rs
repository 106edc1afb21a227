//! Moments as containers write them: the date of a `From ` line, seconds in a name, FILETIME.
//!
//! Invariant: what is no moment of the years 1970 to 9999 is none.

use model::Timestamp;

const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
/// The last second of the year 9999.
const SECONDS_MAX: i64 = 253_402_300_799;
/// From 1601 to 1970, in seconds.
const FILETIME_EPOCH: i64 = 11_644_473_600;

/// The date of a `From ` line (RFC 4155: asctime in UTC), with a zone before or after the year where one stands.
pub fn of_from_line(line: &str) -> Option<Timestamp> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let is_month = |word: &&str| month(word).is_some();
    // The sender is the first word and may be called May.
    let at = words.iter().skip(1).rposition(is_month)? + 1;
    let number = |index: usize| words.get(index).and_then(|word| word.parse::<i64>().ok());
    let day = number(at + 1)
        .filter(|day| *day < 32)
        .or_else(|| number(at.wrapping_sub(1)))?;
    let clock = words[at..].iter().find_map(|word| clock(word))?;
    let year = words[at..].iter().find_map(|word| year(word))?;
    let zone = words[at..].iter().find_map(|word| zone(word)).unwrap_or(0);
    let days = days(year, month(words[at])?, day)?;
    of_secs(days * 86_400 + clock - zone)
}

pub fn of_secs(secs: i64) -> Option<Timestamp> {
    (0..=SECONDS_MAX)
        .contains(&secs)
        .then(|| Timestamp::from_secs(secs))
}

/// Hundreds of nanoseconds since 1601.
pub fn of_filetime(ticks: i64) -> Option<Timestamp> {
    of_secs(ticks.div_euclid(10_000_000) - FILETIME_EPOCH)
}

fn month(word: &str) -> Option<i64> {
    let lower = word.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == lower)?;
    i64::try_from(at).ok().map(|at| at + 1)
}

fn clock(word: &str) -> Option<i64> {
    let mut parts = word.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let is_clock =
        (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    is_clock.then_some(hour * 3_600 + minute * 60 + second)
}

fn year(word: &str) -> Option<i64> {
    let is_year = word.len() == 4 && word.bytes().all(|octet| octet.is_ascii_digit());
    is_year
        .then(|| word.parse().ok())?
        .filter(|year| *year >= 1970)
}

/// Seconds east of UTC.
fn zone(word: &str) -> Option<i64> {
    let sign = match word.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: i64 = word
        .get(1..)
        .filter(|digits| digits.len() == 4)?
        .parse()
        .ok()?;
    Some(sign * (digits / 100 * 3_600 + digits % 100 * 60))
}

/// Days since 1970 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let most = match month {
        2 => 28 + leap,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=most).contains(&day) {
        return None;
    }
    let shifted = year - i64::from(month <= 2);
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}
