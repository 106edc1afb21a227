//! What templates can call: words of the catalogue, moments, counts, sizes.
//!
//! Each reads language, zone and now from the `frame` of the render, so that a macro deep inside a
//! page says them as its surroundings do.

use std::sync::Arc;

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, State, Value};
use model::Timestamp;

use super::format::{self, Exactness, Zone};
use super::{Catalogue, Lang, escape};

pub fn install(templates: &mut Environment<'static>, catalogue: Catalogue) {
    let catalogue = Arc::new(catalogue);
    let words = Arc::clone(&catalogue);
    templates.add_function("t", move |state: &State, key: &str, values: Kwargs| {
        text(state, &words, key, &values)
    });
    templates.add_function("label", move |state: &State, section: &str, word: &str| {
        let lang = lang(state)?;
        let key = format!("{section}.{}", word.replace('.', "_"));
        Ok::<_, Error>(catalogue.find(lang, &key, None).unwrap_or(word).to_owned())
    });
    templates.add_function("moment", |state: &State, at: &str| {
        moment(state, at, Exactness::Minute)
    });
    templates.add_function("exact", |state: &State, at: &str| {
        moment(state, at, Exactness::Second)
    });
    templates.add_function("day", day);
    templates.add_filter("count", format::count);
    templates.add_filter("size", format::size);
}

/// The text of `key` with its `{values}` put in. Values are escaped unless they are markup of ours;
/// numbers are grouped; `count` also chooses between singular and plural.
fn text(state: &State, catalogue: &Catalogue, key: &str, values: &Kwargs) -> Result<Value, Error> {
    let number = values.peek::<Option<i64>>("count").ok().flatten();
    let Some(found) = catalogue.find(lang(state)?, key, number) else {
        let detail = format!("the catalogue has no text for {key} (or it needs a count)");
        return Err(Error::new(ErrorKind::UndefinedError, detail));
    };
    let mut out = escape(found);
    for name in values.args() {
        let value: Value = values.get(name)?;
        let shown = match (i64::try_from(value.clone()), value.is_safe()) {
            (Ok(n), _) if value.is_number() => format::count(n),
            (_, true) => value.to_string(),
            (_, false) => escape(&value.to_string()),
        };
        out = out.replace(&format!("{{{name}}}"), &shown);
    }
    values.assert_all_used()?;
    Ok(Value::from_safe_string(out))
}

fn moment(state: &State, at: &str, exact: Exactness) -> Result<Value, Error> {
    let now = frame(state, "now")?;
    let zone = frame(state, "zone")?;
    let parsed = Timestamp::parse_rfc3339(at)
        .zip(Timestamp::parse_rfc3339(&now))
        .zip(Zone::find(&zone));
    let Some(((at, now), zone)) = parsed else {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "not a moment or not a zone",
        ));
    };
    let words = format::moment(at, zone, lang(state)?, now, exact);
    Ok(Value::from_safe_string(format!(
        "<time datetime=\"{}\">{words}</time>",
        at.rfc3339()
    )))
}

/// A whole day of UTC, as reports about domains have them.
fn day(state: &State, at: &str) -> Result<Value, Error> {
    let now = frame(state, "now")?;
    let parsed = Timestamp::parse_rfc3339(at).zip(Timestamp::parse_rfc3339(&now));
    let Some((at, now)) = parsed else {
        return Err(Error::new(ErrorKind::InvalidOperation, "not a moment"));
    };
    let words = format::day(at, lang(state)?, now);
    let date = at.rfc3339();
    let date = date.split('T').next().unwrap_or_default();
    Ok(Value::from_safe_string(format!(
        "<time datetime=\"{date}\">{words}</time>"
    )))
}

fn lang(state: &State) -> Result<Lang, Error> {
    let word = frame(state, "lang")?;
    Lang::from_word(&word).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "not a language"))
}

fn frame(state: &State, field: &str) -> Result<String, Error> {
    let frame = state
        .lookup("frame")
        .ok_or_else(|| Error::new(ErrorKind::UndefinedError, "no frame"))?;
    Ok(frame.get_attr(field)?.to_string())
}
