//! The list that patients come in: RFC 4180, with a head line.

const FIELDS: [&str; 10] = [
    "id",
    "given",
    "family",
    "birth",
    "ssn",
    "mrn",
    "member_id",
    "phone",
    "email",
    "zip",
];

/// One line after the head: what it says, not yet believed.
pub(super) struct Patient {
    /// From 1, the head being 1.
    pub number: usize,
    pub id: String,
    pub given: String,
    pub family: String,
    pub birth: String,
    pub ssn: String,
    pub mrn: String,
    pub member_id: String,
    pub phone: String,
    pub email: String,
    pub zip: String,
}

/// `None` when the head names no `id`; other names may be left out.
pub(super) fn read(text: &str) -> Option<Vec<Patient>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let records = crate::suppression::records(text);
    let (_, head) = records.first()?;
    let place = |name: &str| {
        head.iter()
            .position(|h| h.trim().eq_ignore_ascii_case(name))
    };
    let places = FIELDS.map(place);
    places[0]?;
    let line = |(number, fields): (usize, Vec<String>)| {
        let mut values = places.map(|at| {
            let value = at.and_then(|at| fields.get(at)).map(|v| v.trim());
            value.unwrap_or_default().to_owned()
        });
        let mut next = values.iter_mut().map(std::mem::take);
        let mut field = || next.next().unwrap_or_default();
        Patient {
            number,
            id: field(),
            given: field(),
            family: field(),
            birth: field(),
            ssn: field(),
            mrn: field(),
            member_id: field(),
            phone: field(),
            email: field(),
            zip: field(),
        }
    };
    Some(records.into_iter().skip(1).map(line).collect())
}
