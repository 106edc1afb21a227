//! Domains that can be mistaken for one that is known.
//!
//! For the author of mail that comes in, for links, and for recipients before mail goes out. It
//! compares names only and knows nothing of who registered them. Invariant: a domain with the same
//! registered name as a known one is never like it, but it.

use model::Domain;

use super::names::{is_free_mail, registered};

mod shape;

use shape::Shape;

/// Known domains compared; those that come later are left out.
pub const COMPARED_MAX: usize = 2_000;
/// Shorter names are one typing error from many others.
const LETTERS_COMPARED_MIN: usize = 5;
/// From here on two differences still leave a likeness (phi.md §8).
const TWO_DIFFERENCES_FROM: usize = 10;
/// A name this long is a brand wherever it stands.
const BRAND_LETTERS_MIN: usize = 8;

/// By what trick a domain is like another; the first that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trick {
    /// Letters that look the same: `c1inic`, `сlinic` with a Cyrillic letter, `rnercy`.
    SameLooks,
    /// Only hyphens differ.
    Hyphens,
    /// The known name is a label in front of somebody else's domain.
    AsSubdomain,
    /// The known name within a longer one: `clinic-billing`.
    InLonger,
    /// The same label under another ending.
    OtherEnding,
    /// One or two letters more, fewer, changed or swapped.
    Misspelt,
}

impl Trick {
    pub const fn word(self) -> &'static str {
        match self {
            Self::SameLooks => "same_looks",
            Self::Hyphens => "hyphens",
            Self::AsSubdomain => "as_subdomain",
            Self::InLonger => "in_longer",
            Self::OtherEnding => "other_ending",
            Self::Misspelt => "misspelt",
        }
    }
}

/// A known domain that another can be mistaken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness<'k> {
    pub to: &'k Domain,
    pub trick: Trick,
}

/// Known domains, in the forms in which they are compared; made once for many questions.
pub struct Familiar<'k>(Vec<(&'k Domain, Shape)>);

impl<'k> Familiar<'k> {
    pub fn of(known: impl IntoIterator<Item = &'k Domain>) -> Self {
        let known = known.into_iter().take(COMPARED_MAX);
        Self(known.map(|domain| (domain, Shape::of(domain))).collect())
    }

    /// Whether it has the same owner as one of them.
    pub fn holds(&self, domain: &Domain) -> bool {
        let own = registered(domain.as_str());
        self.0.iter().any(|(_, shape)| shape.registered == own)
    }

    /// The likeness that deceives best. None: the domain is known, or like no known one.
    pub fn nearest(&self, domain: &Domain) -> Option<Likeness<'k>> {
        // Providers of free mail are like each other, and everybody knows them.
        if is_free_mail(domain) || self.holds(domain) {
            return None;
        }
        let suspect = Shape::of(domain);
        let likeness = |(to, shape): &(&'k Domain, Shape)| {
            let trick = trick(domain, &suspect, shape)?;
            Some(Likeness { to, trick })
        };
        self.0.iter().filter_map(likeness).min_by_key(|l| l.trick)
    }
}

/// [`Familiar::nearest`] for a single question.
pub fn nearest<'k>(
    domain: &Domain,
    known: impl IntoIterator<Item = &'k Domain>,
) -> Option<Likeness<'k>> {
    Familiar::of(known).nearest(domain)
}

fn trick(domain: &Domain, suspect: &Shape, known: &Shape) -> Option<Trick> {
    let length = known.label.chars().count();
    if length < LETTERS_COMPARED_MIN {
        // What looks the same deceives at any length; anything else would be chance.
        let looks = suspect.looks == known.looks && suspect.label != known.label;
        return (looks && length > 2).then_some(Trick::SameLooks);
    }
    match () {
        () if suspect.looks == known.looks && suspect.label != known.label => {
            Some(Trick::SameLooks)
        }
        () if suspect.joined == known.joined && suspect.label != known.label => {
            Some(Trick::Hyphens)
        }
        () if stands_in_front(domain, &suspect.registered, known) => Some(Trick::AsSubdomain),
        () if is_within(&suspect.label, &known.label) => Some(Trick::InLonger),
        () if suspect.label == known.label && suspect.ending != known.ending => {
            Some(Trick::OtherEnding)
        }
        () if is_misspelt(suspect, known) => Some(Trick::Misspelt),
        () => None,
    }
}

