//! The word lists as entries: what each is and how it must be written.

const FILES: [&str; 3] = [
    include_str!("english.txt"),
    include_str!("spanish.txt"),
    include_str!("keywords.txt"),
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
    /// Takes the words inside it out of the count.
    Neutral,
    Key(Tag),
}

/// What a keyword announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Ssn,
    Birth,
    Care,
    Phone,
    Npi,
    Ip,
    Mrn,
    Member,
    Policy,
    Patient,
    Number,
    Disclaimer,
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
        "unit" => (Role::Unit, Case::Any),
        "suffix" => (Role::Suffix, Case::Any),
        "neutral" => (Role::Neutral, Case::Any),
        "stop" => return None,
        key => (Role::Key(tag(key)?), Case::Any),
    })
}

fn tag(section: &str) -> Option<Tag> {
    Some(match section {
        "ssn" => Tag::Ssn,
        "birth" => Tag::Birth,
        "care" => Tag::Care,
        "phone" => Tag::Phone,
        "npi" => Tag::Npi,
        "ip" => Tag::Ip,
        "mrn" => Tag::Mrn,
        "member" => Tag::Member,
        "policy" => Tag::Policy,
        "patient" => Tag::Patient,
        "number" => Tag::Number,
        "disclaimer" => Tag::Disclaimer,
        _ => return None,
    })
}
