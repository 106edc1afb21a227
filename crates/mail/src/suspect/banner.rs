//! What a reader is told above a suspicious message.
//!
//! It is shown by the console's view and stored nowhere. Invariant: it is made of our own sentences
//! alone, so there is nothing of the message in it to escape.

use super::{Concern, Suspicion, verdict};

/// Reasons shown; a reader stops reading sooner.
const REASONS_MAX: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Spanish,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    pub concern: Concern,
    pub heading: &'static str,
    /// The heaviest first.
    pub reasons: Vec<&'static str>,
    pub advice: &'static str,
}

/// None where nothing calls for one. A message in quarantine has one too, for whoever reviews it.
pub fn banner(suspicions: &[Suspicion], language: Language) -> Option<Banner> {
    let concern = verdict(suspicions);
    let mut reasons: Vec<&'static str> = Vec::new();
    for suspicion in suspicions {
        let clause = suspicion.kind.clause(language);
        if reasons.len() < REASONS_MAX && !reasons.contains(&clause) {
            reasons.push(clause);
        }
    }
    Some(Banner {
        concern,
        heading: heading(concern, language)?,
        reasons,
        advice: match language {
            Language::English => {
                "Do not answer, open or sign in before you have asked the sender by another way."
            }
            Language::Spanish => {
                "No responda, abra ni inicie sesión antes de preguntar al remitente por otra vía."
            }
        },
    })
}

const fn heading(concern: Concern, language: Language) -> Option<&'static str> {
    match (concern, language) {
        (Concern::None, _) => None,
        (Concern::Banner, Language::English) => Some("Be careful with this message."),
        (Concern::Banner, Language::Spanish) => Some("Tenga cuidado con este mensaje."),
        (Concern::Quarantine, Language::English) => Some("This message is very likely harmful."),
        (Concern::Quarantine, Language::Spanish) => {
            Some("Es muy probable que este mensaje sea dañino.")
        }
    }
}