/// `mercyhealth.org.sign-in.example`: the labels in front belong to whoever owns the rest.
fn stands_in_front(domain: &Domain, registered: &str, known: &Shape) -> bool {
    let Some(front) = domain.as_str().strip_suffix(registered) else {
        return false;
    };
    let front = front.trim_end_matches('.');
    let whole = front == known.registered || front.ends_with(&format!(".{}", known.registered));
    let begins = front.starts_with(&format!("{}.", known.registered));
    let label = !is_common(&known.label) && front.split('.').any(|one| one == known.label);
    whole || begins || label
}

/// The known name as a part of the label. A common word is a name only beside a word of business
/// (`clinic-billing`, not `lakeside-clinic`).
fn is_within(label: &str, known: &str) -> bool {
    let letters = known.chars().count();
    let parts: Vec<&str> = label.split('-').collect();
    if parts.len() > 1 && contains_run(&parts, known) {
        let others = parts
            .iter()
            .filter(|part| !known.split('-').any(|own| own == **part));
        return !is_common(known) || others.clone().all(|part| is_business(part));
    }
    let rest = label
        .strip_prefix(known)
        .or_else(|| label.strip_suffix(known))
        .map(|rest| rest.trim_matches('-'))
        .filter(|rest| !rest.is_empty());
    rest.is_some_and(|rest| {
        is_business(rest) || (letters >= BRAND_LETTERS_MIN && !is_common(known))
    })
}

fn contains_run(parts: &[&str], known: &str) -> bool {
    let own: Vec<&str> = known.split('-').collect();
    parts.windows(own.len()).any(|run| run == own.as_slice())
}

fn is_misspelt(suspect: &Shape, known: &Shape) -> bool {
    let (a, b) = (&suspect.label, &known.label);
    let shorter = a.chars().count().min(b.chars().count());
    let allowed = match shorter {
        TWO_DIFFERENCES_FROM.. => 2,
        LETTERS_COMPARED_MIN.. => 1,
        _ => return false,
    };
    // Numbered names are a family's: `clinic1` is not `clinic2` misspelt.
    let unnumbered = |label: &str| label.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    if a[..unnumbered(a)] == b[..unnumbered(b)]
        && unnumbered(a) < a.len()
        && unnumbered(b) < b.len()
    {
        return false;
    }
    // Two differences and another ending are two other names.
    let allowed = if suspect.ending == known.ending {
        allowed
    } else {
        1
    };
    let longer = a.chars().count().max(b.chars().count());
    longer - shorter <= allowed && a != b && strsim::damerau_levenshtein(a, b) <= allowed
}

/// Words that half the trade has in its name.
fn is_common(label: &str) -> bool {
    const COMMON: [&str; 20] = [
        "care",
        "clinic",
        "clinica",
        "dental",
        "dentist",
        "doctor",
        "email",
        "health",
        "healthcare",
        "home",
        "hospice",
        "hospital",
        "insurance",
        "medical",
        "medicine",
        "pediatrics",
        "pharmacy",
        "salud",
        "therapy",
        "wellness",
    ];
    COMMON.contains(&label)
}

/// Words that phishing adds to a name.
fn is_business(part: &str) -> bool {
    const BUSINESS: [&str; 44] = [
        "access", "account", "accounts", "admin", "alert", "alerts", "auth", "benefits", "billing",
        "docs", "email", "files", "help", "helpdesk", "hr", "invoice", "invoices", "it", "login",
        "mail", "message", "messages", "mfa", "notice", "office", "online", "pay", "payment",
        "payments", "payroll", "portal", "records", "secure", "security", "service", "services",
        "share", "signin", "sso", "support", "update", "verify", "web", "webmail",
    ];
    BUSINESS.contains(&part)
}

#[cfg(test)]
mod tests;
