//! What asks for a method without its sender saying so, as an organisation's administrators set it:
//! words in a subject, header fields, and a method for all mail of a stream.

use ctx::{Action, Ctx, Event};
use model::{Code, Error, Method, Result, Stream, limits};
use store::tables::triggers;
pub use store::tables::triggers::Trigger;

use crate::Flow;
use crate::draft::trigger;

/// Long enough for a word, short enough for a list that is searched for each message.
const WORD_OCTETS_MAX: usize = 60;
/// A shorter word stands in ordinary subjects.
const SUBJECT_WORD_OCTETS_MIN: usize = 3;
/// Fields that a message needs: taking them out would break it.
const FIELDS_NEEDED: [&str; 12] = [
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "reply-to",
    "date",
    "message-id",
    "subject",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

/// What triggers would do to a message.
pub struct TriggerTried {
    /// The method, and the trigger that asks for it, such as `subject [secure]`.
    pub asked: Option<(Method, String)>,
    /// What is left of the subject.
    pub subject: String,
}

impl Flow {
    /// In the order they were set.
    pub fn triggers(&self, ctx: &Ctx) -> Result<Vec<Trigger>> {
        ctx.allow(Action::SettingsRead, &ctx.own("settings"))?;
        let organisation = ctx.organisation();
        self.world()
            .store
            .read(move |tx| triggers::list(tx, organisation))
    }

    /// What a subject and header fields would ask for, and the subject that would be sent. Nothing is
    /// kept.
    pub fn try_triggers(
        &self,
        ctx: &Ctx,
        subject: &str,
        fields: &[(String, String)],
    ) -> Result<TriggerTried> {
        let set = self.triggers(ctx)?;
        let (found, subject) = trigger::judge(&set, subject, fields);
        Ok(TriggerTried {
            asked: found.map(|found| (found.method, found.label)),
            subject,
        })
    }

    /// # Errors
    /// `field_invalid` for a word or name that no message could hold, a field that a message needs,
    /// a method that is not stronger than the usual, or one more than the limit.
    pub fn set_trigger(&self, ctx: &Ctx, mut trigger: Trigger) -> Result<()> {
        ctx.allow(Action::SettingsManage, &ctx.own("settings"))?;
        crate::view::live_only(ctx)?;
        trigger.name = trigger.name.to_ascii_lowercase();
        check(&trigger)?;
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            let organisation = ctx2.organisation();
            if triggers::list(tx, organisation)?.len() >= limits::TRIGGERS_MAX {
                return Err(Error::new(Code::FieldInvalid).at("/triggers"));
            }
            triggers::set(tx, organisation, &trigger, ctx2.now())?;
            let event = Event::new("settings.trigger_set")
                .fact("place", &trigger.place)
                .fact("name", &trigger.name)
                .fact("word", &trigger.word)
                .fact("method", trigger.method);
            ctx2.record(tx, event).map(drop)
        })
    }

    /// # Errors
    /// `not_found` when there is none such.
    pub fn remove_trigger(&self, ctx: &Ctx, place: &str, name: &str, word: &str) -> Result<()> {
        ctx.allow(Action::SettingsManage, &ctx.own("settings"))?;
        crate::view::live_only(ctx)?;
        let ctx2 = ctx.clone();
        let (place, name, word) = (place.to_owned(), name.to_ascii_lowercase(), word.to_owned());
        self.world().store.write(move |tx| {
            if !triggers::remove(tx, ctx2.organisation(), &place, &name, &word)? {
                return Err(Code::NotFound.into());
            }
            let event = Event::new("settings.trigger_removed")
                .fact("place", &place)
                .fact("name", &name)
                .fact("word", &word);
            ctx2.record(tx, event).map(drop)
        })
    }

    pub fn stream_options(&self, ctx: &Ctx) -> Result<Vec<(Stream, Method)>> {
        ctx.allow(Action::SettingsRead, &ctx.own("settings"))?;
        let organisation = ctx.organisation();
        self.world()
            .store
            .read(move |tx| triggers::streams(tx, organisation))
    }

    /// The method that all mail of the stream asks for: `tls_or_drop` or `portal`; `None` for the
    /// usual.
    ///
    /// # Errors
    /// `field_invalid` for another method.
    pub fn set_stream_option(
        &self,
        ctx: &Ctx,
        stream: Stream,
        method: Option<Method>,
    ) -> Result<()> {
        ctx.allow(Action::SettingsManage, &ctx.own("settings"))?;
        crate::view::live_only(ctx)?;
        if !matches!(method, None | Some(Method::TlsOrDrop | Method::Portal)) {
            return Err(Error::new(Code::FieldInvalid).at("/method"));
        }
        let ctx2 = ctx.clone();
        self.world().store.write(move |tx| {
            triggers::set_stream(tx, ctx2.organisation(), stream, method)?;
            let event = Event::new("settings.stream_set")
                .fact("stream", stream)
                .fact("method", method.map_or("usual", Method::word));
            ctx2.record(tx, event).map(drop)
        })
    }
}

fn check(trigger: &Trigger) -> Result<()> {
    let at = |pointer: &'static str| Err(Error::new(Code::FieldInvalid).at(pointer));
    let graphic = |text: &str| text.bytes().all(|b| b.is_ascii_graphic());
    let word = &trigger.word;
    let printable = word.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if !printable || word.len() > WORD_OCTETS_MAX || word.trim() != word {
        return at("/word");
    }
    if !matches!(
        trigger.method,
        Method::Portal | Method::Pgp | Method::Smime | Method::Hold
    ) {
        return at("/method");
    }
    let name = trigger.name.as_str();
    match trigger.place.as_str() {
        "subject" if word.len() < SUBJECT_WORD_OCTETS_MIN || word.contains(' ') => at("/word"),
        "subject" if !name.is_empty() => at("/name"),
        "header" if name.is_empty() || name.len() > limits::HEADER_NAME_OCTETS_MAX => at("/name"),
        "header" if !graphic(name) || name.contains(':') => at("/name"),
        "header" if FIELDS_NEEDED.contains(&name) || name.starts_with("resent-") => at("/name"),
        "subject" | "header" => Ok(()),
        _ => at("/place"),
    }
}
