//! TAR archives (POSIX.1-2001 pax, and GNU's long names), as they stand in memory.
//!
//! Invariant: each header moves on by at least one block, so the walk ends.

use crate::extracted::{Because, TextForm};
use crate::extractor::Claim;
use crate::session::{Session, inside};
use crate::text::decode;

const BLOCK: usize = 512;

pub(crate) fn read(session: &mut Session<'_>, place: &str, file: &[u8]) {
    let (mut at, mut long_name, mut names) = (0, None, String::new());
    while let Some(head) = file.get(at..at + BLOCK) {
        if head.iter().all(|octet| *octet == 0) {
            break;
        }
        let Some(size) = octal(&head[124..136]) else {
            session.lost(place, Because::Malformed);
            break;
        };
        let data_at = at + BLOCK;
        let Some(data) = file
            .get(data_at..)
            .map(|rest| &rest[..rest.len().min(size)])
        else {
            break;
        };
        match head[156] {
            b'L' => long_name = Some(text(data)),
            b'x' => long_name = pax_path(data).or(long_name),
            b'g' | b'K' | b'5' => {}
            b'0' | 0 | b'7' => {
                let name = long_name.take().unwrap_or_else(|| name(head));
                names.push_str(&name);
                names.push('\n');
                if !one(session, place, &name, data) {
                    break;
                }
            }
            _ => long_name = None,
        }
        if data.len() < size {
            session.lost(place, Because::Truncated);
            break;
        }
        at = data_at + size.div_ceil(BLOCK) * BLOCK;
    }
    session.say(&inside(place, "names"), TextForm::Prose, &names);
}

fn one(session: &mut Session<'_>, place: &str, name: &str, data: &[u8]) -> bool {
    let counted = session.budget.entry();
    if session.or_lost(place, counted).is_none() {
        return false;
    }
    let claim = Claim {
        name,
        content_type: "",
    };
    session.nested(&inside(place, name), data, &claim);
    true
}

fn name(head: &[u8]) -> String {
    let (name, prefix) = (text(&head[..100]), text(&head[345..500]));
    if head[257..262] == *b"ustar" && !prefix.is_empty() {
        return format!("{prefix}/{name}");
    }
    name
}

fn text(field: &[u8]) -> String {
    let end = field
        .iter()
        .position(|octet| *octet == 0)
        .unwrap_or(field.len());
    decode(&field[..end], None)
}

/// `LENGTH path=NAME`, a record a line.
fn pax_path(data: &[u8]) -> Option<String> {
    let text = decode(data, None);
    let record = text.lines().find_map(|line| line.split_once(" path="))?;
    Some(record.1.to_owned())
}

fn octal(field: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches(['\0', ' ']);
    let size = usize::from_str_radix(digits, 8).ok()?;
    (size <= 1 << 40).then_some(size)
}
