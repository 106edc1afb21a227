//! The one written form of a found value, so that equal values have equal tokens however written.
//!
//! It exists only between the scan and the keyed hash; nothing stores it.

use crate::FindingKind;
use crate::normal::Normal;

pub(crate) fn normalised(kind: FindingKind, found: &[u8]) -> String {
    use FindingKind as K;
    match kind {
        K::UsSsn | K::Itin | K::Npi | K::PaymentCard | K::Age | K::Routing => digits(found),
        K::Phone | K::Fax => {
            let digits = digits(found);
            match digits.strip_prefix('1') {
                Some(local) if local.len() == 10 => local.to_owned(),
                _ => digits,
            }
        }
        K::DateOfBirth | K::DateOfCare | K::Date => date(found),
        K::Url => kept(found, |_| true),
        K::Name | K::PatientName | K::ProviderName => name(found),
        K::Email
        | K::IpAddress
        | K::HealthTerm
        | K::Street
        | K::Place
        | K::RestrictedZip
        | K::RelativeDate
        | K::Facility
        | K::Biometric
        | K::Photo
        | K::LabValue
        | K::VitalSign
        | K::UniqueId
        | K::OwnCertain
        | K::OwnStrong
        | K::OwnWeak
        | K::OwnContext
        | K::ClinicalRecord
        | K::TellingText => spaced(found),
        K::Mbi
        | K::Hicn
        | K::MemberId
        | K::Mrn
        | K::PatientId
        | K::PatientMatch
        | K::Claim
        | K::Accession
        | K::Account
        | K::Iban
        | K::Dea
        | K::DriversLicence
        | K::Certificate
        | K::Vin
        | K::Plate
        | K::Device
        | K::DiagnosisCode
        | K::ProcedureCode
        | K::LabCode
        | K::DrugCode => kept(found, u8::is_ascii_alphanumeric).to_ascii_uppercase(),
    }
}

/// Small letters, one blank where there was any white space.
fn spaced(found: &[u8]) -> String {
    let text = String::from_utf8_lossy(found).to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const TITLES: &[&str] = &[
    "dr", "dra", "mr", "mrs", "ms", "miss", "prof", "sr", "sra", "srta", "nurse", "doctor",
];

/// Its words in alphabetic order: "LOPEZ, ANA" is "Ana Lopez".
fn name(found: &[u8]) -> String {
    let text = String::from_utf8_lossy(found).to_lowercase();
    let mut words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-')
        .filter(|word| !word.is_empty() && !TITLES.contains(word))
        .collect();
    words.sort_unstable();
    words.join(" ")
}

/// `YYYY-MM-DD` of a whole date, however written.
pub(crate) fn day(text: &str) -> Option<String> {
    let day = date(folded(text).as_bytes());
    let whole = day.len() == 10
        && !day.starts_with('-')
        && !day.ends_with("-00")
        && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    whole.then_some(day)
}

/// The days that a whole date may mean: "05.04.1961" is in April in most of the world.
pub(crate) fn days(text: &str) -> Vec<String> {
    let Some(one) = day(text) else {
        return Vec::new();
    };
    let year_last = text.trim().bytes().take_while(u8::is_ascii_digit).count() <= 2;
    let (year, rest) = one.split_at(4);
    let other = match rest.split('-').collect::<Vec<_>>()[..] {
        ["", month, day] if year_last && day <= "12" && month != day => {
            Some(format!("{year}-{day}-{month}"))
        }
        _ => None,
    };
    let named = text.bytes().any(|b| b.is_ascii_alphabetic());
    let other = other.filter(|_| !named);
    [Some(one.clone()), other].into_iter().flatten().collect()
}

/// Whether a date of birth makes someone under 18, for as long as this release is in use.
pub(crate) fn is_birth_of_minor(found: &[u8]) -> bool {
    const BORN_AFTER: &str = "2008-12-31";
    let day = date(found);
    day.len() == 10 && day.as_str() > BORN_AFTER && day.starts_with("20")
}

/// As the scanner reads it: without accents and what cannot be seen; small letters.
pub(crate) fn folded(text: &str) -> String {
    let normal = Normal::of(text);
    String::from_utf8_lossy(normal.bytes()).to_lowercase()
}

fn kept(found: &[u8], keep: impl Fn(&u8) -> bool) -> String {
    let kept: Vec<u8> = found.iter().copied().filter(keep).collect();
    String::from_utf8_lossy(&kept).into_owned()
}

fn digits(found: &[u8]) -> String {
    kept(found, u8::is_ascii_digit)
}

/// `YYYY-MM-DD`, or as much of it as was written; the month first, as in the United States, unless
/// it cannot be one.
fn date(found: &[u8]) -> String {
    let numbers: Vec<u32> = found
        .split(|b| !b.is_ascii_digit())
        .filter(|run| !run.is_empty())
        .map(|run| {
            run.iter().fold(0_u32, |n, b| {
                n.saturating_mul(10).saturating_add(u32::from(b - b'0'))
            })
        })
        .collect();
    let (year, month, day) = match (named_month(found), &numbers[..]) {
        // HL7, X12, DICOM and calendars write a day in one run.
        (None, [run]) if (19_000_101..=20_991_231).contains(run) => {
            (run / 10_000, run / 100 % 100, run % 100)
        }
        (Some(month), [day, year]) => (*year, month, *day),
        (Some(month), [one]) if *one > 31 => (*one, month, 0),
        (Some(month), [one]) => (0, month, *one),
        (None, [year, month, day]) if *year > 31 => (*year, *month, *day),
        (None, [day, month, year]) if *day > 12 => (*year, *month, *day),
        (None, [month, day, year]) => (*year, *month, *day),
        _ => return kept(found, u8::is_ascii_alphanumeric).to_ascii_lowercase(),
    };
    // A birth year of two digits: from 30 on it is the last century.
    let year = match year {
        0 => "----".to_owned(),
        1..30 => format!("20{year:02}"),
        30..100 => format!("19{year}"),
        _ => year.to_string(),
    };
    format!("{year}-{month:02}-{day:02}")
}

fn named_month(found: &[u8]) -> Option<u32> {
    const ENGLISH: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    const SPANISH: [&str; 12] = [
        "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic",
    ];
    let lower = kept(found, |_| true).to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphabetic()).collect();
    let position = |names: &[&str; 12]| {
        names
            .iter()
            .position(|name| words.iter().any(|word| word.starts_with(name)))
    };
    let month = position(&ENGLISH).or_else(|| position(&SPANISH))?;
    u32::try_from(month + 1).ok()
}

#[cfg(test)]
mod tests;
