//! How moments, counts and sizes are written for people.
//!
//! A moment always carries its weekday and zone ("Tue 3 March, 2:15 pm EST"), because a patient who
//! reads "3/4, 14:15" may take it for another day. No clock here: what "now" is comes with the frame.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use model::Timestamp;
use serde::{Serialize, Serializer};

use super::Lang;

/// A time zone of the IANA database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    pub const UTC: Self = Self(Tz::UTC);

    /// `America/New_York`; `None` when the database has no such zone.
    pub fn find(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }
    /// The first moment of a day written `2026-03-03`, as a date field sends it.
    pub fn day_start(self, day: &str) -> Option<Timestamp> {
        let midnight = day.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?;
        // a day that begins with the clocks going forward starts at the first hour that exists
        let local = (0..4).find_map(|hour| {
            let later = midnight + chrono::TimeDelta::hours(hour);
            self.0.from_local_datetime(&later).earliest()
        })?;
        Some(Timestamp::from_micros(local.timestamp_micros()))
    }
    /// The first moment after that day.
    pub fn day_end(self, day: &str) -> Option<Timestamp> {
        let next = day.parse::<NaiveDate>().ok()?.succ_opt()?;
        self.day_start(&next.to_string())
    }
    fn local(self, at: Timestamp) -> DateTime<Tz> {
        let utc =
            DateTime::<Utc>::from_timestamp_micros(at.micros()).unwrap_or(DateTime::UNIX_EPOCH);
        utc.with_timezone(&self.0)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.name())
    }
}

/// How exact a moment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// To the minute; the year only when it is not the present one.
    Minute,
    /// To the second, with the year: for evidence.
    Second,
}

const DAYS: [[&str; 7]; 2] = [
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
];
const MONTHS: [[&str; 12]; 2] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
];

/// A moment in words: "Tue 3 March, 2:15 pm EST", "mar 3 de marzo, 2:15 p. m. EST".
pub fn moment(at: Timestamp, zone: Zone, lang: Lang, now: Timestamp, exact: Exactness) -> String {
    let local = zone.local(at);
    let row = lang as usize;
    let day = DAYS[row][local.weekday().num_days_from_monday() as usize];
    let month = MONTHS[row][local.month0() as usize];
    let other_year = local.year() != zone.local(now).year();
    let year = match (exact == Exactness::Second || other_year, lang) {
        (false, _) => String::new(),
        (true, Lang::En) => format!(" {}", local.year()),
        (true, Lang::Es) => format!(" de {}", local.year()),
    };
    let of = if lang == Lang::Es { "de " } else { "" };
    let clock = clock(&local, lang, exact);
    format!(
        "{day} {} {of}{month}{year}, {clock} {}",
        local.day(),
        zone_word(&local)
    )
}

/// A day in words, UTC: "Tue 3 March". The year only when it is not the present one.
pub fn day(at: Timestamp, lang: Lang, now: Timestamp) -> String {
    let (local, row) = (Zone::UTC.local(at), lang as usize);
    let word = DAYS[row][local.weekday().num_days_from_monday() as usize];
    let month = MONTHS[row][local.month0() as usize];
    let other_year = local.year() != Zone::UTC.local(now).year();
    let (of, year) = match (lang, other_year) {
        (Lang::En, false) => ("", String::new()),
        (Lang::En, true) => ("", format!(" {}", local.year())),
        (Lang::Es, false) => ("de ", String::new()),
        (Lang::Es, true) => ("de ", format!(" de {}", local.year())),
    };
    format!("{word} {} {of}{month}{year}", local.day())
}

fn clock(local: &DateTime<Tz>, lang: Lang, exact: Exactness) -> String {
    let (afternoon, hour) = local.hour12();
    let half = match (lang, afternoon) {
        (Lang::En, false) => "am",
        (Lang::En, true) => "pm",
        (Lang::Es, false) => "a.\u{a0}m.",
        (Lang::Es, true) => "p.\u{a0}m.",
    };
    let seconds = match exact {
        Exactness::Minute => String::new(),
        Exactness::Second => format!(":{:02}", local.second()),
    };
    format!("{hour}:{:02}{seconds}\u{a0}{half}", local.minute())
}

/// `EST`, or `UTC+03:00` for zones without letters.
fn zone_word(local: &DateTime<Tz>) -> String {
    let word = local.format("%Z").to_string();
    match word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => word,
        false => format!("UTC{}", local.format("%:z")),
    }
}

/// 12345 as "12,345", in both languages (the United States' Spanish groups the same way).
pub fn count(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    match n < 0 {
        true => format!("−{out}"),
        false => out,
    }
}

/// Octets as "812 bytes", "340 KB", "1.2 MB": decimal units, as phones and desktops show them.
pub fn size(octets: u64) -> String {
    const KB: u64 = 1_000;
    const MB: u64 = 1_000_000;
    const GB: u64 = 1_000_000_000;
    match octets {
        0..KB => format!("{octets}\u{a0}bytes"),
        KB..MB => format!("{}\u{a0}KB", (octets + KB / 2) / KB),
        MB..GB => format!("{}\u{a0}MB", tenths(octets, MB)),
        _ => format!("{}\u{a0}GB", tenths(octets, GB)),
    }
}

fn tenths(octets: u64, unit: u64) -> String {
    let tenths = (octets + unit / 20) * 10 / unit;
    format!("{}.{}", tenths / 10, tenths % 10)
}
