//! The file that suppressions come and go in: RFC 4180, with a head line.
//!
//! A value that a spreadsheet would take for a formula is written with an apostrophe before it, which
//! reading takes off again.

use model::{Stream, SuppressionReason, Timestamp};

use super::SuppressionView;

const FIELDS: [&str; 4] = ["address", "stream", "reason", "expires_at"];

pub(super) fn head() -> String {
    format!("{}\r\n", FIELDS.join(","))
}

pub(super) fn write(out: &mut String, row: &SuppressionView) {
    let address = row.address.as_str();
    let guard = match address.starts_with(['=', '+', '-', '@', '\'']) {
        true => "'",
        false => "",
    };
    let expires = row.expires_at.map(Timestamp::rfc3339).unwrap_or_default();
    let quoted = address.replace('"', "\"\"");
    out.push_str(&format!(
        "\"{guard}{quoted}\",{},{},{expires}\r\n",
        row.stream, row.reason
    ));
}

/// One line after the head: what it says, not yet believed.
pub(super) struct Line {
    /// From 1, the head being 1.
    pub number: usize,
    pub address: String,
    pub stream: String,
    pub reason: String,
    pub expires_at: String,
}

/// `None` when the head names no `address`; other names may be left out. A list that begins with an
/// address has no head: each line is one.
pub(super) fn read(text: &str) -> Option<Vec<Line>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let records = records(text);
    let (_, head) = records.first()?;
    let bare = head[0].contains('@');
    let place = |name: &str| {
        head.iter()
            .position(|h| h.trim().eq_ignore_ascii_case(name))
    };
    let places = match bare {
        true => [Some(0), None, None, None],
        false => FIELDS.map(place),
    };
    places[0]?;
    let line = |(number, fields): (usize, Vec<String>)| {
        let value = |at: Option<usize>| {
            let value = at.and_then(|at| fields.get(at)).map(|v| v.trim());
            let value = value.unwrap_or_default();
            value.strip_prefix('\'').unwrap_or(value).to_owned()
        };
        Line {
            number,
            address: value(places[0]),
            stream: value(places[1]),
            reason: value(places[2]),
            expires_at: value(places[3]),
        }
    };
    Some(
        records
            .into_iter()
            .skip(usize::from(!bare))
            .map(line)
            .collect(),
    )
}

/// Records with the number of the line they start on; empty lines are none.
pub fn records(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut out = Vec::new();
    let (mut fields, mut field) = (Vec::new(), String::new());
    let (mut quoted, mut line, mut start) = (false, 1, 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                end(&mut out, start, &mut fields, &mut field);
                line += 1;
                start = line;
            }
            _ => {
                line += usize::from(c == '\n');
                field.push(c);
            }
        }
    }
    end(&mut out, start, &mut fields, &mut field);
    out
}

fn end(
    out: &mut Vec<(usize, Vec<String>)>,
    start: usize,
    fields: &mut Vec<String>,
    field: &mut String,
) {
    fields.push(std::mem::take(field).trim_end_matches('\r').to_owned());
    let record = std::mem::take(fields);
    if record.iter().any(|value| !value.trim().is_empty()) {
        out.push((start, record));
    }
}

/// An empty value is the default.
pub(super) fn stream(text: &str, default: Stream) -> Option<Stream> {
    match text {
        "" => Some(default),
        word => Stream::from_word(word),
    }
}

pub(super) fn reason(text: &str) -> Option<SuppressionReason> {
    match text {
        "" => Some(SuppressionReason::Manual),
        word => SuppressionReason::from_word(word),
    }
}

/// The inner `None`: until it is lifted.
pub(super) fn moment(text: &str) -> Option<Option<Timestamp>> {
    match text {
        "" => Some(None),
        text => Timestamp::parse_rfc3339(text).map(Some),
    }
}

#[cfg(test)]
mod tests;
