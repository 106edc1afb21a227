//! Names of attachments made safe to be names of files, on every system that may open the package.
//!
//! Invariant: what comes out is one component of a path, not empty, at most [`NAME_OCTETS_MAX`] octets long,
//! and reserved nowhere. That it is unique is the matter of the control number before it.

use model::limits::EXPORT_NAME_OCTETS_MAX as NAME_OCTETS_MAX;
use unicode_normalization::UnicodeNormalization;

const EXTENSION_OCTETS_MAX: usize = 12;
const UNNAMED: &str = "unnamed";

/// Reserved by Windows, with any extension.
const RESERVED: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

pub fn safe_name(name: &str) -> String {
    let mut safe = made_safe(name);
    // What was cut off may leave another extension behind; each turn only takes away.
    for _ in 0..NAME_OCTETS_MAX {
        let again = made_safe(&safe);
        if again == safe {
            break;
        }
        safe = again;
    }
    safe
}

fn made_safe(name: &str) -> String {
    let clean: String = name
        .nfc()
        .map(|c| if is_safe(c) { c } else { '_' })
        .collect();
    let clean = trimmed(&clean);
    let (stem, extension) = parted(clean);
    let room = NAME_OCTETS_MAX - extension.len() - 1;
    let stem = trimmed(capped(stem, room));
    let name = match (stem, extension) {
        ("", "") => UNNAMED.to_owned(),
        ("", extension) => format!("{UNNAMED}.{extension}"),
        (stem, "") => stem.to_owned(),
        (stem, extension) => format!("{stem}.{extension}"),
    };
    // One octet is kept free for this.
    if is_reserved(&name) {
        format!("_{name}")
    } else {
        name
    }
}

fn is_safe(c: char) -> bool {
    let hidden = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}');
    let path = matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    // Slashes and dots of other blocks fold into ours where names are compared by compatibility.
    let alike = matches!(
        c,
        '\u{2024}'..='\u{2026}' | '\u{2044}' | '\u{2215}' | '\u{ff0e}' | '\u{ff0f}' | '\u{ff3c}'
    );
    !c.is_control() && !hidden && !path && !alike
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c == '.' || c.is_whitespace())
}

/// Stem and extension; no extension where what follows the last dot is none.
fn parted(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, extension))
            if extension.len() <= EXTENSION_OCTETS_MAX
                && extension.chars().all(|c| c.is_ascii_alphanumeric()) =>
        {
            (stem, extension)
        }
        _ => (name, ""),
    }
}

fn capped(text: &str, octets: usize) -> &str {
    let mut end = octets.saturating_sub(1).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim();
    let stem = stem.to_lowercase();
    let port = |kind: &str| {
        let number = stem
            .strip_prefix(kind)
            .map(|rest| rest.chars().collect::<Vec<_>>());
        matches!(number.as_deref(), Some(['0'..='9' | '¹' | '²' | '³']))
    };
    RESERVED.contains(&stem.as_str()) || port("com") || port("lpt")
}
