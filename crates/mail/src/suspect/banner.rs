//! What a reader is told above a suspicious message, as text and as HTML.
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
    pub text: String,
    /// One `aside` without style or script of its own.
    pub html: String,
}

/// None where nothing calls for one. A message in quarantine has one too, for whoever reviews it.
pub fn banner(suspicions: &[Suspicion], language: Language) -> Option<Banner> {
    let concern = verdict(suspicions);
    let heading = heading(concern, language)?;
    let mut clauses: Vec<&'static str> = Vec::new();
    for suspicion in suspicions {
        let clause = suspicion.kind.clause(language);
        if clauses.len() < REASONS_MAX && !clauses.contains(&clause) {
            clauses.push(clause);
        }
    }
    let advice = match language {
        Language::English => {
            "Do not answer, open or sign in before you have asked the sender by another way."
        }
        Language::Spanish => {
            "No responda, abra ni inicie sesión antes de preguntar al remitente por otra vía."
        }
    };
    let mut text = format!("{heading}\n");
    let mut items = String::new();
    for clause in clauses {
        text.push_str("- ");
        text.push_str(clause);
        text.push('\n');
        items.push_str("<li>");
        items.push_str(clause);
        items.push_str("</li>");
    }
    text.push_str(advice);
    text.push('\n');
    let lang = match language {
        Language::English => "en",
        Language::Spanish => "es",
    };
    let html = format!(
        "<aside class=\"caution caution-{}\" lang=\"{lang}\"><p><strong>{heading}</strong></p>\
         <ul>{items}</ul><p>{advice}</p></aside>",
        concern.word()
    );
    Some(Banner { text, html })
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
