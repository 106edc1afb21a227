//! The outline of a text of rules: what each is called, does and is for, for lists that show no text.

use model::Result;
use policy::Mode;

/// One rule of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    pub id: String,
    pub name: String,
    /// As the text says it.
    pub effect: String,
    pub why: String,
    /// It only says what it would have done.
    pub shadow: bool,
}

/// The rules of a version's text, in its order.
///
/// # Errors
/// `stored_data_invalid` for a text that no version can hold.
pub fn outline(text: &str) -> Result<Vec<Outline>> {
    let rules = super::parsed(text)?;
    let rules = rules.iter().map(|rule| Outline {
        id: rule.id.clone(),
        name: rule.name.clone(),
        effect: rule.effect.to_text(),
        why: rule.why.clone(),
        shadow: rule.mode == Mode::Shadow,
    });
    Ok(rules.collect())
}
