//! What stands behind the end of a file, where no program that shows it looks.

use super::printable;
use crate::extracted::{Because, TextForm};
use crate::extractor::Claim;
use crate::kind::FileKind;
use crate::session::{Session, Shown, inside};

/// So little is no file of its own: its letters are read, and that is all.
const OCTETS_MAX: usize = 300;

pub(crate) fn behind(session: &mut Session<'_>, place: &str, rest: &[u8]) {
    let padding = |octet: &u8| matches!(octet, 0 | 0xff) || octet.is_ascii_whitespace();
    let Some(start) = rest.iter().position(|octet| !padding(octet)) else {
        return;
    };
    // An octet of padding may be the first of a file.
    let rest = &rest[start.saturating_sub(1)..];
    let rest = match rest.first() {
        Some(0xff) => rest,
        _ => &rest[usize::from(start > 0)..],
    };
    let at = inside(place, "behind");
    match FileKind::of(rest) {
        FileKind::Unknown if rest.len() > OCTETS_MAX => session.lost(&at, Because::UnknownType),
        FileKind::Unknown => {
            session.text(&at, TextForm::Prose, &printable(rest, 4), Shown::Hidden);
        }
        _ => {
            let counted = session.budget.entry();
            if session.or_lost(&at, counted).is_none() {
                return;
            }
            let claim = Claim {
                name: "",
                content_type: "",
            };
            session.nested(&at, rest, &claim);
        }
    }
}
