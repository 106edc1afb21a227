//! Domains as they are registered, and names of people as they are compared.
//!
//! Invariant: both forms are for comparing; neither is shown or stored.

use model::Domain;
use unicode_security::{MixedScript, RestrictionLevel, RestrictionLevelDetection};

/// Longer names than any person's are cut.
const NAME_CHARS_MAX: usize = 200;

/// What somebody registered: the public suffix and one label (`clinic.example` of
/// `mail.clinic.example`). A name without one is its own.
pub fn registered(name: &str) -> &str {
    psl::domain_str(name).unwrap_or(name)
}

/// The same for a domain that says who writes; none of a public suffix, nor of a provider of free mail.
pub fn registrable(domain: &Domain) -> Option<&str> {
    let name = domain.as_str();
    let found = psl::domain_str(name).filter(|_| !is_free_mail(domain));
    found.filter(|found| *found != psl::suffix_str(name).unwrap_or_default())
}

pub(super) fn same_owner(a: &Domain, b: &Domain) -> bool {
    registered(a.as_str()) == registered(b.as_str())
}

pub(super) fn belongs_to(domain: &Domain, owners: &[Domain]) -> bool {
    owners.iter().any(|owner| same_owner(domain, owner))
}

/// Free of charge for anybody, so that such a domain says nothing about who writes.
pub fn is_free_mail(domain: &Domain) -> bool {
    const FREE: [&str; 18] = [
        "aol.com",
        "comcast.net",
        "fastmail.com",
        "gmail.com",
        "gmx.com",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "me.com",
        "msn.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "yahoo.com",
        "ymail.com",
    ];
    FREE.contains(&registered(domain.as_str()))
}

/// The words of a person's name, whatever their order, without titles and initials. Empty: there are
/// fewer than two, which is too few to mistake anybody for.
pub(super) fn person(name: &str) -> Vec<String> {
    const TITLES: [&str; 23] = [
        "dr", "dra", "md", "do", "rn", "np", "pa", "lpn", "phd", "ph", "mba", "mr", "mrs", "ms",
        "miss", "sr", "sra", "jr", "ii", "iii", "prof", "dds", "cna",
    ];
    let seen = name.chars().filter(|c| !is_unseen(*c));
    let cut: String = seen.take(NAME_CHARS_MAX).collect();
    let mut words: Vec<String> = cut
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| word.replace('\'', ""))
        .filter(|word| word.chars().count() > 1 && !TITLES.contains(&word.as_str()))
        .map(|word| unicode_security::skeleton(&unaccented(&word)).collect())
        .collect();
    words.sort_unstable();
    words.dedup();
    if words.len() < 2 {
        words.clear();
    }
    words
}

/// Letters that nobody is shown: they part a name for programs and for nobody else.
const fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether one word of a name mixes alphabets, as no person's does.
pub(super) fn mixes_scripts(name: &str) -> bool {
    let words = name.split(|c: char| !c.is_alphanumeric());
    // Japanese and its like mix with Latin by right; Cyrillic and Greek do not (UTS 39 §5.2).
    words
        .filter(|word| !word.is_ascii() && !word.is_single_script())
        .any(|word| !word.check_restriction_level(RestrictionLevel::HighlyRestrictive))
}

/// The letters that English and Spanish names lose when they are typed in a hurry.
fn unaccented(word: &str) -> String {
    word.chars()
        .map(|c| match c {
            'á' | 'à' | 'â' | 'ä' | 'ã' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'í' | 'ì' | 'î' | 'ï' => 'i',
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
            'ú' | 'ù' | 'û' | 'ü' => 'u',
            'ñ' => 'n',
            'ç' => 'c',
            _ => c,
        })
        .collect()
}
