//! The word lists as entries: what each is and how it must be written.

use crate::Label;

const FILES: [&str; 7] = [
    include_str!("english.txt"),
    include_str!("spanish.txt"),
    include_str!("keywords.txt"),
    include_str!("anchors.txt"),
    include_str!("labels.txt"),
    include_str!("care.txt"),
    include_str!("genres.txt"),
];

pub(super) struct Entry {
    pub text: &'static str,
    pub role: Role,
    pub case: Case,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Clinical,
    Setting,
    Suffix,
    /// Counts only after a digit.
    Unit,
    /// Weighed beside a person only.
    Slight,
    /// A part of the body, weighed where it is somebody's.
    Body,
    /// Takes the words inside it out of the count.
    Neutral,
    Key(Tag),
}

macro_rules! tags {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// What a keyword announces; its word is the name of its section.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Tag {
            $($(#[$doc])* $variant,)*
            /// Says which rules besides HIPAA's may hold.
            Label(Label),
            /// An everyday word of the same; needs another.
            Hint(Label),
            /// A sign of a kind of mail that goes to many or is of the trade.
            Genre(u8),
        }

        fn tag(section: &str) -> Option<Tag> {
            match section {
                $($word => Some(Tag::$variant),)*
                _ => named_tag(section),
            }
        }
    };
}

/// "label minor", "hint minor", "genre 3".
fn named_tag(section: &str) -> Option<Tag> {
    let (sort, name) = section.split_once(' ')?;
    match sort {
        "label" => Label::from_word(name).map(Tag::Label),
        "hint" => Label::from_word(name).map(Tag::Hint),
        "genre" => name.parse().ok().map(Tag::Genre),
        _ => None,
    }
}

tags! {
    Ssn = "ssn",
    Itin = "itin",
    Birth = "birth",
    Care = "care",
    /// A word of care that means other things too.
    CareLoose = "care_loose",
    Phone = "phone",
    Fax = "fax",
    Npi = "npi",
    Dea = "dea",
    Ip = "ip",
    Mrn = "mrn",
    Member = "member",
    Policy = "policy",
    Patient = "patient",
    Number = "number",
    Claim = "claim",
    Accession = "accession",
    Account = "account",
    Routing = "routing",
    DriversLicence = "drivers_licence",
    /// A licence that only the shape of its number makes a driver's.
    Licence = "licence",
    Certificate = "certificate",
    Plate = "plate",
    Vin = "vin",
    Device = "device",
    Biometric = "biometric",
    CodeOfDiagnosis = "diagnosis_code",
    CodeOfProcedure = "procedure_code",
    CodeOfLab = "lab_code",
    CodeOfDrug = "drug_code",
    Analyte = "analyte",
    Vital = "vital",
    /// The last word of a place of care.
    Facility = "facility",
    /// A place of care by its own name.
    System = "system",
    Zip = "zip",
    /// A day by its distance from today.
    RelativeDate = "relative_date",
    /// What a form writes before a name.
    NameField = "name_field",
    /// A word before a patient's name.
    Person = "person",
    /// A word before a clinician's name.
    Clinician = "clinician",
    /// Stands behind an age.
    Age = "age",
    /// Stands before an age.
    Aged = "aged",
    Disclaimer = "disclaimer",
    Closing = "closing",
    Forwarded = "forwarded",
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Any,
    /// Exactly as listed: in other letters it is another word.
    Listed,
}

impl Case {
    pub(super) fn agrees(self, listed: &str, found: &[u8]) -> bool {
        self == Self::Any || listed.as_bytes() == found
    }
}

/// All entries, and the words that only look like clinical ones.
pub(super) fn read() -> (Vec<Entry>, Vec<&'static str>) {
    let mut entries = Vec::new();
    let mut stop = Vec::new();
    for file in FILES {
        let mut section = "";
        for line in file
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with('#'))
        {
            if let Some(name) = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                section = name;
                continue;
            }
            for text in line
                .split(',')
                .map(str::trim)
                .filter(|text| !text.is_empty())
            {
                match meaning(section) {
                    Some((role, case)) => entries.push(Entry { text, role, case }),
                    None => stop.push(text),
                }
            }
        }
    }
    (entries, stop)
}

/// What the words of a section are; `None` for the stop list.
fn meaning(section: &str) -> Option<(Role, Case)> {
    Some(match section {
        "clinical" => (Role::Clinical, Case::Any),
        "setting" => (Role::Setting, Case::Any),
        "upper" | "lower" => (Role::Clinical, Case::Listed),
        "upper setting" => (Role::Setting, Case::Listed),
        "unit" => (Role::Unit, Case::Any),
        "suffix" => (Role::Suffix, Case::Any),
        "slight" => (Role::Slight, Case::Any),
        "body" => (Role::Body, Case::Any),
        "neutral" => (Role::Neutral, Case::Any),
        "stop" => return None,
        "system" => (Role::Key(Tag::System), Case::Listed),
        key => (Role::Key(tag(key)?), Case::Any),
    })
}
