//! What has to travel with a message by law or by a rule of the organisation, in the organisation's language.

use ctx::Ctx;
use policy::Notice;

/// The statement's text for readers of a message.
pub(crate) fn text(notice: Notice, language: &str) -> &'static str {
    match (notice, language) {
        // 42 CFR 2.32(a)(2) prescribes the English words, so they stand first in any language.
        (Notice::Part2, "es") => {
            "42 CFR part 2 prohibits unauthorized use or disclosure of these records.\r\n\
             La ley federal protege estos registros: no los use ni los divulgue sin el consentimiento del paciente o \
             una autorización legal.\r\n\
             El paciente consintió esta divulgación por escrito; el remitente le dirá el alcance de ese \
             consentimiento.\r\n"
        }
        (Notice::Part2, _) => {
            "42 CFR part 2 prohibits unauthorized use or disclosure of these records.\r\n\
             The patient consented to this disclosure in writing; the sender will tell you what that consent covers.\r\n"
        }
    }
}

/// The message with each statement as a part of its own; `None` where there is none.
pub(super) fn appended(
    ctx: &Ctx,
    content: &[u8],
    notices: &[Notice],
    language: &str,
) -> Option<Vec<u8>> {
    let mut out = None;
    for notice in notices {
        let mut seed = [0u8; 16];
        ctx.world().rng.fill(&mut seed);
        let before = out.as_deref().unwrap_or(content);
        out = Some(mail::append_text(before, text(*notice, language), seed));
    }
    out
}
