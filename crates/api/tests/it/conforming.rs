//! Just enough JSON Schema to check our own answers against our own document, stricter than the
//! standard in one way: a field that the schema does not name is a mismatch.

use serde_json::Value;

pub fn document() -> Value {
    serde_json::to_value(api::openapi()).expect("the document is JSON")
}

/// Every `$ref` inside.
pub fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own = fields
                .get("$ref")
                .and_then(Value::as_str)
                .map(str::to_owned);
            own.into_iter()
                .chain(fields.values().flat_map(references))
                .collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// Where and why `value` is not what `schema` says.
pub fn mismatch(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'))?;
        return mismatch(document, target, value, at);
    }
    if let Some(choices) = schema["oneOf"]
        .as_array()
        .or_else(|| schema["anyOf"].as_array())
    {
        let fits = choices
            .iter()
            .any(|choice| mismatch(document, choice, value, at).is_none());
        return if fits {
            None
        } else {
            Some(format!("{at}: fits no choice"))
        };
    }
    if !has_type(&schema["type"], value) {
        return Some(format!("{at}: not {}", schema["type"]));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Some(format!("{at}: not in the list"));
    }
    match value {
        Value::Object(fields) => object(document, schema, fields, at),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, item)| {
            mismatch(document, &schema["items"], item, &format!("{at}[{i}]"))
        }),
        _ => None,
    }
}

fn object(
    document: &Value,
    schema: &Value,
    fields: &serde_json::Map<String, Value>,
    at: &str,
) -> Option<String> {
    let required = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    if let Some(missing) = required
        .into_iter()
        .find(|name| !fields.contains_key(*name))
    {
        return Some(format!("{at}.{missing}: missing"));
    }
    fields.iter().find_map(|(name, value)| {
        let at = format!("{at}.{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Null) => Some(format!("{at}: not documented")),
            (Value::Null, additional) => mismatch(document, additional, value, &at),
            (own, _) => mismatch(document, own, value, &at),
        }
    })
}

fn has_type(named: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    match named {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}
