//! What has to travel with a message by law or by a rule of the organisation, in the organisation's language.
//!
//! With what a consent covers goes a clear explanation of that consent's scope (42 CFR 2.32(b), 89 FR 12472), as it
//! is on record about the recipient when the message is disclosed. Invariant: an explanation goes to the recipient
//! about whom it is on record, and to nobody else.

use ctx::Ctx;
use model::Result;
use policy::Notice;
use store::tables::recipients::Recipient;

use crate::besides::Besides;

/// A statement for one recipient.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Statement {
    Law {
        notice: Notice,
        /// What the consent covers, in the words of whoever recorded it; none where that was not recorded.
        scope: Option<String>,
    },
    /// The subject that its author wrote, where another stands in its field.
    Subject(String),
}

/// What the message is about by its own subject; `None` where it has none.
pub(super) fn subject(content: &[u8]) -> Option<Statement> {
    let message = mail::parse(content).ok()?;
    let said = message.subject()?.trim();
    (!said.is_empty()).then(|| Statement::Subject(said.to_owned()))
}

/// The statements that go with a message to this recipient.
pub(crate) fn of(ctx: &Ctx, row: &Recipient) -> Result<Vec<Statement>> {
    let notices = Besides::of(row)?.notices.into_iter();
    let statements = notices.map(|notice| {
        let scope = match notice {
            Notice::Part2 => crate::correspondents::consent_scope(ctx, &row.address_token)?,
        };
        Ok(Statement::Law { notice, scope })
    });
    statements.collect()
}

impl Statement {
    /// For readers of the message.
    pub(crate) fn text(&self, language: &str) -> String {
        match (self, language) {
            (Self::Subject(said), "es") => {
                format!("Asunto de este mensaje:\r\n{}\r\n", folded(said))
            }
            (Self::Subject(said), _) => {
                format!("The subject of this message:\r\n{}\r\n", folded(said))
            }
            (Self::Law { notice, scope }, _) => law(*notice, scope.as_deref(), language),
        }
    }
}

fn law(notice: Notice, scope: Option<&str>, language: &str) -> String {
    let Notice::Part2 = notice;
    // 42 CFR 2.32(a)(2) prescribes the English words, so they stand first in any language.
    let prescribed = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.\r\n";
    let scope = scope.map(lines);
    match (language, scope) {
        ("es", scope) => {
            let law = "La ley federal protege estos registros: no los use ni los divulgue sin el consentimiento \
                           del paciente o una autorización legal.\r\n";
            let consent = match scope {
                    Some(scope) => format!(
                        "El paciente consintió esta divulgación por escrito. Su consentimiento abarca:\r\n{scope}\r\n"
                    ),
                    None => "El paciente consintió esta divulgación por escrito; el remitente le dirá el alcance de \
                             ese consentimiento.\r\n"
                        .to_owned(),
                };
            format!("{prescribed}{law}{consent}")
        }
        (_, Some(scope)) => format!(
            "{prescribed}The patient consented to this disclosure in writing. The consent covers:\r\n{scope}\r\n"
        ),
        (_, None) => format!(
            "{prescribed}The patient consented to this disclosure in writing; the sender will tell you what that \
                 consent covers.\r\n"
        ),
    }
}

/// In lines that mail can carry.
fn folded(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < 76 => {
                line.push_str(if line.is_empty() { "" } else { " " });
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\r\n")
}

/// With the line ends of mail.
fn lines(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join("\r\n")
}

/// The message with each statement as a part of its own; `None` where there is none.
pub(super) fn appended(
    ctx: &Ctx,
    content: &[u8],
    statements: &[Statement],
    language: &str,
) -> Option<Vec<u8>> {
    let mut out = None;
    for said in statements {
        let mut seed = [0u8; 16];
        ctx.world().rng.fill(&mut seed);
        let before = out.as_deref().unwrap_or(content);
        out = Some(mail::append_text(before, &said.text(language), seed));
    }
    out
}
